"""Statuses in, publications out: the reporter's two pieces of work. What they do is decided by pure functions.

Redelivery: a repeated or stale status changes no row. Two reporters at once: one has the lock, the other waits for the
next step; publication rows and the messages about them are one transaction, so a crash publishes all of a period or
none of it.
"""

import asyncio
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import asyncpg
from pydantic import BaseModel, ValidationError

from services.reporter import addresses, publication, rendering, rounds, store
from services.reporter.forms.catalogue import FORMS
from services.reporter.model import Report
from services.reporter.publication import Draft
from services.reporter.store import File
from shared import messages, outbox, topics, tracing
from shared.consuming import Records
from shared.departments import Register
from shared.logging import get_logger
from shared.messages import Message
from shared.status import Status

log = get_logger()
PUBLISHED = "uk.gov.social-value.report.published.v1"


class Receiving:
    """The handler of `implementation.status`. What is no status is set aside and named; no bytes stop a batch."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self.pool = pool

    async def handle(self, records: Records) -> None:
        read, traces = [], {}
        for record in records:
            status = None if record.value is None else parse(record.value)
            if status is not None:
                read.append(status)
                traces[status.department, status.period, status.version] = tracing.of_headers(record.headers)
            elif record.value is not None:
                log.error("record.unreadable", topic=record.topic, partition=record.partition, offset=record.offset)
        latest = newest(read)
        async with self.pool.acquire() as connection, connection.transaction():
            new = await store.save(connection, latest, datetime.now(UTC), traces) if latest else 0
        log.info("status.received", records=len(records), new=new, traces=tracing.first(traces.values()))


def newest(statuses: Sequence[Status]) -> list[Status]:
    """The highest version of each department and period, in whatever order they came."""
    found: dict[tuple[str, str], Status] = {}
    for status in statuses:
        known = found.setdefault((status.department, status.period), status)
        if status.version > known.version:
            found[status.department, status.period] = status
    return list(found.values())


class _Envelope(BaseModel):
    data: Status


def parse(value: bytes) -> Status | None:
    """A CloudEvent in structured JSON → its status; None when it is none."""
    try:
        return _Envelope.model_validate_json(value).data
    except ValidationError:
        return None


class Publishing:
    """`step` is repeated by the service; `publish_due` is the same with the clock as an argument."""

    def __init__(
        self, pool: asyncpg.Pool, register: Register, *, stylesheet: str, url: str, settle: timedelta, sample: bool
    ) -> None:
        self.pool, self.register = pool, register
        self.stylesheet, self.url = stylesheet, url.rstrip("/")
        self.settle, self.sample = settle, sample

    async def step(self) -> int:
        return await self.publish_due(datetime.now(UTC))

    async def publish_due(self, now: datetime, *, only: str | None = None) -> int:
        """Publishes the oldest period that is due. Returns 1 when one was, 0 when none is or another reporter is at it.

        `only`: no other period than this.

        Idempotent: with nothing new to say it writes nothing but that it has looked.
        """
        async with self.pool.acquire() as connection, connection.transaction():
            if not await store.lock(connection):
                return 0
            entries = rounds.calendar(await store.calendar(connection), await store.planned(connection), now)
            await store.announce(connection, entries)
            found = publication.due(
                await store.marks(connection),
                considered=await store.considered(connection),
                register=self.register,
                now=now,
                settle=self.settle,
            )
            found = [each for each in found if only in (None, each.period)]
            if not found:
                return 0
            began = time.monotonic()
            due, periods = found[0], publication.periods_before(found[0].period)
            statuses = await store.statuses(connection, periods)
            issued = await store.issued(connection, due.period)
            revised = await store.revised(connection, periods[:-1])

            def make() -> list[tuple[Draft, list[File]]]:
                made = publication.drafts(
                    due,
                    statuses,
                    issued=issued,
                    revised=revised,
                    register=self.register,
                    now=now.replace(microsecond=0),
                    sample=self.sample,
                )
                return [(draft, self.files(draft)) for draft in made]

            traces = await store.traces(connection, due.period)
            made = await asyncio.to_thread(make)  # half a second of rendering must not keep readers waiting
            await store.publish(connection, made)
            told = [self.message(draft, files, traces.get(draft.code)) for draft, files in made]
            await outbox.enqueue(connection, store.SCHEMA, told)
            await store.consider(connection, due, now)
        for draft, files in made:
            log.info(
                "report.published",
                report=draft.document.id,
                department=draft.code,
                period=due.period,
                revision=draft.document.revision,
                # The cause without the changes, one of which may be an office holder's name.
                cause=(draft.document.revisions[-1].reason or "first publication").partition(":")[0],
                sha256={file.name: file.sha256 for file in files},
                duration=int((time.monotonic() - began) * 1e9),
                **tracing.fields(traces.get(draft.code)),
            )
        return 1

    def files(self, draft: Draft) -> list[File]:
        """Those that are made at once; PDF and spreadsheet are made from them afterwards (`forms.making`)."""
        made = rendering.published(draft.document, stylesheet=self.stylesheet)
        return [File(form.file, form.media_type, made[form.file]) for form in FORMS if not form.late]

    def message(self, draft: Draft, files: Sequence[File], traceparent: str | None = None) -> Message:
        """What is said on `reports.published`: what there is, where, and its hashes; never the report itself."""
        said = draft.document
        key = f"{draft.code}/{said.period.key}"
        value = messages.cloudevent(
            source="/reporter",
            id=said.id,
            type=PUBLISHED,
            subject=key,
            time=said.published_at,
            data={
                "id": said.id,
                "department": draft.code,
                "period": said.period.key,
                "revision": said.revision,
                "published_at": said.published_at,
                "rating": said.rating.value if isinstance(said, Report) else None,
                "reason": said.revisions[-1].reason,
                "address": self.url + addresses.publication(draft.code, said.period.key, said.revision),
                "files": [
                    {"name": f.name, "media_type": f.media_type, "size": len(f.content), "sha256": f.sha256}
                    for f in files
                ],
            },
            traceparent=traceparent,
        )
        return Message(topics.REPORTS_PUBLISHED, key, value, messages.headers(traceparent))
