"""Events of a reporting round, and the withdrawal that any sender may make of its own event."""

from shared.events.base import Data, Day, Instant, Key, Line, Text


class RoundOpened(Data):
    """The Prime Minister's office asks each Secretary of State for a report on a period (the subject)."""

    due: Day
    publish_at: Instant
    note: Text | None = None


class RoundClosed(Data):
    closed_on: Day


class NextAction(Data):
    action: Key
    text: Text
    due: Day | None = None


class ActionOutcome(Data):
    """What became of an action that an earlier statement named."""

    action: Key
    done: bool
    text: Line | None = None


class FigureComment(Data):
    """What the department says of a figure that it disputes. It stands, verbatim, beside the figure."""

    indicator: Key
    text: Text


class StatementSigned(Data):
    """The Secretary of State's answer; the subject is period and department, `2026-27-q2/dwp`."""

    statement: Text
    signed_by: Line
    office: Line
    signed_on: Day
    actions: tuple[NextAction, ...] = ()
    comment: Text | None = None
    outcomes: tuple[ActionOutcome, ...] = ()
    comments: tuple[FigureComment, ...] = ()


class EventWithdrawn(Data):
    """Takes back an event of the same sender and subject; the state is then what it would be without it."""

    source: Line
    id: Line
    reason: Text
