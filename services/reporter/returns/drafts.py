"""A statement that is being written: what was typed, as it was typed, and what is wrong with it. Pure.

What may be signed is decided by the event's own model, so the form refuses nothing that the front door would take and
takes nothing that it would refuse; here its faults are put into the words of the form.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from shared.events.round import StatementSigned
from shared.status import Action

MOST_ACTIONS, MOST_COMMENTS = 10, 10


class Typed(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class ActionLine(Typed):
    text: str = ""
    day: str = ""
    month: str = ""
    year: str = ""

    @property
    def empty(self) -> bool:
        return not (self.text or self.day or self.month or self.year)


class CommentLine(Typed):
    indicator: str = ""
    text: str = ""


class OutcomeLine(Typed):
    """`answer` is `done`, `not-done` or not given yet."""

    action: str
    answer: str = ""
    text: str = ""


class Draft(Typed):
    """`version` counts how often it was saved; the form carries the one that it began from."""

    department: str
    period: str
    version: int = 0
    statement: str = ""
    signed_by: str = ""
    office: str = ""
    comment: str = ""
    actions: tuple[ActionLine, ...] = ()
    comments: tuple[CommentLine, ...] = ()
    outcomes: tuple[OutcomeLine, ...] = ()


@dataclass(frozen=True, slots=True)
class Fault:
    """`field`: the id of what it stands at."""

    field: str
    text: str


def of_form(form: Mapping[str, str], *, department: str, period: str, previous: Sequence[Action]) -> Draft:
    """The draft as it was typed; empty lines are left out. `previous`: the actions to be answered for."""

    def text(name: str) -> str:
        return form.get(name, "").strip()

    version = text("version")
    actions = [
        ActionLine(**{part: text(f"action-{n}-{part}") for part in ("text", "day", "month", "year")})
        for n in range(1, MOST_ACTIONS + 1)
    ]
    comments = [
        CommentLine(indicator=text(f"dispute-{n}-indicator"), text=text(f"dispute-{n}-text"))
        for n in range(1, MOST_COMMENTS + 1)
    ]
    return Draft(
        department=department,
        period=period,
        version=int(version) if version.isascii() and version.isdigit() and len(version) < 9 else 0,
        statement=text("statement"),
        signed_by=text("signed_by"),
        office=text("office"),
        comment=text("comment"),
        actions=tuple(line for line in actions if not line.empty),
        comments=tuple(line for line in comments if line.indicator or line.text),
        outcomes=tuple(
            OutcomeLine(action=action.action, answer=text(f"outcome-{n}-answer"), text=text(f"outcome-{n}-text"))
            for n, action in enumerate(previous, 1)
        ),
    )


def signed(
    draft: Draft, *, signed_on: date, indicators: Sequence[str], previous: Sequence[Action]
) -> StatementSigned | list[Fault]:
    """The statement's data, or all that keeps it from being signed, in the order of the form.

    `indicators`: the figures that the report shows. `previous`: the actions that have to be answered for.
    """
    faults = [*_comment_faults(draft, indicators), *_outcome_faults(draft, previous)]
    try:
        statement = StatementSigned.model_validate(data(draft, signed_on))
    except ValidationError as invalid:
        faults += [Fault(*_worded(error["loc"], error["type"], error.get("ctx", {}))) for error in invalid.errors()]
    if not faults:
        return statement
    first = {fault.field: fault for fault in reversed(faults)}
    return sorted(first.values(), key=lambda fault: _place(fault.field))


def data(draft: Draft, signed_on: date) -> dict[str, Any]:
    """As the event carries it; the keys of actions stay the same when a statement is signed again."""
    found: dict[str, Any] = {
        "statement": draft.statement,
        "signed_by": draft.signed_by,
        "office": draft.office,
        "signed_on": str(signed_on),
        "comment": draft.comment or None,
        "actions": [
            {"action": f"{draft.department}-{draft.period}-{n}", "text": line.text, "due": _day(line)}
            for n, line in enumerate(draft.actions, 1)
        ],
        "comments": [{"indicator": line.indicator, "text": line.text} for line in draft.comments],
        "outcomes": [
            {"action": line.action, "done": line.answer == "done", "text": line.text or None}
            for line in draft.outcomes
            if line.answer
        ],
    }
    return found


def _day(line: ActionLine) -> str | None:
    """RFC 3339; what is no number stays as it is, for the model to refuse. None: no date was given."""
    if not (line.day or line.month or line.year):
        return None
    return f"{line.year.zfill(4)}-{line.month.zfill(2)}-{line.day.zfill(2)}"


def _comment_faults(draft: Draft, indicators: Sequence[str]) -> list[Fault]:
    found = []
    for n, line in enumerate(draft.comments, 1):
        if line.indicator not in indicators:
            found.append(Fault(f"dispute-{n}-indicator", "Choose the figure that the comment is on"))
        elif line.indicator in [other.indicator for other in draft.comments[: n - 1]]:
            found.append(Fault(f"dispute-{n}-indicator", "Write one comment only on each figure"))
    return found


def _outcome_faults(draft: Draft, previous: Sequence[Action]) -> list[Fault]:
    answered = {line.action for line in draft.outcomes if line.answer in ("done", "not-done")}
    return [
        Fault(f"outcome-{n}-answer", f"Select whether this was done: {action.text[:80]}")
        for n, action in enumerate(previous, 1)
        if action.action not in answered
    ]


_NAMES = {
    "statement": "the statement",
    "signed_by": "the name of who signs",
    "office": "the office of who signs",
    "comment": "the comment",
    "actions": "what will be done",
    "comments": "the comment on the figure",
    "outcomes": "the line on what was done",
}


def _worded(loc: tuple[int | str, ...], kind: str, context: Mapping[str, Any]) -> tuple[str, str]:
    """Where the model found a fault, and what → the field of the form, and words for it."""
    name = str(loc[0])
    row = loc[1] + 1 if len(loc) > 1 and isinstance(loc[1], int) else 0
    part = loc[2] if len(loc) > 2 else "text"
    if name == "actions" and part == "due":
        return f"action-{row}-day", "The date must be a real one, such as 31 3 2027"
    fields = {"actions": f"action-{row}-text", "comments": f"dispute-{row}-{part}", "outcomes": f"outcome-{row}-text"}
    field = fields.get(name, name)
    what = _NAMES.get(name, name)
    if kind == "string_too_short":
        return field, f"Enter {what}"
    if kind == "string_too_long":
        return field, f"{what[:1].upper()}{what[1:]} must be {context['max_length']:,} characters or fewer"
    return field, f"{what[:1].upper()}{what[1:]} cannot be taken as it is"


_PARTS = ("", "answer", "indicator", "text", "day")
_ORDER = ("statement", "comment", "outcome", "action", "dispute", "signed_by", "office")


def _place(field: str) -> tuple[int, int, int]:
    """The order in which the form asks."""
    name, _, rest = field.partition("-")
    number, _, part = rest.partition("-")
    return (_ORDER.index(name), int(number or 0), _PARTS.index(part))
