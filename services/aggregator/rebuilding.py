"""The state made anew from the ledger beside the live one, compared with it, and put in its place.

The aggregator goes on meanwhile. What it records is applied to the new state too, by the code that applies it to the
live one: merging makes it harmless that some of it is there already. So every round of catching up may begin too early.
"""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any

from services.aggregator import history, store
from services.aggregator.assessment import assess
from services.aggregator.history import Extent
from services.aggregator.recomputing import LOCK, Recomputing
from services.aggregator.recording import Recording
from services.aggregator.sealing import Sealing
from services.aggregator.statuses import content_hash
from services.aggregator.subjects import Subject, build, facts_of
from shared.departments import Register
from shared.envelope import Event
from shared.events.catalogue import Kind, kind_of
from shared.logging import get_logger
from shared.rules import Rules

log = get_logger()

BESIDE, REPLACED = "aggregator_beside", "aggregator_replaced"
SEARCH_PATH = f"{BESIDE}, aggregator"
"""On this path the statements of the live path read and write the new state, and read the one ledger."""

ALONE = 2012_0005
TABLES = {"subject": "key", "assessment": "ocid"}
AT_ONCE = 2_000
FEW = 200
"""Events left to catch up with, so few that batches may wait for them."""
ROUNDS = 20


class Busy(Exception):
    """Another rebuild is running."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Of one table: rows live and anew, and the keys of those that are not the same."""

    table: str
    live: int
    anew: int
    keys: tuple[str, ...]


class Rebuilding:
    """`reader` and `writer`: two connections of the owner of the tables, the writer's with SEARCH_PATH."""

    def __init__(self, reader: Any, writer: Any, register: Register, rules: Rules) -> None:
        self.reader, self.writer = reader, writer
        self.register, self.rules = register, rules
        self.recording = Recording(None, register, rules)  # only to apply, on the writer
        self.recomputing = Recomputing(None, register)
        self.sealing = Sealing()
        self.settled = 0

    async def run(
        self, *, switch: bool, total: Callable[[int], None], progress: Callable[[int], None]
    ) -> list[Difference]:
        """Builds, compares, and then puts the new state in place, or takes it down. What differed is returned.

        `progress` is told how many events were built, out of the `total`. Raises Busy.
        """
        if not await self.writer.fetchval("SELECT pg_try_advisory_lock($1)", ALONE):
            raise Busy
        try:
            await self._build(total, progress)
            found = await self.compare()
            if switch:
                await self._switch()
        finally:
            for schema in (BESIDE, REPLACED):
                await self.writer.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE")
            await self.writer.execute("SELECT pg_advisory_unlock($1)", ALONE)
        return found

    async def _build(self, total: Callable[[int], None], progress: Callable[[int], None]) -> None:
        for schema in (BESIDE, REPLACED):
            await self.writer.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE")  # of a rebuild that was killed
        await self.writer.execute(f"CREATE SCHEMA {BESIDE}")
        for table in (*TABLES, "status_due"):
            await _like(self.writer, table)
        await self.sealing.observe(self.reader)
        settled = self.sealing.horizon.settled
        async with self.reader.transaction(isolation="repeatable_read", readonly=True):
            total(await history.count(self.reader, Extent()))
            register = await history.register_at(self.reader, Extent(), self.register)
            writing: asyncio.Task[None] | None = None
            batch: list[Subject] = []
            events = 0
            async for key, said in history.by_subject(self.reader, Extent()):
                batch.append(build(key, said))
                events += len(said)
                if events >= AT_ONCE:
                    progress(events)
                    writing = await _after(writing, self._write(batch, register))
                    batch, events = [], 0
            await (await _after(writing, self._write(batch, register)))
            progress(events)
        await store.lock_subjects(self.writer, [store.REGISTER])  # there from the first migration on
        self.settled = settled
        await self.writer.execute(f"ANALYZE {BESIDE}.subject, {BESIDE}.assessment")

    async def _write(self, subjects: Sequence[Subject], register: Register) -> None:
        """New subjects and the assessments of procurements."""
        texts = [subject.to_json() for subject in subjects]
        await self.writer.execute(
            """INSERT INTO subject (key, kind, facts, withdrawn)
            SELECT k, kind, f::jsonb, w::jsonb FROM unnest($1::text[], $2::text[], $3::text[], $4::text[])
                AS new (k, kind, f, w)""",
            [subject.key for subject in subjects],
            [str(kind_of(subject.key)) for subject in subjects],
            [facts for facts, _ in texts],
            [withdrawn for _, withdrawn in texts],
        )
        procurements = (subject for subject in subjects if kind_of(subject.key) is Kind.PROCUREMENT)
        await store.save_assessments(
            self.writer, [assess(subject, register=register, rules=self.rules) for subject in procurements]
        )

    async def _catch_up(self) -> int:
        """Applies what was recorded after what is settled and applied. Returns how many events that was."""
        applied, position = 0, self.settled
        await self.sealing.observe(self.reader)
        settled = self.sealing.horizon.settled
        while rows := await self.writer.fetch(
            "SELECT position, body FROM event WHERE position > $1 ORDER BY position LIMIT $2", position, AT_ONCE
        ):
            async with self.writer.transaction():
                register = await store.attributions_subject(self.writer, changing=True)
                events = [Event.from_json(row["body"].encode()) for row in rows]
                await self.recording.apply(self.writer, [(event, facts_of(event)) for event in events], register)
            applied, position = applied + len(rows), rows[-1]["position"]
        self.settled = max(self.settled, settled)
        return applied

    async def compare(self) -> list[Difference]:
        """In one snapshot, in which the live state and the ledger belong together: the aggregator need not stop."""
        await self._nearly()
        async with self.writer.transaction(isolation="repeatable_read"):
            await self._catch_up()
            found = [await self._compare(table, key) for table, key in TABLES.items()]
            return [*found, await self._statuses()]

    async def _nearly(self) -> None:
        for _ in range(ROUNDS):
            if await self._catch_up() <= FEW:
                return

    async def _compare(self, table: str, key: str) -> Difference:
        counts = await self.writer.fetchrow(
            f"SELECT (SELECT count(*) FROM aggregator.{table}) AS live, (SELECT count(*) FROM {BESIDE}.{table}) AS anew"  # noqa: S608 - our own names
        )
        rows = await self.writer.fetch(
            f"""SELECT {key} AS key FROM aggregator.{table} l FULL JOIN {BESIDE}.{table} r USING ({key})
            WHERE ROW (l.*) IS DISTINCT FROM ROW (r.*) ORDER BY 1"""  # noqa: S608 - our own names
        )
        return Difference(table, counts["live"], counts["anew"], tuple(row["key"] for row in rows))

    async def _statuses(self) -> Difference:
        """Counted from the new state. Those that are marked are being counted anew anyway, and are left out."""
        anew = await self.recomputing.count(self.writer, [(None, None)])
        rows = await self.writer.fetch("SELECT department, period, sha256 FROM aggregator.status")
        live = {(row["department"], row["period"]): row["sha256"] for row in rows}
        marks = {row["department"] for row in await self.writer.fetch("SELECT department FROM aggregator.status_due")}
        differing = [
            f"{status.department}/{status.period}"
            for status in anew
            if live.get((status.department, status.period)) != content_hash(status)
            and not marks & {status.department, None}
        ]
        return Difference("status", len(live), len(anew), tuple(differing))

    async def _switch(self) -> None:
        """One short transaction. Batches wait for it, readers only for the renaming itself.

        A batch holds a lock on `subject` from its beginning to its end: whoever has it alone sees the work of every
        batch before, and none is in between. The aggregator then counts, and tells, what statuses say of the new state.
        """
        await self._nearly()
        async with self.writer.transaction():
            await self.writer.execute("SET LOCAL lock_timeout = '5s'")
            await self.writer.execute("SELECT pg_advisory_xact_lock($1)", LOCK)
            await self.writer.execute("LOCK TABLE aggregator.subject, aggregator.assessment IN EXCLUSIVE MODE")
            late = await self._catch_up()
            await self.writer.execute("LOCK TABLE aggregator.subject, aggregator.assessment IN ACCESS EXCLUSIVE MODE")
            await self.writer.execute(f"CREATE SCHEMA {REPLACED}")
            for table in TABLES:
                await self.writer.execute(f"ALTER TABLE aggregator.{table} SET SCHEMA {REPLACED}")
                await self.writer.execute(f"ALTER TABLE {BESIDE}.{table} SET SCHEMA aggregator")
            await self.writer.execute("INSERT INTO aggregator.status_due DEFAULT VALUES")
        log.info("state.rebuilt", late=late)


async def _after(before: asyncio.Task[None] | None, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    """Starts `work` once what was begun before is done: PostgreSQL writes while Python builds."""
    if before is not None:
        await before
    return asyncio.create_task(work)


async def _like(connection: Any, table: str) -> None:
    """An empty table with the columns, indexes, options, owner and rights of the live one."""
    await connection.execute(f"CREATE TABLE {BESIDE}.{table} (LIKE aggregator.{table} INCLUDING ALL)")
    rows = await connection.fetch(
        f"""SELECT format('ALTER TABLE {BESIDE}.{table} SET (%s)', option) AS statement
        FROM pg_class, unnest(reloptions) AS option WHERE oid = $1::text::regclass
        UNION ALL
        SELECT format('GRANT %s ON {BESIDE}.{table} TO %s', privilege_type,
            CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END)
        FROM pg_class, aclexplode(relacl) WHERE oid = $1::text::regclass AND grantee <> relowner
        UNION ALL
        SELECT format('ALTER TABLE {BESIDE}.{table} OWNER TO %I', pg_get_userbyid(relowner))
        FROM pg_class WHERE oid = $1::text::regclass""",  # noqa: S608 - our own names
        f"aggregator.{table}",
    )
    for row in rows:
        await connection.execute(row["statement"])
