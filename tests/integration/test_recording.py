"""Recording on a real PostgreSQL: every event once, in any order, whoever else records at the same time."""

import asyncio
from datetime import timedelta
from random import Random
from typing import Any
from zlib import crc32

import asyncpg
import orjson
import pytest
from aiokafka import ConsumerRecord

from services.aggregator.arrivals import read
from shared.envelope import Event
from tests.integration.tables import counted, event, outbox, raw, recording, records, state, table
from tests.stream import FIRST, accepted, cloudevent, release, stream

OCID = "ocds-abcdef-1"
DWP = "Department for Work and Pensions"


def notice(id: str = "1", *, ocid: str = OCID, buyer: str = DWP, value: int = 900_000, day: int = 0) -> Event:
    at = FIRST + timedelta(days=day)
    data = release(ocid, id, at=at, buyer=buyer, value=value)
    return event("find-a-tender", cloudevent("find-a-tender", "notice.published", ocid, f"{ocid}/{id}", data, at=at))


def considered(at: str, *, id: str = "c1", sender: str = "dwp", ocid: str = OCID) -> Event:
    data = {"considered_at": at, "process": "lots"}
    return event(sender, cloudevent(sender, "consideration.recorded", ocid, id, data))


def withdrawal(of: Event, *, sender: str | None = None, id: str = "w1") -> Event:
    sender = sender or of.sender
    data = {"source": of.source, "id": of.id, "reason": "sent in error"}
    return event(sender, cloudevent(sender, "event.withdrawn", of.subject, id, data))


def attribution(buyer: str, department: str = "moj", *, id: str = "a1") -> Event:
    data = {"buyer_name": buyer, "department": department}
    return event("review-team", cloudevent("review-team", "buyer.attributed", "register/buyers", id, data))


async def ledger(pool: asyncpg.Pool) -> list[str]:
    return [row["id"] for row in await pool.fetch("SELECT id FROM event ORDER BY position")]


async def departments(pool: asyncpg.Pool) -> dict[str, str]:
    return {row["ocid"]: row["department"] for row in await pool.fetch("SELECT ocid, department FROM assessment")}


async def test_an_event_is_recorded_with_the_record_that_brought_it(pool: asyncpg.Pool) -> None:
    """The ledger's row holds the event as it stood on Kafka, its hash, and the place it came from."""
    said = considered("2026-01-01")
    (record,) = records([said], partition=3)
    await recording(pool).handle([record])
    (row,) = await table(pool, "event", without=["position"])
    assert row == {
        "source": "/dwp/system",
        "id": "c1",
        "type": said.type,
        "subject": OCID,
        "sender": "dwp",
        "time": said.time,
        "received": said.received,
        "sha256": said.sha256,
        "body": said.to_json().decode(),
        "partition": 3,
        "offset": record.offset,
    }


def lanes(events: list[Event]) -> list[list[ConsumerRecord]]:
    """As two members of the group have them: those of one subject in one partition."""
    found: list[list[ConsumerRecord]] = [[], []]
    for e in events:
        partition = crc32(e.subject.encode()) % 8
        found[partition % 2] += records([e], partition=partition)
    return found


async def test_partitions_recorded_side_by_side_give_the_same_state(
    pool: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What one transaction makes of all events, two make of those of their partitions, few subjects at a time."""
    events = accepted(stream(7, procurements=30))
    await recording(pool).handle(records(events))
    alone = await state(pool)
    await pool.execute("ALTER TABLE event DISABLE TRIGGER ALL; TRUNCATE event; TRUNCATE assessment")
    await pool.execute("DELETE FROM subject WHERE key <> 'register/buyers'")
    await pool.execute("UPDATE subject SET facts = '{}', withdrawn = '[]'")
    monkeypatch.setattr("services.aggregator.recording.AT_ONCE", 3)
    await asyncio.gather(*(recording(pool).handle(lane) for lane in lanes(events)))
    assert await state(pool) == alone


@pytest.mark.parametrize("failing", range(2))
async def test_a_batch_fails_as_a_whole(pool: asyncpg.Pool, failing: int) -> None:
    """So its offsets are not committed, it comes again, and nothing is counted twice."""
    batch = records([considered("2026-01-01", id=f"c{number}", ocid=f"{OCID}{number}") for number in range(2)])
    await pool.execute(f"ALTER TABLE assessment ADD CONSTRAINT broken CHECK (ocid <> '{OCID}{failing}')")
    with pytest.raises(asyncpg.CheckViolationError):
        await recording(pool).handle(batch)
    assert await ledger(pool) == []
    await pool.execute("ALTER TABLE assessment DROP CONSTRAINT broken")
    await recording(pool).handle(batch)
    assert sorted(await ledger(pool)) == ["c0", "c1"]
    assert await table(pool, "duplicate") == []


async def test_a_repeat_within_a_batch_is_counted_as_one(pool: asyncpg.Pool) -> None:
    """The same event twice in one batch is in the ledger once, with one repeat."""
    await recording(pool).handle(records([considered("2026-01-01"), considered("2026-01-01")]))
    assert await ledger(pool) == ["c1"]
    assert [row["conflict"] for row in await table(pool, "duplicate")] == [False]


async def test_a_repeat_in_a_later_batch_changes_nothing(pool: asyncpg.Pool) -> None:
    """The state after the repeat is the state before it, and the repeat is counted."""
    recorder = recording(pool)
    await recorder.handle(records([notice(), considered("2026-01-01")]))
    before = await state(pool)
    await recorder.handle(records([considered("2026-01-01")]))
    assert await state(pool) == before
    assert len(await ledger(pool)) == 2
    assert [row["conflict"] for row in await table(pool, "duplicate")] == [False]


async def test_the_same_records_delivered_again_count_nowhere(pool: asyncpg.Pool) -> None:
    """A batch whose offsets were not committed comes again, and leaves every table but the marks as it was."""
    batch = records([considered("2026-01-01"), considered("2026-01-01"), considered("2026-01-09"), notice()])
    recorder = recording(pool)
    await recorder.handle(batch)
    names = ("event", "duplicate", "subject", "assessment", "outbox", "unreadable")
    before = {name: await table(pool, name) for name in names}
    await recorder.handle(batch)
    await recorder.handle(batch[1:3])
    assert {name: await table(pool, name) for name in names} == before


async def test_of_two_contents_the_first_stands_and_the_second_is_kept(pool: asyncpg.Pool) -> None:
    """A conflict changes no subject; its whole body is kept."""
    recorder = recording(pool)
    await recorder.handle(records([notice(), considered("2026-01-01")]))
    before = await state(pool)
    other = considered("2026-01-09")
    await recorder.handle(records([other]))
    assert await state(pool) == before
    assert [(row["conflict"], row["body"]) for row in await table(pool, "duplicate")] == [
        (True, other.to_json().decode())
    ]


async def test_a_conflict_is_told_to_its_sender_once(pool: asyncpg.Pool) -> None:
    """One message for rejections.<sender>, however often the record is delivered."""
    recorder = recording(pool)
    await recorder.handle(records([considered("2026-01-01")]))
    (record,) = records([considered("2026-01-09")], partition=2)
    for _ in range(3):
        await recorder.handle([record])
    (told,) = await outbox(pool, "rejections.dwp")
    assert told["type"] == "uk.gov.social-value.event.conflicted.v1"
    assert told["id"] == f"procurement.events/2/{record.offset}"
    assert told["data"]["event"] == {"source": "/dwp/system", "id": "c1"}
    assert Event.from_json(told["data"]["raw"].encode()) == considered("2026-01-09")


async def test_a_conflict_sent_again_is_a_repeat(pool: asyncpg.Pool) -> None:
    """Ingest may write a record again after a crash: the same other content is one conflict, told once."""
    recorder = recording(pool)
    await recorder.handle(records([considered("2026-01-01"), *[considered("2026-01-09")] * 2]))
    await recorder.handle(records([considered("2026-01-09"), considered("2026-01-10")]))
    assert sorted(row["conflict"] for row in await table(pool, "duplicate")) == [False, False, True, True]
    assert len(await outbox(pool, "rejections.dwp")) == 2


async def test_one_source_and_id_on_two_subjects_is_a_conflict(pool: asyncpg.Pool) -> None:
    """The second subject gets nothing from an event that does not stand."""
    recorder = recording(pool)
    await recorder.handle(records([considered("2026-01-01")]))
    await recorder.handle(records([considered("2026-01-01", ocid="ocds-abcdef-2")]))
    assert [row["conflict"] for row in await table(pool, "duplicate")] == [True]
    assert [row["ocid"] for row in await table(pool, "assessment")] == [OCID]


async def rows_of(pool: asyncpg.Pool) -> dict[str, Any]:
    subject = await pool.fetchrow("SELECT facts FROM subject WHERE key = $1", OCID)
    assessment = await pool.fetchrow("SELECT * FROM assessment WHERE ocid = $1", OCID)
    return {"facts": orjson.loads(subject["facts"]), "assessment": dict(assessment)}


async def emptied(pool: asyncpg.Pool) -> None:
    """All tables as after the migration."""
    await pool.execute(
        """ALTER TABLE event DISABLE TRIGGER USER; TRUNCATE event, duplicate, assessment, outbox, status_due, status;
        ALTER TABLE event ENABLE TRIGGER USER; DELETE FROM subject WHERE key <> 'register/buyers';
        UPDATE subject SET facts = '{}', withdrawn = '[]'"""
    )


@pytest.mark.parametrize("order", [(0, 1, 2), (0, 2, 1), (2, 0, 1)], ids=["after", "between", "before"])
@pytest.mark.parametrize("together", [True, False], ids=["one batch", "a batch each"])
async def test_what_was_withdrawn_is_as_if_never_said(
    pool: asyncpg.Pool, order: tuple[int, ...], *, together: bool
) -> None:
    """Whichever comes first, withdrawal or target, facts and assessment equal those without the event."""
    kept, target = [notice(), considered("2026-01-04", id="c2")], considered("2026-01-01")
    await recording(pool).handle(records(kept))
    expected = await rows_of(pool)
    await emptied(pool)
    said = [[target], kept, [withdrawal(target)]]
    recorder = recording(pool)
    batches = [records([e for number in order for e in said[number]])] if together else []
    for batch in batches or [records(said[number]) for number in order]:
        await recorder.handle(batch)
    assert await rows_of(pool) == expected
    assert len(await ledger(pool)) == 4


async def test_nobody_withdraws_what_another_sent(pool: asyncpg.Pool) -> None:
    """The withdrawal of another sender is recorded and has no effect on facts and assessment."""
    recorder = recording(pool)
    target = considered("2026-01-01")
    await recorder.handle(records([notice(), target]))
    before = await rows_of(pool)
    await recorder.handle(records([withdrawal(target, sender="moj")]))
    assert await rows_of(pool) == before


async def test_what_was_withdrawn_stays_so_when_it_is_sent_again(pool: asyncpg.Pool) -> None:
    """A repeat of the withdrawn event is a repeat, and brings nothing back."""
    recorder = recording(pool)
    target = considered("2026-01-01")
    await recorder.handle(records([notice(), target, withdrawal(target)]))
    before = await rows_of(pool)
    await recorder.handle(records([target]))
    assert await rows_of(pool) == before


UNREADABLE = {
    "tombstone": None,
    "no JSON": b"{",
    "no object": b"[1]",
    "no text": b"\xff",
    "no event": b"{}",
    "unknown type": considered("2026-01-01").to_json().replace(b"consideration.recorded", b"consideration.dreamt"),
    "unknown subject": considered("2026-01-01").to_json().replace(OCID.encode(), b"??"),
    "data that its type does not have": considered("2026-01-01").to_json().replace(b"considered_at", b"considered_on"),
    "data that is no object": orjson.dumps(orjson.loads(considered("2026-01-01").to_json()) | {"data": 7}),
    "a number for a text": orjson.dumps(orjson.loads(considered("2026-01-01").to_json()) | {"id": 7}),
    "the character U+0000": considered("2026-01-01").to_json().replace(b'"lots"', b'"\\u0000"'),
    "a time before time": considered("2026-01-01").to_json().replace(b'"time":"2026', b'"time":"0001'),
}


@pytest.mark.parametrize("value", UNREADABLE.values(), ids=list(UNREADABLE))
async def test_a_record_that_is_no_event_is_set_aside(pool: asyncpg.Pool, value: bytes | None) -> None:
    """It is kept as it came, the events beside it are recorded, and what is counted from them can be counted."""
    bad = raw(value, partition=5)
    recorder = recording(pool)
    for _ in range(2):
        await recorder.handle([*records([notice("1")]), bad, *records([notice("2")])])
    await counted(pool)
    (row,) = await table(pool, "unreadable", without=["reason"])
    assert row == {"partition": 5, "offset": bad.offset, "value": value}
    assert await ledger(pool) == [f"{OCID}/1", f"{OCID}/2"]


@pytest.mark.parametrize("statement", ["UPDATE event SET sender = 'x'", "DELETE FROM event", "TRUNCATE event"])
async def test_the_ledger_is_append_only(pool: asyncpg.Pool, statement: str) -> None:
    """PostgreSQL itself refuses to change or remove what is recorded."""
    await recording(pool).handle(records([notice()]))
    with pytest.raises(asyncpg.RaiseError, match="event is append-only"):
        await pool.execute(statement)


@pytest.mark.parametrize("spelling", ["Nowhere Board", "NOWHERE  BOARD"], ids=["as on the notice", "spelt otherwise"])
async def test_an_attribution_holds_for_procurements_before_and_after_it(pool: asyncpg.Pool, spelling: str) -> None:
    """The review team's word on a buyer reaches what is recorded already and what comes later."""
    recorder = recording(pool)
    await recorder.handle(records([notice(buyer="Nowhere Board")]))
    assert await departments(pool) == {OCID: "unattributed"}
    await recorder.handle(records([attribution(spelling)]))
    await recorder.handle(records([notice(ocid="ocds-abcdef-2", buyer="Nowhere Board")]))
    assert await departments(pool) == {OCID: "moj", "ocds-abcdef-2": "moj"}


async def test_a_withdrawn_attribution_is_undone(pool: asyncpg.Pool) -> None:
    """The procurements are again as they were before it."""
    recorder = recording(pool)
    await recorder.handle(records([notice(buyer="Nowhere Board")]))
    before = await rows_of(pool)
    said = attribution("Nowhere Board")
    await recorder.handle(records([said]))
    await recorder.handle(records([withdrawal(said)]))
    assert await rows_of(pool) == before


async def test_an_attribution_in_the_batch_of_its_procurement_holds(pool: asyncpg.Pool) -> None:
    """Order within a batch does not matter either."""
    await recording(pool).handle(records([notice(buyer="Nowhere Board"), attribution("Nowhere Board")]))
    assert await departments(pool) == {OCID: "moj"}


async def test_four_writers_of_the_same_events_in_orders_of_their_own(pool: asyncpg.Pool) -> None:
    """They wait for each other, never deadlock, and leave the state that one writer alone leaves."""
    events = first_of_each(accepted(stream(7, procurements=40)))
    await recording(pool).handle(records(events))
    expected = await state(pool)
    await emptied(pool)

    async def write(number: int) -> None:
        mine = records(events, partition=number)
        Random(number).shuffle(mine)
        for at in range(0, len(mine), 50):
            await recording(pool).handle(mine[at : at + 50])

    await asyncio.gather(*(write(number) for number in range(4)))
    assert await state(pool) == expected
    assert await pool.fetchval("SELECT count(*) FROM event") == len(events)
    assert await pool.fetchval("SELECT count(*) FROM duplicate WHERE NOT conflict") == 3 * len(events)


def first_of_each(events: list[Event]) -> list[Event]:
    """Without conflicts, whose outcome depends on the order by design."""
    found: dict[tuple[str, str], Event] = {}
    for each in events:
        found.setdefault(each.key, each)
    return list(found.values())


def test_a_record_of_ingest_is_read_as_the_event_it_was() -> None:
    """What `to_json` wrote, `read` gives back whole, with the hash that it had."""
    said = notice()
    (arrival,), unreadable = read(records([said], partition=4))
    assert unreadable == []
    assert (arrival.event, arrival.sha256, arrival.body, arrival.partition) == (
        said,
        said.sha256,
        said.to_json().decode(),
        4,
    )
