"""What must hold of a register before anything relies on it. Each complaint names the entry and what to correct."""

import re
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from fractions import Fraction

from shared.departments.model import Body, Change, Dated, Department, Move, RegisterError, Window
from shared.departments.names import normalise

CODE = re.compile(r"[a-z][a-z0-9-]{1,39}")


def check(
    departments: Mapping[str, Department], bodies: Mapping[str, Body], changes: Iterable[Change], reserved: set[str]
) -> None:
    """Raises RegisterError at the first contradiction."""
    changes = tuple(changes)
    _check_changes(departments, changes)
    for department in departments.values():
        _check_department(department, departments, changes, reserved)
    for body in bodies.values():
        _check_body(body, departments, changes)
    entries: list[Department | Body] = [*departments.values(), *bodies.values()]
    _check_unique("id", ((w.text, w, _key(entry)) for entry in entries for w in entry.ids))
    _check_unique("alias", ((normalise(w.text), w, _key(entry)) for entry in entries for w in entry.aliases))


def _key(entry: Department | Body) -> str:
    return entry.code if isinstance(entry, Department) else entry.key


def _require(holds: bool, complaint: str) -> None:
    if not holds:
        raise RegisterError(complaint)


def _check_changes(departments: Mapping[str, Department], changes: tuple[Change, ...]) -> None:
    for change in changes:
        shares: dict[str, list[Move]] = {}
        for move in change.moves:
            for code in (move.source, move.target):
                _require(code in departments, f"change of {change.effective}: {code!r} is no department")
            _require(
                departments[move.target].existed(change.effective),
                f"change of {change.effective}: {move.target!r} did not exist on that day",
            )
            if move.share is not None:
                shares.setdefault(move.source, []).append(move)
        for source, moves in shares.items():
            total = sum((move.share or Fraction(0) for move in moves), Fraction(0))
            _require(total == 1, f"change of {change.effective}: the shares of {source!r} add to {total}, not to 1")
            _require(
                _end(departments[source]) == change.effective,
                f"change of {change.effective}: {source!r} has shares, yet ends on {_end(departments[source])}",
            )


def _end(department: Department) -> date | None:
    """The first day without it."""
    return None if department.exists_to is None else department.exists_to + timedelta(days=1)


def heirs(department: Department, changes: Iterable[Change]) -> tuple[Move, ...]:
    """The moves that dissolved a department."""
    end = _end(department)
    return tuple(
        move
        for change in changes
        if change.effective == end
        for move in change.moves
        if move.source == department.code and move.share is not None
    )


def _check_department(
    department: Department, departments: Mapping[str, Department], changes: tuple[Change, ...], reserved: set[str]
) -> None:
    code = department.code
    _require(bool(CODE.fullmatch(code)), f"{code!r} is no code: write [a-z][a-z0-9-]{{1,39}}")
    _require(code not in reserved, f"{code!r} is the code of a fixed sender")
    _check_span(code, department.exists_from, department.exists_to)
    for texts in (department.names, department.shorts, department.head_titles, department.slugs):
        _check_order(code, texts)
    if department.exists_to is not None:
        _require(bool(heirs(department, changes)), f"{code!r} ended on {department.exists_to}: say who succeeded it")
    if department.formed_from is not None:
        origin = department.formed_from
        _require(origin in departments, f"{code!r} is formed from {origin!r}, which is no department")
        _require(
            any(m.source == origin and m.target == code for c in changes for m in c.moves),
            f"{code!r} is formed from {origin!r}, yet no change moves anything between them",
        )


def _check_body(body: Body, departments: Mapping[str, Department], changes: tuple[Change, ...]) -> None:
    _require(bool(CODE.fullmatch(body.key)), f"{body.key!r} is no key: write [a-z][a-z0-9-]{{1,39}}")
    _require(body.key not in departments, f"{body.key!r} is both a department and a body")
    _check_span(body.key, body.exists_from, body.exists_to)
    _check_order(body.key, body.names)
    _require(bool(body.sponsors), f"{body.key!r} has no sponsor")
    previous: date | None = None
    for sponsorship, following in zip(body.sponsors, (*body.sponsors[1:], None), strict=True):
        code = sponsorship.department
        _require(code in departments, f"{body.key!r} is sponsored by {code!r}, which is no department")
        since = sponsorship.since
        _require(
            sponsorship is body.sponsors[0] or (since is not None and (previous is None or since > previous)),
            f"the sponsors of {body.key!r} are not in the order of their dates",
        )
        previous = since
        department = departments[code]
        _require(since is None or department.existed(since), f"{body.key!r}: {code!r} did not exist on {since}")
        end = _end(department)
        if end is None or (following is not None and following.since is not None and following.since <= end):
            continue
        if body.exists_to is not None and body.exists_to < end:
            continue
        _require(
            len(heirs(department, changes)) == 1,
            f"{body.key!r}: {code!r} ended on {department.exists_to} and went several ways: say who sponsors it after",
        )


def _check_span(key: str, first: date | None, last: date | None) -> None:
    _require(first is None or last is None or first <= last, f"{key!r} ends before it begins")


def _check_order(key: str, texts: tuple[Dated, ...]) -> None:
    dates = [text.since for text in texts[1:]]
    _require(None not in dates, f"{key!r}: only the first name may go without a date")
    given = [text.since for text in texts if text.since is not None]
    named = ", ".join(repr(text.text) for text in texts)
    _require(given == sorted(set(given)), f"{key!r}: {named} overlap in their dates")


def _check_unique(kind: str, claims: Iterable[tuple[str, Window, str]]) -> None:
    seen: dict[str, list[tuple[Window, str]]] = {}
    for text, window, key in claims:
        _require(bool(text), f"{key!r} has an empty {kind}")
        for other, owner in seen.setdefault(text, []):
            _require(
                not window.overlaps(other),
                f"{kind} {window.text!r} belongs to {owner!r} and to {key!r} on the same days",
            )
        seen[text].append((window, key))
