"""The short form of make chaos: four faults on one Kafka node, under load."""

import shutil
from pathlib import Path
from random import Random

from tests.chaos.faults import FAULTS
from tests.chaos.trial import trial
from tests.chaos.world import running

SEED = 2012
SHORT = ("aggregator-killed", "commits-cut", "postgres-killed", "reversed")


async def test_whatever_breaks_nothing_is_lost_and_nothing_counts_twice(open_folder: Path) -> None:
    """A killed aggregator, lost answers to COMMIT, a killed PostgreSQL, and history told backwards."""
    folder = open_folder / "chaos"
    folder.mkdir(mode=0o711)
    async with running(folder, nodes=1, seed=SEED, rate=60, say=print) as world:
        outcomes = await trial(world, [FAULTS[name] for name in SHORT], Random(SEED))
    shutil.rmtree(folder)
    assert [outcome.fault for outcome in outcomes] == list(SHORT)
    assert [(o.fault, o.lost, o.doubled, o.wrong, o.notes) for o in outcomes if not o.ok] == []
    assert all(outcome.acknowledged for outcome in outcomes)
