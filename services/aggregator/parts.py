"""The parts of a procurement as typed values. Each names the event that established it: that is its evidence."""

from datetime import date, datetime
from decimal import Decimal
from typing import Generic, Literal, NamedTuple, TypeAlias, TypeVar

from services.aggregator.moments import Moment
from shared.events.procurement import Limb, Outcome
from shared.rules import Interval, Vat

EventKey: TypeAlias = tuple[str, str]
"""CloudEvents source and id."""

T = TypeVar("T")


class Said(NamedTuple, Generic[T]):
    """A value and the event that says so."""

    value: T
    event: EventKey


class Buyer(NamedTuple):
    ids: tuple[str, ...]
    name: str | None
    event: EventKey


class Notice(NamedTuple):
    """`type` is UK1 to UK17; None on older forms and Contracts Finder, whose tags tell."""

    id: str
    type: str | None
    tags: tuple[str, ...]
    at: Moment
    event: EventKey


class Start(NamedTuple):
    """A step of s.1(2). Not exact: it happened at this moment or before. `declared`: by the department itself."""

    moment: Moment
    limb: Limb | None
    exact: bool
    declared: bool
    event: EventKey

    @property
    def order(self) -> tuple[date, bool, datetime]:
        """By day; on one day the exact before the bound, and the mere day before a time, as it may be earlier."""
        return (self.moment.day, not self.exact, self.moment.earliest)


# Beyond this, gross ÷ net is no rate of VAT, nor a fifth taken off instead of a sixth: one of the two is mistyped.
DOUBTFUL_RATIO = Decimal("1.3")


class Value(NamedTuple):
    """`kind`: estimate, declared, proposal, award or contract. Net is without VAT, gross with; one is known."""

    kind: str
    net: Decimal | None
    gross: Decimal | None
    currency: str
    event: EventKey

    @property
    def doubtful(self) -> bool:
        """Net and gross cannot both be right."""
        if self.net is None or self.gross is None:
            return False
        return self.gross < self.net or self.gross > self.net * DOUBTFUL_RATIO

    def interval(self, vat: Vat, rate: Decimal) -> Interval:
        """What it may be, with or without VAT: net ≤ gross ≤ net × (1 + rate). Where doubtful, either may be right."""
        top = 1 + rate
        net, gross = self.net, self.gross
        if vat is Vat.INCLUDED:
            low, high = (gross, gross) if gross is not None else (net, None if net is None else net * top)
            if self.doubtful and net is not None and gross is not None:
                low, high = min(net, gross), max(net * top, gross)
        else:
            low, high = (net, net) if net is not None else (None if gross is None else gross / top, gross)
            if self.doubtful and net is not None and gross is not None:
                low, high = min(net, gross / top), max(net, gross)
        if low is None or high is None:
            raise ValueError("a value is net, gross or both")
        return Interval(low, high)


class Weight(NamedTuple):
    """`percent` of the score; None when not stated. Combined with another criterion, its own share is not known."""

    answer: Literal["stated", "combined", "not-stated"]
    percent: Decimal | None
    declared: bool
    event: EventKey


class Strand(NamedTuple):
    answer: Literal["considered", "not-relevant"]
    text: str | None


class Consideration(NamedTuple):
    """The latest record. `considered` False: the department says that it did not consider. s.1(3), (6)."""

    at: Moment | None
    considered: bool
    economic: Strand | None
    social: Strand | None
    environmental: Strand | None
    process: str | None
    relevance: str | None
    proportionality: str | None
    outcome: Outcome | None
    reason: str | None
    document_only: bool
    evidence_url: str | None
    event: EventKey


class Consultation(NamedTuple):
    """The latest decision whether to consult. s.1(7)."""

    consult: bool
    reason: str | None
    citizen_service: bool | None
    evidence_url: str | None
    event: EventKey


class ConsultationHeld(NamedTuple):
    first: date
    last: date
    with_whom: str
    responses: int | None
    event: EventKey


class UrgencyClaim(NamedTuple):
    """s.1(8): the sub-sections ("3", "6", "7") that the department says it could not comply with."""

    at: Moment | None
    subsections: tuple[str, ...]
    reason: str | None
    event: EventKey


class Commitment(NamedTuple):
    key: str
    contract: str | None
    description: str
    quantity: Decimal | None
    unit: str | None
    due: date | None
    framework: str | None
    codes: tuple[str, ...]
    event: EventKey


class CommitmentReport(NamedTuple):
    """Delivered in all, up to a day."""

    commitment: str
    delivered: Decimal
    as_of: date
    event: EventKey


class SpotCheck(NamedTuple):
    check: str
    completed_on: date
    result: str
    in_scope: bool | None
    considered_before_start: bool | None
    three_strands: bool | None
    consultation_decided: bool | None
    urgency_rejected: bool
    event: EventKey


class Proposal(NamedTuple):
    title: str
    planned_start: date
    social_value_planned: bool | None
    event: EventKey
