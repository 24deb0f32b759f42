"""The calendar."""

from datetime import UTC, date, datetime

from services.reporter.rounds import expected, publish_at, releases, words
from services.reporter.shelf import Planned
from shared.periods import Period
from tests.unit.reporter.examples import PUBLISH_AT, status

Q2 = Period.parse("2026-27-q2")


def test_the_next_report_is_expected_as_long_after_its_quarter() -> None:
    """At the same hour in London, winter or summer: 9:30 is 8:30 UTC in October and 9:30 in January."""
    assert expected(Q2, PUBLISH_AT) == datetime(2027, 1, 14, 9, 30, tzinfo=UTC)


def test_a_round_that_one_status_does_not_know_is_not_set() -> None:
    """The latest where they differ."""
    assert publish_at([status(), status(round=None)]) is None
    assert publish_at([status()]) == PUBLISH_AT


def test_the_calendar_shows_what_is_announced_and_what_may_be_expected() -> None:
    """Latest first."""
    planned = [
        Planned("2026-27-q1", datetime(2026, 7, 14, 8, 30, tzinfo=UTC), date(2026, 7, 9), True),
        Planned("2026-27-q2", PUBLISH_AT, date(2026, 10, 9), False),
    ]
    before, after = datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 10, 20, tzinfo=UTC)
    assert [(r.period.key, r.state) for r in releases(planned, before)] == [
        ("2026-27-q3", "Provisional"),
        ("2026-27-q2", "Confirmed"),
        ("2026-27-q1", "Published"),
    ]
    assert releases(planned, after)[1].state == "Waiting for data"


def test_a_period_in_words() -> None:
    """A quarter of the financial year, and the year itself."""
    said = words(Q2)
    assert (said.key, said.title, said.months, said.word) == (
        "2026-27-q2",
        "Q2 2026 to 2027",
        "July to September 2026",
        "quarter",
    )
    assert words(Period.parse("2026-27")).word == "year"
