"""Mystery Shopper cases (now the Public Procurement Review Service) of one department, as they stood in a period.

The service standard is two months for central government and three for the wider public sector. The supplier is never
part of it. Counts, never percentages: a department sees single digits a year.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.aggregator.capability import collected
from services.aggregator.facts import Facts
from services.aggregator.items import months_after
from shared.periods import Period
from shared.status import GroupRating, Measure, Rating

STANDARD_MONTHS = {True: 2, False: 3}


@dataclass(frozen=True, slots=True)
class Recommendation:
    due: date
    implemented: date | None


@dataclass(frozen=True, slots=True)
class Case:
    department: str
    opened: date
    central: bool
    closed: date | None
    outcome: str | None
    recommendations: tuple[Recommendation, ...]

    @property
    def standard(self) -> date:
        """The last day on which it is closed within the service standard."""
        return months_after(self.opened, STANDARD_MONTHS[self.central])


def case(facts: Facts) -> Case | None:
    """A case from its facts; None while nobody has said that it was opened."""
    opened = _last(facts, "case.opened")
    if opened is None:
        return None
    closed = _last(facts, "case.closed")
    implemented = {
        data["recommendation"]: date.fromisoformat(data["implemented_on"])
        for data, _ in collected(facts, "recommendation.implemented")
    }
    issued = {data["recommendation"]: data for data, _ in collected(facts, "recommendation.issued")}
    return Case(
        department=opened["department"],
        opened=date.fromisoformat(opened["opened_on"]),
        central=opened.get("central", True),
        closed=None if closed is None else date.fromisoformat(closed["closed_on"]),
        outcome=None if closed is None else closed["outcome"],
        recommendations=tuple(
            Recommendation(date.fromisoformat(data["due"]), implemented.get(key))
            for key, data in sorted(issued.items())
        ),
    )


def _last(facts: Facts, name: str) -> Any:
    return next(iter(list(collected(facts, name))[::-1]), (None, None))[0]


def in_period(cases: Iterable[Case], period: Period) -> list[Case]:
    """Those open or closed in it."""
    return [c for c in cases if c.opened <= period.last_day and (c.closed is None or c.closed >= period.first_day)]


def challenge(cases: Iterable[Case], spot_checks: Mapping[str, int], period: Period) -> Measure:
    """Indicator 13. `spot_checks`: result → how many of the period. An outcome not yet known is unknown."""
    counts: Counter[str] = Counter()
    found = in_period(cases, period)
    for each in found:
        if each.opened >= period.first_day:
            counts["opened"] += 1
        if each.closed is not None and each.closed <= period.last_day:
            counts[f"closed-{each.outcome}"] += 1
        else:
            counts["open"] += 1
        due = [r for r in each.recommendations if r.due <= period.last_day]
        counts["recommendations-due"] += len(due)
        counts["recommendations-implemented"] += sum(
            r.implemented is not None and r.implemented <= period.last_day for r in due
        )
    counts.update({f"spot-check-{result}": number for result, number in spot_checks.items()})
    return Measure(
        population=len(found) + sum(spot_checks.values()),
        unknown=counts["open"],
        answers={answer: number for answer, number in sorted(counts.items()) if number},
    )


def rate(cases: Iterable[Case], period: Period) -> GroupRating:
    """E: every case inside its service standard and every recommendation implemented by its date. No case is good."""
    found = in_period(cases, period)
    last = period.last_day
    late = sum((min(c.closed, last) if c.closed is not None else last) > c.standard for c in found)
    due = [r for c in found for r in c.recommendations if r.due <= last]
    unmet = sum((r.implemented or date.max) > r.due for r in due)
    upheld = sum(
        c.outcome == "upheld" and c.closed is not None and c.closed <= last and not c.recommendations for c in found
    )
    rating = {0: Rating.GOOD, 1: Rating.PARTIAL}.get(late + unmet, Rating.POOR)
    if upheld:
        rating = Rating.POOR
    if not found:
        return GroupRating(group="E", rating=Rating.GOOD, reason="no case open or closed in the period")
    return GroupRating(
        group="E",
        rating=rating,
        reason=f"{len(found)} cases; {late} outside the service standard; "
        f"{unmet} of {len(due)} recommendations not implemented by their date; {upheld} upheld without an action",
    )
