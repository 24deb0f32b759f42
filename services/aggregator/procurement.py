"""A procurement as its merged facts show it: one typed value, from which scope and assessment are decided."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from services.aggregator import opening, records, results
from services.aggregator.collected import collect, events, every, first_moment, made, one, part, texts
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
    tender_notice: EventKey | None
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
    def is_market_only(self) -> bool:
        """Nothing but notices of a dynamic market, which is no contract."""
        return bool(self.notices) and all(notice.type in MARKETS for notice in self.notices)


def _size(value: Value) -> Decimal:
    """Gross where known; a net figure by itself, as its VAT is not known."""
    return value.gross or value.net or Decimal(0)


def view(ocid: str, facts: Facts) -> Procurement:
    """The typed view over the merged facts of one subject."""
    found = collect(facts)
    special = made(found, "special-regimes", tuple)
    starts = opening.starts(found)
    return Procurement(
        ocid=ocid,
        buyer=opening.buyer(found),
        joint_buyers=opening.joint_buyers(found),
        senders=tuple(Said(code, fact.event) for code, fact in found.get("sender", ())),
        authority=made(found, "buyer-class", AuthorityClass),
        devolved=made(found, "buyer-devolved", tuple),
        scottish_original=one(found, "scottish-original"),
        title=one(found, "title") or one(found, "declared-title") or part(found, "proposal", "title"),
        category=one(found, "category") or one(found, "declared-category") or part(found, "proposal", "category"),
        additional_categories=texts(found, "category-additional"),
        regime=one(found, "regime"),
        special_regimes=special,
        light_touch=opening.light_touch(found, special),
        procedure=one(found, "procedure"),
        direct_award=one(found, "direct-award"),
        framework=one(found, "framework"),
        call_off=opening.call_off(found),
        framework_hints=events(found, "framework-hint"),
        health_hints=events(found, "health-hint"),
        exempt_hints=events(found, "exempt-hint"),
        urgency_hints=events(found, "urgency-hint"),
        values=tuple(opening.values(found)),
        flags=every(found, "flag"),
        flag_texts=every(found, "flag-text"),
        notices=tuple(
            Notice(id, f.value.get("type"), tuple(f.value.get("tags", ())), Moment.of(f.at), f.event)
            for id, f in found.get("notice", ())
        ),
        tender_notice=opening.tender_notice(found),
        starts=tuple(start for start, counts in starts if counts),
        possible_starts=tuple(start for start, counts in starts if not counts),
        planned_start=opening.planned_start(found),
        deadline=made(found, "deadline", Moment.of),
        proposal=records.proposal(found),
        considered_at=first_moment(found, "considered-at"),
        consideration=records.consideration(found),
        consultation_decided_at=first_moment(found, "consultation-decided-at"),
        consultation=records.consultation(found),
        consultations_held=records.consultations_held(found),
        urgency=records.urgency(found),
        weight=opening.weight(found),
        outcome_framework=one(found, "declared-framework"),
        codes=texts(found, "declared-codes"),
        social_value_mentions=events(found, "social-value-mention"),
        commitments=records.commitments(found),
        commitment_reports=records.commitment_reports(found),
        kpis=results.kpis(found),
        ratings=results.ratings(found),
        awards=results.awards(found),
        contracts=results.contracts(found),
        terminations=results.terminations(found),
        cancellations=results.cancellations(found),
        spot_checks=records.spot_checks(found),
    )
