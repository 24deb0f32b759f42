"""What the pages of a round show. Pure: values in, view out."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from services.reporter import addresses, tables
from services.reporter.model import Report
from services.reporter.returns import addresses as at
from services.reporter.returns.desk import Asked, Published
from services.reporter.returns.drafts import MOST_ACTIONS, MOST_COMMENTS, ActionLine, CommentLine, Draft, Fault
from services.reporter.returns.speaking import Submission
from services.reporter.returns.states import State, days_late, is_waiting, state
from services.reporter.signing_in.people import Person
from services.reporter.tables import Table, head, html, text
from services.reporter.views import title_of
from services.reporter.words import day, moment, plural
from shared.departments import Register
from shared.events.catalogue import Role
from shared.status import Statement, Status

COLOURS = {
    State.OVERDUE: "red",
    State.PUBLISHED_UNSIGNED: "orange",
    State.COMMISSIONED: "blue",
    State.DRAFTED: "light-blue",
    State.SIGNED: "green",
    State.PUBLISHED: "grey",
}
ROLE_WORDS = {
    Role.DEPARTMENT: "a department’s office",
    Role.PM_OFFICE: "the Prime Minister’s office",
    Role.REVIEW_TEAM: "the Cabinet Office’s review team",
}


def states(
    asked: Asked,
    register: Register,
    *,
    statuses: Mapping[str, Status],
    drafts: Mapping[str, Draft],
    published: Mapping[str, Published],
    now: datetime,
) -> dict[str, State]:
    """Of every department that has to answer for the period, by code."""
    found = {}
    for department in register.answerable(asked.period.last_day):
        code = department.code
        status, issued = statuses.get(code), published.get(code)
        found[code] = state(
            asked.round,
            statement=status.statement if status else None,
            drafted=code in drafts,
            published_signed=issued.signed if issued else None,
            now=now,
        )
    return found


def state_tag(found: State) -> Any:
    return tables.tag(found.value.capitalize(), COLOURS[found])


def rounds(asked: Sequence[tuple[Asked, Mapping[str, State]]]) -> Table:
    """One row a round, the newest period first, for those who see them all."""
    rows = []
    for each, found in asked:
        signed = sum(not is_waiting(s) for s in found.values())
        late = sum(s in (State.OVERDUE, State.PUBLISHED_UNSIGNED) for s in found.values())
        rows.append(
            [
                html(tables.link(each.period.title, at.round_(str(each.period)))),
                text(day(each.round.due), nowrap=True),
                text(moment(each.round.publish_at), nowrap=True),
                text(f"{signed} of {len(found)}", nowrap=True),
                text(f"{late} late" if late else "None late", nowrap=True),
            ]
        )
    columns = ("Period", "Returns due", "Publication", "Signed", "Late")
    return Table("Rounds", [head(words) for words in columns], rows)


def own_returns(department: str, asked: Sequence[tuple[Asked, State]]) -> Table:
    """A department's returns, the newest period first."""
    rows = [
        [
            html(tables.link(each.period.title, at.return_(str(each.period), department))),
            text(day(each.round.due), nowrap=True),
            html(state_tag(found)),
        ]
        for each, found in asked
    ]
    return Table("Your returns", [head("Period"), head("Due"), head("State")], rows)


def returns(asked: Asked, register: Register, found: Mapping[str, State], now: datetime) -> Table:
    """One row a department: who is late first, then who has still to sign, then by name."""
    order = list(State)
    names = {code: register.department(code).name(asked.period.last_day) for code in found}
    rows = [
        [
            html(tables.link(names[code], at.return_(str(asked.period), code)), "sv-title-cell"),
            html(state_tag(found[code])),
            text(_lateness(found[code], asked, now), nowrap=True),
        ]
        for code in sorted(found, key=lambda code: (order.index(found[code]), names[code].casefold()))
    ]
    return Table("Returns, late first", [head("Department"), head("State"), head("Due")], rows)


def _lateness(found: State, asked: Asked, now: datetime) -> str:
    late = days_late(asked.round.due, now)
    if not is_waiting(found):
        return "–"
    if late > 0:
        return f"{plural(late, 'day')} late"
    return "Today" if late == 0 else f"In {plural(-late, 'day')}"


def standing(said: Sequence[Submission]) -> Submission | None:
    """The latest statement that was signed here and has not been taken back here. `said`: the latest first."""
    withdrawn = {each.data["id"] for each in said if each.name == "event.withdrawn"}
    return next((each for each in said if each.name == "statement.signed" and each.id not in withdrawn), None)


def pending(said: Sequence[Submission], statement: Statement | None) -> str | None:
    """What was sent last and does not show in the figures yet; None when nothing is on its way."""
    if not said:
        return None
    last = said[0]
    if last.name == "event.withdrawn":
        taken_back = next((each for each in said if each.id == last.data["id"]), None)
        recorded, done = taken_back is None or not _says(statement, taken_back), "Withdrawn"
    else:
        recorded, done = _says(statement, last), "Sent"
    if recorded:
        return None
    return (
        f"{done} {moment(last.at)}. It has not reached the figures yet, which takes a few seconds. If this stays, "
        "it was refused, and the reason stands in the department’s rejections."
    )


def _says(statement: Statement | None, signed: Submission) -> bool:
    return statement is not None and (
        (statement.statement, str(statement.signed_on)) == (signed.data["statement"], signed.data["signed_on"])
    )


def disputable(report: Report | None) -> list[str]:
    """The figures on which a comment can be made: those that the report shows, by title."""
    return sorted(report.figures, key=title_of) if report else []


def faults(found: Sequence[Fault]) -> dict[str, Any]:
    """For the summary at the top, and for each field by its id."""
    return {
        "faults": {fault.field: {"text": fault.text} for fault in found},
        "fault_list": [{"text": fault.text, "href": f"#{fault.field}"} for fault in found],
    }


def form(draft: Draft, report: Report | None, *, found: Sequence[Fault], more: str | None = None) -> dict[str, Any]:
    """`more`: which list gets one more empty line."""
    actions = _padded(draft.actions, ActionLine(), MOST_ACTIONS, more == "action")
    comments = _padded(draft.comments, CommentLine(), MOST_COMMENTS, more == "dispute")
    figures = [{"value": "", "text": "Choose a figure"}]
    figures += [{"value": name, "text": title_of(name)} for name in disputable(report)]
    previous = list(report.previous_actions) if report else []
    answers = {line.action: line for line in draft.outcomes}
    return {
        "draft": draft,
        "actions": actions,
        "disputes": comments,
        "figures": figures,
        "outcomes": [(action, answers.get(action.action)) for action in previous],
        **faults(found),
    }


def _padded(lines: Sequence[Any], empty: Any, most: int, more: bool) -> list[Any]:
    """At least one line to write on; one more where it was asked for."""
    wanted = len(lines) + 1 if more or not lines else len(lines)
    return [*lines, *[empty] * (min(wanted, most) - len(lines))]


def where_published(period: str, department: str) -> str:
    return addresses.publication(department, period)


def who(person: Person, register: Register, now: datetime) -> str:
    """`for the Department for Work and Pensions`."""
    if person.role is not Role.DEPARTMENT:
        return ROLE_WORDS[person.role]
    return register.department(person.sender).names[-1].text
