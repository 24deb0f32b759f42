"""Moments: one spelling out, RFC 3339 in, and the London day."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared import times

moments = st.datetimes(
    min_value=datetime(1, 1, 2),
    max_value=datetime(9999, 12, 30),
    timezones=st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes))),
)


@given(moments)
@settings(max_examples=100, deadline=None)
def test_a_moment_is_read_back_from_its_text(moment: datetime) -> None:
    """To the microsecond, whatever its year and its offset were."""
    assert times.parse(times.text(moment)) == moment


@given(moments, moments)
@settings(max_examples=100, deadline=None)
def test_text_sorts_as_time_does(one: datetime, other: datetime) -> None:
    """Facts are compared by their text, so its width never varies."""
    assert (times.text(one) < times.text(other)) == (one < other)
    assert len(times.text(one)) == len("2026-11-20T09:30:00.000000Z")


@given(moments)
@settings(max_examples=100, deadline=None)
def test_any_iso_text_with_an_offset_is_read(moment: datetime) -> None:
    """What Python writes with an offset of whole minutes is RFC 3339."""
    assert times.parse(moment.isoformat()) == moment


READ = {
    "2026-11-20T09:30:00Z": datetime(2026, 11, 20, 9, 30, tzinfo=UTC),
    "2026-11-20t09:30:00z": datetime(2026, 11, 20, 9, 30, tzinfo=UTC),
    "2026-11-20T00:30:00+01:00": datetime(2026, 11, 19, 23, 30, tzinfo=UTC),
    "2026-11-20T09:30:00.1Z": datetime(2026, 11, 20, 9, 30, 0, 100_000, tzinfo=UTC),
    "2026-11-20T09:30:00.123456789Z": datetime(2026, 11, 20, 9, 30, 0, 123_456, tzinfo=UTC),
}


@pytest.mark.parametrize(("text", "moment"), READ.items())
def test_rfc_3339_is_read_as_utc(text: str, moment: datetime) -> None:
    """What is finer than a microsecond is cut off, as PostgreSQL would have to."""
    assert times.parse(text) == moment
    assert times.parse(text).tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-11-20",
        "2026-11-20T09:30:00",
        "2026-11-20T09:30Z",
        "2026-11-20 09:30:00Z",
        "20261120T093000Z",
        "2026-W47-5T09:30:00Z",
        "2026-11-20T09:30:00,5Z",
        "2026-11-20T09:30:00+01",
        "2026-11-20T09:30:00+0100",
        "2026-11-20T09:30:00+24:00",
        "2026-11-20T24:30:00Z",
        "2026-11-20T09:30:60Z",
        "2026-02-29T09:30:00Z",
        "2026-11-20T09:30:00Z ",
        "२०२६-११-२०T०९:३०:००Z",
        "1700006400",
        "0001-01-01T00:00:00+01:00",
        "9999-12-31T23:59:59-01:00",
    ],
)
def test_what_is_not_rfc_3339_is_refused(text: str) -> None:
    """Nor is what only some readers would take for a time."""
    with pytest.raises(ValueError):  # noqa: PT011 - Python says some of it in its own words
        times.parse(text)


DAYS = {
    "2026-06-30T22:59:59Z": date(2026, 6, 30),
    "2026-06-30T23:00:00Z": date(2026, 7, 1),
    "2026-12-31T23:30:00Z": date(2026, 12, 31),
    "2026-10-25T00:30:00Z": date(2026, 10, 25),
}


@pytest.mark.parametrize(("text", "day"), DAYS.items())
def test_the_day_is_that_of_london(text: str, day: date) -> None:
    """In summer it begins an hour earlier than that of UTC."""
    assert times.london_day(times.parse(text)) == day


@given(st.dates(date(2001, 1, 1), date(2098, 12, 31)))
@settings(max_examples=100, deadline=None)
def test_a_day_begins_where_the_day_before_ends(day: date) -> None:
    """Its first instant is its own, and the microsecond before is not."""
    start = times.start_of_day(day)
    assert times.london_day(start) == day
    assert times.london_day(start - timedelta(microseconds=1)) == day - timedelta(days=1)


@pytest.mark.parametrize(
    ("text", "plausible"),
    [
        ("2000-12-31T23:59:59Z", False),
        ("2001-01-01T00:00:00Z", True),
        ("2098-12-31T23:59:59Z", True),
        ("2099-01-01T00:00:00Z", False),
    ],
)
def test_only_some_years_are_plausible(text: str, plausible: bool) -> None:
    """Those whose quarters can be named."""
    assert times.is_plausible(times.parse(text)) == plausible
