"""A procurement as its merged facts show it: one typed value, from which scope and assessment are decided."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Generic, TypeVar

from services.aggregator import opening, records, results
from services.aggregator.collected import Collected, collect, events, every, first_moment, made, one, texts
from services.aggregator.facts import Facts
from services.aggregator.moments import Moment
from services.aggregator.parts import (
    Buyer,
    Commitment,
    CommitmentReport,
    Consideration,
    Consultation,
    ConsultationHeld,
    EventKey,
    Notice,
    Proposal,
    Said,
    SpotCheck,
    Start,
    UrgencyClaim,
    Value,
    Weight,
)
from services.aggregator.results import Award, Cancellation, Contract, Kpi, Rating, Termination
from shared.departments import AuthorityClass
from shared.rules import Interval, Rules, Vat

T = TypeVar("T")


class Part(Generic[T]):
    """An attribute that is read from the facts when it is first asked for: most answers ask for few.

    `cached_property` takes a lock in Python 3.11, which costs more than reading most parts.
    """

    def __init__(self, read: Callable[[Collected], T]) -> None:
        self.read = read

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, procurement: "Procurement", owner: type) -> T:
        value = procurement.__dict__[self.name] = self.read(procurement.found)
        return value


class Procurement:
    """None and empty mean that nobody said so; nothing here is ever a guess.

    `starts` are the known steps of s.1(2); `possible_starts` count only once the department confirms them.
    """

    def __init__(self, ocid: str, facts: Facts) -> None:
        """`facts`: the merged facts of one subject, as far as they are heard."""
        self.ocid = ocid
        self.found = collect(facts)

    buyer: Part[Buyer | None] = Part(opening.buyer)
    joint_buyers: Part[tuple[Buyer, ...]] = Part(opening.joint_buyers)
    senders: Part[tuple[Said[str], ...]] = Part(opening.senders)
    authority: Part[Said[AuthorityClass] | None] = Part(lambda found: made(found, "buyer-class", AuthorityClass))
    devolved: Part[Said[tuple[str, ...]] | None] = Part(lambda found: made(found, "buyer-devolved", tuple))
    scottish_original: Part[Said[bool] | None] = Part(lambda found: one(found, "scottish-original"))
    title: Part[Said[str] | None] = Part(lambda found: opening.told(found, "title"))
    category: Part[Said[str] | None] = Part(lambda found: opening.told(found, "category"))
    additional_categories: Part[tuple[str, ...]] = Part(lambda found: texts(found, "category-additional"))
    regime: Part[Said[str] | None] = Part(lambda found: one(found, "regime"))
    special_regimes: Part[Said[tuple[str, ...]] | None] = Part(opening.special_regimes)
    light_touch: Part[Said[bool] | None] = Part(opening.light_touch)
    procedure: Part[Said[str] | None] = Part(lambda found: one(found, "procedure"))
    direct_award: Part[Said[bool] | None] = Part(lambda found: one(found, "direct-award"))
    framework: Part[Said[Mapping[str, Any]] | None] = Part(lambda found: one(found, "framework"))
    call_off: Part[tuple[Said[bool], ...]] = Part(opening.call_off)
    framework_hints: Part[tuple[EventKey, ...]] = Part(lambda found: events(found, "framework-hint"))
    health_hints: Part[tuple[EventKey, ...]] = Part(lambda found: events(found, "health-hint"))
    exempt_hints: Part[tuple[EventKey, ...]] = Part(lambda found: events(found, "exempt-hint"))
    urgency_hints: Part[tuple[EventKey, ...]] = Part(lambda found: events(found, "urgency-hint"))
    values: Part[tuple[Value, ...]] = Part(lambda found: tuple(opening.values(found)))
    estimate: Part[Value | None] = Part(opening.estimate)
    flags: Part[tuple[Said[bool], ...]] = Part(lambda found: every(found, "flag"))
    flag_texts: Part[tuple[Said[str], ...]] = Part(lambda found: every(found, "flag-text"))
    notices: Part[tuple[Notice, ...]] = Part(opening.notices)
    is_market_only: Part[bool] = Part(opening.is_market_only)
    tender_notice: Part[EventKey | None] = Part(opening.tender_notice)
    starts: Part[tuple[Start, ...]] = Part(opening.starts)
    start: Part[Start | None] = Part(opening.start)
    possible_starts: Part[tuple[Start, ...]] = Part(opening.possible_starts)
    planned_start: Part[Said[date] | None] = Part(opening.planned_start)
    deadline: Part[Said[Moment] | None] = Part(lambda found: made(found, "deadline", Moment.of))
    proposal: Part[Proposal | None] = Part(records.proposal)
    considered_at: Part[Said[Moment] | None] = Part(lambda found: first_moment(found, "considered-at"))
    consideration: Part[Consideration | None] = Part(records.consideration)
    consultation_decided_at: Part[Said[Moment] | None] = Part(
        lambda found: first_moment(found, "consultation-decided-at")
    )
    consultation: Part[Consultation | None] = Part(records.consultation)
    consultations_held: Part[tuple[ConsultationHeld, ...]] = Part(records.consultations_held)
    urgency: Part[tuple[UrgencyClaim, ...]] = Part(records.urgency)
    weight: Part[Weight | None] = Part(opening.weight)
    outcome_framework: Part[Said[str] | None] = Part(lambda found: one(found, "declared-framework"))
    codes: Part[tuple[str, ...]] = Part(lambda found: texts(found, "declared-codes"))
    social_value_mentions: Part[tuple[EventKey, ...]] = Part(lambda found: events(found, "social-value-mention"))
    commitments: Part[tuple[Commitment, ...]] = Part(records.commitments)
    commitment_reports: Part[tuple[CommitmentReport, ...]] = Part(records.commitment_reports)
    kpis: Part[tuple[Kpi, ...]] = Part(results.kpis)
    ratings: Part[tuple[Rating, ...]] = Part(results.ratings)
    awards: Part[tuple[Award, ...]] = Part(results.awards)
    contracts: Part[tuple[Contract, ...]] = Part(results.contracts)
    terminations: Part[tuple[Termination, ...]] = Part(results.terminations)
    cancellations: Part[tuple[Cancellation, ...]] = Part(results.cancellations)
    spot_checks: Part[tuple[SpotCheck, ...]] = Part(records.spot_checks)

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
