"""The chain on a real PostgreSQL: sealed whatever the order of commits, and broken by every change made by hand."""

import asyncio
from random import Random
from typing import Any

import asyncpg
import orjson
import pytest

from services.aggregator import sealing
from services.aggregator.chain import GENESIS, link
from services.aggregator.verifying import Proof, verify
from tests.integration.tables import counted, recording, records
from tests.integration.test_recording import considered, notice
from tests.stream import accepted, stream


async def proof(pool: asyncpg.Pool) -> Proof:
    async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        return await verify(connection, progress=lambda _: None)


async def sealed(pool: asyncpg.Pool) -> list[list[Any]]:
    """Every line of the chain, in its order."""
    rows = await pool.fetch("SELECT lines FROM chain ORDER BY block")
    return [orjson.loads(line) for row in rows for line in row["lines"].split("\n")]


async def play(pool: asyncpg.Pool, seed: int = 5) -> None:
    events = accepted(stream(seed, procurements=30))
    for at in range(0, len(events), 40):
        await recording(pool).handle(records(events[at : at + 40]))
        if at % 3 == 0:
            await counted(pool)
    await counted(pool)


async def test_every_event_and_every_conflict_is_sealed_once(pool: asyncpg.Pool) -> None:
    """The chain's lines are the ledger's rows, and the proof has no fault."""
    await play(pool)
    rows = await pool.fetch("SELECT position FROM event UNION ALL SELECT position FROM duplicate WHERE conflict")
    assert sorted(line[1] for line in await sealed(pool)) == sorted(row["position"] for row in rows)
    assert {line[0] for line in await sealed(pool)} == {"event", "conflict"}
    found = await proof(pool)
    assert (found.entries, found.unsealed, found.faults) == (len(rows), 0, ())


async def test_the_hashes_can_be_made_again_from_the_lines(pool: asyncpg.Pool) -> None:
    """PostgreSQL's hash of a block is that of Python, and each block names the one before."""
    await play(pool)
    previous = GENESIS
    for row in await pool.fetch("SELECT previous, hash, lines FROM chain ORDER BY block"):
        assert row["previous"] == previous
        assert row["hash"] == link(previous, row["lines"])
        previous = row["hash"]


async def test_an_event_committed_after_later_ones_is_sealed_too(pool: asyncpg.Pool) -> None:
    """A position drawn early and committed late is not overlooked, however far the chain has come since."""
    recorder = recording(pool)
    async with pool.acquire() as connection:
        slow = connection.transaction()
        await slow.start()
        await connection.execute(
            """INSERT INTO event (source, id, type, subject, sender, time, received, sha256, body, partition, "offset")
            VALUES ('/s', 'slow', 't', 'dwp', 'dwp', now(), now(), 'h', '{}', 0, -1)"""
        )
        for number in range(3):
            await recorder.handle(records([considered("2026-01-01", id=f"c{number}")]))
            await counted(pool)
        assert [line[3] for line in await sealed(pool)] == ["c0", "c1", "c2"]
        await slow.commit()
    await recorder.handle(records([considered("2026-01-01", id="c3")]))
    await counted(pool)
    assert [line[3] for line in await sealed(pool)] == ["c0", "c1", "c2", "slow", "c3"]


async def test_a_backlog_is_sealed_in_blocks(pool: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything that the snapshot shows is sealed at once, however many blocks it takes; nothing twice."""
    monkeypatch.setattr(sealing, "BLOCK", 7)
    await recording(pool).handle(records([considered("2026-01-01", id=f"c{n:02}") for n in range(21)]))
    await counted(pool)
    assert [line[3] for line in await sealed(pool)] == [f"c{n:02}" for n in range(21)]
    assert await pool.fetchval("SELECT count(*) FROM chain") == 3


async def test_what_four_record_while_two_seal_is_all_sealed_once(pool: asyncpg.Pool) -> None:
    """Commits in any order, sealing in between by two processes' steps."""
    events = accepted(stream(9, procurements=40))
    Random(9).shuffle(events)

    async def record(part: int) -> None:
        mine = events[part::4]
        for at in range(0, len(mine), 10):
            await recording(pool).handle(records(mine[at : at + 10], partition=part))

    async def seal() -> None:
        for _ in range(20):
            try:
                await counted(pool)
            except asyncpg.SerializationError:  # the other had just finished: the step is tried again
                continue

    await asyncio.gather(*(record(part) for part in range(4)), seal(), seal())
    await counted(pool)
    found = await proof(pool)
    assert (found.unsealed, found.faults) == (0, ())
    assert found.entries == len(await sealed(pool)) == len({line[1] for line in await sealed(pool)})


async def test_a_status_says_of_which_events_it_was_counted(pool: asyncpg.Pool) -> None:
    """Its head is the block that holds the last of them."""
    recorder = recording(pool)
    await recorder.handle(records([notice()]))
    await counted(pool)
    await recorder.handle(records([considered("2026-01-01")]))
    await counted(pool)
    (body,) = await pool.fetch("SELECT body FROM status WHERE department = 'dwp'")
    head = await pool.fetchrow("SELECT block, hash FROM chain ORDER BY block DESC LIMIT 1")
    assert orjson.loads(body["body"])["chain"] == dict(head)
    assert head["block"] == 2


TAMPERINGS = {
    "a body": """UPDATE event SET body = replace(body, '2026', '2027') WHERE id = 'c1'""",
    "a body, in what its content's hash does not cover": """UPDATE event SET body = body || ' ' WHERE id = 'c1'""",
    "a content hash": """UPDATE event SET sha256 = repeat('0', 64) WHERE id = 'c1'""",
    "a sender": """UPDATE event SET sender = 'moj' WHERE id = 'c1'""",
    "the time it was received": """UPDATE event SET received = received - interval '1 day' WHERE id = 'c1'""",
    "its source": """UPDATE event SET source = '/moj/system' WHERE id = 'c1'""",
    "a deletion": """DELETE FROM event WHERE id = 'c1'""",
    "an insertion": """INSERT INTO event OVERRIDING SYSTEM VALUE SELECT 0, source, 'c9', type, subject, sender, time,
        received, sha256, body, partition, "offset" FROM event WHERE id = 'c1'""",
    "two rows' contents swapped":
        "UPDATE event e SET sha256 = o.sha256, body = o.body FROM event o WHERE e.id <> o.id",
    "a conflict": """DELETE FROM duplicate WHERE conflict""",
}  # fmt: skip
NAMED = {"an insertion": "/dwp/system c9"}


@pytest.mark.parametrize("what", TAMPERINGS)
async def test_a_row_changed_by_hand_is_named(pool: asyncpg.Pool, what: str) -> None:
    """As the owner of the database, with the triggers off: the proof names the row."""
    recorder = recording(pool)
    first = [considered("2026-01-01"), considered("2026-01-01", id="c2")]
    await recorder.handle(records([*first, considered("2026-01-01")]))  # a repeat, which draws a position too
    await recorder.handle(records([considered("2026-01-09")]))  # a conflict
    await counted(pool)
    assert (await proof(pool)).faults == ()
    await pool.execute("ALTER TABLE event DISABLE TRIGGER ALL")
    await pool.execute(TAMPERINGS[what])
    assert NAMED.get(what, "/dwp/system c1") in [fault.row for fault in (await proof(pool)).faults]


async def test_a_block_changed_by_hand_is_named(pool: asyncpg.Pool) -> None:
    """Its lines, or its place in the chain."""
    recorder = recording(pool)
    for number in range(3):
        await recorder.handle(records([considered("2026-01-01", id=f"c{number}")]))
        await counted(pool)
    await pool.execute("ALTER TABLE chain DISABLE TRIGGER ALL")
    await pool.execute("DELETE FROM chain WHERE block = 2")
    assert "block 2" in [fault.row for fault in (await proof(pool)).faults]


@pytest.mark.parametrize("statement", ["UPDATE chain SET lines = ''", "DELETE FROM chain", "TRUNCATE chain"])
async def test_the_chain_is_append_only(pool: asyncpg.Pool, statement: str) -> None:
    """Even for the owner, by an ordinary statement."""
    await recording(pool).handle(records([notice()]))
    await counted(pool)
    with pytest.raises(asyncpg.RaiseError, match="append-only"):
        await pool.execute(statement)
