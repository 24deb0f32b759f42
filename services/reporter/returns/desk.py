"""What the pages of a round read and write: a protocol, its values, and the desk in PostgreSQL."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

import orjson

from services.reporter import publication, store
from services.reporter.archive import Archive
from services.reporter.model import Overview, Report
from services.reporter.publication import Due, Issued
from services.reporter.returns.drafts import Draft
from services.reporter.returns.speaking import Submission
from shared import outbox
from shared.departments import Register
from shared.periods import Period
from shared.status import Round, Status


@dataclass(frozen=True, slots=True)
class Asked:
    """A round, as its period's statuses know of it."""

    period: Period
    round: Round


@dataclass(frozen=True, slots=True)
class Published:
    """The latest revision of a department's report of a period."""

    revision: int
    signed: bool


class Desk(Protocol):
    """Every method raises Unavailable while the database does not answer."""

    async def rounds(self) -> Sequence[Asked]:
        """Every round that has been opened, the newest period first."""
        ...

    async def statuses(self, period: str) -> Mapping[str, Status]:
        """As they stand now, by code."""
        ...

    async def published(self, period: str) -> Mapping[str, Published]: ...

    async def drafts(self, period: str) -> Mapping[str, Draft]: ...

    async def save(self, draft: Draft, *, by: str, now: datetime) -> Draft | None:
        """The draft under its next version; None when somebody has saved another since this one was read."""
        ...

    async def say(self, submission: Submission) -> bool:
        """Sends it on to the front door; False when it is the repeat of one that was sent."""
        ...

    async def said(self, subject: str) -> Sequence[Submission]:
        """What was sent from here about a subject, the latest first."""
        ...

    async def as_now(self, period: str, now: datetime) -> Mapping[str, Report | Overview]:
        """What would stand if the period were published now, by code; empty while a department has no status."""
        ...


class StoredDesk:
    def __init__(self, archive: Archive, register: Register, *, sample: bool) -> None:
        self.archive, self.register, self.sample = archive, register, sample

    async def rounds(self) -> Sequence[Asked]:
        rows = await self.archive.read(
            lambda c: c.fetch(
                """SELECT DISTINCT ON (period) period, (body->'round')::text AS round FROM status
                WHERE jsonb_typeof(body->'round') = 'object' ORDER BY period, changed_at DESC"""
            )
        )
        found = [Asked(Period.parse(row["period"]), Round.model_validate_json(row["round"])) for row in rows]
        return sorted(found, key=lambda asked: (asked.period.last_day, asked.period.quarter), reverse=True)

    async def statuses(self, period: str) -> Mapping[str, Status]:
        found = await self.archive.read(lambda c: store.statuses(c, [period]))
        return {status.department: status for status in found}

    async def published(self, period: str) -> Mapping[str, Published]:
        rows = await self.archive.read(
            lambda c: c.fetch(
                """SELECT DISTINCT ON (p.department) p.department, p.revision,
                    jsonb_typeof(convert_from(f.content, 'UTF8')::jsonb->'statement') = 'object' AS signed
                FROM publication p JOIN publication_file f ON f.publication = p.id AND f.name = 'report.json'
                WHERE p.period = $1 AND p.department <> 'overview' ORDER BY p.department, p.revision DESC""",
                period,
            )
        )
        return {row["department"]: Published(row["revision"], bool(row["signed"])) for row in rows}

    async def drafts(self, period: str) -> Mapping[str, Draft]:
        rows = await self.archive.read(
            lambda c: c.fetch("SELECT version, body::text FROM draft WHERE period = $1", period)
        )
        found = [Draft.model_validate({**orjson.loads(row["body"]), "version": row["version"]}) for row in rows]
        return {draft.department: draft for draft in found}

    async def save(self, draft: Draft, *, by: str, now: datetime) -> Draft | None:
        saved = draft.model_copy(update={"version": draft.version + 1})
        row = await self.archive.read(
            lambda c: c.fetchrow(
                """INSERT INTO draft AS d (department, period, version, body, saved_at, saved_by)
                SELECT $1, $2, $3, $4::jsonb, $5, $6
                WHERE $3 = 1 OR EXISTS (SELECT FROM draft WHERE department = $1 AND period = $2)
                ON CONFLICT (department, period) DO UPDATE SET version = excluded.version, body = excluded.body,
                    saved_at = excluded.saved_at, saved_by = excluded.saved_by WHERE d.version = excluded.version - 1
                RETURNING version""",
                saved.department,
                saved.period,
                saved.version,
                saved.model_dump_json(),
                now,
                by,
            )
        )
        return saved if row is not None else None

    async def say(self, submission: Submission) -> bool:
        async def said(connection: Any) -> bool:
            async with connection.transaction():
                row = await connection.fetchrow(
                    """INSERT INTO submission (source, id, name, subject, sender, data, made_at, made_by)
                    VALUES ($1, $2, $3, $4, $5, $6::jsonb, $7, $8) ON CONFLICT DO NOTHING RETURNING id""",
                    submission.source,
                    submission.id,
                    submission.name,
                    submission.subject,
                    submission.sender,
                    orjson.dumps(submission.data).decode(),
                    submission.at,
                    submission.by,
                )
                if row is not None:
                    await outbox.enqueue(connection, store.SCHEMA, [submission.message()])
            return row is not None

        return await self.archive.read(said)

    async def said(self, subject: str) -> Sequence[Submission]:
        rows = await self.archive.read(
            lambda c: c.fetch(
                """SELECT sender, name, subject, id, data::text, made_at, made_by FROM submission
                WHERE subject = $1 ORDER BY made_at DESC, id LIMIT 20""",
                subject,
            )
        )
        return [
            Submission(
                r["sender"], r["name"], r["subject"], r["id"], orjson.loads(r["data"]), r["made_at"], r["made_by"]
            )
            for r in rows
        ]

    async def as_now(self, period: str, now: datetime) -> Mapping[str, Report | Overview]:
        async def read(connection: Any) -> tuple[list[Status], dict[str, Issued], Mapping[str, set[str]]]:
            periods = publication.periods_before(period)
            return (
                await store.statuses(connection, periods),
                await store.issued(connection, period),
                await store.revised(connection, periods[:-1]),
            )

        statuses, issued, revised = await self.archive.read(read)
        return await asyncio.to_thread(
            as_now,
            period,
            statuses,
            issued=issued,
            revised=revised,
            register=self.register,
            now=now,
            sample=self.sample,
        )


def as_now(
    period: str,
    statuses: Sequence[Status],
    *,
    issued: Mapping[str, Issued],
    revised: Mapping[str, set[str]],
    register: Register,
    now: datetime,
    sample: bool,
) -> Mapping[str, Report | Overview]:
    """The next revision of each report, or the one that stands where it would say nothing new. Pure."""
    mine = [status for status in statuses if status.period == period]
    wanted = {department.code for department in register.answerable(Period.parse(period).last_day)}
    if wanted - {status.department for status in mine}:
        return {}
    announced = [status.round.publish_at for status in mine if status.round is not None]
    due = Due(period, "", max(announced, default=now).astimezone(UTC))
    made = publication.drafts(
        due, statuses, issued=issued, revised=revised, register=register, now=now.replace(microsecond=0), sample=sample
    )
    return {
        **{code: each.document for code, each in issued.items()},
        **{draft.code: draft.document for draft in made},
    }
