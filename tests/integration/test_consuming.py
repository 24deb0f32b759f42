"""shared/consuming.py on a real broker: nothing is lost, whatever fails, leaves or joins."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiokafka import TopicPartition

from shared.consuming import Consuming, Handle, Records
from shared.kafka import Connection
from shared.waiting import Pauses
from tests.integration.brokers import committed, ends, eventually, fresh, make_topic, produce, read_all, until


class Handler:
    """Remembers what it has done with success. Fails in those attempts, counted from 1, that `fails` holds."""

    def __init__(self, fails: range = range(0)) -> None:
        self.fails = fails
        self.attempts = 0
        self.done: list[tuple[int, int]] = []
        self.values: list[bytes | None] = []

    async def __call__(self, records: Records) -> None:
        self.attempts += 1
        if self.attempts in self.fails:
            raise ConnectionError("the database is down")
        self.done += [(record.partition, record.offset) for record in records]
        self.values += [record.value for record in records]


def never_halts(fault: BaseException) -> None:
    raise AssertionError("a service of this test halted") from fault


@asynccontextmanager
async def member(
    connection: Connection,
    topic: str,
    handle: Handle,
    *,
    group: str,
    halt: object = never_halts,
    max_records: int = 2000,
    halt_after: float = 600,
    client_id: str = "member",
) -> AsyncIterator[Consuming]:
    """One member of a group, with pauses of hundredths of a second."""
    broker = connection.broker(client_id=client_id, graceful_timeout=0.2)
    consuming = Consuming(
        broker,
        topic,
        group=group,
        handle=handle,
        halt=halt,  # type: ignore[arg-type]
        max_records=max_records,
        halt_after=halt_after,
    )
    consuming.retrying.pauses = Pauses(0.01, 0.05)
    await broker.start()
    try:
        yield consuming
    finally:
        await broker.stop()


async def test_a_batch_that_failed_comes_again(connection: Connection) -> None:
    """A handler that fails twice has in the end handled every record once, and everything is committed."""
    topic, group, handler = await make_topic(connection, partitions=2), fresh("group"), Handler(fails=range(3, 5))
    await produce(connection, topic, [b"%d" % n for n in range(400)], partitions=2)
    async with member(connection, topic, handler, group=group, max_records=50):
        await until(lambda: len(handler.done) >= 400)
        await eventually(lambda: committed(connection, group), await ends(connection, topic, partitions=2))
    assert sorted(handler.done) == [(partition, offset) for partition in range(2) for offset in range(200)]


async def test_a_lasting_failure_halts_with_nothing_committed_past_the_last_good_batch(connection: Connection) -> None:
    """Only the good batch before it is committed; halt is told the fault, once, and no batch is handed over after."""
    topic, group, handler = await make_topic(connection), fresh("group"), Handler(fails=range(2, 10_000))
    halts: list[BaseException] = []
    await produce(connection, topic, [b"%d" % n for n in range(200)])
    async with member(
        connection, topic, handler, group=group, halt=halts.append, max_records=50, halt_after=0.3
    ) as consuming:
        await until(lambda: bool(halts))
        attempts = handler.attempts
        await asyncio.sleep(0.3)
        assert handler.attempts == attempts
        assert consuming.records_done == len(handler.done)
    assert [str(fault) for fault in halts] == ["the database is down"]
    assert await committed(connection, group) == {TopicPartition(topic, 0): len(handler.done)}
    assert len(handler.done) == 50


@pytest.mark.parametrize(
    ("value", "headers"),
    [
        pytest.param(None, [], id="null value"),
        pytest.param(b"{}", [("content-type", b"\xff\xfe")], id="header that is not UTF-8"),
        pytest.param(b"{}", [("ce_id", None)], id="null header"),
        pytest.param(b"{", [], id="bad JSON"),
        pytest.param(b"\xff\xfe", [("content-type", b"application/json")], id="bytes that are no text"),
    ],
)
async def test_a_poisonous_record_reaches_the_handler(
    connection: Connection, value: bytes | None, headers: list[tuple[str, bytes | None]]
) -> None:
    """What no library can decode is handed over as it is, and so are the records after it."""
    topic, group, handler = await make_topic(connection), fresh("group"), Handler()
    await produce(connection, topic, [b"before"])
    await produce(connection, topic, [value], headers=headers)
    await produce(connection, topic, [b"after"])
    async with member(connection, topic, handler, group=group):
        await until(lambda: len(handler.done) >= 3)
        await eventually(lambda: committed(connection, group), {TopicPartition(topic, 0): 3})
    assert handler.values == [b"before", value, b"after"]


async def test_a_record_cannot_make_us_write_to_a_topic_it_names(connection: Connection) -> None:
    """A reply_to header is ignored: nothing is written to that topic with our rights."""
    topic, elsewhere, group = await make_topic(connection), await make_topic(connection), fresh("group")
    handler = Handler()
    headers = [("reply_to", elsewhere.encode()), ("correlation_id", b"1")]
    await produce(connection, topic, [b"{}", b"{}"], headers=headers)
    async with member(connection, topic, handler, group=group):
        await eventually(lambda: committed(connection, group), {TopicPartition(topic, 0): 2})
    assert await read_all(connection, elsewhere) == []


async def test_a_stop_in_mid_batch_commits_nothing(connection: Connection) -> None:
    """A handler that is cut off by the stop has its batch handed over again, to the next member."""
    topic, group, begun = await make_topic(connection), fresh("group"), asyncio.Event()

    async def stuck(_: Records) -> None:
        begun.set()
        await asyncio.Event().wait()

    await produce(connection, topic, [b"%d" % n for n in range(20)])
    async with member(connection, topic, stuck, group=group):
        await asyncio.wait_for(begun.wait(), 30)
    assert await committed(connection, group) == {}
    handler = Handler()
    async with member(connection, topic, handler, group=group):
        await until(lambda: len(handler.done) >= 20)
    assert sorted(handler.done) == [(0, offset) for offset in range(20)]


async def test_a_second_member_takes_its_share_and_nothing_is_lost(connection: Connection) -> None:
    """Records that come before, during and after a rebalance are all handled, by one of the two members."""
    topic, group = await make_topic(connection, partitions=4), fresh("group")
    first, second = Handler(), Handler()
    await produce(connection, topic, [b"%d" % n for n in range(400)], partitions=4)
    async with member(connection, topic, first, group=group, max_records=20):
        await until(lambda: bool(first.done))
        async with member(connection, topic, second, group=group, max_records=20) as joining:
            writing = asyncio.create_task(produce(connection, topic, [b"x"] * 400, partitions=4))
            await until(
                lambda: joining.subscriber.consumer is not None and bool(joining.subscriber.consumer.assignment())
            )
            await writing
            await produce(connection, topic, [b"y"] * 200, partitions=4)
            await eventually(lambda: committed(connection, group), await ends(connection, topic, partitions=4))
    assert second.done
    assert {*first.done, *second.done} == {(partition, offset) for partition in range(4) for offset in range(250)}


async def test_a_partition_lost_in_mid_batch_is_neither_committed_nor_a_fault(connection: Connection) -> None:
    """A batch whose partition went to another member leaves the offsets to that member, and nothing is retried."""
    topic, group, begun, go_on = await make_topic(connection), fresh("group"), asyncio.Event(), asyncio.Event()

    async def slow(_: Records) -> None:
        begun.set()
        await go_on.wait()

    other = Handler()
    await produce(connection, topic, [b"%d" % n for n in range(20)])
    # The round robin gives the first partition to the first member by its id, which begins with the client's.
    async with member(connection, topic, slow, group=group, client_id="b") as loser:
        await asyncio.wait_for(begun.wait(), 30)
        async with member(connection, topic, other, group=group, client_id="a"):
            await until(lambda: len(other.done) == 20)
            await eventually(lambda: committed(connection, group), {TopicPartition(topic, 0): 20})
            go_on.set()
            await until(lambda: loser.records_done == 20)
            assert loser.retrying.since is None
            assert loser.retrying.pauses.attempts == 0
    assert await committed(connection, group) == {TopicPartition(topic, 0): 20}


async def test_the_lag_is_what_is_not_committed(connection: Connection) -> None:
    """The lag of a member counts from the committed offset, also before anything was committed."""
    topic, group, handler = await make_topic(connection), fresh("group"), Handler(fails=range(1, 10_000))
    await produce(connection, topic, [b"%d" % n for n in range(7)])
    async with member(connection, topic, handler, group=group) as consuming:
        await until(lambda: handler.attempts > 0)
        assert await consuming.lag() == {TopicPartition(topic, 0): 7}
        handler.fails = range(0)
        await eventually(consuming.lag, {TopicPartition(topic, 0): 0})


async def test_a_member_that_fails_for_too_long_is_not_live(connection: Connection) -> None:
    """Health says so while every batch fails, and takes it back when one is done."""
    topic, group, handler = await make_topic(connection), fresh("group"), Handler(fails=range(1, 10_000))
    await produce(connection, topic, [b"%d" % n for n in range(7)])
    async with member(connection, topic, handler, group=group) as consuming:
        await until(lambda: handler.attempts > 1)
        await eventually(lambda: consuming.live(0.2), False)
        handler.fails = range(0)
        await eventually(lambda: consuming.live(0.2), True)
