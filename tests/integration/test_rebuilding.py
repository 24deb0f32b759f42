"""svr rebuild on a real PostgreSQL: the same state from the ledger, compared and switched over under load."""

import asyncio
import os
import subprocess
import sys
from typing import Any

import asyncpg
import orjson
import pytest

from deploy.postgres.applying import apply
from deploy.postgres.roles import AGGREGATOR, MIGRATOR, REPORTER
from services.aggregator.rebuilding import SEARCH_PATH, Busy, Difference, Rebuilding
from services.aggregator.subjects import Subject
from shared.database import connect
from shared.departments import load_register
from shared.envelope import Event
from shared.periods import Period
from shared.rules import load_rules
from shared.status import Status
from tests import oracle
from tests.integration.roles import password
from tests.integration.tables import counted, recording, records, state
from tests.integration.test_recording import attribution, considered, notice, withdrawal
from tests.stream import accepted, stream


async def rebuild(url: str, *, switch: bool = True, during: Any = None) -> dict[str, Difference]:
    """Runs it; `during` is awaited while the old events are built, before the first round of catching up."""
    reader, writer = [
        await asyncpg.connect(url, server_settings={"search_path": path, "timezone": "UTC"})
        for path in ("aggregator", SEARCH_PATH)
    ]
    rebuilding = Rebuilding(reader, writer, load_register(), load_rules())
    if during is not None:
        original = rebuilding.compare

        async def compare() -> list[Difference]:
            await during()
            return await original()

        rebuilding.compare = compare  # type: ignore[method-assign]
    try:
        found = await rebuilding.run(switch=switch, total=lambda _: None, progress=lambda _: None)
    finally:
        await reader.close()
        await writer.close()
    return {difference.table: difference for difference in found}


async def play(pool: asyncpg.Pool, events: list[Event], size: int = 50) -> None:
    for at in range(0, len(events), size):
        await recording(pool).handle(records(events[at : at + size]))


def differing(found: dict[str, Difference]) -> dict[str, tuple[str, ...]]:
    return {table: difference.keys for table, difference in found.items() if difference.keys}


async def test_the_rebuilt_state_is_the_live_one(database: str, pool: asyncpg.Pool) -> None:
    """Subjects, assessments and statuses, with withdrawals, conflicts and attributions among the events."""
    await play(pool, accepted(stream(21, procurements=60)))
    await counted(pool)
    before = await state(pool)
    found = await rebuild(database)
    assert differing(found) == {}
    assert {t: (d.live, d.anew) for t, d in found.items()} == {
        "subject": (len(before["subject"]),) * 2,
        "assessment": (len(before["assessment"]),) * 2,
        "status": (found["status"].live,) * 2,
    }
    assert found["status"].live > 0
    assert await state(pool) == before


DAMAGES = {
    "a subject that is gone": ("DELETE FROM subject WHERE key = 'ocds-abcdef-1'", "subject"),
    "a subject that no event made": ("INSERT INTO subject (key, kind) VALUES ('ocds-x-1', 'procurement')", "subject"),
    "a fact": ("UPDATE subject SET facts = facts - 'title' WHERE key = 'ocds-abcdef-1'", "subject"),
    "an assessment": ("UPDATE assessment SET scope = 'cannot-tell' WHERE ocid = 'ocds-abcdef-1'", "assessment"),
    "a status": ("UPDATE status SET sha256 = '' WHERE department = 'dwp'", "status"),
}


@pytest.mark.parametrize(("statement", "table"), DAMAGES.values(), ids=list(DAMAGES))
async def test_what_differs_is_named_and_put_right(
    database: str, pool: asyncpg.Pool, statement: str, table: str
) -> None:
    """With its key; --check leaves it as it was, a rebuild repairs it."""
    await play(pool, [notice(), considered("2026-01-01"), notice(ocid="ocds-abcdef-2")])
    await counted(pool)
    right = await state(pool)
    await pool.execute(statement)
    damaged = await state(pool)
    found = differing(await rebuild(database, switch=False))
    assert list(found) == [table]
    assert await state(pool) == damaged
    assert differing(await rebuild(database)) == found
    await counted(pool)
    assert await state(pool) == right
    assert differing(await rebuild(database, switch=False)) == {}


async def test_what_comes_meanwhile_is_not_lost(database: str, pool: asyncpg.Pool) -> None:
    """New events, a withdrawal of an old one, a changed attribution of a buyer: all in the new state."""
    old = [notice(), considered("2026-01-01"), notice(ocid="ocds-abcdef-2", buyer="Nowhere Board")]
    new = [notice(ocid="ocds-abcdef-3"), withdrawal(old[1]), attribution("NOWHERE BOARD")]
    await play(pool, old)
    found = await rebuild(database, during=lambda: play(pool, new, size=1))
    assert differing(found) == {}
    departments = {r["ocid"]: r["department"] for r in await pool.fetch("SELECT ocid, department FROM assessment")}
    assert departments == {"ocds-abcdef-1": "dwp", "ocds-abcdef-2": "moj", "ocds-abcdef-3": "dwp"}


async def test_the_aggregator_and_readers_go_on_while_it_switches(database: str, pool: asyncpg.Pool) -> None:
    """Two record, one counts, two read, throughout two rebuilds; in the end all is as the pure functions say."""
    events = accepted(stream(22, procurements=160))
    await play(pool, events[:200])
    done = asyncio.Event()
    reads = 0

    async def record(part: int) -> None:
        mine = [event for event in events[200:] if hash(event.subject) % 2 == part]
        await play(pool, mine, size=4)

    async def count() -> None:
        while not done.is_set():
            await counted(pool)
            await asyncio.sleep(0.05)

    async def read() -> None:
        nonlocal reads
        held = 0
        while not done.is_set():
            now = await pool.fetchval("SELECT count(*) FROM assessment JOIN subject ON key = ocid")
            assert now >= held  # a reader never sees less than before
            held, reads = now, reads + 1
            await asyncio.sleep(0.005)

    others = [asyncio.create_task(work) for work in (count(), read(), read())]
    recorders = [asyncio.create_task(record(part)) for part in range(2)]
    found: list[dict[str, tuple[str, ...]]] = []
    while not all(task.done() for task in recorders) or len(found) < 2:
        found.append(differing(await rebuild(database)))
    await asyncio.gather(*recorders)
    done.set()
    await asyncio.gather(*others)
    await counted(pool)
    assert found == [{}] * len(found)
    assert reads > 10
    expected = oracle.state(events)
    stored = {
        row["key"]: Subject.from_json(row["key"], orjson.loads(row["facts"]), orjson.loads(row["withdrawn"]))
        for row in await pool.fetch("SELECT key, facts, withdrawn FROM subject")
    }
    assert stored == expected.subjects
    for row in await pool.fetch("SELECT department, period, body FROM status"):
        status = Status.model_validate_json(row["body"]).model_copy(update={"version": 0, "chain": None})
        assert status == expected.status(row["department"], Period.parse(row["period"]))
    assert differing(await rebuild(database, switch=False)) == {}


async def test_one_rebuilds_at_a_time(database: str, pool: asyncpg.Pool) -> None:
    """The second says so and leaves the first alone."""
    await play(pool, [notice()])

    async def another() -> None:
        with pytest.raises(Busy):
            await rebuild(database)

    assert differing(await rebuild(database, during=another)) == {}


async def test_rights_and_options_are_those_of_the_tables_before(database: str) -> None:
    """As the migrator: the aggregator writes to the new tables, the reporter reads them, and rows have their room."""
    urls = await apply(database, password)
    query = """SELECT relname, relacl::text, reloptions, relowner,
            (SELECT count(*) FROM pg_index WHERE indrelid = c.oid) AS indexes
        FROM pg_class c WHERE oid IN ('aggregator.subject'::regclass, 'aggregator.assessment'::regclass) ORDER BY 1"""
    admin = await asyncpg.connect(database)
    before = await admin.fetch(query)
    pool = await connect(urls[AGGREGATOR], service="test", schema="aggregator")
    await play(pool, [notice()])
    await rebuild(urls[MIGRATOR])
    assert [dict(row) for row in await admin.fetch(query)] == [dict(row) for row in before]
    await play(pool, [considered("2026-01-01")])
    await pool.close()
    reporter = await asyncpg.connect(urls[REPORTER])
    assert await reporter.fetchval("SELECT count(*) FROM aggregator.assessment") == 1
    await reporter.close()
    await admin.close()


def svr(database: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "services.svr", "rebuild", *arguments],
        env={**os.environ, "DATABASE_URL": database}, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


async def test_the_command_says_what_differed(database: str, pool: asyncpg.Pool) -> None:
    """--check exits with 1 where something differs; a rebuild puts it right and exits with 0."""
    await play(pool, [notice()])
    await counted(pool)
    await pool.execute("UPDATE assessment SET title = 'another'")
    done = await asyncio.to_thread(svr, database, "--check")
    assert (done.returncode, "assessment: 1 live, 1 anew, 1 differ\n  ocds-abcdef-1" in done.stdout) == (1, True)
    done = await asyncio.to_thread(svr, database)
    assert (done.returncode, "is in place" in done.stdout) == (0, True), done.stderr
    done = await asyncio.to_thread(svr, database, "--check")
    assert (done.returncode, "1 differ" in done.stdout) == (0, False), done.stdout
