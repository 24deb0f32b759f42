"""The ledger read subject by subject, whole or as it stood at a place in the chain. Changes nothing."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from services.aggregator.assessment import Assessment, assess
from services.aggregator.recounting import State, attributed
from services.aggregator.store import REGISTER
from services.aggregator.subjects import Subject, build
from shared import times
from shared.departments import Register
from shared.envelope import Event
from shared.events.catalogue import Kind, kind_of
from shared.periods import Period
from shared.rules import Rules
from shared.status import Sealed, Status

FETCHED = 2_000
EVERYTHING = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Extent:
    """Which rows of the ledger: those up to a position, and some beyond it."""

    through: int = EVERYTHING
    ahead: tuple[int, ...] = ()


async def extent(connection: Any, place: Sealed) -> Extent | None:
    """What the chain held at that place. None: there is no such place in it."""
    row = await connection.fetchrow(
        "SELECT through, ahead FROM chain WHERE block = $1 AND hash = $2", place.block, place.hash
    )
    return Extent(row["through"], tuple(row["ahead"])) if row else None


async def count(connection: Any, wanted: Extent) -> int:
    events: int = await connection.fetchval(
        "SELECT count(*) FROM event WHERE position <= $1 OR position = ANY ($2)", wanted.through, wanted.ahead
    )
    return events


async def by_subject(connection: Any, wanted: Extent) -> AsyncIterator[tuple[str, list[Event]]]:
    """Each subject with all its events. Within a transaction; one subject at a time is held."""
    key, held = None, list[Event]()
    async for row in connection.cursor(
        "SELECT subject, body FROM event WHERE position <= $1 OR position = ANY ($2) ORDER BY subject",
        wanted.through,
        wanted.ahead,
        prefetch=FETCHED,
    ):
        if row["subject"] != key:
            if key is not None:
                yield key, held
            key, held = row["subject"], []
        held.append(Event.from_json(row["body"].encode()))
    if key is not None:
        yield key, held


async def register_at(connection: Any, wanted: Extent, register: Register) -> Register:
    """The register with the buyers that were attributed up to there."""
    rows = await connection.fetch(
        "SELECT body FROM event WHERE subject = $1 AND (position <= $2 OR position = ANY ($3))",
        REGISTER,
        wanted.through,
        wanted.ahead,
    )
    return attributed(build(REGISTER, [Event.from_json(row["body"].encode()) for row in rows]), register)


async def status_at(
    connection: Any,
    wanted: Extent,
    department: str,
    period: Period,
    *,
    register: Register,
    rules: Rules,
    progress: Callable[[int], None],
) -> Status:
    """The status reckoned by the pure functions from the events there were; of the procurements it keeps its own.

    Within a transaction of one snapshot. `progress` is told how many events were read, now and then.
    """
    first, past = (times.start_of_day(d) for d in (period.first_day, period.last_day + timedelta(days=1)))
    quarters = {str(quarter) for quarter in period.quarters}
    register_then = await register_at(connection, wanted, register)
    sent: list[Event] = []
    subjects: dict[str, Subject] = {}
    assessments: dict[str, Assessment] = {}
    async for key, events in by_subject(connection, wanted):
        sent += [event for event in events if event.sender == department and first <= event.time < past]
        subject = build(key, events)
        if kind_of(key) is not Kind.PROCUREMENT:
            subjects[key] = subject
        else:
            found = assess(subject, register=register_then, rules=rules)
            at_start = found.department == department and found.period in quarters
            if at_start or any(item.department == department for item in found.items):
                assessments[key] = found
        progress(len(events))
    conflicts = await connection.fetch(
        """SELECT body FROM duplicate WHERE conflict AND sender = $1 AND (position <= $2 OR position = ANY ($3))""",
        department,
        wanted.through,
        wanted.ahead,
    )
    others = [Event.from_json(row["body"].encode()) for row in conflicts]
    return State(register_then, sent, others, subjects, assessments).status(department, period)
