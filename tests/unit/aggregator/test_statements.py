"""What a Secretary of State's statement carries: comments on figures, and what became of earlier actions."""

from datetime import UTC, date, datetime, time
from typing import Any

from services.aggregator import capability
from services.aggregator.facts import Facts
from services.aggregator.subjects import build
from shared.envelope import Event
from shared.events.catalogue import event_type
from shared.periods import Period
from shared.status import Action, FigureComment

Q1, Q2, Q3 = (Period.parse(f"2026-27-q{quarter}") for quarter in (1, 2, 3))


def event(name: str, subject: str, day: date, data: dict[str, Any]) -> Event:
    when = datetime.combine(day, time(12), UTC)
    return Event("/dwp/site", f"{name} {day}", event_type(name).type, subject, when, data, "dwp", when)


def signed(period: Period, *, actions: tuple[str, ...] = (), **more: Any) -> Facts:
    day = period.following.first_day
    data = {
        "statement": "We did.",
        "signed_by": "Rowan Ashdown",
        "office": "Secretary of State",
        "signed_on": str(day),
        "actions": [{"action": action, "text": f"Do {action}"} for action in actions],
        **more,
    }
    subject = f"{period}/dwp"
    return build(subject, [event("statement.signed", subject, day, data)]).facts


def action(name: str, *, done: bool | None = None, closed_on: date | None = None, text: str | None = None) -> Action:
    return Action(action=name, text=f"Do {name}", due=None, done=done, closed_on=closed_on, closing_text=text)


def test_what_the_last_statement_promised_is_carried_forward_open() -> None:
    """Nobody has said yet what became of it."""
    assert capability.previous_actions({}, {Q1: signed(Q1, actions=("a",))}, Q2) == (action("a"),)


def test_a_statement_says_what_became_of_them() -> None:
    """Done or not done, with its line, on the day of the signature; in its own period's report."""
    outcomes = [{"action": "a", "done": True, "text": "By May"}, {"action": "b", "done": False}]
    told = {Q1: signed(Q1, actions=("a", "b")), Q2: signed(Q2, outcomes=outcomes)}
    day = Q2.following.first_day
    assert capability.previous_actions({}, told, Q2) == (
        action("a", done=True, closed_on=day, text="By May"),
        action("b", done=False, closed_on=day),
    )


def test_an_action_is_carried_until_it_is_answered_for() -> None:
    """The second statement is silent on it, so the third report still shows it; what was answered is shown once."""
    outcomes = [{"action": "a", "done": True}]
    told = {Q1: signed(Q1, actions=("a", "b")), Q2: signed(Q2, actions=("c",), outcomes=outcomes)}
    assert capability.previous_actions({}, told, Q3) == (action("b"), action("c"))


def test_a_statement_of_a_year_answers_for_no_quarter() -> None:
    """Quarterly and yearly rounds have actions of their own."""
    assert capability.previous_actions({}, {Period.parse("2025-26"): signed(Q1, actions=("a",))}, Q2) == ()


def test_an_event_of_the_department_closes_an_action_too() -> None:
    """`action.closed`, from a system, under the same key; not one after the period."""
    data = {"action": "a", "closed_on": "2026-08-01", "done": True, "text": "Sooner"}
    department = build("dwp", [event("action.closed", "dwp", date(2026, 8, 1), data)]).facts
    told = {Q1: signed(Q1, actions=("a",))}
    closed = action("a", done=True, closed_on=date(2026, 8, 1), text="Sooner")
    assert capability.previous_actions(department, told, Q2) == (closed,)
    assert capability.previous_actions(department, told, Q3) == ()


def test_a_comment_on_a_figure_is_kept_verbatim() -> None:
    """Of two on one figure the last stands."""
    comments = [{"indicator": "consultation", "text": text} for text in ("No.", "We count 52:\n<b>two</b> came late")]
    found = capability.statement(signed(Q2, comments=comments))
    assert found is not None
    assert found.comments == (FigureComment(indicator="consultation", text="We count 52:\n<b>two</b> came late"),)
