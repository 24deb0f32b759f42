"""Which departments have been silent for too long."""

from datetime import date

from services.aggregator.silence import silent

TODAY = date(2026, 11, 25)


def test_a_department_is_silent_after_more_than_the_days_agreed() -> None:
    """One never heard of is too, without days; in the order of their codes."""
    last = {"dwp": date(2026, 10, 26), "moj": date(2026, 10, 25), "dft": TODAY, "someone-else": date(2020, 1, 1)}
    assert silent(last, ["moj", "hmt", "dwp", "dft"], today=TODAY, days=30) == [("hmt", None), ("moj", 31)]
