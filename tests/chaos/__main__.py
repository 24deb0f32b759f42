"""make chaos: SEED=… repeats a run's choices, FAULTS=name,name breaks only in these ways, NODES=1 takes one Kafka."""

import asyncio
import logging
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from random import Random, SystemRandom

import orjson
from rich.console import Console

from deploy.local.services import ROOT
from shared.logging import configure
from tests.chaos.faults import FAULTS, Fault
from tests.chaos.trial import Outcome, table, trial
from tests.chaos.world import running

RATE = 40.0
LOCAL = ROOT / ".local" / "chaos"


async def run(seed: int, faults: Sequence[Fault], folder: Path, *, nodes: int, console: Console) -> list[Outcome]:
    began = time.monotonic()

    def say(text: str) -> None:
        console.print(f"[bold]{time.monotonic() - began:6.1f}[/bold]  ", end="")
        console.print(text, markup=False)

    say(f"seed {seed}: {len(faults)} faults on {nodes} Kafka node(s); logs in {folder}")
    async with running(folder, nodes=nodes, seed=seed, rate=RATE, say=say) as world:
        say("everything is ready")
        return await trial(world, faults, Random(seed))


def main() -> int:
    """Exit codes: 0 all is well, 1 anything lost, doubled or wrong, 2 wrong usage."""
    configure("chaos", "console")
    logging.getLogger().setLevel(logging.CRITICAL)  # that our own clients lose their servers is what we do to them
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    seed = int(os.environ.get("SEED") or SystemRandom().randrange(10_000))
    nodes = int(os.environ.get("NODES") or 3)
    names = [name for name in (os.environ.get("FAULTS") or "").split(",") if name] or list(FAULTS)
    if unknown := [name for name in names if name not in FAULTS]:
        console.print(f"no such fault: {', '.join(unknown)}. There are: {', '.join(FAULTS)}", markup=False)
        return 2
    faults = [FAULTS[name] for name in names if nodes > 1 or not FAULTS[name].needs_cluster]
    # A folder that other users can get to: PostgreSQL refuses to run as root.
    folder = Path(tempfile.mkdtemp(prefix="svr-chaos-"))
    folder.chmod(0o711)
    outcomes = asyncio.run(run(seed, faults, folder, nodes=nodes, console=console))
    LOCAL.mkdir(parents=True, exist_ok=True)
    results = {"seed": seed, "nodes": nodes, "outcomes": [outcome.to_json() for outcome in outcomes]}
    (LOCAL / "results.json").write_bytes(orjson.dumps(results, option=orjson.OPT_INDENT_2) + b"\n")
    Console(file=sys.stdout, width=100).print(table(outcomes, seed))
    well = len(outcomes) == len(faults) and all(outcome.ok for outcome in outcomes)
    if well:
        shutil.rmtree(folder)
    return 0 if well else 1


if __name__ == "__main__":
    raise SystemExit(main())
