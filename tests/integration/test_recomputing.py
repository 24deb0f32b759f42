"""What SQL counts against what the pure functions count, after whatever came, in whatever order and pieces."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from random import Random

import asyncpg
import orjson
import pytest

from services.aggregator.recomputing import LOCK, Recomputing
from shared.departments import load_register
from shared.envelope import Event
from shared.periods import Period
from shared.status import Status
from tests import oracle
from tests.integration.tables import counted, event, outbox, recording, records
from tests.integration.test_recording import OCID, attribution, considered, notice, withdrawal
from tests.notices import real_events
from tests.stream import FIRST, accepted, cloudevent, stream


async def play(pool: asyncpg.Pool, events: list[Event], *, size: int, count_every: int = 3) -> None:
    """Records the events in batches, and counts now and then between them."""
    recorder = recording(pool)
    for number, at in enumerate(range(0, len(events), size)):
        await recorder.handle(records(events[at : at + size]))
        if number % count_every == 0:
            await counted(pool)
    await counted(pool)


async def statuses(pool: asyncpg.Pool) -> dict[tuple[str, str], Status]:
    """As stored, without their versions."""
    rows = await pool.fetch("SELECT department, period, body FROM status")
    return {
        (row["department"], row["period"]): Status.model_validate_json(row["body"]).model_copy(
            update={"version": 0, "chain": None}
        )
        for row in rows
    }


async def check(pool: asyncpg.Pool, events: Iterable[Event]) -> None:
    """Every status that there must be is there, and every one that is there is right."""
    expected = oracle.state(events)
    found = await statuses(pool)
    assert oracle.targets(expected) <= found.keys()
    for (department, period), status in sorted(found.items()):
        assert status == expected.status(department, Period.parse(period)), (department, period)


@pytest.mark.parametrize("seed", range(3))
async def test_sql_counts_what_the_pure_functions_count(pool: asyncpg.Pool, seed: int) -> None:
    """On a stream with repeats, conflicts, withdrawals and attributions, counted while it comes in."""
    events = accepted(stream(seed, procurements=40))
    await play(pool, events, size=37)
    await check(pool, events)


async def test_statuses_do_not_depend_on_the_order_of_events(pool: asyncpg.Pool) -> None:
    """Every status that is stored is that of all the events, also where they come shuffled and one by one."""
    events = list({e.key: e for e in accepted(stream(11, procurements=12))}.values())
    Random(1).shuffle(events)
    await play(pool, events, size=1, count_every=4)
    await check(pool, events)


async def test_sql_counts_real_notices_as_the_pure_functions_do(pool: asyncpg.Pool) -> None:
    """All real notices there are."""
    events = list(real_events())
    await play(pool, events, size=500)
    await check(pool, events)


async def test_a_department_that_loses_its_last_procurement_is_counted_anew(pool: asyncpg.Pool) -> None:
    """When an attribution moves the only unattributed procurement, nothing is counted as unattributed any longer."""
    events = [notice(buyer="Nowhere Board"), attribution("Nowhere Board")]
    await play(pool, events, size=1, count_every=1)
    found = await statuses(pool)
    assert found["unattributed", "2025-26-q4"].measures["in-scope"].population == 0
    assert found["moj", "2025-26-q4"].measures["in-scope"].population == 1
    await check(pool, events)


async def test_a_period_without_procurements_left_is_still_counted(pool: asyncpg.Pool) -> None:
    """After its only procurement was withdrawn, what the department says later still reaches the period's status."""
    said, later = notice(), FIRST + timedelta(days=120)
    champion = {"name": "A. Person", "post": "Director", "appointed_on": "2025-12-01"}
    events = [
        said,
        withdrawal(said),
        event("dwp", cloudevent("dwp", "champion.appointed", "dwp", "champion", champion, at=later)),
    ]
    await play(pool, events, size=1, count_every=1)
    found = await statuses(pool)
    assert found["dwp", "2025-26-q4"].measures["in-scope"].population == 0
    assert found["dwp", "2025-26-q4"].capability.champion is not None
    await check(pool, events)


async def test_a_withdrawn_case_is_counted_no_longer(pool: asyncpg.Pool) -> None:
    """The status of the department that it was about forgets it."""
    opened = {"department": "dwp", "authority": "A board", "issue": "None", "opened_on": "2026-02-01"}
    said = event("review-team", cloudevent("review-team", "case.opened", "case/1", "opened", opened))
    await play(pool, [notice(), said], size=1, count_every=1)
    assert (await statuses(pool))["dwp", "2025-26-q4"].measures["challenge"].population == 1
    await play(pool, [withdrawal(said)], size=1)
    assert (await statuses(pool))["dwp", "2025-26-q4"].measures["challenge"].population == 0
    await check(pool, [notice(), said, withdrawal(said)])


async def test_a_status_that_says_the_same_keeps_its_version(pool: asyncpg.Pool) -> None:
    """Counting again what has not changed stores nothing and tells nobody."""
    await play(pool, [notice(), considered("2026-01-01")], size=1)
    before, told = await statuses(pool), len(await outbox(pool, "implementation.status"))
    await pool.execute("INSERT INTO status_due (department, period) SELECT department, period FROM status")
    await counted(pool)
    assert await statuses(pool) == before
    assert len(await outbox(pool, "implementation.status")) == told


async def test_every_change_of_a_status_is_told_under_its_next_version(pool: asyncpg.Pool) -> None:
    """The last message for a key is the status as it is stored."""
    await play(pool, [notice(), considered("2026-01-01"), considered("2026-01-02", id="c2")], size=1, count_every=1)
    told = [m for m in await outbox(pool, "implementation.status") if m["subject"] == "dwp/2025-26-q4"]
    assert [m["data"]["version"] for m in told] == list(range(1, len(told) + 1))
    body = await pool.fetchval("SELECT body FROM status WHERE department = 'dwp' AND period = '2025-26-q4'")
    assert told[-1]["data"] == orjson.loads(body)


async def test_one_counts_at_a_time(pool: asyncpg.Pool) -> None:
    """While another holds the lock, a step does nothing and takes no mark."""
    await recording(pool).handle(records([notice()]))
    marks = await pool.fetchval("SELECT count(*) FROM status_due")
    async with pool.acquire() as other, other.transaction():
        await other.execute("SELECT pg_advisory_xact_lock($1)", LOCK)
        assert await Recomputing(pool, load_register()).step() == 0
    assert await pool.fetchval("SELECT count(*) FROM status_due") == marks > 0


STRANGE = {
    "a round due on the last day": (
        "pm-office", "round.opened", "2026-27-q1", {"due": "2098-12-31", "publish_at": "2026-08-01T09:30:00Z"},
    ),
    "times as RFC 3339 also allows them": (
        "pm-office", "round.opened", "2026-27-q1", {"due": "2026-07-15", "publish_at": "2026-08-01t09:30:00z"},
    ),
    "a commitment due on the last day": (
        "dwp", "commitment.made", OCID,
        {"commitment": "C", "description": "d", "quantity": "1", "unit": "u", "due": "2098-12-31"},
    ),
    "a case opened on the last day": (
        "review-team", "case.opened", "case/1",
        {"department": "dwp", "authority": "a", "issue": "i", "opened_on": "2098-12-31"},
    ),
    "a plan for the last day": (
        "dwp", "procurement.proposed", OCID, {"title": "t", "planned_start": "2098-12-31"},
    ),
    "a check on the last day": (
        "review-team", "spot-check.completed", OCID, {"check": "S", "completed_on": "2098-12-31", "result": "passed"},
    ),
    "a rating on the last day": (
        "dwp", "kpi.assessed", OCID,
        {"kpi": "K", "title": "t", "social_value": True, "rating": "good", "assessed_on": "2098-12-31"},
    ),
    "a strategy from the first day": (
        "dwp", "strategy.published", "dwp", {"title": "t", "published_on": "2001-01-01"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("said", STRANGE.values(), ids=list(STRANGE))
async def test_whatever_is_accepted_can_be_recorded_and_counted(
    pool: asyncpg.Pool, said: tuple[str, str, str, dict[str, object]]
) -> None:
    """No event that ingest takes can stop the line behind it."""
    sender, name, subject, data = said
    strange = event(sender, cloudevent(sender, name, subject, "strange", data))
    events = [notice(), strange, considered("2026-01-01")]
    await play(pool, events, size=1, count_every=1)
    await check(pool, events)


async def test_which_statuses_there_are_does_not_depend_on_order(pool: asyncpg.Pool) -> None:
    """A department's own event before or after the first procurement of an old period: the same statuses stand."""
    old = notice(buyer="Nowhere Board")
    appointed = event(
        "dwp",
        cloudevent(
            "dwp",
            "champion.appointed",
            "dwp",
            "c1",
            {"name": "A", "post": "Director", "appointed_on": "2026-09-01"},
            at=datetime(2026, 9, 1, 9, tzinfo=UTC),
        ),
    )
    await play(pool, [old, appointed], size=1, count_every=1)
    first = set(await statuses(pool))
    async with pool.acquire() as connection:
        await connection.execute("ALTER TABLE event DISABLE TRIGGER ALL; TRUNCATE event; DELETE FROM status")
        await connection.execute("TRUNCATE assessment; DELETE FROM subject WHERE key <> 'register/buyers'")
    await play(pool, [appointed, old], size=1, count_every=1)
    assert set(await statuses(pool)) == first
    assert ("dwp", "2025-26-q4") not in first
