"""The statement's form: what was typed, what is wrong with it, and the event that it becomes."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.reporter.returns.drafts import ActionLine, CommentLine, Draft, Fault, data, of_form, signed
from shared.events.round import ActionOutcome, FigureComment, NextAction, StatementSigned
from shared.status import Action

TEXT = st.text(max_size=5)
TODAY = date(2026, 10, 12)
PROMISED = Action(action="dwp-2026-27-q1-1", text="Train", due=None, done=None, closed_on=None, closing_text=None)
TYPED = {
    "version": "3",
    "statement": " We did <b>it</b>.\n\nAll of it. ",
    "signed_by": "Rowan Ashdown",
    "office": "Secretary of State",
    "comment": "",
    "action-1-text": "Send the records",
    "action-1-day": "1",
    "action-1-month": "3",
    "action-1-year": "2027",
    "action-3-text": "Train",
    "dispute-1-indicator": "consultation",
    "dispute-1-text": "We count 52.",
    "outcome-1-answer": "not-done",
    "outcome-1-text": "No room",
}


def draft(**typed: str) -> Draft:
    return of_form(TYPED | typed, department="dwp", period="2026-27-q2", previous=[PROMISED])


def check(draft: Draft) -> StatementSigned | list[Fault]:
    return signed(draft, signed_on=TODAY, indicators=["consultation", "urgency"], previous=[PROMISED])


def test_a_whole_form_becomes_the_event() -> None:
    """Verbatim but for space around it; empty lines leave no gap."""
    assert check(draft()) == StatementSigned(
        statement="We did <b>it</b>.\n\nAll of it.",
        signed_by="Rowan Ashdown",
        office="Secretary of State",
        signed_on=TODAY,
        actions=(
            NextAction(action="dwp-2026-27-q2-1", text="Send the records", due=date(2027, 3, 1)),
            NextAction(action="dwp-2026-27-q2-2", text="Train"),
        ),
        comments=(FigureComment(indicator="consultation", text="We count 52."),),
        outcomes=(ActionOutcome(action="dwp-2026-27-q1-1", done=False, text="No room"),),
    )


def test_every_fault_stands_at_its_field_in_the_order_of_the_form() -> None:
    """In the words of the form."""
    typed = {
        "statement": "",
        "signed_by": "x" * 301,
        "outcome-1-answer": "",
        "action-1-day": "31",
        "action-1-month": "2",
        "action-3-text": "",
        "action-3-day": "1",
        "dispute-1-indicator": "",
    }
    assert check(draft(**typed)) == [
        Fault("statement", "Enter the statement"),
        Fault("outcome-1-answer", "Select whether this was done: Train"),
        Fault("action-1-day", "The date must be a real one, such as 31 3 2027"),
        Fault("action-2-text", "Enter what will be done"),
        Fault("action-2-day", "The date must be a real one, such as 31 3 2027"),
        Fault("dispute-1-indicator", "Choose the figure that the comment is on"),
        Fault("signed_by", "The name of who signs must be 300 characters or fewer"),
    ]


def test_one_comment_a_figure() -> None:
    """The second on the same one is refused, as only one could stand beside it."""
    twice = draft(**{"dispute-2-indicator": "consultation", "dispute-2-text": "Still 52."})
    assert check(twice) == [Fault("dispute-2-indicator", "Write one comment only on each figure")]


def test_a_figure_that_the_report_does_not_show_cannot_be_disputed() -> None:
    """Nothing of ours would stand beside the comment."""
    found = check(draft(**{"dispute-1-indicator": "delivered"}))
    assert found == [Fault("dispute-1-indicator", "Choose the figure that the comment is on")]


def test_what_is_no_number_is_no_version() -> None:
    """Nor an overflow."""
    assert [draft(version=text).version for text in ("", "x", "-1", "²", "9" * 30, "12")] == [0, 0, 0, 0, 0, 12]


@given(
    st.builds(
        Draft,
        department=st.just("dwp"),
        period=st.just("2026-27-q2"),
        statement=st.text(max_size=60),
        signed_by=st.text(max_size=320),
        office=st.text(max_size=20),
        comment=st.text(max_size=20),
        actions=st.lists(st.builds(ActionLine, text=TEXT, day=TEXT, month=TEXT, year=TEXT), max_size=3).map(tuple),
        comments=st.lists(st.builds(CommentLine, indicator=st.just("urgency"), text=TEXT), max_size=1).map(tuple),
    )
)
def test_the_form_takes_what_the_front_door_takes_and_nothing_else(typed: Draft) -> None:
    """Any text, in any script: never an error of its own, and the same judgement as the event's model."""
    found = signed(typed, signed_on=TODAY, indicators=["urgency"], previous=[])
    try:
        expected: StatementSigned | None = StatementSigned.model_validate(data(typed, TODAY))
    except ValidationError:
        expected = None
    assert found == expected if expected else isinstance(found, list)
