"""The shelf in PostgreSQL: read-only SQL for the pages."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

import asyncpg
import orjson

from services.reporter import store
from services.reporter.forms.catalogue import LATE, PACK
from services.reporter.model import Change
from services.reporter.shelf import Entry, Issue, Listed, Planned, Stored, Unavailable
from shared.database import UNREACHABLE
from shared.status import Rating

T = TypeVar("T")
PATIENCE = 20.0
"""Seconds that a reader waits for a form that nobody has made yet; longer, and what stands between would give up."""
_LATE = {form.file for form in LATE}

_ISSUE = "p.id, p.department, p.period, p.revision, p.published_at, p.title, p.rating, p.reason, p.changes::text"


class Archive:
    """`pool` is None until the database has been reached; so are `complete`, which makes a publication's late forms,
    and `pack`, which makes an overview's pack.
    """

    def __init__(self) -> None:
        self.pool: asyncpg.Pool | None = None
        self._making: dict[object, asyncio.Future[object]] = {}
        self.complete: Callable[[str], Awaitable[object]] | None = None
        self.pack: Callable[[str], Awaitable[object]] | None = None

    async def read(self, question: Callable[[Any], Awaitable[T]]) -> T:
        """Asks on a connection of its own. Raises Unavailable when there is none to be had."""
        if self.pool is None:
            raise Unavailable
        try:
            async with self.pool.acquire(timeout=5) as connection:
                return await question(connection)
        except (*UNREACHABLE, asyncpg.InterfaceError, TimeoutError) as fault:
            raise Unavailable from fault

    async def file(self, department: str, period: str | None, revision: int | None, name: str) -> Stored | None:
        """A late form that nobody has made yet is made now."""
        found = await self._file(department, period, revision, name)
        make = self.pack if name == PACK.file else self.complete
        if name not in _LATE and (name != PACK.file or department != "overview"):
            return found
        issue = await self._file(department, period, revision, "report.json")
        if issue is None or (found is not None and found.issue.id == issue.issue.id):
            return found
        if make is None:
            raise Unavailable
        await self._made(make, issue.issue.id)
        return await self._file(department, period, issue.issue.revision, name)

    async def _made(self, make: Callable[[str], Awaitable[object]], id: str) -> None:
        """Waits a while for what is made once, however many ask; then they are asked to come back."""
        key = (make, id)
        if key not in self._making:
            self._making[key] = asyncio.ensure_future(make(id))
            self._making[key].add_done_callback(lambda _: self._making.pop(key))
        done, _ = await asyncio.wait({self._making[key]}, timeout=PATIENCE)
        if not done:
            raise Unavailable
        done.pop().result()

    async def _file(self, department: str, period: str | None, revision: int | None, name: str) -> Stored | None:
        row = await self.read(
            lambda c: c.fetchrow(
                f"""SELECT {_ISSUE}, f.media_type, f.content, f.sha256
                FROM publication p JOIN publication_file f ON f.publication = p.id AND f.name = $4
                WHERE p.department = $1 AND ($2::text IS NULL OR p.period = $2)
                    AND ($3::integer IS NULL OR p.revision = $3)
                ORDER BY p.period_ends DESC, p.period DESC, p.revision DESC LIMIT 1""",  # noqa: S608 - our own columns
                department,
                period,
                revision,
                name,
            )
        )
        return None if row is None else Stored(_issue(row), row["media_type"], row["content"], row["sha256"])

    async def files(self, period: str, name: str) -> Sequence[Stored]:
        rows = await self.read(
            lambda c: c.fetch(
                f"""SELECT DISTINCT ON (p.department) {_ISSUE}, f.media_type, f.content, f.sha256
                FROM publication p JOIN publication_file f ON f.publication = p.id AND f.name = $2
                WHERE p.period = $1 AND p.department <> 'overview'
                ORDER BY p.department, p.revision DESC""",  # noqa: S608 - our own columns
                period,
                name,
            )
        )
        return [Stored(_issue(row), row["media_type"], row["content"], row["sha256"]) for row in rows]

    async def listing(self, department: str, period: str, revision: int) -> Sequence[Listed]:
        rows = await self.read(
            lambda c: c.fetch(
                """SELECT f.name, f.media_type, length(f.content) AS size, f.sha256
                FROM publication p JOIN publication_file f ON f.publication = p.id
                WHERE p.department = $1 AND p.period = $2 AND p.revision = $3 ORDER BY f.name""",
                department,
                period,
                revision,
            )
        )
        return [Listed(**row) for row in rows]

    async def recent(self, department: str | None) -> Sequence[Issue]:
        rows = await self.read(
            lambda c: c.fetch(
                f"""SELECT {_ISSUE} FROM publication p WHERE $1::text IS NULL OR p.department = $1
                ORDER BY p.published_at DESC, p.id LIMIT 100""",  # noqa: S608 - our own columns
                department,
            )
        )
        return [_issue(row) for row in rows]

    async def calendar(self) -> Sequence[Entry]:
        return list((await self.read(store.calendar)).values())

    async def latest(self) -> Sequence[Issue]:
        rows = await self.read(
            lambda c: c.fetch(
                f"""SELECT * FROM (
                    SELECT DISTINCT ON (p.department) {_ISSUE} FROM publication p WHERE p.department <> 'overview'
                    ORDER BY p.department, p.period_ends DESC, p.period DESC, p.revision DESC) AS newest
                ORDER BY title"""  # noqa: S608 - our own columns
            )
        )
        return [_issue(row) for row in rows]

    async def issues(self, department: str) -> Sequence[Issue]:
        rows = await self.read(
            lambda c: c.fetch(
                f"""SELECT {_ISSUE} FROM publication p WHERE p.department = $1
                ORDER BY p.period_ends DESC, p.period DESC, p.revision DESC""",  # noqa: S608 - our own columns
                department,
            )
        )
        return [_issue(row) for row in rows]

    async def revised(self) -> Sequence[Issue]:
        rows = await self.read(
            lambda c: c.fetch(
                f"""SELECT {_ISSUE} FROM publication p WHERE p.revision > 1
                ORDER BY p.published_at DESC, p.id LIMIT 500"""  # noqa: S608 - our own columns
            )
        )
        return [_issue(row) for row in rows]

    async def planned(self) -> Sequence[Planned]:
        return await self.read(store.planned)

    async def asset(self, name: str) -> bytes | None:
        content: bytes | None = await self.read(lambda c: c.fetchval("SELECT content FROM asset WHERE name = $1", name))
        return content


def _issue(row: Any) -> Issue:
    return Issue(
        id=row["id"],
        department=row["department"],
        period=row["period"],
        revision=row["revision"],
        published_at=row["published_at"],
        title=row["title"],
        rating=None if row["rating"] is None else Rating(row["rating"]),
        reason=row["reason"],
        changes=tuple(Change(**change) for change in orjson.loads(row["changes"])),
    )
