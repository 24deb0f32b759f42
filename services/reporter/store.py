"""The reporter's writes to PostgreSQL: statuses as they come, publications as they are made. Parameters only."""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from services.reporter.model import Overview, Report
from services.reporter.publication import OVERVIEW, Draft, Due, Issued, Mark
from services.reporter.shelf import Entry, Planned
from shared.status import Status

SCHEMA = "reporter"
LOCK = 2012_0004
"""One reporter publishes at a time."""


@dataclass(frozen=True, slots=True)
class File:
    name: str
    media_type: str
    content: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


async def save(
    connection: Any, statuses: Collection[Status], now: datetime, traces: Mapping[tuple[str, str, int], str | None] = {}
) -> int:
    """Keeps the highest version of each. Returns how many were new; the others were stale or repeated.

    `traces`: department, period and version → the traceparent that it came with.
    """
    ordered = sorted(statuses, key=lambda status: (status.department, status.period))
    rows = await connection.fetch(
        """INSERT INTO status AS s (department, period, version, publish_at, changed_at, body, traceparent)
        SELECT d, p, v, at, $5, b, t
        FROM unnest($1::text[], $2::text[], $3::bigint[], $4::timestamptz[], $6::jsonb[], $7::text[])
            AS u (d, p, v, at, b, t)
        ON CONFLICT (department, period) DO UPDATE
            SET version = excluded.version, publish_at = excluded.publish_at,
                changed_at = excluded.changed_at, body = excluded.body, traceparent = excluded.traceparent
            WHERE excluded.version > s.version
        RETURNING department""",
        [s.department for s in ordered],
        [s.period for s in ordered],
        [s.version for s in ordered],
        [s.round.publish_at if s.round else None for s in ordered],
        now,
        [s.model_dump_json() for s in ordered],
        [traces.get((s.department, s.period, s.version)) for s in ordered],
    )
    return len(rows)


async def traces(connection: Any, period: str) -> dict[str, str]:
    """Department → the traceparent of its status, for those that came with one."""
    query = "SELECT department, traceparent FROM status WHERE period = $1 AND traceparent IS NOT NULL"
    return {row["department"]: row["traceparent"] for row in await connection.fetch(query, period)}


async def lock(connection: Any) -> bool:
    """Until the transaction ends; False when another reporter has it."""
    return bool(await connection.fetchval("SELECT pg_try_advisory_xact_lock($1)", LOCK))


async def marks(connection: Any) -> list[Mark]:
    rows = await connection.fetch("SELECT department, period, version, publish_at, changed_at FROM status")
    return [Mark(**row) for row in rows]


async def considered(connection: Any) -> dict[str, str]:
    return {r["period"]: r["fingerprint"] for r in await connection.fetch("SELECT period, fingerprint FROM considered")}


async def statuses(connection: Any, periods: Sequence[str]) -> list[Status]:
    rows = await connection.fetch("SELECT body::text FROM status WHERE period = ANY($1)", periods)
    return [Status.model_validate_json(row["body"]) for row in rows]


async def issued(connection: Any, period: str) -> dict[str, Issued]:
    """The latest revision of each report of a period, by code."""
    rows = await connection.fetch(
        """SELECT DISTINCT ON (p.department) p.department, p.content_sha256, f.content,
            EXISTS (SELECT FROM erasure e WHERE e.publication = p.id) AS erased
        FROM publication p JOIN publication_file f ON f.publication = p.id AND f.name = 'report.json'
        WHERE p.period = $1 ORDER BY p.department, p.revision DESC""",
        period,
    )
    return {
        row["department"]: Issued(
            document(row["department"], row["content"]), row["content_sha256"], erased=row["erased"]
        )
        for row in rows
    }


def document(code: str, content: bytes) -> Report | Overview:
    """The JSON of a publication → the publication."""
    return (Overview if code == OVERVIEW else Report).model_validate_json(content)


async def revised(connection: Any, periods: Sequence[str]) -> Mapping[str, set[str]]:
    """Department → those of the periods that were published more than once."""
    rows = await connection.fetch(
        "SELECT DISTINCT department, period FROM publication WHERE revision > 1 AND period = ANY($1)", periods
    )
    found: dict[str, set[str]] = {}
    for row in rows:
        found.setdefault(row["department"], set()).add(row["period"])
    return found


async def publish(connection: Any, made: Iterable[tuple[Draft, Sequence[File]]]) -> None:
    for draft, files in made:
        said = draft.document
        newest = said.revisions[-1]
        await connection.execute(
            """INSERT INTO publication (id, department, period, period_ends, revision, published_at, title, rating,
                method, reason, changes, content_sha256)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11::jsonb, $12)""",
            said.id,
            draft.code,
            said.period.key,
            said.period.last_day,
            said.revision,
            said.published_at,
            said.department.name if isinstance(said, Report) else said.headline,
            said.rating.value if isinstance(said, Report) else None,
            said.method,
            newest.reason,
            orjson.dumps([change.model_dump() for change in newest.changes]).decode(),
            draft.content_sha256,
        )
        await connection.executemany(
            "INSERT INTO publication_file (publication, name, media_type, sha256, content) VALUES ($1, $2, $3, $4, $5)",
            [(said.id, file.name, file.media_type, file.sha256, file.content) for file in files],
        )


async def planned(connection: Any) -> list[Planned]:
    """The rounds known, the earliest first."""
    rows = await connection.fetch(
        """SELECT s.period, max(s.publish_at) AS publish_at, max((s.body -> 'round' ->> 'due')::date) AS due,
            EXISTS (SELECT FROM publication p WHERE p.period = s.period AND p.department = 'overview') AS published
        FROM status s WHERE s.publish_at IS NOT NULL GROUP BY s.period ORDER BY 2, 1"""
    )
    return [Planned(**row) for row in rows]


async def calendar(connection: Any) -> dict[str, Entry]:
    rows = await connection.fetch("SELECT period, at, state, sequence, changed_at FROM release ORDER BY at, period")
    return {row["period"]: Entry(**row) for row in rows}


async def announce(connection: Any, entries: Iterable[Entry]) -> None:
    await connection.executemany(
        """INSERT INTO release (period, at, state, sequence, changed_at) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (period) DO UPDATE SET at = excluded.at, state = excluded.state, sequence = excluded.sequence,
            changed_at = excluded.changed_at""",
        [(entry.period, entry.at, entry.state, entry.sequence, entry.changed_at) for entry in entries],
    )


async def consider(connection: Any, due: Due, now: datetime) -> None:
    await connection.execute(
        """INSERT INTO considered (period, fingerprint, considered_at) VALUES ($1, $2, $3)
        ON CONFLICT (period) DO UPDATE
            SET fingerprint = excluded.fingerprint, considered_at = excluded.considered_at""",
        due.period,
        due.fingerprint,
        now,
    )


async def keep_assets(connection: Any, assets: Mapping[str, bytes]) -> None:
    """So that pages published with them keep their looks when later ones have other names."""
    await connection.executemany(
        "INSERT INTO asset (name, content) VALUES ($1, $2) ON CONFLICT DO NOTHING", list(assets.items())
    )
