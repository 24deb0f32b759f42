"""The relay of the outbox, on the real PostgreSQL and Kafka."""

import asyncio
from typing import Any

import asyncpg

from shared import messages, outbox
from shared.kafka import Connection
from shared.messages import Message
from tests.integration.brokers import make_topic, read_all

SCHEMA = "aggregator"


class Held:
    """A producer that sends only once it may: its process is frozen, or slow."""

    def __init__(self, kafka: Any) -> None:
        self.kafka = kafka
        self.asked, self.may = asyncio.Event(), asyncio.Event()

    async def send(self, *arguments: Any, **named: Any) -> Any:
        self.asked.set()
        await self.may.wait()
        return await self.kafka.send(*arguments, **named)


async def enqueue(pool: asyncpg.Pool, message: Message) -> None:
    async with pool.acquire() as connection:
        await outbox.enqueue(connection, SCHEMA, [message])


async def test_a_second_relay_does_not_overtake_the_first(pool: asyncpg.Pool, connection: Connection) -> None:
    """What was enqueued last stands last on the topic, as compaction keeps only that."""
    topic = await make_topic(connection)
    kafka = messages.producer(connection)
    await kafka.start()
    held = Held(kafka)
    try:
        await enqueue(pool, Message(topic, "dwp/2026-27-q1", b"v1"))
        first = asyncio.create_task(outbox.relay(pool, SCHEMA, held))
        await held.asked.wait()
        await enqueue(pool, Message(topic, "dwp/2026-27-q1", b"v2"))
        await outbox.relay(pool, SCHEMA, kafka)
        held.may.set()
        await first
        await outbox.relay(pool, SCHEMA, kafka)
    finally:
        held.may.set()
        await messages.stop(kafka)
    assert [record.value for record in await read_all(connection, topic)] == [b"v1", b"v2"]
