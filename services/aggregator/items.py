"""What a procurement answers beyond its start: contracts, commitments, suppliers, plans, each in its own time.

An item counts in the period in which its day lies, or, if it lasts, in every period on whose last day it holds.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple

from services.aggregator.parts import Commitment, Value
from services.aggregator.procurement import Procurement
from services.aggregator.results import Award, Rating
from shared.departments import Register
from shared.events.procurement import KpiRating
from shared.periods import Period
from shared.rules import Rules

NEVER = date(9999, 12, 31)
"""The day after the last of something whose end nobody has told."""
PLANNED_WITHIN = 24
KPI_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Item:
    """`past` None: it happened on `first`. Else it holds from `first` until the day before `past`. Values in pence."""

    question: str
    answer: str
    department: str
    first: str
    past: str | None
    gross: int | None
    net: int | None


class _Said(NamedTuple):
    question: str
    answer: str
    first: date
    past: date | None = None
    value: Value | None = None


def items(
    procurement: Procurement, *, department: str | None, covered: bool, register: Register, rules: Rules
) -> tuple[Item, ...]:
    """`department`: whom the buyer belongs to; `covered`: a policy on social value covers it (PPN 06/20, 002, 026)."""
    if department is None:
        return ()
    said = [
        *_committed(procurement, covered=covered),
        *_delivered(procurement),
        *_kpis(procurement),
        *_suppliers(procurement),
        *_spot_checks(procurement),
        *_forward(procurement),
        *_details_notice(procurement, rules),
    ]
    return tuple(item for each in said for item in _owned(each, department, register))


def _owned(said: _Said, department: str, register: Register) -> Iterator[Item]:
    """Cut where departments change, so that each part is counted for the one that answers on its last day."""
    gross, net = pence(said.value)
    if said.past is None:
        owner = register.answerable_for(department, Period.of(said.first).last_day)
        yield Item(said.question, said.answer, owner, said.first.isoformat(), None, gross, net)
        return
    changes = sorted({change.effective for change in register.changes if said.first < change.effective < said.past})
    edges = [said.first, *changes, said.past]
    parts: list[tuple[str, date, date]] = []
    for first, past in pairwise(edges):
        owner = register.answerable_for(department, first)
        if parts and parts[-1][0] == owner:
            parts[-1] = (owner, parts[-1][1], past)
        else:
            parts.append((owner, first, past))
    for owner, first, past in parts:
        yield Item(said.question, said.answer, owner, first.isoformat(), past.isoformat(), gross, net)


def pence(value: Value | None) -> tuple[int | None, int | None]:
    """Gross, or net where no gross value is known; (None, None) for another currency or a sum that nobody meant."""
    if value is None or value.currency != "GBP":
        return None, None
    pounds = value.gross if value.gross is not None else value.net
    whole = None if pounds is None else int((pounds * 100).to_integral_value())
    if whole is None or abs(whole) >= 2**53:
        return None, None
    return (whole, None) if value.gross is not None else (None, whole)


def _awarded(procurement: Procurement) -> list[tuple[date, Award]]:
    """Each award once, by the latest notice that tells of it: UK5, UK6 and UK7 may all do."""
    latest: dict[str, tuple[date, Award]] = {}
    if not procurement.awards:
        return []
    for award in procurement.awards:
        signed = next((c.signed for c in procurement.contracts if c.award == award.id and c.signed), None)
        day = signed or award.decided
        if day is not None and award.status not in ("cancelled", "unsuccessful"):
            latest[award.id or award.release] = (day, award)
    return sorted(latest.values(), key=lambda pair: (pair[0], pair[1].id or ""))


def _committed(procurement: Procurement, *, covered: bool) -> Iterator[_Said]:
    """Indicator 10: of a procurement's first contract; the commitments of a framework are its call-offs'."""
    awarded = _awarded(procurement)
    if not covered or not awarded:
        return
    day, award = awarded[0]
    countable = [c for c in procurement.commitments if c.quantity is not None and c.unit and c.due is not None]
    social_kpis = [kpi for kpi in procurement.kpis if kpi.social_value == "yes"]
    if procurement.framework is not None:
        answer = "framework"
    elif countable:
        answer = "countable"
    elif procurement.commitments or social_kpis:
        answer = "not-countable"
    else:
        answer = "not-answered"
    yield _Said("committed", answer, day, value=award.value)
    if len(social_kpis) >= 3:
        yield _Said("committed-kpis", "three-kpis", day)


def _end(procurement: Procurement) -> tuple[date, bool]:
    """The day after the procurement's last contract ends, as far as known, and whether it was terminated early."""
    early = [t.on for t in procurement.terminations if t.on is not None and "contractCompleted" not in t.reasons]
    if early:
        return min(early) + timedelta(days=1), True
    ends = [c.longest or c.last for c in procurement.contracts] + [a.last for a in procurement.awards]
    known = [end for end in ends if end is not None]
    return (max(known) + timedelta(days=1), False) if known else (NEVER, False)


def _delivered(procurement: Procurement) -> Iterator[_Said]:
    """Indicator 11, by commitment: delivered when what was reported in all reaches what was due. Units never add up."""
    if not procurement.commitments:
        return
    end, terminated = _end(procurement)
    for commitment in procurement.commitments:
        if commitment.due is None or commitment.quantity is None:
            continue
        if terminated and end <= commitment.due:
            yield _Said("delivered", "terminated", commitment.due)
            continue
        past = max(end, Period.of(commitment.due).last_day + timedelta(days=1))
        yield from _over_time(procurement, commitment, commitment.due, commitment.quantity, past)


def _over_time(
    procurement: Procurement, commitment: Commitment, due: date, quantity: Decimal, past: date
) -> Iterator[_Said]:
    """The answer from the due day on: a later report changes it from its day, and only from then."""
    reports = sorted((r.as_of, r.delivered) for r in procurement.commitment_reports if r.commitment == commitment.key)
    changes: dict[date, str] = {due: "unreported"}
    for as_of, delivered in reports:
        if as_of < past:
            changes[max(as_of, due)] = "delivered" if delivered >= quantity else "short"
    days = [*sorted(changes), past]
    for first, until in pairwise(days):
        yield _Said("delivered", changes[first], first, until)


def _kpis(procurement: Procurement) -> Iterator[_Said]:
    """Beside indicator 11: the newest rating of each social value KPI (PA 2023 s.71: at least once in 12 months)."""
    by_kpi: dict[tuple[str | None, str | None], list[Rating]] = {}
    for rating in procurement.ratings:
        if rating.social_value == "yes":
            by_kpi.setdefault((rating.contract, rating.kpi), []).append(rating)
    if not by_kpi:
        return
    end, _ = _end(procurement)
    for ratings in by_kpi.values():
        ratings.sort(key=lambda r: r.assessed_on)
        nexts = [r.assessed_on for r in ratings[1:]] + [max(end, ratings[-1].assessed_on + timedelta(days=1))]
        for rating, until in zip(ratings, nexts, strict=True):
            stale = months_after(rating.assessed_on, KPI_MONTHS)
            yield _Said("kpi-rating", _word(rating.rating), rating.assessed_on, until)
            if stale < until:
                yield _Said("kpi-rating", "older-than-12-months", stale, until)


def _word(rating: KpiRating) -> str:
    return f"kpi-{rating.value}"


def months_after(day: date, months: int) -> date:
    """The same day so many months later, or the first of the month after it where there is no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    try:
        return date(year, month + 1, day.day)
    except ValueError:
        return date(year, month + 1, 28) + timedelta(days=4)


def _suppliers(procurement: Procurement) -> Iterator[_Said]:
    """Indicator 12: who won, as the notice states it. "Suitable for small enterprises" is no award to one."""
    if procurement.is_market_only:
        return
    for day, award in _awarded(procurement):
        scales = {supplier.scale for supplier in award.suppliers}
        answer = "sme" if "sme" in scales else "large" if "large" in scales else "not-stated"
        yield _Said("supplier-reach", answer, day, value=award.value)
        if any(supplier.vcse for supplier in award.suppliers):
            yield _Said("supplier-kind", "vcse", day)


def _spot_checks(procurement: Procurement) -> Iterator[_Said]:
    for check in procurement.spot_checks:
        yield _Said("spot-check", check.result, check.completed_on)


def _forward(procurement: Procurement) -> Iterator[_Said]:
    """Indicator 16: planned to start within 24 months of the period's end, and not started on it."""
    planned = procurement.planned_start
    if planned is None:
        return
    start = procurement.start
    past = min(planned.value, start.moment.day) if start is not None else planned.value
    known = [notice.at.day for notice in procurement.notices if notice.event == planned.event]
    told = known[0] if known else months_after(planned.value, -PLANNED_WITHIN)
    first = max(told, months_after(planned.value, -PLANNED_WITHIN))
    if first >= past:
        return
    wanted = procurement.proposal.social_value_planned if procurement.proposal is not None else None
    if procurement.considered_at is not None or wanted:
        answer = "social-value-planned"
    else:
        answer = "not-planned" if wanted is False else "not-stated"
    yield _Said("forward-look", answer, first, past, procurement.estimate)


def _details_notice(procurement: Procurement, rules: Rules) -> Iterator[_Said]:
    """Beside indicator 15: a contract details notice later than 30 days (light touch 120) after signing. s.53."""
    light = procurement.light_touch is not None and procurement.light_touch.value
    limit = rules.details_notice.days_light_touch if light else rules.details_notice.days
    for contract in procurement.contracts:
        if contract.signed is not None and (contract.published.day - contract.signed).days > limit:
            yield _Said("details-notice", "details-notice-late", contract.signed)


def covered_by_policy(grounds: Iterable[str], *, start: date | None, rules: Rules) -> bool:
    """P2: a policy on weights is in force at the start, and nothing takes the procurement out of it.

    Goods, works and call-offs are covered too; defence contracts, utilities and what is below threshold are not.
    """
    if start is None or not any(policy.bands for policy in rules.policies_on(start)):
        return False
    return OUTSIDE_POLICY.isdisjoint(grounds)


OUTSIDE_POLICY = frozenset(
    {
        "flagged-below",
        "value-below",
        "text-below",
        "defence-contract",
        "utilities-contract",
        "concession-contract",
        "private-utility",
        "excluded-authority",
        "dynamic-market",
        "before-the-act",
        "devolved",
        "scottish-notice",
    }
)
