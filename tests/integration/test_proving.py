"""svr verify on a real PostgreSQL: the ledger, and published reports made anew from the events behind them."""

import os
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from services.reporter.publishing import Publishing, Receiving
from shared.database import connect, migrate
from shared.departments import load_register
from shared.envelope import Event
from tests.integration.tables import counted, raw, recording, records
from tests.integration.test_recording import considered, notice
from tests.stream import accepted, stream

PERIOD = "2025-26-q4"
SEED = 11


@pytest.fixture
async def reports(database: str, pool: asyncpg.Pool) -> AsyncIterator[asyncpg.Pool]:
    await migrate(database, schema="reporter", package="services.reporter.migrations")
    reports = await connect(database, service="test", schema="reporter")
    yield reports
    await reports.close()


def svr(database: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "services.svr", "verify", *arguments],
        env={**os.environ, "DATABASE_URL": database}, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


async def publish(pool: asyncpg.Pool, reports: asyncpg.Pool, events: list[Event]) -> None:
    """The way from events to publications, with each batch counted and the statuses of the outbox passed on."""
    for at in range(0, len(events), 100):
        await recording(pool).handle(records(events[at : at + 100]))
        await counted(pool)
    rows = await pool.fetch("DELETE FROM outbox WHERE topic = 'implementation.status' RETURNING value")
    await Receiving(reports).handle([raw(row["value"]) for row in rows])
    publishing = Publishing(
        reports, load_register(), stylesheet="/assets/app.css", url="http://here", settle=timedelta(0), sample=True
    )
    while await publishing.publish_due(datetime.now(UTC) + timedelta(days=400)):
        pass


def some() -> list[Event]:
    return accepted(stream(SEED, procurements=60))


async def test_every_revision_is_proved_from_the_events_it_was_made_of(
    database: str, pool: asyncpg.Pool, reports: asyncpg.Pool
) -> None:
    """The first revision still after later events have changed the figures and made a second."""
    events = some()
    await publish(pool, reports, events[: len(events) * 3 // 4])
    await publish(pool, reports, events[len(events) * 3 // 4 :])
    rows = await reports.fetch("SELECT revision FROM publication WHERE department = 'dwp' AND period = $1", PERIOD)
    assert {row["revision"] for row in rows} == {1, 2}
    for revision in ("1", "2"):
        done = svr(database, "--report", "dwp", PERIOD, "--revision", revision)
        assert (done.returncode, f"dwp/{PERIOD}/r{revision} is the report" in done.stdout) == (0, True), done.stdout
    done = svr(database, "--report", "moj", PERIOD)
    assert done.returncode == 0, done.stdout


async def test_a_report_names_its_place_on_its_face(pool: asyncpg.Pool, reports: asyncpg.Pool) -> None:
    """In the JSON and in words; content hashes do not depend on it."""
    await publish(pool, reports, some())
    (row,) = await reports.fetch(
        """SELECT j.content::bytea AS json, h.content AS html FROM publication p
        JOIN publication_file j ON j.publication = p.id AND j.name = 'report.json'
        JOIN publication_file h ON h.publication = p.id AND h.name = 'report.html'
        WHERE p.department = 'dwp' AND p.period = $1 AND p.revision = 1""",
        PERIOD,
    )
    hashes = [row["hash"] for row in await pool.fetch("SELECT hash FROM chain")]
    assert [h for h in hashes if h.encode() in row["json"]] == [h for h in hashes if h.encode() in row["html"]] != []


TAMPERINGS = {
    "an event is gone": """ALTER TABLE aggregator.event DISABLE TRIGGER ALL;
        DELETE FROM aggregator.event e USING aggregator.assessment a
        WHERE e.subject = a.ocid AND a.department = 'dwp' AND a.period = '2025-26-q4'""",
    "a figure of the page": """ALTER TABLE reporter.publication_file DISABLE TRIGGER ALL;
        UPDATE reporter.publication_file SET content = content || ' ' WHERE publication LIKE 'dwp/2025-26-q4/%'
        AND name = 'report.html'""",
    "a rating, with the hash of the file": """ALTER TABLE reporter.publication_file DISABLE TRIGGER ALL;
        UPDATE reporter.publication_file f SET content = changed, sha256 = encode(sha256(changed), 'hex')
        FROM (SELECT publication AS id, convert_to(regexp_replace(convert_from(content, 'UTF8'),
            '"rating":"[a-z-]+"([^{}\\[\\]]*"revision")', '"rating":"good"\\1'), 'UTF8') AS changed
            FROM reporter.publication_file WHERE name = 'report.json') AS c
        WHERE f.publication = c.id AND f.name = 'report.json' AND c.id LIKE 'dwp/2025-26-q4/%'""",
    "the chain was made anew": """ALTER TABLE aggregator.chain DISABLE TRIGGER ALL;
        UPDATE aggregator.chain SET hash = encode(sha256(hash::bytea), 'hex')""",
}


@pytest.mark.parametrize("what", TAMPERINGS)
async def test_a_report_that_the_ledger_does_not_bear_out_is_told(
    database: str, pool: asyncpg.Pool, reports: asyncpg.Pool, what: str
) -> None:
    """Exit code 1, and in words what differs."""
    await publish(pool, reports, some())
    before = svr(database, "--report", "dwp", PERIOD)
    assert before.returncode == 0, before.stdout
    await pool.execute(TAMPERINGS[what])
    done = svr(database, "--report", "dwp", PERIOD)
    assert done.returncode == 1
    assert "is NOT what the ledger says" in done.stdout, done.stdout


async def test_a_sound_ledger_exits_with_0_and_a_broken_one_with_1(database: str, pool: asyncpg.Pool) -> None:
    """The head stands on stdout, or the row that was changed; the log line on stderr."""
    await recording(pool).handle(records([notice(), considered("2026-01-01")]))
    await counted(pool)
    head = await pool.fetchval("SELECT hash FROM chain")
    done = svr(database)
    assert (done.returncode, head in done.stdout, '"chain.verified"' in done.stderr) == (0, True, True)
    await pool.execute("ALTER TABLE event DISABLE TRIGGER ALL; DELETE FROM event WHERE id = 'c1'")
    done = svr(database)
    assert (done.returncode, "/dwp/system c1" in done.stdout, '"chain.broken"' in done.stderr) == (1, True, True)


async def test_reports_betray_a_chain_made_anew(database: str, pool: asyncpg.Pool, reports: asyncpg.Pool) -> None:
    """An event is taken out and the whole chain is reckoned again: sound in itself, but not what was published."""
    await publish(pool, reports, some())
    await pool.execute(
        """ALTER TABLE event DISABLE TRIGGER ALL; ALTER TABLE chain DISABLE TRIGGER ALL; TRUNCATE chain;
        DELETE FROM event WHERE position IN (SELECT max(position) FROM event);
        INSERT INTO status_due DEFAULT VALUES"""
    )
    await counted(pool)
    done = svr(database)
    assert done.returncode == 1
    assert f"dwp/{PERIOD}/r1: names a hash of block" in done.stdout


@pytest.mark.parametrize(
    "arguments",
    [("--revision", "1"), ("--report", "nobody", PERIOD), ("--report", "dwp", "soon")],
    ids=["a revision of nothing", "no department", "no period"],
)
def test_wrong_usage_exits_with_2(arguments: tuple[str, ...]) -> None:
    """Before any database is asked."""
    assert svr("postgresql://nowhere.invalid/x", *arguments).returncode == 2
