"""Sessions: a protocol and its values, and the one in PostgreSQL. An id is known to its browser only."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from services.reporter.archive import Archive
from services.reporter.signing_in.people import Person
from shared.events.catalogue import Role


@dataclass(frozen=True, slots=True)
class Lifetime:
    """A session ends when nothing was asked for so long (`idle`), and in any case after so long (`absolute`)."""

    idle: timedelta = timedelta(minutes=30)
    absolute: timedelta = timedelta(hours=8)


class Sessions(Protocol):
    """Every method raises Unavailable while the database does not answer."""

    async def begin(self, person: Person, now: datetime) -> str:
        """A new session; returns its id."""
        ...

    async def find(self, id: str, now: datetime) -> Person | None:
        """Whose it is, and notes that it was used; None when it has ended."""
        ...

    async def end(self, id: str) -> None: ...


class StoredSessions:
    def __init__(self, archive: Archive, lifetime: Lifetime) -> None:
        self.archive, self.lifetime = archive, lifetime

    async def begin(self, person: Person, now: datetime) -> str:
        """Also clears away what has ended."""
        id = secrets.token_urlsafe(32)
        await self.archive.read(
            lambda c: c.execute(
                "DELETE FROM session WHERE seen_at <= $1 OR began_at <= $2",
                now - self.lifetime.idle,
                now - self.lifetime.absolute,
            )
        )
        await self.archive.read(
            lambda c: c.execute(
                """INSERT INTO session (id_sha256, subject, name, role, sender, began_at, seen_at)
                VALUES ($1, $2, $3, $4, $5, $6, $6)""",
                _hashed(id),
                person.subject,
                person.name,
                person.role.value,
                person.sender,
                now,
            )
        )
        return id

    async def find(self, id: str, now: datetime) -> Person | None:
        row = await self.archive.read(
            lambda c: c.fetchrow(
                """UPDATE session SET seen_at = greatest(seen_at, $2)
                WHERE id_sha256 = $1 AND seen_at > $3 AND began_at > $4 RETURNING subject, name, role, sender""",
                _hashed(id),
                now,
                now - self.lifetime.idle,
                now - self.lifetime.absolute,
            )
        )
        return None if row is None else Person(row["subject"], row["name"], Role(row["role"]), row["sender"])

    async def end(self, id: str) -> None:
        await self.archive.read(lambda c: c.execute("DELETE FROM session WHERE id_sha256 = $1", _hashed(id)))


def _hashed(id: str) -> str:
    return hashlib.sha256(id.encode()).hexdigest()
