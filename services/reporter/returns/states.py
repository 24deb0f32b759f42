"""How far a department's return of a round is. Pure: what has been said and done, and the clock, in; one word out."""

from datetime import date, datetime
from enum import StrEnum

from shared.status import Round, Statement
from shared.times import london_day


class State(StrEnum):
    """In the order in which a reader must look at them: who is late comes first."""

    OVERDUE = "overdue"
    PUBLISHED_UNSIGNED = "published unsigned"
    COMMISSIONED = "commissioned"
    DRAFTED = "drafted"
    SIGNED = "signed"
    PUBLISHED = "published"


def state(
    round: Round, *, statement: Statement | None, drafted: bool, published_signed: bool | None, now: datetime
) -> State:
    """`statement`: as recorded. `published_signed`: whether the latest revision carries one; None before the first.

    A return is in time on the whole of its due day, in London. One that is signed after publication stays published
    unsigned until the revision with the statement is out.
    """
    if published_signed is not None:
        return State.PUBLISHED if published_signed else State.PUBLISHED_UNSIGNED
    if statement is not None:
        return State.SIGNED
    if days_late(round.due, now) > 0:
        return State.OVERDUE
    return State.DRAFTED if drafted else State.COMMISSIONED


def days_late(due: date, now: datetime) -> int:
    """Days since the due day, in London; negative before it."""
    return (london_day(now) - due).days


def is_waiting(found: State) -> bool:
    """Whether the department still has to sign."""
    return found in (State.OVERDUE, State.PUBLISHED_UNSIGNED, State.COMMISSIONED, State.DRAFTED)
