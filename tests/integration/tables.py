"""Records of procurement.events made by hand, and the aggregator's tables read back whole."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import count
from typing import Any

import asyncpg
import orjson
from aiokafka import ConsumerRecord

from services.aggregator.recomputing import Recomputing
from services.aggregator.recording import Recording
from services.ingest import binding
from services.ingest.acceptance import Accepted, accept
from shared import topics
from shared.departments import load_register
from shared.envelope import Event
from shared.rules import load_rules

OFFSETS = count()


def event(sender: str, cloudevent: dict[str, Any]) -> Event:
    """What ingest makes of an event that is in order."""
    register = load_register()
    outcome = accept(
        binding.line(orjson.dumps(cloudevent)),
        sender=register.sender(sender),
        register=register,
        received=datetime(2026, 11, 1, tzinfo=UTC),
    )
    assert isinstance(outcome, Accepted), outcome
    return outcome.event


def raw(value: bytes | None, *, partition: int = 0) -> ConsumerRecord:
    """A record at an offset that no other record of the run has."""
    return ConsumerRecord(
        topics.PROCUREMENT_EVENTS, partition, next(OFFSETS), 0, 0, b"", value, 0, 0, len(value or b""), []
    )


def records(events: Iterable[Event], *, partition: int = 0) -> list[ConsumerRecord]:
    return [raw(event.to_json(), partition=partition) for event in events]


def recording(pool: asyncpg.Pool) -> Recording:
    return Recording(pool, load_register(), load_rules())


async def counted(pool: asyncpg.Pool) -> None:
    """Counts until nothing is marked."""
    recomputing = Recomputing(pool, load_register())
    while await recomputing.step():
        pass


async def table(pool: asyncpg.Pool, name: str, *, without: Sequence[str] = ()) -> list[dict[str, Any]]:
    """Every row of a table, whole but for some columns, in an order of its own."""
    rows = [
        {column: value for column, value in row.items() if column not in without}
        for row in await pool.fetch(f"SELECT * FROM {name}")
    ]
    return sorted(rows, key=str)


async def state(pool: asyncpg.Pool) -> dict[str, list[dict[str, Any]]]:
    """Subjects and assessments: what may not depend on the order of events."""
    return {name: await table(pool, name) for name in ("subject", "assessment")}


async def outbox(pool: asyncpg.Pool, topic: str) -> list[dict[str, Any]]:
    """The CloudEvents that wait to be sent to a topic, in their order."""
    rows = await pool.fetch("SELECT value FROM outbox WHERE topic = $1 ORDER BY id", topic)
    return [orjson.loads(row["value"]) for row in rows]
