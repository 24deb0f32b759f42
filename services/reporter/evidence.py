"""The evidence behind a figure: the procurements that were counted, and for each its facts with their events. Values.

It is read live from what the aggregator keeps, so it may be newer than a published report, and the pages say so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from shared.indicators import BY_ID

STRANDS = ("economic", "social", "environmental")
QUESTIONS = frozenset({*BY_ID, *STRANDS})
"""What can be asked for: an indicator, or a strand of well-being."""

PAGE = 200


@dataclass(frozen=True, slots=True)
class Counted:
    """One procurement in an indicator's population, and its answers."""

    ocid: str
    title: str | None
    answers: tuple[str, ...]
    started_on: date | None
    value_pence: int | None
    events: int


@dataclass(frozen=True, slots=True)
class Fact:
    """`value` is JSON; (`source`, `id`) is the event that established it, `at` the time it speaks of."""

    name: str
    value: Any
    at: str
    source: str
    id: str


@dataclass(frozen=True, slots=True)
class Event:
    source: str
    id: str
    type: str
    sender: str
    time: datetime
    received: datetime
    sha256: str


@dataclass(frozen=True, slots=True)
class Procurement:
    """An assessment with what it rests on. `department` may be `unattributed`. Values in pence."""

    ocid: str
    department: str
    body: str | None
    buyer_name: str | None
    period: str | None
    title: str | None
    started_on: date | None
    start_exact: bool | None
    value_gross: int | None
    value_net: int | None
    scope: str
    scope_reasons: tuple[str, ...]
    missing: tuple[str, ...]
    answers: Mapping[str, Sequence[str]]
    concerns: tuple[str, ...]
    evidence: Mapping[str, Sequence[tuple[str, str]]]
    facts: tuple[Fact, ...]
    events: tuple[Event, ...]


class Records(Protocol):
    """Every method raises Unavailable while the database does not answer, or holds no assessments yet."""

    async def procurement(self, ocid: str) -> Procurement | None: ...

    async def counted(self, department: str, quarters: Sequence[str], question: str, after: str) -> Sequence[Counted]:
        """By OCID, those after `after`, at most `PAGE`."""
        ...
