"""What the tests do to Kafka by themselves: make topics, write and read records, ask what is committed."""

import asyncio
import time
import uuid
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from shared.kafka import Connection


def fresh(what: str) -> str:
    """A name that no other test uses."""
    return f"{what}-{uuid.uuid4().hex}"


async def make_topic(connection: Connection, *, partitions: int = 1, name: str | None = None) -> str:
    name = name or fresh("topic")
    client = AIOKafkaAdminClient(**connection.options())
    await client.start()
    try:
        await client.create_topics([NewTopic(name, partitions, 1)])
    finally:
        await client.close()
    return name


async def produce(
    connection: Connection,
    topic: str,
    values: Iterable[bytes | None],
    *,
    headers: Sequence[tuple[str, Any]] = (),
    partitions: int = 1,
) -> None:
    """One after the other, round robin over the partitions; returns when all are acknowledged."""
    async with AIOKafkaProducer(
        **connection.options(), enable_idempotence=True, max_request_size=5_000_000
    ) as producer:
        sent = [
            await producer.send(topic, value, key=b"k", partition=number % partitions, headers=list(headers))
            for number, value in enumerate(values)
        ]
        for acknowledged in sent:
            await acknowledged


async def ends(connection: Connection, topic: str, *, partitions: int = 1) -> dict[TopicPartition, int]:
    wanted = [TopicPartition(topic, number) for number in range(partitions)]
    async with AIOKafkaConsumer(**connection.options()) as consumer:
        found: dict[TopicPartition, int] = await consumer.end_offsets(wanted)
    return found


async def committed(connection: Connection, group: str) -> dict[TopicPartition, int]:
    """What a group has committed."""
    client = AIOKafkaAdminClient(**connection.options())
    await client.start()
    try:
        offsets = await client.list_consumer_group_offsets(group)
    finally:
        await client.close()
    return {partition: held.offset for partition, held in offsets.items() if held.offset >= 0}


async def read_all(connection: Connection, topic: str, *, partitions: int = 1) -> list[ConsumerRecord]:
    """The records of a topic as it stands, partition by partition."""
    wanted = [TopicPartition(topic, number) for number in range(partitions)]
    found: dict[TopicPartition, list[ConsumerRecord]] = {partition: [] for partition in wanted}
    async with AIOKafkaConsumer(**connection.options(), auto_offset_reset="earliest") as consumer:
        consumer.assign(wanted)
        until = await consumer.end_offsets(wanted)
        async with asyncio.timeout(30):
            while any([await consumer.position(partition) < until[partition] for partition in wanted]):
                for partition, records in (await consumer.getmany(timeout_ms=500)).items():
                    found[partition] += records
    return [record for partition in wanted for record in found[partition]]


async def until(holds: Callable[[], bool], *, seconds: float = 30) -> None:
    """Returns once it holds; TimeoutError if it does not in time."""
    async with asyncio.timeout(seconds):
        while not holds():  # noqa: ASYNC110 - what is waited for is another task's or process's doing
            await asyncio.sleep(0.02)


async def eventually(question: Callable[[], Awaitable[Any]], wanted: Any, *, seconds: float = 30) -> None:
    """Returns once the answer is what is wanted; AssertionError, which shows both, if it does not become so in time."""
    deadline = time.monotonic() + seconds
    while (found := await question()) != wanted and time.monotonic() < deadline:  # noqa: ASYNC110 - as above
        await asyncio.sleep(0.05)
    assert found == wanted
