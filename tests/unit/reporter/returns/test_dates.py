"""The calendar of rounds: working days, 9:30am in London, and which rounds should be open."""

from datetime import UTC, date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.reporter.returns import dates
from shared.periods import Period
from shared.times import LONDON

PERIODS = st.builds(Period, st.integers(2001, 2090), st.integers(0, 4))


@pytest.mark.parametrize(
    ("year", "day"),
    [(2024, date(2024, 3, 31)), (2025, date(2025, 4, 20)), (2026, date(2026, 4, 5)), (2038, date(2038, 4, 25))],
)
def test_easter(year: int, day: date) -> None:
    """As the almanacs give it, the latest possible among them."""
    assert dates.easter_sunday(year) == day


def test_a_quarter_and_a_year() -> None:
    """Opened, due, published."""
    quarter, year = dates.plan(Period.parse("2026-27-q2")), dates.plan(Period.parse("2026-27"))
    assert quarter.opens_at == datetime(2026, 9, 17, 9, tzinfo=LONDON)
    assert (quarter.due, quarter.publish_at) == (date(2026, 10, 14), datetime(2026, 10, 20, 9, 30, tzinfo=LONDON))
    assert year.opens_at == datetime(2027, 4, 1, 9, tzinfo=LONDON)
    assert (year.due, year.publish_at) == (date(2027, 5, 17), datetime(2027, 6, 7, 9, 30, tzinfo=LONDON))


def test_publication_moves_past_easter_monday() -> None:
    """20 April 2025 was Easter Sunday."""
    assert dates.plan(Period.parse("2024-25-q4")).publish_at.date() == date(2025, 4, 22)


def test_half_past_nine_is_londons_in_summer_and_winter() -> None:
    """8:30 in UTC in October, 9:30 in January."""
    said = [dates.plan(Period.parse(key)).publish_at.astimezone(UTC).time() for key in ("2026-27-q2", "2026-27-q3")]
    assert said == [time(8, 30), time(9, 30)]


@given(PERIODS)
def test_every_plan_is_in_order_and_on_working_days(period: Period) -> None:
    """Opened before it is due, due after the period's end, published after that; never at a weekend."""
    plan = dates.plan(period)
    assert period.last_day < plan.due < plan.publish_at.date()
    assert plan.opens_at.date() < plan.due
    assert all(day.weekday() < 5 for day in (plan.due, plan.publish_at.date(), plan.opens_at.date()))


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (datetime(2026, 9, 17, 7, 59, 59, tzinfo=UTC), []),
        (datetime(2026, 9, 17, 8, tzinfo=UTC), ["2026-27-q2"]),
        (datetime(2026, 10, 20, 8, 29, 59, tzinfo=UTC), ["2026-27-q2"]),
        (datetime(2026, 10, 20, 8, 30, tzinfo=UTC), []),
        (datetime(2027, 4, 2, 12, tzinfo=UTC), ["2026-27-q4", "2026-27"]),
    ],
)
def test_which_rounds_the_calendar_has_opened(now: datetime, expected: list[str]) -> None:
    """From the opening until the publication; a quarter's and its year's beside each other."""
    assert [str(period) for period in dates.opened_by_calendar(now)] == expected
