"""Counting answers: nothing is lost between population, denominator, unknown and excluded."""

from hypothesis import given
from hypothesis import strategies as st

from services.aggregator.indicators import COUNTED, STRANDS, Counted, Tally, measures, tallies
from shared import indicators as catalogue
from shared.status import Measure, Value

RATIOS = [counted for counted in (*COUNTED, *STRANDS) if counted.by.ratio]


def answers_of(counted: Counted) -> list[str]:
    return sorted({*counted.by.numerator, *counted.by.rest, *counted.by.unknown, *counted.by.excluded})


@given(
    st.sampled_from(RATIOS).flatmap(
        lambda counted: st.tuples(
            st.just(counted),
            st.lists(st.tuples(st.sampled_from(answers_of(counted)), st.none() | st.integers(0, 10**9))),
        )
    )
)
def test_population_is_denominator_unknown_and_excluded(case: tuple[Counted, list[tuple[str, int | None]]]) -> None:
    """Every procurement of the population is in exactly one of the three, always."""
    counted, rows = case
    measure = counted.measure(tallies(({counted.id: [answer]}, gross, None) for answer, gross in rows))
    assert measure.population == len(rows)
    assert measure.denominator is not None
    assert measure.population == measure.denominator + measure.unknown + sum(measure.excluded.values())
    assert 0 <= (measure.numerator or 0) <= measure.denominator


def test_answers_have_one_role() -> None:
    """No answer is in two roles of one indicator."""
    for counted in (*COUNTED, *STRANDS):
        roles = [counted.by.numerator, counted.by.rest, counted.by.unknown, frozenset(counted.by.excluded)]
        assert sum(map(len, roles)) == len(frozenset().union(*roles))


def test_values_are_kept_apart() -> None:
    """Gross and net-only values are never added, and a procurement without either is counted as such."""
    rows = [
        ({"considered-in-time": ["before"]}, 100, None),
        ({"considered-in-time": ["late"]}, None, 50),
        ({"considered-in-time": ["no-record"]}, None, None),
    ]
    assert measures(tallies(rows))["considered-in-time"] == Measure(
        population=3,
        numerator=1,
        denominator=2,
        unknown=1,
        answers={"before": 1, "late": 1, "no-record": 1},
        value=Value(gross=100, net_only=50, unvalued=1),
        value_met=Value(gross=100),
    )


def test_counted_indicators_are_in_the_catalogue() -> None:
    """What is counted is described, and what is described as measured is counted."""
    described = {indicator.id for indicator in catalogue.CATALOGUE if indicator.measured}
    assert described == {counted.id for counted in COUNTED} | {"capability", "challenge"}


def test_tallies_add_up() -> None:
    """Adding tallies adds each of their parts."""
    assert Tally(1, 2, 3, 4) + Tally(10, 20, 30, 40) == Tally(11, 22, 33, 44)
