"""Publishing on the real PostgreSQL: once, immutable, and anew only when something is said anew."""

import asyncio
import hashlib
import io
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest
from pypdf import PdfReader

from services.reporter import store, stylesheets
from services.reporter.archive import Archive
from services.reporter.forms.making import Making, workers
from services.reporter.forms.packing import Packing
from services.reporter.publication import OVERVIEW, Draft
from services.reporter.publishing import Publishing, Receiving
from services.reporter.shelf import Unavailable
from shared.database import connect, migrate
from shared.departments import load_register
from shared.periods import Period
from shared.status import Status
from tests.integration.tables import raw
from tests.unit.reporter.examples import PERIOD, PUBLISH_AT, round_of, status
from tests.unit.reporter.test_rendering import report, the_overview

LATER = PUBLISH_AT + timedelta(days=30)
DEPARTMENTS = [d.code for d in load_register().answerable(Period.parse(PERIOD).last_day)]


@pytest.fixture
async def reports(database: str) -> AsyncIterator[asyncpg.Pool]:
    await migrate(database, schema="reporter", package="services.reporter.migrations")
    pool = await connect(database, service="test", schema="reporter")
    yield pool
    await pool.close()


def publishing(pool: asyncpg.Pool) -> Publishing:
    return Publishing(
        pool, load_register(), stylesheet="/assets/app.css", url="http://here", settle=timedelta(0), sample=False
    )


async def receive(pool: asyncpg.Pool, *statuses: Status) -> None:
    envelopes = [b'{"data":%s}' % status.model_dump_json().encode() for status in statuses]
    await Receiving(pool).handle([raw(envelope) for envelope in envelopes])


def of(department: str, **more: Any) -> Status:
    return status().model_copy(update={"department": department, "round": round_of(Period.parse(PERIOD)), **more})


async def published(pool: asyncpg.Pool) -> dict[tuple[str, int], str]:
    rows = await pool.fetch("SELECT department, revision, content_sha256 FROM publication")
    return {(row["department"], row["revision"]): row["content_sha256"] for row in rows}


async def test_nothing_is_published_before_every_department_is_there(reports: asyncpg.Pool) -> None:
    """All but one have a status: the period waits."""
    await receive(reports, *(of(code) for code in DEPARTMENTS[1:]))
    assert await publishing(reports).publish_due(LATER) == 0


async def test_nothing_is_published_before_its_time(reports: asyncpg.Pool) -> None:
    """A second before the round's publication time the period waits, at it it is out."""
    await receive(reports, *(of(code) for code in DEPARTMENTS))
    await reports.execute("UPDATE status SET changed_at = $1", PUBLISH_AT - timedelta(days=1))
    assert await publishing(reports).publish_due(PUBLISH_AT - timedelta(seconds=1)) == 0
    assert await publishing(reports).publish_due(PUBLISH_AT) == 1


async def test_four_reporters_publish_each_report_once(reports: asyncpg.Pool) -> None:
    """A report for each department and an overview, one row of the outbox for each."""
    await receive(reports, *(of(code) for code in DEPARTMENTS))
    now = datetime.now(UTC) + timedelta(days=1)
    await asyncio.gather(*(publishing(reports).publish_due(now) for _ in range(4)))
    assert set(await published(reports)) == {(code, 1) for code in (*DEPARTMENTS, "overview")}
    assert await reports.fetchval("SELECT count(*) FROM outbox") == len(DEPARTMENTS) + 1


async def test_a_change_makes_a_revision_of_what_changed(reports: asyncpg.Pool) -> None:
    """Of the department and of the overview, and of nothing else; the first revision stays as it was."""
    await receive(reports, *(of(code) for code in DEPARTMENTS))
    now = datetime.now(UTC) + timedelta(days=1)
    await publishing(reports).publish_due(now)
    before = await published(reports)
    await receive(reports, of("dwp", version=2, reason="7 of 9 considered before the start"))
    await publishing(reports).publish_due(now)
    after = await published(reports)
    assert {key: after[key] for key in before} == before
    assert set(after) - set(before) == {("dwp", 2), ("overview", 2)}


async def test_a_stale_or_repeated_status_changes_nothing(reports: asyncpg.Pool) -> None:
    """A lower version after a higher one, and the same one again."""
    await receive(reports, of("dwp", version=3, reason="third"))
    await receive(reports, of("dwp", version=2, reason="second"), of("dwp", version=3, reason="third"))
    rows = await reports.fetch("SELECT version FROM status")
    assert [row["version"] for row in rows] == [3]


@pytest.mark.parametrize(
    "statement",
    ["UPDATE publication SET revision = 9", "DELETE FROM publication_file", "TRUNCATE publication CASCADE"],
)
async def test_publications_are_immutable(reports: asyncpg.Pool, statement: str) -> None:
    """The database itself refuses to change or remove what was published."""
    await receive(reports, *(of(code) for code in DEPARTMENTS))
    await publishing(reports).publish_due(datetime.now(UTC) + timedelta(days=1))
    with pytest.raises(asyncpg.PostgresError, match=r"immutable|append-only|never"):
        await reports.execute(statement)


async def test_what_is_stored_is_what_is_served(reports: asyncpg.Pool) -> None:
    """The archive gives a report's bytes with the hash under which they were published."""
    await receive(reports, *(of(code) for code in DEPARTMENTS))
    await publishing(reports).publish_due(datetime.now(UTC) + timedelta(days=1))
    archive = Archive()
    archive.pool = reports
    stored = await archive.file("dwp", PERIOD, 1, "report.json")
    assert stored is not None
    assert stored.sha256 == hashlib.sha256(stored.content).hexdigest()
    assert len(await archive.latest()) >= len(DEPARTMENTS)


async def forms(pool: asyncpg.Pool, *, id: str = "%") -> dict[str, str]:
    """File → SHA-256, of the files that are made late."""
    rows = await pool.fetch(
        """SELECT publication || '/' || name AS file, sha256 FROM publication_file
        WHERE name IN ('report.pdf', 'report.xlsx') AND publication LIKE $1""",
        id,
    )
    return {row["file"]: row["sha256"] for row in rows}


async def test_the_late_forms_are_made_once_and_are_the_same_whoever_makes_them(reports: asyncpg.Pool) -> None:
    """A reader who asks first gets them; two reporters at once share the work; made again, what is stored stands."""
    assets = stylesheets.load()
    async with reports.acquire() as connection:
        await store.keep_assets(connection, assets.files)
    await receive(reports, *(of(code) for code in DEPARTMENTS))
    publishes = Publishing(
        reports, load_register(), stylesheet=assets.stylesheet, url="http://here", settle=timedelta(0), sample=False
    )
    await publishes.publish_due(datetime.now(UTC) + timedelta(days=1))
    assert await forms(reports) == {}
    with workers(2) as executor:
        one, other = (Making(reports, executor, count=2, base="http://here") for _ in range(2))
        archive = Archive()
        archive.pool, archive.complete = reports, one.complete
        stored = await archive.file("dwp", PERIOD, None, "report.pdf")
        assert stored is not None
        assert stored.content.startswith(b"%PDF-")
        first = await forms(reports)
        assert set(first) == {f"dwp/{PERIOD}/r1/{name}" for name in ("report.pdf", "report.xlsx")}
        assert list(await asyncio.gather(one.step(), other.step())) == [2, 2]
        await one.complete(f"dwp/{PERIOD}/r1")
    found = await forms(reports)
    assert len(found) == 2 * (1 + 4)  # each of the two took publications of its own
    assert {file: found[file] for file in first} == first
    assert [file.name for file in await archive.listing("overview", PERIOD, 1)] == [
        "report.csv", "report.csv-metadata.json", "report.html", "report.json", "report.pdf", "report.xlsx",
    ]  # fmt: skip


async def test_the_pack_is_of_what_was_out_with_the_overview(
    reports: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Made when first asked for and kept; a reader who would wait too long is asked to come back meanwhile."""
    assets = stylesheets.load()
    publishes = Publishing(
        reports, load_register(), stylesheet=assets.stylesheet, url="http://here", settle=timedelta(0), sample=False
    )
    said = report()
    first = [Draft("dwp", said, "1"), Draft(OVERVIEW, the_overview(), "1")]
    second = said.revisions[-1].model_copy(update={"revision": 2, "reason": "late event: one more"})
    revised = {"id": f"dwp/{PERIOD}/r2", "revision": 2, "revisions": (*said.revisions, second)}
    later = Draft("dwp", said.model_copy(update=revised), "2")
    async with reports.acquire() as connection:
        await store.keep_assets(connection, assets.files)
        await store.publish(connection, [(draft, publishes.files(draft)) for draft in first])
        await store.publish(connection, [(later, publishes.files(later))])
    with workers(1, tasks=1) as executor:
        archive = Archive()
        archive.pool, archive.pack = reports, Packing(reports, executor, base="http://here")
        assert await archive.file("dwp", PERIOD, None, "pack.pdf") is None
        with monkeypatch.context() as impatient:
            impatient.setattr("services.reporter.archive.PATIENCE", 0.0)
            with pytest.raises(Unavailable):
                await archive.file("overview", PERIOD, None, "pack.pdf")
        monkeypatch.setattr("services.reporter.archive.PATIENCE", None)
        stored = await archive.file("overview", PERIOD, None, "pack.pdf")
        assert stored is not None
        assert await archive.file("overview", PERIOD, 1, "pack.pdf") == stored
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(stored.content)).pages)
    assert f"dwp/{PERIOD}/r1" in text
    assert f"dwp/{PERIOD}/r2" not in text
    assert await reports.fetchval("SELECT count(*) FROM publication_file WHERE name = 'pack.pdf'") == 1


async def test_a_form_that_cannot_be_made_stops_no_other(reports: asyncpg.Pool) -> None:
    """Its style sheet is lost, say: it is set aside, and said."""
    await receive(reports, *(of(code) for code in DEPARTMENTS))
    await publishing(reports).publish_due(datetime.now(UTC) + timedelta(days=1))
    with workers(1) as executor:
        making = Making(reports, executor, count=1, base="http://here")
        while await making.step():
            pass
    assert len(making.failed) == len(DEPARTMENTS) + 1
    assert await forms(reports) == {}


async def test_the_calendar_is_announced_and_a_moved_date_raises_its_sequence(reports: asyncpg.Pool) -> None:
    """The same date again changes nothing."""
    archive = Archive()
    archive.pool = reports
    for version, later in ((1, timedelta(0)), (2, timedelta(0)), (3, timedelta(days=1))):
        moved = round_of(Period.parse(PERIOD)).model_copy(update={"publish_at": PUBLISH_AT + later})
        await receive(reports, of("dwp", version=version, round=moved))
        await publishing(reports).publish_due(PUBLISH_AT - timedelta(days=9))
    assert [(entry.period, entry.state, entry.sequence) for entry in await archive.calendar()] == [
        (PERIOD, "confirmed", 1),
        ("2026-27-q3", "provisional", 1),
    ]
