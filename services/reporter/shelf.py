"""What the pages read: publications as they were made, the calendar, old style sheets. A protocol and its values.

The site knows no database: the tests give it a shelf in memory, the service the one of `archive`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from services.reporter.model import Change
from shared.status import Rating


class Unavailable(Exception):
    """The database does not answer; readers are asked to come back."""


@dataclass(frozen=True, slots=True)
class Issue:
    """One revision of a report (or of the overview) on the shelf, without its files."""

    id: str
    department: str
    period: str
    revision: int
    published_at: datetime
    title: str
    rating: Rating | None
    reason: str | None
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Stored:
    """One file of an issue: the bytes that were published, and their SHA-256."""

    issue: Issue
    media_type: str
    content: bytes
    sha256: str


@dataclass(frozen=True, slots=True)
class Planned:
    """One period's round, as the statuses tell it; `published` once its overview is on the shelf."""

    period: str
    publish_at: datetime
    due: date | None
    published: bool


@dataclass(frozen=True, slots=True)
class Listed:
    """One file of an issue, without its bytes."""

    name: str
    media_type: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One release as the calendar last told it; `sequence` rises with every change."""

    period: str
    at: datetime
    state: str
    sequence: int
    changed_at: datetime


class Shelf(Protocol):
    """Every method raises Unavailable while the database does not answer."""

    async def file(self, department: str, period: str | None, revision: int | None, name: str) -> Stored | None:
        """Without a period, of the latest one; without a revision, of the latest one."""
        ...

    async def files(self, period: str, name: str) -> Sequence[Stored]:
        """That file of the latest revision of every department's report of a period, by code."""
        ...

    async def listing(self, department: str, period: str, revision: int) -> Sequence[Listed]:
        """The files that an issue has so far, by name."""
        ...

    async def recent(self, department: str | None) -> Sequence[Issue]:
        """The newest issues, of one department, of the overview or, with None, of all; at most 100, newest first."""
        ...

    async def calendar(self) -> Sequence[Entry]:
        """The releases as they were last announced, the earliest first."""
        ...

    async def latest(self) -> Sequence[Issue]:
        """The newest issue of each department's newest period, by title."""
        ...

    async def issues(self, department: str) -> Sequence[Issue]:
        """Every issue of a department, newest period first, then newest revision."""
        ...

    async def revised(self) -> Sequence[Issue]:
        """Every revision after a first, newest first; at most 500."""
        ...

    async def planned(self) -> Sequence[Planned]:
        """The rounds known, the earliest first."""
        ...

    async def asset(self, name: str) -> bytes | None: ...
