"""The stack does what the services rely on; what only the local servers can show is shown on servers of its own."""

import asyncio
import uuid
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.coordinator.assignors.roundrobin import RoundRobinPartitionAssignor

from deploy.local import postgres
from deploy.local.kafka import Kafka
from deploy.local.postgres import Postgres
from shared.kafka import Connection


async def make_topic(connection: Connection, *, partitions: int = 1) -> str:
    """Makes a topic and returns its name, which no other test uses."""
    name = f"topic-{uuid.uuid4().hex}"
    client = AIOKafkaAdminClient(**connection.options())
    await client.start()
    try:
        await client.create_topics([NewTopic(name, partitions, 1)])
    finally:
        await client.close()
    return name


async def until(holds: Callable[[], bool]) -> None:
    """Returns once it holds; TimeoutError if it does not within half a minute."""
    async with asyncio.timeout(30):
        while not holds():  # noqa: ASYNC110 - what is waited for is another thread's or process's doing
            await asyncio.sleep(0.05)


async def fetch(url: str, query: str) -> Any:
    """One value."""
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


async def read_all(connection: Connection, topic: str) -> list[bytes]:
    """The values of a topic of one partition, from its first record to its last."""
    async with AIOKafkaConsumer(**connection.options(), auto_offset_reset="earliest") as consumer:
        partition = TopicPartition(topic, 0)
        consumer.assign([partition])
        end = (await consumer.end_offsets([partition]))[partition]
        values: list[bytes] = []
        async with asyncio.timeout(30):
            while await consumer.position(partition) < end:
                values += [record.value for record in (await consumer.getmany(timeout_ms=500)).get(partition, [])]
        return values


async def test_a_record_comes_through(connection: Connection) -> None:
    """What a producer had acknowledged, a consumer reads."""
    topic = await make_topic(connection)
    async with AIOKafkaProducer(**connection.options(), enable_idempotence=True) as producer:
        await producer.send_and_wait(topic, b"one", key=b"k")
    assert await read_all(connection, topic) == [b"one"]


async def test_two_members_share_a_topic_and_take_over_from_each_other(connection: Connection) -> None:
    """A second member of a group gets half of the partitions, and the first gets them back when it leaves."""
    topic = await make_topic(connection, partitions=4)
    group = f"group-{uuid.uuid4().hex}"

    def member() -> AIOKafkaConsumer:
        return AIOKafkaConsumer(
            topic, **connection.options(), group_id=group, heartbeat_interval_ms=300,
            partition_assignment_strategy=[RoundRobinPartitionAssignor],
        )  # fmt: skip

    async with member() as first:
        await until(lambda: len(first.assignment()) == 4)
        async with member() as second:
            await until(lambda: len(first.assignment()) == len(second.assignment()) == 2)
            assert first.assignment() | second.assignment() == {TopicPartition(topic, number) for number in range(4)}
        await until(lambda: len(first.assignment()) == 4)


async def test_each_test_has_an_empty_database(database: str) -> None:
    """The database fixture gives a database without tables, in UTF-8."""
    assert await fetch(database, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == 0
    assert await fetch(database, "SHOW server_encoding") == "UTF8"


async def test_kafka_keeps_acknowledged_records_through_a_kill(own_kafka: Kafka) -> None:
    """After kill -9 the same node is back on the same address with every record that it had acknowledged."""
    connection, topic = own_kafka.connection, await make_topic(own_kafka.connection)
    acknowledged: list[bytes] = []
    async with AIOKafkaProducer(**connection.options(), enable_idempotence=True) as producer:
        for number in range(500):
            await producer.send_and_wait(topic, b"%d" % number)
            acknowledged.append(b"%d" % number)
        own_kafka.kill()
        own_kafka.start()
        await producer.send_and_wait(topic, b"after")  # a producer that was there all along goes on
    assert own_kafka.connection == connection
    assert await read_all(connection, topic) == [*acknowledged, b"after"]


async def test_kafka_keeps_its_data_through_a_stop(own_kafka: Kafka) -> None:
    """A node stopped in good order has its topics and records when another run starts it."""
    topic = await make_topic(own_kafka.connection)
    async with AIOKafkaProducer(**own_kafka.connection.options()) as producer:
        await producer.send_and_wait(topic, b"kept")
    own_kafka.stop()
    own_kafka.start()
    assert await read_all(own_kafka.connection, topic) == [b"kept"]


async def test_postgres_refuses_a_wrong_password(own_postgres: Postgres) -> None:
    """The server trusts nobody for coming from this machine."""
    address = urlsplit(own_postgres.url)
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(address._replace(netloc=f"svr:wrong@{address.hostname}:{address.port}").geturl())


async def test_postgres_keeps_committed_rows_through_a_stop_and_a_kill(own_postgres: Postgres) -> None:
    """The address stays the same too, so that a pool of connections finds the server again."""
    url = own_postgres.url
    await fetch(url, "CREATE TABLE kept (number int)")
    await fetch(url, "INSERT INTO kept VALUES (1)")
    own_postgres.stop()
    own_postgres.start()
    await fetch(url, "INSERT INTO kept VALUES (2)")
    left = await asyncpg.connect(url)  # a session in the killed server must not keep the next one from starting
    own_postgres.kill()
    own_postgres.start()
    left.terminate()
    assert own_postgres.url == url
    assert await fetch(url, "SELECT array_agg(number ORDER BY number) FROM kept") == [1, 2]


async def test_the_version_of_postgres_is_the_one_named(own_postgres: Postgres) -> None:
    """What the header of a run says is what runs."""
    assert (await fetch(own_postgres.url, "SHOW server_version")).split()[0] == postgres.VERSION


def test_the_password_is_readable_by_its_owner_only_and_in_no_log(own_postgres: Postgres) -> None:
    """The file is mode 0600, and neither the server nor its start writes the password anywhere else."""
    secret = own_postgres.directory / "password"
    assert secret.stat().st_mode & 0o777 == 0o600
    others = [file for file in own_postgres.directory.iterdir() if file.is_file() and file != secret]
    assert [file for file in others if secret.read_bytes() in file.read_bytes()] == []
