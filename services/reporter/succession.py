"""Departments that are no more, and those that took over from them, as the register has it. Pure."""

from datetime import date, timedelta

from services.reporter.model import Names, Successor
from shared.departments import Mark, Register


def names_on(register: Register, code: str, on: date) -> Names:
    """What the register calls a department on a day; of one that is gone, what it was called last."""
    department = register.department(code)
    day = on if department.exists_to is None else min(on, department.exists_to)
    return Names(
        code=code,
        name=department.name(day),
        short=department.short_name(day),
        head_title=department.head_title(day),
    )


def successors(register: Register, code: str) -> tuple[Successor, ...]:
    """Who took over on the day after the department's last, the largest part first; none while it exists."""
    last = register.department(code).exists_to
    if last is None:
        return ()
    first = last + timedelta(days=1)
    moves = [
        move
        for change in register.changes
        if change.effective == first
        for move in change.moves
        if move.source == code and move.share
    ]
    moves.sort(key=lambda move: -(move.share or 0))
    return tuple(
        Successor(
            code=move.target,
            name=register.department(move.target).name(first),
            what=move.what,
            largest=position == 0,
        )
        for position, move in enumerate(moves)
    )


def mark(register: Register, code: str) -> Mark | None:
    """How well it is established who took over; None while the department exists."""
    last = register.department(code).exists_to
    found = [
        change.mark
        for change in register.changes
        if last is not None and change.effective == last + timedelta(days=1)
        if any(move.source == code for move in change.moves)
    ]
    return found[0] if found else None


def dissolved(register: Register, code: str, on: date) -> date | None:
    """The first day without the department, if it has come."""
    last = register.department(code).exists_to
    return last + timedelta(days=1) if last is not None and last < on else None
