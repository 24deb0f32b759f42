"""Ratings by group, method version 1. No averaging: every part of a cell must hold, else the next cell is tried.

Absence of a record is no evidence, not a breach: too much of it makes *not enough data*, never *poor*, except in group
F, which rates the data itself.
"""

from collections.abc import Mapping
from fractions import Fraction

from shared.status import Capability, Data, GroupRating, Measure, Rating

FEWEST_IN_SCOPE = 5
MOST_UNKNOWN = Fraction(25, 100)


def share(part: int, whole: int) -> Fraction | None:
    return Fraction(part, whole) if whole else None


def ratio(measure: Measure | None) -> Fraction | None:
    """Numerator over denominator; None where there is nothing to divide by."""
    if measure is None or measure.numerator is None or measure.denominator is None:
        return None
    return share(measure.numerator, measure.denominator)


def _at_least(value: Fraction | None, percent: int) -> bool:
    return value is not None and value * 100 >= percent


def _of(measure: Measure) -> str:
    return f"{measure.numerator} of {measure.denominator}"


def legal_duty(measures: Mapping[str, Measure]) -> GroupRating:
    """A: indicators 1 to 7."""
    scope, considered = measures["in-scope"], measures["considered-in-time"]
    complete, consultation = measures["complete-consideration"], measures["consultation"]

    def rated(rating: Rating, reason: str) -> GroupRating:
        return GroupRating(group="A", rating=rating, reason=reason)

    in_scope = scope.answers.get("applies", 0)
    if in_scope < FEWEST_IN_SCOPE:
        return rated(Rating.NOT_ENOUGH_DATA, f"{in_scope} procurements in scope; at least {FEWEST_IN_SCOPE} are needed")
    cannot_tell = share(scope.unknown, scope.population)
    if cannot_tell is not None and cannot_tell > MOST_UNKNOWN:
        return rated(
            Rating.NOT_ENOUGH_DATA,
            f"whether the Act applies cannot be told for {scope.unknown} of {scope.population} procurements",
        )
    known = considered.denominator or 0
    unknown = share(considered.unknown, known + considered.unknown)
    if unknown is None or unknown > MOST_UNKNOWN:
        return rated(
            Rating.NOT_ENOUGH_DATA,
            f"no usable record of consideration for {considered.unknown} of {known + considered.unknown} procurements",
        )
    in_time = ratio(considered)
    words = f"{_of(considered)} considered before the start"
    if _at_least(in_time, 95) and _at_least(ratio(complete), 90) and _at_least(ratio(consultation), 90):
        return rated(
            Rating.GOOD,
            f"{words}, {_of(complete)} complete, consultation decided in time for {_of(consultation)}",
        )
    if _at_least(in_time, 75):
        short = [
            text
            for text, met in (
                (f"{_of(considered)} considered before the start", _at_least(in_time, 95)),
                (f"{_of(complete)} considerations complete", _at_least(ratio(complete), 90)),
                (f"consultation decided in time for {_of(consultation)}", _at_least(ratio(consultation), 90)),
            )
            if not met
        ]
        return rated(Rating.PARTIAL, "; ".join(short))
    return rated(Rating.POOR, words)


MOST_UNSTATED = Fraction(50, 100)


def policy_duty(measures: Mapping[str, Measure]) -> GroupRating:
    """B: indicator 8. A weight combined with another criterion counts as not stated."""
    weight = measures["weight"]
    unstated = share(weight.unknown, (weight.denominator or 0) + weight.unknown)
    if unstated is None:
        return GroupRating(group="B", rating=Rating.NOT_ENOUGH_DATA, reason="no tender under a policy on weights")
    if unstated > MOST_UNSTATED:
        words = f"weight not stated for {weight.unknown} of {(weight.denominator or 0) + weight.unknown} tenders"
        return GroupRating(group="B", rating=Rating.NOT_ENOUGH_DATA, reason=words)
    words = f"{_of(weight)} stated weights at or above the minimum; {weight.unknown} not stated"
    return GroupRating(group="B", rating=_banded(ratio(weight), good=90, partial=70), reason=words)


def delivery(measures: Mapping[str, Measure]) -> GroupRating:
    """C: indicator 11, by commitment; a KPI rated Inadequate is never good."""
    delivered = measures["delivered"]
    known = delivered.denominator or 0
    unreported = share(delivered.unknown, known + delivered.unknown)
    if unreported is None:
        return GroupRating(group="C", rating=Rating.NOT_ENOUGH_DATA, reason="nothing was due")
    if unreported > MOST_UNSTATED:
        words = f"{delivered.unknown} of {known + delivered.unknown} commitments due are not reported on"
        return GroupRating(group="C", rating=Rating.NOT_ENOUGH_DATA, reason=words)
    inadequate = delivered.answers.get("kpi-inadequate", 0)
    rating = _banded(ratio(delivered), good=85, partial=60)
    if rating is Rating.GOOD and inadequate:
        rating = Rating.PARTIAL
    words = f"{_of(delivered)} commitments due and reported on are delivered; {delivered.unknown} not reported"
    return GroupRating(
        group="C", rating=rating, reason=f"{words}; {inadequate} KPIs Inadequate" if inadequate else words
    )


def _banded(value: Fraction | None, *, good: int, partial: int) -> Rating:
    if _at_least(value, good):
        return Rating.GOOD
    return Rating.PARTIAL if _at_least(value, partial) else Rating.POOR


def capability_tests(capability: Capability) -> dict[str, bool | None]:
    """The three tests of group D. None: commercial staff were never counted."""
    strategy = capability.strategy
    staff = capability.commercial_staff
    return {
        "champion": capability.champion is not None,
        "strategy": strategy is not None and bool(strategy.priorities) and bool(strategy.how_teams_apply),
        "training": None if staff is None else 2 * capability.commercial_staff_trained >= staff,
    }


def capability_measure(capability: Capability) -> Measure:
    """Indicator 14: of three tests, those met."""
    tests = capability_tests(capability)
    return Measure(
        population=len(tests),
        numerator=sum(met is True for met in tests.values()),
        denominator=sum(met is not None for met in tests.values()),
        unknown=sum(met is None for met in tests.values()),
        answers={name: int(met) for name, met in tests.items() if met is not None},
    )


_MISSING = {
    "champion": "no champion in post",
    "strategy": "no current strategy with priorities and how teams apply them",
    "training": "fewer than half of commercial staff trained",
}


def capability(facts: Capability) -> GroupRating:
    """D: indicator 14. Staff never counted is not trained."""
    if facts.events_in_period == 0:
        return GroupRating(group="D", rating=Rating.NOT_ENOUGH_DATA, reason="no event about the department came in")
    missing = [words for name, words in _MISSING.items() if not capability_tests(facts)[name]]
    rating = {0: Rating.GOOD, 1: Rating.PARTIAL}.get(len(missing), Rating.POOR)
    return GroupRating(
        group="D", rating=rating, reason="; ".join(missing) or "champion, strategy and training in place"
    )


def data_quality(measures: Mapping[str, Measure], data: Data) -> GroupRating:
    """F: coverage of independent notices, what came late, and what cannot be told."""
    coverage, scope = measures["return-quality"], measures["in-scope"]
    if not coverage.population:
        return GroupRating(group="F", rating=Rating.NOT_ENOUGH_DATA, reason="no published notice to compare with")
    reported = ratio(coverage)
    late = share(data.late, data.events) or Fraction(0)
    unknown = share(scope.unknown, scope.population) or Fraction(0)
    words = (
        f"reported on {_of(coverage)} procurements found in notices; {data.late} of {data.events} events late; "
        f"scope cannot be told for {scope.unknown} of {scope.population}"
    )
    if _at_least(reported, 90) and late <= Fraction(10, 100) and unknown <= Fraction(10, 100):
        rating = Rating.GOOD
    elif _at_least(reported, 70) and late <= Fraction(25, 100) and unknown <= Fraction(25, 100):
        rating = Rating.PARTIAL
    else:
        rating = Rating.POOR
    return GroupRating(group="F", rating=rating, reason=words)


_ORDER = [Rating.POOR, Rating.PARTIAL, Rating.GOOD]


def overall(groups: Mapping[str, GroupRating]) -> tuple[Rating, str]:
    """The worse of A and F. Without A it is never good or partial; a silent department is poor for its data."""
    duty, quality = groups["A"], groups["F"]
    if duty.rating is Rating.NOT_ENOUGH_DATA:
        if quality.rating is Rating.POOR:
            return Rating.POOR, f"nothing usable was sent: {quality.reason}"
        return Rating.NOT_ENOUGH_DATA, duty.reason
    if quality.rating is Rating.NOT_ENOUGH_DATA:
        return duty.rating, f"{duty.reason} (the legal duty alone: {quality.reason})"
    worse = min(duty, quality, key=lambda group: _ORDER.index(group.rating))
    return worse.rating, worse.reason
