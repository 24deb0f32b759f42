"""One fault after the other under load, each followed by the whole check."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from random import Random
from typing import Any

from rich.table import Table

from tests.chaos.checking import Checks, Findings
from tests.chaos.faults import Fault
from tests.chaos.quiet import Restless, quiet
from tests.chaos.world import World

WARM_SECONDS = 1.5
SHOWN = 5
NEVER = ("service.halted", "record.unreadable", "form.failed")
"""Nothing that is done here may be taken for a lasting fault, or for a fault of what was sent."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """`acknowledged`: lines, while the fault and its healing lasted; the three lists name what is amiss by then.

    `recovery_seconds`: from the healing until everything acknowledged is recorded, counted and reported; None: never.
    """

    fault: str
    times: int
    acknowledged: int
    lost: list[str]
    doubled: list[str]
    wrong: list[str]
    recovery_seconds: float | None
    seconds: float
    notes: list[str]

    @property
    def ok(self) -> bool:
        return not (self.lost or self.doubled or self.wrong or self.notes)

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "ok": self.ok}


async def trial(world: World, faults: Sequence[Fault], dice: Random) -> list[Outcome]:
    """An outcome each. What is amiss after one fault is reported of that one only, as long as it is the same."""
    checks, before, outcomes = Checks(world), Findings(), []
    for fault in faults:
        world.say(f"{fault.name} …")
        outcome, before = await _one(world, fault, dice, checks, before)
        outcomes.append(outcome)
        recovered = "never" if outcome.recovery_seconds is None else f"{outcome.recovery_seconds:.1f} s"
        world.say(
            f"{fault.name}: {'ok' if outcome.ok else 'NOT OK'}, {outcome.acknowledged} acknowledged, "
            f"recovered in {recovered}, {outcome.seconds:.0f} s in all"
        )
        for amiss in (
            *outcome.notes,
            *(x for xs in (outcome.lost, outcome.doubled, outcome.wrong) for x in xs[:SHOWN]),
        ):
            world.say(f"  {amiss}")
        if outcome.recovery_seconds is None:
            break  # what does not come to rest cannot be checked, nor broken again
    return outcomes


async def _one(world: World, fault: Fault, dice: Random, checks: Checks, before: Findings) -> tuple[Outcome, Findings]:
    began, marks, acknowledged = time.monotonic(), world.marks(), len(world.load.acknowledged)
    notes: list[str] = []
    recovery: float | None = None
    times = 0
    world.load.start()
    await asyncio.sleep(WARM_SECONDS)
    try:
        try:
            times = await fault.inject(world, dice)
        except (AssertionError, TimeoutError) as failure:
            notes.append(f"it could not be injected as meant: {type(failure).__name__} {failure}")
        await fault.heal(world)
        healed = time.monotonic()
        await world.load.stop()
        await quiet(world)
        recovery = time.monotonic() - healed
        found = await checks.all()
    except Restless as failure:
        notes.append(f"still waiting after the healing: {failure}")
        found = before
    notes += _unsaid(world, fault, marks)
    outcome = Outcome(
        fault=fault.name,
        times=times,
        acknowledged=len(world.load.acknowledged) - acknowledged,
        lost=_fresh(found.lost, before.lost),
        doubled=_fresh(found.doubled, before.doubled),
        wrong=_fresh(found.wrong, before.wrong),
        recovery_seconds=recovery,
        seconds=time.monotonic() - began,
        notes=notes,
    )
    return outcome, found


def _unsaid(world: World, fault: Fault, marks: dict[str, int]) -> list[str]:
    """What the logs should say and do not, or say and should not."""
    notes = []
    said = {
        name: {word for line in world.said(name, mark) for word in (line.get("event.action"), line.get("log.logger"))}
        for name, mark in marks.items()
    }
    for service, events in fault.says:
        if not said[service] & set(events):
            notes.append(f"the log of {service} says none of {', '.join(events)}")
    for service, words in said.items():
        notes += [f"the log of {service} says {word}" for word in NEVER if word in words]
    return notes


def _fresh(found: Sequence[str], before: Sequence[str]) -> list[str]:
    known = set(before)
    return [amiss for amiss in found if amiss not in known]


def table(outcomes: Sequence[Outcome], seed: int) -> Table:
    shown = Table(title=f"make chaos SEED={seed}")
    shown.add_column("fault")
    for column in ("times", "acknowledged", "lost", "doubled", "wrong", "recovery s"):
        shown.add_column(column, justify="right")
    shown.add_column("ok")
    for o in outcomes:
        numbers = (o.times, o.acknowledged, len(o.lost), len(o.doubled), len(o.wrong))
        recovery = "never" if o.recovery_seconds is None else f"{o.recovery_seconds:.1f}"
        shown.add_row(o.fault, *map(str, numbers), recovery, "yes" if o.ok else "NO")
    return shown
