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

ITEMS: Mapping[str, tuple[str, ...]] = {
    "committed": ("committed", "committed-kpis"),
    "delivered": ("delivered", "kpi-rating"),
    "supplier-reach": ("supplier-reach", "supplier-kind"),
    "forward-look": ("forward-look",),
    "challenge": ("spot-check",),
}
"""Indicators that count by items in a time of their own, not by a procurement's start → the items' questions."""

CAPABILITY = (
    "champion.appointed", "champion.stood-down", "strategy.published", "guidance.issued", "training.completed",
    "staff.counted", "barrier.reported", "action.raised", "action.closed",
)  # fmt: skip
"""Events about a department as a whole, behind what a report says of its capability and of its actions."""

PAGE = 200


@dataclass(frozen=True, slots=True)
class Counted:
    """One procurement in an indicator's population, and its answers. Values in pence; net where no gross is known."""

    ocid: str
    title: str | None
    answers: tuple[str, ...]
    started_on: date | None
    value_gross: int | None
    value_net: int | None
    events: int


@dataclass(frozen=True, slots=True)
class Item:
    """`past` None: it happened on `first`; else it holds from `first` until the day before `past`. Values in pence."""

    question: str
    answer: str
    department: str
    first: date
    past: date | None
    gross: int | None
    net: int | None


@dataclass(frozen=True, slots=True)
class CountedItems:
    """One procurement and those of its items that an indicator counts."""

    ocid: str
    title: str | None
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Buyer:
    """A buyer that belongs to nobody known, and its procurements. Gross and net values in pence, never added."""

    name: str | None
    ids: tuple[str, ...]
    procurements: int
    gross: int
    net_only: int
    unvalued: int
    first: date | None
    last: date | None


@dataclass(frozen=True, slots=True)
class Fact:
    """`value` is JSON; (`source`, `id`) is the event that established it, `at` the time it speaks of."""

    name: str
    value: Any
    at: str
    source: str
    id: str

    @property
    def plain(self) -> str:
        """The name without who said it: `dwp:consideration/1` → `consideration/1`."""
        base, slash, item = self.name.partition("/")
        return base.rpartition(":")[2] + slash + item

    @property
    def said_by(self) -> str:
        """The department that said it; empty where anybody may say it of any procurement."""
        return self.name.partition("/")[0].rpartition(":")[0]


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
class Said:
    """What an event said of a department: one fact of its subject."""

    department: str
    fact: Fact


@dataclass(frozen=True, slots=True)
class Procurement:
    """An assessment with what it rests on. `department` may be `unattributed`. Values in pence.

    `unheard`: the senders whose facts do not count, as they do not answer for the buyer.
    """

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
    items: tuple[Item, ...] = ()
    unheard: tuple[str, ...] = ()


class Records(Protocol):
    """Every method raises Unavailable while the database does not answer, or holds no assessments yet."""

    async def procurement(self, ocid: str) -> Procurement | None: ...

    async def counted(self, department: str, quarters: Sequence[str], question: str, after: str) -> Sequence[Counted]:
        """By OCID, those after `after`, at most `PAGE`."""
        ...

    async def items(
        self, department: str, first: date, last: date, questions: Sequence[str], after: str
    ) -> Sequence[CountedItems]:
        """Items that count from `first` to `last`; by OCID, those after `after`, at most `PAGE`."""
        ...

    async def unattributed(self) -> Sequence[Buyer]:
        """Buyers of no department and no sector, those with most procurements first; at most 500."""
        ...

    async def said(self, event: str) -> Sequence[Said]:
        """What events of one name (`example.shared`) said of departments, by department, then as they were named."""
        ...
