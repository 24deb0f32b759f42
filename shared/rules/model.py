"""The rules of law and policy as values: chosen by a procurement's own dates, never by today's."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import Literal, TypeVar

from shared.departments import Mark
from shared.events.base import Framework


class Vat(StrEnum):
    """Whether the estimate that is compared with a threshold includes VAT."""

    INCLUDED = "included"
    EXCLUDED = "excluded"


@dataclass(frozen=True, slots=True)
class Interval:
    """Pounds between two bounds, both included: what a value may be when VAT is not stated."""

    low: Decimal
    high: Decimal


@dataclass(frozen=True, slots=True)
class Span:
    """Days from `first` to `last`, both included; `last` None: until further notice."""

    first: date
    last: date | None

    def overlaps(self, first: date, last: date) -> bool:
        return self.first <= last and (self.last is None or first <= self.last)


@dataclass(frozen=True, slots=True)
class Threshold:
    """Figures for services in pounds. `light_touch` None: there was none, or none is known."""

    valid: Span
    central: Decimal
    sub_central: Decimal
    light_touch: Decimal | None
    vat: Vat
    central_mark: Mark
    sub_central_mark: Mark
    source: str


@dataclass(frozen=True, slots=True)
class Statute:
    """The procurement statute that section 1 of the 2012 Act leaned on. `light_touch_vat` None: as the row's own."""

    code: str
    title: str
    valid: Span
    light_touch_sub_central: bool
    light_touch_vat: Vat | None
    mark: Mark
    source: str


@dataclass(frozen=True, slots=True)
class Band:
    """From an estimate of this many pounds, at least this many percent of the score."""

    start: Decimal
    weight: Decimal


@dataclass(frozen=True, slots=True)
class AtLeast:
    """A least number of indicators from (or, in s.52, above) an estimate."""

    start: Decimal
    count: int


@dataclass(frozen=True, slots=True)
class Policy:
    """`may_from`: a department might follow it from this day, until it had to. `bands` ascend; none: no weight."""

    code: str
    title: str
    framework: Framework | None
    may_from: date
    valid: Span
    who: str
    bands: tuple[Band, ...]
    social_value_kpis: AtLeast | None
    mark: Mark
    source: str


@dataclass(frozen=True, slots=True)
class KpiRule:
    """Procurement Act 2023 ss.52, 71: in contracts of an estimate of *more than* `limits.start`."""

    limits: AtLeast
    assessed_within_months: int
    mark: Mark
    source: str


@dataclass(frozen=True, slots=True)
class DetailsNotice:
    """Procurement Act 2023 s.53: days from entering into the contract."""

    days: int
    days_light_touch: int
    mark: Mark
    source: str


HealthDecision = Literal["applies", "does-not-apply", "cannot-tell"]


@dataclass(frozen=True, slots=True)
class Health:
    """What to answer for regulated health procurement until the question of s.1(16)(b) is settled."""

    decision: HealthDecision
    mark: Mark
    source: str


@dataclass(frozen=True, slots=True)
class MinimumWeight:
    """`percent` None with a policy: the value decides and is not known. None without: no weight is required."""

    percent: Decimal | None
    policies: tuple[str, ...] = ()

    @property
    def unknown(self) -> bool:
        return self.percent is None and bool(self.policies)


_Dated = TypeVar("_Dated", Threshold, Statute)


@dataclass(frozen=True, slots=True, eq=False)
class Rules:
    vat_rate: Decimal
    thresholds: tuple[Threshold, ...]
    statutes: tuple[Statute, ...]
    policies: tuple[Policy, ...]
    health: Health
    kpi: KpiRule
    details_notice: DetailsNotice

    @property
    def commencement(self) -> date:
        """The first day of the Act (SI 2012/3173)."""
        return self.statutes[0].valid.first

    @lru_cache(maxsize=20_000)  # noqa: B019 - rules are loaded once and kept
    def thresholds_between(self, first: date, last: date) -> tuple[Threshold, ...]:
        """Every row that the procurement may be measured by, when it commenced between two days."""
        return _between(self.thresholds, first, last)

    @lru_cache(maxsize=20_000)  # noqa: B019 - rules are loaded once and kept
    def statutes_between(self, first: date, last: date) -> tuple[Statute, ...]:
        return _between(self.statutes, first, last)

    @lru_cache(maxsize=20_000)  # noqa: B019 - rules are loaded once and kept
    def policies_on(self, start: date) -> tuple[Policy, ...]:
        """What a procurement that starts on a day falls under, or may follow."""
        return tuple(p for p in self.policies if Span(p.may_from, p.valid.last).overlaps(start, start))

    def minimum_weight(self, start: date, value: Interval | None) -> MinimumWeight:
        """The least weight of social value for a start and an estimate (VAT included). PPN 06/20, PPN 002, PPN 026."""
        policies = tuple(p for p in self.policies_on(start) if p.bands)
        codes = tuple(p.code for p in policies)
        ends = {_weight(policies, pounds) for pounds in ((value.low, value.high) if value else _ANY)}
        if len(ends) > 1:
            return MinimumWeight(None, codes)
        percent = ends.pop()
        return MinimumWeight(percent, codes) if percent is not None else MinimumWeight(None)


_ANY = (Decimal(0), Decimal("Infinity"))


def _weight(policies: Iterable[Policy], pounds: Decimal) -> Decimal | None:
    """Where two policies may be followed, the lower of their weights."""
    weights = [max(fitting) for p in policies if (fitting := [b.weight for b in p.bands if b.start <= pounds])]
    return min(weights, default=None)


def _between(rows: tuple[_Dated, ...], first: date, last: date) -> tuple[_Dated, ...]:
    return tuple(row for row in rows if row.valid.overlaps(first, last))
