"""Quarters and years of the financial year."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared import times
from shared.periods import Period, quarters_to

DAYS = st.dates(date(times.FIRST_YEAR, 1, 1), date(times.LAST_YEAR, 12, 31))
PERIODS = st.builds(Period, st.integers(2000, 2099), st.integers(0, 4))
few = settings(max_examples=100, deadline=None)


@given(PERIODS)
@few
def test_what_follows_comes_before_again(period: Period) -> None:
    """Each of the two undoes the other."""
    assert period.following.preceding == period.preceding.following == period


@given(PERIODS)
@few
def test_periods_leave_no_day_between_them(period: Period) -> None:
    """Each begins on the day after the one before it ends."""
    assert period.preceding.last_day + timedelta(days=1) == period.first_day
    assert period.last_day + timedelta(days=1) == period.following.first_day


@given(PERIODS)
@few
def test_a_period_is_read_back_from_its_spelling(period: Period) -> None:
    """The spelling is the key of rounds and statuses."""
    assert Period.parse(str(period)) == period


@given(DAYS)
@few
def test_a_day_lies_in_exactly_one_quarter(day: date) -> None:
    """That which `of` names, and none of its year's others."""
    quarter = Period.of(day)
    containing = [q for q in Period(quarter.year, 0).quarters if q.first_day <= day <= q.last_day]
    assert containing == [quarter]


@given(DAYS)
@few
def test_the_quarter_of_a_day_can_be_spelt(day: date) -> None:
    """Whatever day an event may have, its quarter is a key that can be read back."""
    assert Period.parse(str(Period.of(day))) == Period.of(day)


@given(st.integers(2000, 2099))
@few
def test_a_year_is_its_four_quarters(year: int) -> None:
    """From the first day of the first to the last day of the last."""
    whole = Period(year, 0)
    assert (whole.quarters[0].first_day, whole.quarters[-1].last_day) == (whole.first_day, whole.last_day)
    assert [earlier.following for earlier in whole.quarters[:3]] == list(whole.quarters[1:])


@given(PERIODS, PERIODS)
@few
def test_quarters_sort_as_time_does(one: Period, other: Period) -> None:
    """So that the latest is the largest."""
    if one.quarter and other.quarter:
        assert (one < other) == (one.first_day < other.first_day)


EXAMPLES = {
    "2026-27-q1": (date(2026, 4, 1), date(2026, 6, 30), "Q1 2026 to 2027", "April to June 2026"),
    "2026-27-q2": (date(2026, 7, 1), date(2026, 9, 30), "Q2 2026 to 2027", "July to September 2026"),
    "2026-27-q3": (date(2026, 10, 1), date(2026, 12, 31), "Q3 2026 to 2027", "October to December 2026"),
    "2026-27-q4": (date(2027, 1, 1), date(2027, 3, 31), "Q4 2026 to 2027", "January to March 2027"),
    "2026-27": (date(2026, 4, 1), date(2027, 3, 31), "2026 to 2027", "April 2026 to March 2027"),
    "2099-00-q4": (date(2100, 1, 1), date(2100, 3, 31), "Q4 2099 to 2100", "January to March 2100"),
}


@pytest.mark.parametrize(("text", "expected"), EXAMPLES.items())
def test_a_period_in_days_and_words(text: str, expected: tuple[date, date, str, str]) -> None:
    """Its first and last day, its title and its months."""
    period = Period.parse(text)
    assert (period.first_day, period.last_day, period.title, period.months) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026",
        "2026-27-q0",
        "2026-27-q5",
        "2026-27-Q1",
        "2026-28",
        "2026-26-q1",
        "1999-00",
        "2126-27",
        "2026-27 ",
        "2026-27\n",
        "2026-2027",
        "20२६-२७",
        "2026-27-q1-q2",
    ],
)
def test_any_other_spelling_is_no_period(text: str) -> None:
    """The message shows how a period is written."""
    with pytest.raises(ValueError, match="is no period: write 2026-27-q2 for a quarter, 2026-27 for a year"):
        Period.parse(text)


@given(st.builds(Period, st.integers(2010, 2090), st.integers(1, 4)), st.integers(1, 12))
@few
def test_so_many_quarters_end_with_the_last(last: Period, count: int) -> None:
    """Oldest first, without gaps."""
    found = quarters_to(last, count)
    assert (len(found), found[-1]) == (count, last)
    assert all(earlier.following == later for earlier, later in pairwise(found))
