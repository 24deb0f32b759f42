"""svr person on a real PostgreSQL: a name is found in every table and taken out of all; the chain is proved."""

import os
import subprocess
import sys
from typing import Any

import asyncpg
import orjson
import pytest

from deploy.postgres.roles import AGGREGATOR, MIGRATOR, OBSERVER, REPORTER
from services.aggregator.verifying import Proof, verify
from services.reporter.archive import Archive
from services.reporter.signing_in.people import Person
from services.reporter.signing_in.sessions import Lifetime, StoredSessions
from shared.envelope import Event
from shared.erasure import ERASED
from shared.events.catalogue import Role
from shared.status import Status
from tests.integration.tables import counted, event, recording, records
from tests.integration.test_proving import PERIOD, publish, some
from tests.stream import cloudevent

NAME = "Máire O'Dowd & Lee"
REASON = "request of the person, 2026-11"


def said(sender: str, name: str, subject: str, id: str, data: dict[str, Any]) -> Event:
    """After all that the stream says of the period, so that it is the latest word."""
    return event(sender, {**cloudevent(sender, name, subject, id, data), "time": "2026-06-30T12:00:00Z"})


def about() -> list[Event]:
    """What a department and the review team said of somebody; and a conflict, which is kept too."""
    statement = {"statement": f"I, {NAME}, considered it.", "signed_by": NAME, "office": "Secretary of State",
                 "signed_on": "2026-05-01"}  # fmt: skip
    return [
        said("review-team", "office-holder.appointed", "dwp", "holder-1",
             {"name": NAME, "office": "Secretary of State", "appointed_on": "2026-03-29"}),
        said("dwp", "champion.appointed", "dwp", "champion-1",
             {"name": NAME, "post": "Commercial Director", "appointed_on": "2026-03-29"}),
        said("dwp", "champion.appointed", "dwp", "champion-1",
             {"name": NAME, "post": "Director", "appointed_on": "2026-03-30"}),
        said("dwp", "statement.signed", f"{PERIOD}/dwp", "statement-1", statement),
    ]  # fmt: skip


def svr(url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "services.svr", *arguments],
        env={**os.environ, "DATABASE_URL": url, "COLUMNS": "200"},
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def erase(url: str, *more: str) -> subprocess.CompletedProcess[str]:
    return svr(url, "person", "erase", NAME, "--reason", REASON, *more)


async def holding(url: str) -> dict[str, int]:
    """Column → rows in which a plain search finds the family name, in both schemas; the search shares no code."""
    connection = await asyncpg.connect(url)
    columns = await connection.fetch(
        """SELECT format('%I.%I', table_schema, table_name) AS table, column_name AS name, data_type AS type
        FROM information_schema.columns WHERE table_schema IN ('aggregator', 'reporter')
            AND table_name NOT IN ('entry')"""
    )
    found = {}
    for column in columns:
        text = f"encode({column['name']}, 'escape')" if column["type"] == "bytea" else f'"{column["name"]}"::text'
        rows = await connection.fetchval(f"SELECT count(*) FROM {column['table']} WHERE {text} LIKE '%Dowd%'")
        if rows:
            found[f"{column['table']}.{column['name']}"] = rows
    await connection.close()
    return found


async def proof(aggregator: asyncpg.Pool) -> Proof:
    async with aggregator.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        return await verify(connection, progress=lambda _: None)


async def prepared(aggregator: asyncpg.Pool, reporter: asyncpg.Pool) -> None:
    """Two years of events, the person's among them, published; a session, and a form that was made late."""
    await publish(aggregator, reporter, [*some(), *about()])
    archive = Archive()
    archive.pool = reporter
    person = Person("somebody", NAME, Role.DEPARTMENT, "dwp")
    await StoredSessions(archive, Lifetime()).begin(person, (await reporter.fetchval("SELECT now()")))
    await reporter.execute(
        "INSERT INTO publication_file SELECT publication, 'report.pdf', 'application/pdf', sha256, 'compressed' "
        "FROM publication_file WHERE name = 'report.json'"
    )
    await reporter.execute(
        "INSERT INTO publication_file SELECT publication, 'pack.pdf', 'application/pdf', sha256, 'compressed' "
        "FROM publication_file WHERE name = 'report.json' AND publication LIKE 'overview/%'"
    )


async def settled(aggregator: asyncpg.Pool, reporter: asyncpg.Pool) -> None:
    """What the services do by themselves: counted, sealed, told, published."""
    await counted(aggregator)
    await publish(aggregator, reporter, [])


async def test_a_name_is_taken_out_of_everything_and_the_chain_is_proved(
    database: str, urls: dict[str, str], aggregator: asyncpg.Pool, reporter: asyncpg.Pool
) -> None:
    """No table holds it; every block stands; the report has a revision without it, which says why."""
    await prepared(aggregator, reporter)
    assert {"aggregator.event.body", "aggregator.duplicate.body", "aggregator.subject.facts", "aggregator.status.body",
            "reporter.publication_file.content", "reporter.status.body",
            "reporter.session.name"} <= set(await holding(database))  # fmt: skip
    blocks = await aggregator.fetch("SELECT block, hash FROM chain ORDER BY block")
    done = erase(urls[MIGRATOR])
    assert done.returncode == 0, (done.stdout, done.stderr)
    assert await holding(database) == {}
    await settled(aggregator, reporter)
    assert await holding(database) == {}

    found = await proof(aggregator)
    assert (found.faults, found.unsealed) == ((), 0)
    assert sorted((each.id, each.reason) for each in found.erasures) == [
        (id, REASON) for id in ("champion-1", "champion-1", "holder-1", "statement-1")
    ]
    assert await aggregator.fetch("SELECT block, hash FROM chain ORDER BY block LIMIT $1", len(blocks)) == blocks
    proved = svr(urls[OBSERVER], "verify")
    assert proved.returncode == 0
    assert "/dwp/system champion-1: a name was erased on" in proved.stdout

    rows = await reporter.fetch(
        """SELECT p.revision, p.reason, f.content FROM publication p JOIN publication_file f ON f.publication = p.id
        WHERE p.department = 'dwp' AND p.period = $1 AND f.name = 'report.json' ORDER BY revision""",
        PERIOD,
    )
    assert [row["revision"] for row in rows] == [1, 2]
    assert rows[1]["reason"] == "erasure of a person's name: details changed, no figure did"
    for row in rows:
        assert orjson.loads(row["content"])["statement"]["signed_by"] == ERASED
    for revision in ("1", "2"):
        shown = svr(urls[OBSERVER], "verify", "--report", "dwp", PERIOD, "--revision", revision)
        assert shown.returncode == 0, shown.stdout


async def test_what_was_made_of_the_name_s_files_is_made_anew(
    urls: dict[str, str], aggregator: asyncpg.Pool, reporter: asyncpg.Pool
) -> None:
    """PDF and spreadsheets cannot be searched: of those publications they are gone, of the others not."""
    await prepared(aggregator, reporter)
    assert erase(urls[MIGRATOR]).returncode == 0
    files = await reporter.fetch("SELECT publication FROM publication_file WHERE name = 'report.pdf'")
    left = {row["publication"] for row in files}
    assert f"dwp/{PERIOD}/r1" not in left
    assert f"moj/{PERIOD}/r1" in left
    packs = await reporter.fetch("SELECT publication FROM publication_file WHERE name = 'pack.pdf'")
    assert f"overview/{PERIOD}/r1" not in {row["publication"] for row in packs}, "it holds every report of the period"
    kept = await reporter.fetch("SELECT name FROM erasure WHERE publication = $1 ORDER BY 1", f"dwp/{PERIOD}/r1")
    assert {"report.html", "report.json", "report.pdf"} <= {row["name"] for row in kept}


async def test_the_state_is_the_one_that_a_rebuild_would_make(
    urls: dict[str, str], aggregator: asyncpg.Pool, reporter: asyncpg.Pool
) -> None:
    """Subject by subject, and the statuses once they are counted."""
    await prepared(aggregator, reporter)
    assert erase(urls[MIGRATOR]).returncode == 0
    await settled(aggregator, reporter)
    same = svr(urls[MIGRATOR], "rebuild", "--check")
    assert same.returncode == 0, (same.stdout, same.stderr)
    body = await aggregator.fetchval("SELECT body FROM status WHERE department = 'dwp' AND period = $1", PERIOD)
    champion = Status.model_validate_json(body).capability.champion
    assert champion is not None
    assert (champion.name, champion.post) == (ERASED, "Commercial Director")


async def test_an_event_that_comes_again_brings_the_name_not_back(
    database: str, urls: dict[str, str], aggregator: asyncpg.Pool, reporter: asyncpg.Pool
) -> None:
    """Redelivered, it is a repeat: its hash is kept."""
    await publish(aggregator, reporter, about())
    assert erase(urls[MIGRATOR]).returncode == 0
    await recording(aggregator).handle(records(about()))
    assert await holding(database) == {}
    assert await aggregator.fetchval("SELECT count(*) FROM duplicate WHERE NOT conflict") == 4


async def test_how_far_kafka_holds_it_counts_the_repeats(
    urls: dict[str, str], aggregator: asyncpg.Pool, reporter: asyncpg.Pool
) -> None:
    """They brought the same bytes, and stand further on."""
    await publish(aggregator, reporter, about())
    again = records(about()[:1], partition=5)
    await recording(aggregator).handle(again)
    done = erase(urls[MIGRATOR])
    assert f"procurement.events partition 5, up to offset {again[0].offset}" in done.stdout
    assert "procurement.events partition 0, up to offset" in done.stdout


async def test_a_body_changed_after_its_erasure_is_named(
    database: str, urls: dict[str, str], aggregator: asyncpg.Pool, reporter: asyncpg.Pool
) -> None:
    """An erasure is no excuse: the body must be the one that it left."""
    await publish(aggregator, reporter, about())
    assert erase(urls[MIGRATOR]).returncode == 0
    await settled(aggregator, reporter)
    owner = await asyncpg.connect(database)
    await owner.execute("ALTER TABLE aggregator.event DISABLE TRIGGER ALL")
    await owner.execute(
        "UPDATE aggregator.event SET body = replace(body, 'Commercial', 'Other') WHERE id = 'champion-1'"
    )
    await owner.execute("UPDATE aggregator.event SET sender = 'moj' WHERE id = 'holder-1'")
    await owner.close()
    assert {fault.row for fault in (await proof(aggregator)).faults} == {
        "/dwp/system champion-1",
        "/review-team/system holder-1",
    }


@pytest.mark.parametrize("role", [AGGREGATOR, REPORTER, OBSERVER])
async def test_only_the_owner_erases(
    database: str, urls: dict[str, str], aggregator: asyncpg.Pool, reporter: asyncpg.Pool, role: str
) -> None:
    """Saying that one is erasing opens nothing to a service."""
    await publish(aggregator, reporter, about())
    refused = erase(urls[role])
    assert (refused.returncode, "svr_migrator" in refused.stderr) == (1, True)
    connection = await asyncpg.connect(urls[role])
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute("SET svr.erasing = 'on'; UPDATE aggregator.event SET body = ''")
    await connection.close()
    assert "aggregator.event.body" in await holding(database)


@pytest.mark.parametrize("statement", [
    "UPDATE aggregator.event SET sender = 'moj'",
    "DELETE FROM aggregator.event",
    "UPDATE aggregator.chain SET lines = ''",
    "DELETE FROM aggregator.erasure",
])  # fmt: skip
async def test_erasing_lets_the_owner_change_nothing_else(
    urls: dict[str, str], aggregator: asyncpg.Pool, reporter: asyncpg.Pool, statement: str
) -> None:
    """By an ordinary statement: the guard passes the body of an event only."""
    await publish(aggregator, reporter, about())
    assert erase(urls[MIGRATOR]).returncode == 0
    await settled(aggregator, reporter)
    owner = await asyncpg.connect(urls[MIGRATOR])
    with pytest.raises(asyncpg.RaiseError, match="append-only"):
        await owner.execute(f"SET svr.erasing = 'on'; {statement}")
    await owner.close()


async def test_a_look_changes_nothing(
    database: str, urls: dict[str, str], aggregator: asyncpg.Pool, reporter: asyncpg.Pool
) -> None:
    """--check says what would be erased."""
    await prepared(aggregator, reporter)
    before = await holding(database)
    done = erase(urls[MIGRATOR], "--check")
    assert (done.returncode, "would be taken out of 4 events and " in done.stdout) == (0, True), done
    assert await holding(database) == before


async def test_an_export_has_all_that_is_held(
    urls: dict[str, str], aggregator: asyncpg.Pool, reporter: asyncpg.Pool
) -> None:
    """The events whole, the publications, and the other tables' rows."""
    await prepared(aggregator, reporter)
    done = svr(urls[MIGRATOR], "person", "export", NAME)
    assert done.returncode == 0, done.stderr
    found = orjson.loads(done.stdout)
    assert {each["event"]["id"] for each in found["events"]} == {"holder-1", "champion-1", "statement-1"}
    assert {"report.html", "report.json"} <= set(found["publications"][f"dwp/{PERIOD}/r1"])
    assert [row["name"] for row in found["rows"]["reporter.session"]] == [NAME]
    assert {row["key"] for row in found["rows"]["aggregator.subject"]} == {"dwp", f"{PERIOD}/dwp"}


@pytest.mark.parametrize("arguments", [
    ["erase", "Lee", "--reason", REASON],
    ["erase", NAME, "--reason", f"request of {NAME}"],
    ["export", "Lee"],
], ids=["too short", "the name in the reason", "too short to export"])  # fmt: skip
def test_what_would_harm_is_wrong_usage(arguments: list[str]) -> None:
    """Exit code 2, before the database is asked."""
    assert svr("postgresql://nowhere.invalid/svr", "person", *arguments).returncode == 2
