"""The database's roles on a real PostgreSQL: each does its work, and can do nothing to the record."""

from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from deploy.postgres.applying import apply
from deploy.postgres.roles import AGGREGATOR, MIGRATOR, OBSERVER, REPORTER
from services.aggregator.verifying import verify
from services.reporter.archive import Archive
from services.reporter.assessments import Assessments
from services.reporter.publishing import Publishing, Receiving
from shared import database as databases
from shared.departments import load_register
from tests.integration.roles import password
from tests.integration.tables import counted, raw, recording, records
from tests.integration.test_recording import OCID, considered, notice
from tests.stream import accepted, stream

REFUSED = (asyncpg.InsufficientPrivilegeError,)


async def refused(url: str, statement: str) -> bool:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    except REFUSED:
        return True
    finally:
        await connection.close()
    return False


async def test_every_service_does_its_work_in_its_own_role(
    urls: dict[str, str], aggregator: asyncpg.Pool, reporter: asyncpg.Pool
) -> None:
    """Recording, counting, sealing; receiving, publishing, the evidence; and the proof."""
    await recording(aggregator).handle(records(accepted(stream(3, procurements=10))))
    await recording(aggregator).handle(records([notice(), considered("2026-01-01"), considered("2026-01-09")]))
    await counted(aggregator)
    rows = await aggregator.fetch("DELETE FROM outbox WHERE topic = 'implementation.status' RETURNING value")
    await Receiving(reporter).handle([raw(row["value"]) for row in rows])
    publishing = Publishing(reporter, load_register(), stylesheet="/a.css", url="http://here", settle=timedelta(0),
                            sample=True)  # fmt: skip
    assert await publishing.publish_due(datetime.now(UTC) + timedelta(days=400)) == 1
    archive = Archive()
    archive.pool = reporter
    assert await Assessments(archive).procurement(OCID) is not None
    observer = await asyncpg.connect(urls[OBSERVER], server_settings={"search_path": "aggregator", "timezone": "UTC"})
    async with observer.transaction(isolation="repeatable_read", readonly=True):
        proof = await verify(observer, progress=lambda _: None)
    assert (proof.faults, proof.unsealed) == ((), 0)
    assert await observer.fetchval("SELECT count(*) FROM reporter.publication_file") > 0
    await observer.close()


LEDGER = ("event", "duplicate", "unreadable", "chain")


@pytest.mark.parametrize("table", LEDGER)
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE aggregator.{} SET {} = {}",
        "DELETE FROM aggregator.{}",
        "TRUNCATE aggregator.{}",
        "ALTER TABLE aggregator.{} DISABLE TRIGGER ALL",
        "DROP TABLE aggregator.{}",
        "CREATE RULE r AS ON INSERT TO aggregator.{} DO INSTEAD NOTHING",
    ],
)
async def test_the_aggregator_cannot_change_the_ledger(urls: dict[str, str], table: str, statement: str) -> None:
    """Nor remove its guard: it may add and read."""
    column = {"chain": "lines"}.get(table, "partition")
    assert await refused(urls[AGGREGATOR], statement.format(table, column, column))


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO aggregator.status_due DEFAULT VALUES",
        "UPDATE aggregator.assessment SET title = ''",
        "DELETE FROM aggregator.event",
        "SELECT * FROM aggregator.status",
        "UPDATE reporter.publication SET rating = 'good'",
        "ALTER TABLE reporter.publication DISABLE TRIGGER ALL",
        "CREATE TABLE aggregator.mine (x int)",
        "CREATE TABLE public.mine (x int)",
    ],
)
async def test_the_reporter_writes_only_what_is_its_own(urls: dict[str, str], statement: str) -> None:
    """And of what it has published nothing any more."""
    assert await refused(urls[REPORTER], statement)


async def test_the_observer_writes_nothing(database: str, urls: dict[str, str]) -> None:
    """In no table of either service, and it does not see the reporter's sessions."""
    admin = await asyncpg.connect(database)
    tables = await admin.fetch(
        "SELECT schemaname || '.' || tablename AS name FROM pg_tables WHERE schemaname IN ('aggregator', 'reporter')"
    )
    await admin.close()
    assert len(tables) > 12
    for row in tables:
        for statement in ("INSERT INTO {} DEFAULT VALUES", "DELETE FROM {}", "TRUNCATE {}"):
            assert await refused(urls[OBSERVER], statement.format(row["name"])), (row["name"], statement)
    assert await refused(urls[OBSERVER], "SELECT * FROM reporter.session")
    assert await refused(urls[OBSERVER], "CREATE TEMPORARY TABLE mine (x int)")


async def test_applied_again_nothing_changes(database: str, urls: dict[str, str]) -> None:
    """The same rights, and the same logins."""
    admin = await asyncpg.connect(database)
    query = "SELECT oid::regclass::text, relacl::text, relowner FROM pg_class WHERE relacl IS NOT NULL ORDER BY 1"
    before = await admin.fetch(query)
    assert await apply(database, password) == urls
    assert await admin.fetch(query) == before
    await admin.close()


async def test_tables_that_a_superuser_made_become_the_migrator_s(database: str) -> None:
    """A database from before the roles."""
    await databases.migrate(database, schema="aggregator", package="services.aggregator.migrations")
    await apply(database, password)
    admin = await asyncpg.connect(database)
    owners = await admin.fetch("SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'aggregator'")
    await admin.close()
    assert [row["tableowner"] for row in owners] == [MIGRATOR]


async def test_a_later_table_starts_with_the_least(urls: dict[str, str]) -> None:
    """What a new migration creates the aggregator may read and add to, the observer read, and nobody else."""
    migrator = await asyncpg.connect(urls[MIGRATOR])
    await migrator.execute("CREATE TABLE aggregator.later (x int)")
    await migrator.close()
    assert not await refused(urls[AGGREGATOR], "INSERT INTO aggregator.later VALUES (1)")
    assert not await refused(urls[OBSERVER], "SELECT * FROM aggregator.later")
    assert await refused(urls[AGGREGATOR], "DELETE FROM aggregator.later")
    assert await refused(urls[REPORTER], "SELECT * FROM aggregator.later")
