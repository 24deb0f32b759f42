"""A procurement as its merged facts show it: one typed value, from which scope and assessment are decided."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any, TypeVar

from services.aggregator import reports
from services.aggregator.facts import Fact, Facts
from services.aggregator.moments import Moment
from services.aggregator.parts import (
    Award,
    Buyer,
    Cancellation,
    Commitment,
    CommitmentReport,
    Consideration,
    Consultation,
    ConsultationHeld,
    Contract,
    EventKey,
    Kpi,
    Notice,
    Proposal,
    Rating,
    Said,
    SpotCheck,
    Start,
    Termination,
    UrgencyClaim,
    Value,
    Weight,
)
from services.aggregator.rules import Interval, Rules, Vat
from shared.departments import AuthorityClass
from shared.events.procurement import Limb

T = TypeVar("T")
Collected = Mapping[str, list[tuple[str, Fact]]]
"""Fact name before the slash → (what is after it, fact), in the order of the facts."""

MARKETS = frozenset({"UK13", "UK14", "UK15", "UK16"})


@dataclass(frozen=True)
class Procurement:
    """None and empty mean that nobody said so; nothing here is ever a guess.

    `starts` are the known steps of s.1(2); `possible_starts` count only once the department confirms them.
    """

    ocid: str
    buyer: Buyer | None
    joint_buyers: tuple[Buyer, ...]
    senders: tuple[Said[str], ...]
    authority: Said[AuthorityClass] | None
    devolved: Said[tuple[str, ...]] | None
    scottish_original: Said[bool] | None
    title: Said[str] | None
    category: Said[str] | None
    additional_categories: tuple[str, ...]
    regime: Said[str] | None
    special_regimes: Said[tuple[str, ...]] | None
    light_touch: Said[bool] | None
    procedure: Said[str] | None
    direct_award: Said[bool] | None
    framework: Said[Mapping[str, Any]] | None
    call_off: tuple[Said[bool], ...]
    framework_hints: tuple[EventKey, ...]
    health_hints: tuple[EventKey, ...]
    exempt_hints: tuple[EventKey, ...]
    urgency_hints: tuple[EventKey, ...]
    values: tuple[Value, ...]
    flags: tuple[Said[bool], ...]
    flag_texts: tuple[Said[str], ...]
    notices: tuple[Notice, ...]
    starts: tuple[Start, ...]
    possible_starts: tuple[Start, ...]
    planned_start: Said[date] | None
    deadline: Said[Moment] | None
    proposal: Proposal | None
    considered_at: Said[Moment] | None
    consideration: Consideration | None
    consultation_decided_at: Said[Moment] | None
    consultation: Consultation | None
    consultations_held: tuple[ConsultationHeld, ...]
    urgency: tuple[UrgencyClaim, ...]
    weight: Weight | None
    outcome_framework: Said[str] | None
    codes: tuple[str, ...]
    social_value_mentions: tuple[EventKey, ...]
    commitments: tuple[Commitment, ...]
    commitment_reports: tuple[CommitmentReport, ...]
    kpis: tuple[Kpi, ...]
    ratings: tuple[Rating, ...]
    awards: tuple[Award, ...]
    contracts: tuple[Contract, ...]
    terminations: tuple[Termination, ...]
    cancellations: tuple[Cancellation, ...]
    spot_checks: tuple[SpotCheck, ...]

    @cached_property
    def start(self) -> Start | None:
        """The earliest known step of s.1(2): exact, or a bound that it is not later than."""
        return min(self.starts, key=lambda start: start.order, default=None)

    @cached_property
    def estimate(self) -> Value | None:
        """What the threshold is compared with: the largest estimate; where nobody estimates, the largest award.

        Pounds come before other currencies, which cannot be compared with a threshold.
        """
        for kinds in (("estimate", "declared"), ("proposal",), ("award", "contract")):
            if candidates := [value for value in self.values if value.kind in kinds]:
                pounds = [value for value in candidates if value.currency == "GBP"]
                return max(pounds or candidates, key=_size)
        return None

    def interval(self, vat: Vat, rules: Rules) -> Interval | None:
        """The estimate in pounds, with or without VAT; None when there is none or it is in another currency."""
        estimate = self.estimate
        if estimate is None or estimate.currency != "GBP":
            return None
        return estimate.interval(vat, rules.vat_rate)

    @property
    def declared_none(self) -> bool:
        """The department says that it did not consider, and no record says that it did."""
        return self.considered_at is None and self.consideration is not None and not self.consideration.considered

    @property
    def has_tender_notice(self) -> bool:
        return any(
            n.type == "UK4" or (n.type is None and n.tags and n.tags[0].startswith("tender")) for n in self.notices
        )

    @property
    def is_market_only(self) -> bool:
        """Nothing but notices of a dynamic market, which is no contract."""
        return bool(self.notices) and all(notice.type in MARKETS for notice in self.notices)


def _size(value: Value) -> Decimal:
    """Gross where known; a net figure by itself, as its VAT is not known."""
    return value.gross or value.net or Decimal(0)


def view(ocid: str, facts: Facts) -> Procurement:
    """The typed view over the merged facts of one subject."""
    found: dict[str, list[tuple[str, Fact]]] = {}
    for name, fact in facts.items():
        base, _, item = name.partition("/")
        found.setdefault(base, []).append((item, fact))
    for collected in found.values():
        if len(collected) > 1:
            collected.sort(key=lambda pair: (pair[1].at, pair[0]))
    special = _as(found, "special-regimes", tuple)
    starts = _starts(found)
    return Procurement(
        ocid=ocid,
        buyer=_buyer(found),
        joint_buyers=_joint(found),
        senders=tuple(Said(code, fact.event) for code, fact in found.get("sender", ())),
        authority=_as(found, "buyer-class", AuthorityClass),
        devolved=_as(found, "buyer-devolved", tuple),
        scottish_original=_one(found, "scottish-original"),
        title=_one(found, "title") or _one(found, "declared-title") or _part(found, "proposal", "title"),
        category=_one(found, "category") or _one(found, "declared-category") or _part(found, "proposal", "category"),
        additional_categories=_tuple(found, "category-additional"),
        regime=_one(found, "regime"),
        special_regimes=special,
        light_touch=_light_touch(found, special),
        procedure=_one(found, "procedure"),
        direct_award=_one(found, "direct-award"),
        framework=_one(found, "framework"),
        call_off=_call_off(found),
        framework_hints=_events(found, "framework-hint"),
        health_hints=_events(found, "health-hint"),
        exempt_hints=_events(found, "exempt-hint"),
        urgency_hints=_events(found, "urgency-hint"),
        values=tuple(_values(found)),
        flags=_all(found, "flag"),
        flag_texts=_all(found, "flag-text"),
        notices=tuple(
            Notice(id, f.value.get("type"), tuple(f.value.get("tags", ())), Moment.of(f.at), f.event)
            for id, f in found.get("notice", ())
        ),
        starts=tuple(start for start, counts in starts if counts),
        possible_starts=tuple(start for start, counts in starts if not counts),
        planned_start=_planned_start(found),
        deadline=_as(found, "deadline", Moment.of),
        proposal=reports.proposal(found),
        considered_at=_moment(found, "considered-at"),
        consideration=reports.consideration(found),
        consultation_decided_at=_moment(found, "consultation-decided-at"),
        consultation=reports.consultation(found),
        consultations_held=reports.consultations_held(found),
        urgency=reports.urgency(found),
        weight=_weight(found),
        outcome_framework=_one(found, "declared-framework"),
        codes=_tuple(found, "declared-codes"),
        social_value_mentions=_events(found, "social-value-mention"),
        commitments=reports.commitments(found),
        commitment_reports=reports.commitment_reports(found),
        kpis=reports.kpis(found),
        ratings=reports.ratings(found),
        awards=reports.awards(found),
        contracts=reports.contracts(found),
        terminations=reports.terminations(found),
        cancellations=reports.cancellations(found),
        spot_checks=reports.spot_checks(found),
    )


def _one(found: Collected, name: str) -> Said[Any] | None:
    return _as(found, name, lambda value: value)


def _as(found: Collected, name: str, make: Callable[[Any], T]) -> Said[T] | None:
    for _, fact in found.get(name, ()):
        return Said(make(fact.value), fact.event)
    return None


def _part(found: Collected, name: str, property: str) -> Said[Any] | None:
    said = _one(found, name)
    return Said(said.value[property], said.event) if said is not None and property in said.value else None


def _all(found: Collected, name: str) -> tuple[Said[Any], ...]:
    return tuple(Said(fact.value, fact.event) for _, fact in found.get(name, ()))


def _events(found: Collected, name: str) -> tuple[EventKey, ...]:
    return tuple(fact.event for _, fact in found.get(name, ()))


def _tuple(found: Collected, name: str) -> tuple[str, ...]:
    said = _one(found, name)
    return tuple(said.value) if said is not None else ()


def _moment(found: Collected, name: str) -> Said[Moment] | None:
    return _as(found, name, lambda value: Moment.of(value["at"]))


def _buyer(found: Collected) -> Buyer | None:
    for _, fact in found.get("buyer", ()):
        return Buyer(tuple(fact.value.get("ids", ())), fact.value.get("name"), fact.event)
    return None


def _joint(found: Collected) -> tuple[Buyer, ...]:
    return tuple(
        Buyer(tuple(each.get("ids", ())), each.get("name"), fact.event)
        for _, fact in found.get("joint-buyers", ())
        for each in fact.value
    )


def _light_touch(found: Collected, special: Said[tuple[str, ...]] | None) -> Said[bool] | None:
    """The notice's word; where it is silent, the department's."""
    if special is not None and "lightTouch" in special.value:
        return Said(True, special.event)
    return _one(found, "declared-light-touch")


def _call_off(found: Collected) -> tuple[Said[bool], ...]:
    """What any notice shows, and what the department says (which may be that it is none)."""
    shown = tuple(Said(True, event) for event in _events(found, "call-off"))
    return shown + _all(found, "declared-call-off")


def _values(found: Collected) -> Iterable[Value]:
    for _, fact in found.get("value", ()):
        for amount in fact.value:
            yield reports.value(amount["kind"], amount, fact.event)
    declared = (("declared", _one(found, "declared-value")), ("proposal", _part(found, "proposal", "value")))
    for kind, said in declared:
        if said is not None and any(Decimal(pounds) for pounds in said.value.values()):
            yield reports.value(kind, said.value, said.event)


def _starts(found: Collected) -> list[tuple[Start, bool]]:
    """Each step, and whether it counts as one without the department's word."""
    steps = [(fact, False) for _, fact in found.get("start", ())]
    steps += [(fact, True) for _, fact in found.get("declared-start", ())]
    return [
        (
            Start(
                moment=Moment.of(fact.value["at"]),
                limb=Limb(fact.value["limb"]) if "limb" in fact.value else None,
                exact=declared or fact.value["bound"] == "exact",
                declared=declared,
                event=fact.event,
            ),
            fact.value.get("bound") != "possible",
        )
        for fact, declared in steps
    ]


def _planned_start(found: Collected) -> Said[date] | None:
    """The later word of a pipeline or planned procurement notice and of the department's own proposal."""
    said = [
        (fact, fact.value if isinstance(fact.value, str) else fact.value["planned_start"])
        for name in ("planned-start", "proposal")
        for _, fact in found.get(name, ())
    ]
    if not said:
        return None
    fact, day = max(said, key=lambda pair: pair[0].order)
    return Said(date.fromisoformat(day), fact.event)


def _weight(found: Collected) -> Weight | None:
    """The latest notice with criteria; where it states no weight, the department's word. None: no call for tenders."""
    shown = [fact for _, fact in found.get("weight", ())]
    latest = shown[-1] if shown else None
    if latest is not None and latest.value["answer"] == "stated":
        return Weight("stated", Decimal(latest.value["percent"]), declared=False, event=latest.event)
    declared = _one(found, "declared-weight")
    if declared is not None:
        return Weight("stated", Decimal(str(declared.value)), declared=True, event=declared.event)
    if latest is not None and latest.value["answer"] == "combined":
        return Weight("combined", None, declared=False, event=latest.event)
    return Weight("not-stated", None, declared=False, event=latest.event) if latest is not None else None
