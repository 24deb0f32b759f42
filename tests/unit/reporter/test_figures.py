"""Percentages and when they are withheld."""

from hypothesis import given
from hypothesis import strategies as st

from services.reporter.figures import Figure, added, figure, is_good, percent, shown
from shared.status import Measure, Value
from tests.unit.reporter.examples import considered


def test_a_percentage_needs_a_denominator_of_ten() -> None:
    """Below it the counts stand instead; nothing of nothing is not available, never zero."""
    said = [shown(n, d, percent(n, d)) for n, d in ((9, 10), (7, 9), (0, 10), (0, 0))]
    assert said == ["90%", "7 of 9", "0%", "[x]"]


def test_rounding_never_says_all_or_none_when_it_is_not() -> None:
    """999 of 1,000 is 99, 1 of 1,000 is 1; halves go up."""
    assert [percent(999, 1000), percent(1, 1000), percent(1000, 1000), percent(0, 1000), percent(5, 40)] == [
        99, 1, 100, 0, 13,
    ]  # fmt: skip


@given(st.integers(0, 5000), st.integers(0, 5000))
def test_a_percentage_is_within_one_point_of_the_ratio(numerator: int, rest: int) -> None:
    """Whatever the counts."""
    rate = percent(numerator, numerator + rest)
    if numerator + rest < 10:
        assert rate is None
    else:
        assert rate is not None
        assert abs(rate - 100 * numerator / (numerator + rest)) <= 1


def test_the_level_rated_good_is_compared_without_rounding() -> None:
    """94.6 per cent is shown as 95 and is still below 95."""
    almost = figure(considered(176, 10, 0, 0))
    assert (almost.percent, is_good("considered-in-time", almost)) == (95, False)


def test_what_has_no_denominator_is_neither_good_nor_below() -> None:
    """Unknown is never folded into no."""
    assert is_good("considered-in-time", figure(considered(0, 0, 0, 12))) is None


def test_departments_are_added_and_their_percentage_is_taken_anew() -> None:
    """Counts, exclusions, answers and values each by key; two that are suppressed may together be shown."""
    one, two = considered(4, 1, 0, 1, urgent=1), considered(5, 2, 0, 0)
    assert added([figure(one), figure(two)]) == Figure(
        population=14,
        numerator=9,
        denominator=12,
        percent=75,
        unknown=1,
        excluded={"urgency-claimed": 1},
        answers={"before": 9, "declared-none": 0, "late": 3, "no-record": 1, "order-unknown": 0},
        value=Value(gross=14 * 2_650_000_00, net_only=1_200_000_00, unvalued=1),
        value_met=Value(gross=9 * 2_700_000_00),
    )


def test_a_measure_without_a_ratio_has_no_percentage() -> None:
    """It only counts."""
    assert figure(Measure(population=81, answers={"applies": 67})).percent is None
