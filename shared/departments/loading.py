"""departments.toml → Register. The only part of the register that reads a file."""

import tomllib
from collections.abc import Iterable
from datetime import date, timedelta
from fractions import Fraction
from functools import cache
from importlib.resources import files
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from shared.departments.aliases import aliases
from shared.departments.model import (
    CLASSES,
    Basis,
    Body,
    Change,
    Dated,
    Department,
    Mark,
    Move,
    RegisterError,
    Sector,
    Sponsorship,
    Window,
)
from shared.departments.register import Register


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Name(_Row):
    text: str
    short: str | None = None
    since: date | None = Field(None, alias="from")
    mark: Mark = Mark.CONFIRMED


class _Title(_Row):
    text: str
    since: date | None = Field(None, alias="from")
    mark: Mark = Mark.CONFIRMED


class _Window(_Row):
    text: str
    since: date | None = Field(None, alias="from")
    until: date | None = None


class _Department(_Row):
    names: tuple[_Name, ...] = Field(min_length=1)
    heads: tuple[_Title, ...] = Field(min_length=1)
    secretary_of_state: bool
    sector: Sector = Sector.CENTRAL_GOVERNMENT
    since: date | None = Field(None, alias="from")
    until: date | None = None
    formed_from: str | None = None
    aliases: tuple[str | _Window, ...] = ()
    ids: tuple[str | _Window, ...] = ()
    slugs: tuple[_Title, ...] = ()
    content_ids: tuple[_Title, ...] = ()
    parliament_id: int | None = None


class _Sponsor(_Row):
    of: str
    since: date | None = Field(None, alias="from")


class _Body(_Row):
    name: str | None = None
    names: tuple[_Name, ...] = ()
    sponsors: tuple[str | _Sponsor, ...] = Field(min_length=1)
    basis: Basis | None = None
    mark: Mark = Mark.SECONDARY
    since: date | None = Field(None, alias="from")
    until: date | None = None
    aliases: tuple[str | _Window, ...] = ()
    ids: tuple[str | _Window, ...] = ()


class _Move(_Row):
    source: str = Field(alias="from")
    target: str = Field(alias="to")
    share: str | None = Field(None, pattern=r"^[1-9][0-9]*(/[1-9][0-9]*)?$")
    what: str | None = None


class _Change(_Row):
    effective: date
    announced: date | None = None
    what: str
    mark: Mark
    source: str | None = None
    moves: tuple[_Move, ...] = ()


class _Register(_Row):
    department: dict[str, _Department]
    body: dict[str, _Body] = {}
    change: tuple[_Change, ...] = ()


@cache
def load_register() -> Register:
    """The register of the package. Raises RegisterError when its file contradicts itself."""
    return parse_register((files("shared") / "departments.toml").read_text("utf-8"))


def parse_register(text: str) -> Register:
    """TOML text → Register. Raises RegisterError, which names the entry and the fault."""
    try:
        rows = _Register.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as fault:
        raise RegisterError(f"the register is no TOML: {fault}") from fault
    except ValidationError as fault:
        first: Any = fault.errors()[0]
        raise RegisterError(f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}") from fault
    departments = {code: _department(code, row) for code, row in rows.department.items()}
    return Register(
        departments.values(),
        (_body(key, row, departments) for key, row in rows.body.items()),
        (_change(row) for row in rows.change),
    )


def _department(code: str, row: _Department) -> Department:
    return Department(
        code=code,
        names=tuple(Dated(name.text, name.since, name.mark) for name in row.names),
        shorts=_shorts(code, row.names),
        head_titles=_dated(row.heads),
        secretary_of_state=row.secretary_of_state,
        sector=row.sector,
        exists_from=row.since,
        exists_to=_last_day(row.until),
        formed_from=row.formed_from,
        aliases=_aliases(row, row.names, row.heads),
        ids=_windows(row.ids, None, None),
        slugs=_dated(row.slugs),
        content_ids=_dated(row.content_ids),
        parliament_id=row.parliament_id,
    )


def _body(key: str, row: _Body, departments: dict[str, Department]) -> Body:
    names = row.names or ((_Name(text=row.name),) if row.name else ())
    if not names or (row.name and row.names):
        raise RegisterError(f"{key!r} needs either name or names")
    return Body(
        key=key,
        names=tuple(Dated(name.text, name.since, name.mark) for name in names),
        sponsors=_sponsors(key, row.sponsors, departments),
        authority=CLASSES[row.basis] if row.basis else None,
        basis=row.basis,
        mark=row.mark,
        exists_from=row.since,
        exists_to=_last_day(row.until),
        aliases=_aliases(row, names, ()),
        ids=_windows(row.ids, None, None),
    )


def _sponsors(
    key: str, rows: tuple[str | _Sponsor, ...], departments: dict[str, Department]
) -> tuple[Sponsorship, ...]:
    """A sponsor without a date takes over when the one before it ends."""
    sponsorships: list[Sponsorship] = []
    for row in rows:
        if isinstance(row, _Sponsor) and row.since is not None:
            sponsorships.append(Sponsorship(row.of, row.since))
            continue
        code = row if isinstance(row, str) else row.of
        since = None
        if sponsorships:
            previous = departments.get(sponsorships[-1].department)
            if previous is None or previous.exists_to is None:
                raise RegisterError(f"{key!r}: say from when {code!r} sponsors it, its sponsor before still exists")
            since = previous.exists_to + timedelta(days=1)
        sponsorships.append(Sponsorship(code, since))
    return tuple(sponsorships)


def _change(row: _Change) -> Change:
    moves = (Move(m.source, m.target, Fraction(m.share) if m.share else None, m.what) for m in row.moves)
    return Change(row.effective, row.announced, row.what, row.mark, row.source, tuple(moves))


def _dated(rows: Iterable[_Title]) -> tuple[Dated, ...]:
    return tuple(Dated(row.text, row.since, row.mark) for row in rows)


def _last_day(until: date | None) -> date | None:
    return None if until is None else until - timedelta(days=1)


def _shorts(code: str, names: tuple[_Name, ...]) -> tuple[Dated, ...]:
    shorts: list[Dated] = []
    for name in names:
        if name.short and (not shorts or shorts[-1].text != name.short):
            shorts.append(Dated(name.short, name.since, name.mark))
    if not shorts:
        raise RegisterError(f"{code!r} has no short name")
    return tuple(shorts)


def _windows(rows: Iterable[str | _Window], since: date | None, until: date | None) -> tuple[Window, ...]:
    return tuple(
        Window(row, since, until) if isinstance(row, str) else Window(row.text, row.since or since, row.until or until)
        for row in rows
    )


def _aliases(row: _Department | _Body, names: tuple[_Name, ...], titles: tuple[_Title, ...]) -> tuple[Window, ...]:
    return aliases(
        names=[(Dated(name.text, name.since or row.since), name.short) for name in names],
        titles=[Dated(title.text, title.since or row.since) for title in titles],
        further=_windows(row.aliases, row.since, row.until),
        until=row.until,
    )
