"""Letters out, each once: what is to be written is a row, and a step sends one row at a time.

A row is leased while its letter is on the way. A crash between the server's answer and our note of it sends the letter
again, with the same Message-ID. What a server puts off is tried again, ever more rarely; what it refuses is given up.
"""

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

import asyncpg

from services.reporter.delivery import letters
from services.reporter.delivery.letters import OVERVIEW, Reminder
from services.reporter.delivery.mailing import Deferred, Letter, Mailer, Refused
from services.reporter.model import Overview
from services.reporter.returns.states import days_late
from shared.departments import Register
from shared.logging import get_logger
from shared.periods import Period
from shared.status import Round

log = get_logger()
Pack: TypeAlias = Callable[[str], Awaitable[bytes]]
NEWS = timedelta(days=7)
"""An overview older than this is not sent to somebody who is new on the list."""
LEASE = timedelta(minutes=10)
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=2)
MOST_ATTEMPTS = 40
"""About three days."""


def pause(attempts: int) -> timedelta:
    """After so many attempts that were put off: doubling, up to the longest."""
    return min(FIRST_PAUSE * (1 << min(attempts - 1, 10)), LONGEST_PAUSE)


async def enqueue(connection: Any, *, kind: str, about: str, recipients: Sequence[str], url: str, now: datetime) -> int:
    """Within the caller's transaction. Returns how many letters are new; one that was ever written is not again."""
    new = 0
    for recipient in recipients:
        row = await connection.fetchrow(
            """INSERT INTO delivery (message_id, kind, about, recipient, next_attempt_at, created_at)
            VALUES ($1, $2, $3, $4, $5, $5) ON CONFLICT DO NOTHING RETURNING message_id""",
            letters.message_id(kind, about, recipient, url=url),
            kind,
            about,
            recipient,
            now,
        )
        new += row is not None
    return new


class Posting:
    """`pack`: the id of an overview → the PDF of all its reports; None: letters go without."""

    def __init__(
        self,
        pool: asyncpg.Pool,
        register: Register,
        mailer: Mailer,
        contacts: Mapping[str, Sequence[str]],
        *,
        url: str,
        pack: Pack | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.pool, self.register, self.mailer, self.contacts = pool, register, mailer, contacts
        self.url, self.pack, self.clock = url, pack, clock

    async def step(self) -> int:
        """Writes down which overviews are to be sent, and sends one letter. Returns 1 when there was one."""
        await self.announce()
        row = await self._lease()
        if row is None:
            return 0
        began = time.monotonic()
        state, error = "sent", None
        try:
            letter = await self._written(row)
            if letter is None:
                state, error = "given up", "there is nothing to say any more"
            else:
                await self.mailer.send(letter)
        except Deferred as fault:
            error, state = str(fault)[:500], "waiting" if row["attempts"] < MOST_ATTEMPTS else "given up"
        except Refused as fault:
            error, state = str(fault)[:500], "given up"
        now = self.clock()
        await self.pool.execute(
            """UPDATE delivery SET state = $2, error = $3, next_attempt_at = $4,
                done_at = CASE WHEN $2 = 'waiting' THEN NULL ELSE $5::timestamptz END WHERE message_id = $1""",
            row["message_id"],
            state,
            error,
            now + pause(row["attempts"]),
            now,
        )
        log.info(
            "delivery.attempted",
            kind=row["kind"],
            about=row["about"],
            message_id=row["message_id"],
            attempt=row["attempts"],
            outcome=state,
            error=error,
            duration=int((time.monotonic() - began) * 1e9),
        )
        if state == "given up":
            log.error("delivery.abandoned", about=row["about"], message_id=row["message_id"], error=error)
        return 1

    async def announce(self) -> int:
        """The overviews that have come out, for the Prime Minister's office: the publication itself is the outbox."""
        recipients = self.contacts.get("pm-office", ())
        if not recipients:
            return 0
        now = self.clock()
        rows = await self.pool.fetch(
            """SELECT p.id FROM publication p WHERE p.department = 'overview' AND p.made_at > $1
                AND (SELECT count(*) FROM delivery d WHERE d.about = p.id) < $2 ORDER BY p.made_at, p.id""",
            now - NEWS,
            len(recipients),
        )
        found = 0
        for row in rows:
            found += await enqueue(
                self.pool, kind=OVERVIEW, about=row["id"], recipients=recipients, url=self.url, now=now
            )
        return found

    async def _lease(self) -> Any | None:
        """The letter that has waited longest, kept from others for a while."""
        return await self.pool.fetchrow(
            """UPDATE delivery SET attempts = attempts + 1, next_attempt_at = $1 + $2::interval WHERE message_id = (
                SELECT message_id FROM delivery WHERE state = 'waiting' AND next_attempt_at <= $1
                ORDER BY next_attempt_at, message_id LIMIT 1 FOR UPDATE SKIP LOCKED)
            RETURNING message_id, kind, about, recipient, attempts""",
            self.clock(),
            LEASE,
        )

    async def _written(self, row: Any) -> Letter | None:
        """None for a reminder of a round that is not there any more."""
        if row["kind"] == OVERVIEW:
            content = await self.pool.fetchval(
                "SELECT content FROM publication_file WHERE publication = $1 AND name = 'report.json'", row["about"]
            )
            return letters.overview(
                Overview.model_validate_json(content),
                id=row["message_id"],
                recipient=row["recipient"],
                url=self.url,
                pack=await self.pack(row["about"]) if self.pack else None,
            )
        key, code, _ = row["about"].split("/")
        body = await self.pool.fetchval(
            "SELECT (body->'round')::text FROM status WHERE period = $1 AND department = $2", key, code
        )
        if body in (None, "null"):
            return None
        period, round = Period.parse(key), Round.model_validate_json(body)
        return letters.reminding(
            Reminder(row["kind"]),
            name=self.register.department(code).name(period.last_day),
            code=code,
            period=period,
            round=round,
            late=days_late(round.due, self.clock()),
            id=row["message_id"],
            recipient=row["recipient"],
            url=self.url,
        )
