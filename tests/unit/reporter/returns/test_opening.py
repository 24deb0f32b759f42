"""The form that opens a round."""

from datetime import date, datetime

from services.reporter.returns.drafts import Fault
from services.reporter.returns.opening import begun, of_form, opened
from shared.events.round import RoundOpened
from shared.periods import Period
from shared.status import Round
from shared.times import LONDON

Q2 = Period.parse("2026-27-q2")
TYPED = {
    "period": "2026-27-q2",
    "due-day": "14",
    "due-month": "10",
    "due-year": "2026",
    "publish-day": "20",
    "publish-month": "10",
    "publish-year": "2026",
    "note": "What has been done?",
    "form": "a_-1",
}


def check(**typed: str) -> tuple[Period, RoundOpened] | list[Fault]:
    return opened(of_form(TYPED | typed), today=date(2026, 10, 1))


def test_a_whole_form_becomes_the_event() -> None:
    """Published at 9:30am in London."""
    publish_at = datetime(2026, 10, 20, 9, 30, tzinfo=LONDON)
    assert check() == (Q2, RoundOpened(due=date(2026, 10, 14), publish_at=publish_at, note="What has been done?"))


def test_the_form_begins_with_the_dates_of_the_rule_or_of_the_round() -> None:
    """The rule's are those typed above; a round that is open keeps its own."""
    moved = Round(due=date(2026, 10, 15), publish_at=datetime(2026, 10, 21, 9, 30, tzinfo=LONDON))
    assert begun(Q2, None, form="f").due == ("14", "10", "2026")
    assert begun(Q2, moved, form="f").publish == ("21", "10", "2026")


def test_every_fault_stands_at_its_field() -> None:
    """No period, no dates."""
    assert check(period="2026-28-q2", **{"due-day": "31", "due-month": "9", "publish-year": "26"}) == [
        Fault("period", "Enter a period such as 2026-27-q2, or 2026-27 for a year"),
        Fault("due-day", "The day on which returns are due must be a real date"),
        Fault("publish-day", "The day of publication must be a real date"),
    ]


def test_the_days_must_be_in_order() -> None:
    """Due after the period; published after that, and not in the past."""
    early = check(**{"due-day": "30", "due-month": "9"})
    assert early == [Fault("due-day", "Returns must be due after the period ends")]
    same = check(**{"publish-day": "14"})
    assert same == [Fault("publish-day", "The day of publication must be after the day on which returns are due")]
    past = opened(of_form(TYPED), today=date(2026, 10, 21))
    assert past == [Fault("publish-day", "The day of publication must be today or later")]


def test_a_form_without_its_mark_is_not_sent_on() -> None:
    """A repeat could not be told from it."""
    assert check(form="") == check(form="../x") == [Fault("period", "Load the page again: the form is not whole")]
