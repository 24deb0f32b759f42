"""svr logs: the services' lines as a person reads them, filtered and in colour."""

import re
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, BinaryIO, TypeAlias

import orjson
from rich.text import Text

from shared import times

Line: TypeAlias = Mapping[str, Any]


class Level(StrEnum):
    """The least first."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"
    CRITICAL = "critical"


LEVELS = tuple(Level)
STYLES = {"debug": "dim", "warning": "yellow", "error": "bold red", "critical": "bold red"}
SAID_ALREADY = frozenset(
    {"@timestamp", "service.name", "log.level", "message", "event.action", "error.stack_trace"}
    | {"service.version", "service.instance.id", "ecs.version"}
)
FOLLOW_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a line must be to be shown; None: whatever it is. `department` is a sender's too."""

    level: str = Level.DEBUG
    service: str | None = None
    department: str | None = None
    event: str | None = None
    text: str | None = None
    since: datetime | None = None


_AGO = re.compile(r"(\d+)([smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def moment(text: str, now: datetime) -> datetime:
    """`15m` (s, m, h, d) ago, or a time with its offset. Raises ValueError for anything else."""
    if found := _AGO.fullmatch(text):
        return now - timedelta(**{_UNITS[found[2]]: int(found[1])})
    return times.parse(text)


def read(raw: bytes) -> Line | None:
    """A line of JSON; None for what is none, such as a trace that a crashing process left."""
    try:
        line = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return None
    return line if isinstance(line, dict) else None


def wanted(line: Line, raw: bytes, filters: Wanted) -> bool:
    level = line.get("log.level", "info")
    return (
        (level not in LEVELS or LEVELS.index(level) >= LEVELS.index(filters.level))
        and filters.service in (None, line.get("service.name"))
        and filters.department in (None, line.get("svr.department"), line.get("svr.sender"))
        and filters.event in (None, line.get("event.action"))
        and (filters.text is None or filters.text.casefold() in raw.decode("utf-8", "replace").casefold())
    )


def shown(line: Line) -> Text:
    """Time, service, level, what happened, and the fields that say to whom and how much."""
    level = str(line.get("log.level", ""))
    text = Text(str(line.get("@timestamp", ""))[11:23].ljust(13), style="dim")
    text.append(str(line.get("service.name", "")).ljust(11), style="cyan")
    text.append(level.ljust(8), style=STYLES.get(level, ""))
    text.append(str(line.get("message", "")), style=STYLES.get(level, "bold"))
    for name, value in line.items():
        if name in SAID_ALREADY:
            continue
        text.append(f"  {name.removeprefix('svr.')}=", style="dim")
        text.append(_value(name, value))
    if trace := line.get("error.stack_trace"):
        text.append(f"\n{trace}", style="dim red")
    return text


def _value(name: str, value: Any) -> str:
    if name == "event.duration" and isinstance(value, int):
        return f"{value / 1e6:,.1f} ms"
    return value if isinstance(value, str) else orjson.dumps(value, default=str).decode()


def once(files: Sequence[BinaryIO], filters: Wanted) -> Iterator[Text]:
    """All that the files hold, oldest first."""
    yield from _of(files, filters, growing=False)


def follow(paths: Iterable[Path], filters: Wanted) -> Iterator[Text]:
    """What is there, then what comes, for ever. A file that is begun anew is read from its beginning."""
    files: dict[Path, BinaryIO] = {}
    paths = list(paths)
    try:
        while True:
            for path in paths:
                held = files.get(path)
                if held is not None and (not path.exists() or path.stat().st_size < held.tell()):
                    files.pop(path).close()
                if path not in files and path.exists():
                    files[path] = path.open("rb")
            yield from _of(list(files.values()), filters, growing=True)
            time.sleep(FOLLOW_SECONDS)
    finally:
        for file in files.values():
            file.close()


def _of(files: Sequence[BinaryIO], filters: Wanted, *, growing: bool) -> Iterator[Text]:
    """A line without a time has that of the one before it."""
    found = []
    since = "" if filters.since is None else times.text(filters.since)
    for number, file in enumerate(files):
        at = ""
        for position, raw in enumerate(_lines(file, growing=growing)):
            line = read(raw) or {"message": raw.decode("utf-8", "replace").rstrip(), "log.level": "error"}
            at = str(line.get("@timestamp", at))
            if at >= since and wanted(line, raw, filters):
                found.append((at, number, position, line))
    return (shown(line) for _, _, _, line in sorted(found, key=lambda each: each[:3]))


def _lines(file: BinaryIO, *, growing: bool) -> Iterator[bytes]:
    """Of a growing file only whole lines: the rest of one that is being written comes next time."""
    while raw := file.readline():
        if growing and not raw.endswith(b"\n"):
            file.seek(-len(raw), 1)
            return
        yield raw
