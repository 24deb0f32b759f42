"""What is broken and how it is put right again, one small object a fault."""

import asyncio
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from random import Random

import orjson
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from deploy.local.kafka import Kafka
from deploy.local.kafka_cluster import KafkaCluster
from shared import messages, topics
from shared.messages import Message
from tests.chaos.proxy import Cut
from tests.chaos.tapes import Tapes
from tests.chaos.world import AGGREGATORS, ALWAYS, SESSION_SECONDS, World
from tests.stream import Submitted, stream

TROUBLE = ("batch.retried", "task.failed", "dependency.unreachable")
NO_BROKER = (*TROUBLE, "aiokafka")  # in the client's own words, long before a batch fails
DONE = ("batch.committed",)


@dataclass(frozen=True, slots=True)
class Fault:
    """`inject` breaks, says how many times it did, and leaves it broken; `heal` puts right what does not by itself.

    `says`: a service, and log events of which it must have written at least one by the time all is well again.
    """

    name: str
    inject: Callable[[World, Random], Awaitable[int]]
    heal: Callable[[World], Awaitable[None]]
    says: tuple[tuple[str, tuple[str, ...]], ...]
    needs_cluster: bool = False


async def nothing(_: World) -> None:
    """It heals by itself: the supervisor restarts what was killed."""


def killing(name: str) -> Fault:
    async def inject(world: World, dice: Random) -> int:
        for _ in range(3):
            await asyncio.sleep(dice.uniform(0.3, 2.5))
            await world.kill(name)
        return 3

    return Fault(f"{name}-killed", inject, nothing, ((name, ("service.started",)),))


@asynccontextmanager
async def batches_held(world: World) -> AsyncIterator[None]:
    """Begins when an aggregator waits in the middle of its transaction; as long as this lasts, it goes on waiting."""
    async with world.connection() as connection, connection.transaction():
        await connection.execute("SELECT FROM aggregator.subject WHERE key = 'register/buyers' FOR UPDATE")
        waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = 'svr' AND wait_event_type = 'Lock'"
        async with asyncio.timeout(20):
            while not await connection.fetchval(waiting):  # noqa: ASYNC110 - another process's doing
                await asyncio.sleep(0.05)
        yield


async def terminate(world: World, dice: Random) -> int:
    async with batches_held(world):
        ending = asyncio.create_task(world.terminate("aggregator"))
        await asyncio.sleep(dice.uniform(0.2, 1.0))
    await ending
    await world.terminate("ingest", "reporter")
    return 3


async def start_again(world: World) -> None:
    world.start(*ALWAYS)


async def freeze_aggregator(world: World, dice: Random) -> int:
    """In the middle of a transaction; another aggregator takes its partitions over, and its batch with them."""
    world.start("aggregator-2")
    await world.ready("aggregator-2")
    await asyncio.sleep(dice.uniform(0.5, 1.5))
    async with batches_held(world):
        world.signal("aggregator", signal.SIGSTOP)
    await asyncio.sleep(SESSION_SECONDS + dice.uniform(2.5, 4))
    return 1


async def thaw_aggregator(world: World) -> None:
    world.signal("aggregator", signal.SIGCONT)
    await asyncio.sleep(2)
    await world.terminate("aggregator-2")


async def freeze_others(world: World, dice: Random) -> int:
    for name in ("ingest", "reporter"):
        world.signal(name, signal.SIGSTOP)
    await asyncio.sleep(SESSION_SECONDS + dice.uniform(2, 3.5))
    return 2


async def thaw_others(world: World) -> None:
    for name in ("ingest", "reporter"):
        world.signal(name, signal.SIGCONT)


async def stop_postgres(world: World, dice: Random) -> int:
    await asyncio.to_thread(world.postgres.stop)
    await asyncio.sleep(dice.uniform(2, 4))
    return 1


async def kill_postgres(world: World, dice: Random) -> int:
    await asyncio.to_thread(world.postgres.kill)
    await asyncio.sleep(dice.uniform(0, 2))
    return 1


async def start_postgres(world: World) -> None:
    world.postgres.start()


async def cut_commits(world: World, dice: Random) -> int:
    cuts = [Cut.BEFORE, Cut.AFTER] * 3
    for cut in cuts:
        await asyncio.sleep(dice.uniform(0, 0.5))
        async with asyncio.timeout(30):
            await world.proxy.cut(cut)
    return len(cuts)


async def stop_kafka(world: World, dice: Random) -> int:
    await asyncio.to_thread(world.kafka.stop)
    await asyncio.sleep(dice.uniform(1, 3))
    return 1


async def start_kafka(world: World) -> None:
    world.kafka.launch()
    await asyncio.to_thread(world.kafka.wait)


async def lose_node(world: World, dice: Random) -> int:
    await asyncio.to_thread(_nodes(world)[dice.randrange(3)].kill)
    await asyncio.sleep(dice.uniform(6, 9))
    return 1


async def return_node(world: World) -> None:
    for node in _nodes(world):
        if node.pid is None:
            node.launch()
    await asyncio.to_thread(world.kafka.wait)


def _nodes(world: World) -> tuple[Kafka, ...]:
    assert isinstance(world.kafka, KafkaCluster), "a node can only be lost where there are several"
    return world.kafka.nodes


async def come_and_go(world: World, dice: Random) -> int:
    """Two aggregators, then four; then they leave, one of them without a word, and one is left."""
    first, *others = AGGREGATORS[1:]
    world.start(first)
    await world.ready(first)
    await asyncio.sleep(dice.uniform(1, 2))
    world.start(*others)
    await world.ready(*others)
    await asyncio.sleep(dice.uniform(1, 2))
    leaving = dice.sample([first, *others], 3)
    await world.lose(leaving[0])
    await asyncio.sleep(dice.uniform(0, 1))
    await world.terminate(*leaving[1:])
    return 6


FULL = """CREATE FUNCTION public.disk_full() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$"""


async def fill_disk(world: World, dice: Random) -> int:
    """PostgreSQL refuses every write of every service as it does when its disk is full (SQLSTATE 53100)."""
    async with world.connection() as connection, connection.transaction():
        await connection.execute(FULL)
        for table in await connection.fetch("SELECT schemaname || '.' || tablename AS name FROM pg_tables "
                                            "WHERE schemaname IN ('aggregator', 'reporter') ORDER BY 1"):  # fmt: skip
            await connection.execute(
                f"""CREATE TRIGGER disk_full BEFORE INSERT OR UPDATE OR DELETE ON {table["name"]}
                FOR EACH STATEMENT EXECUTE FUNCTION public.disk_full()"""
            )
    await asyncio.sleep(dice.uniform(3, 5))
    return 1


async def free_disk(world: World) -> None:
    async with world.connection() as connection:
        await connection.execute("DROP FUNCTION public.disk_full() CASCADE")


async def reset_offsets(world: World, dice: Random) -> int:
    """Every group of every service begins at the beginning of its topics."""
    await world.terminate(*ALWAYS)
    admin = AIOKafkaAdminClient(**world.kafka.connection.options())
    await admin.start()
    try:
        groups = {
            group: await admin.list_consumer_group_offsets(group) for group, *_ in await admin.list_consumer_groups()
        }
    finally:
        await admin.close()
    held = {group: list(offsets) for group, offsets in groups.items() if offsets}
    for group, partitions in held.items():
        await _to_beginning(world, group, partitions)
    return len(held)


async def _to_beginning(world: World, group: str, partitions: list[TopicPartition]) -> None:
    async with AIOKafkaConsumer(
        **world.kafka.connection.options(), group_id=group, enable_auto_commit=False
    ) as consumer:
        consumer.assign(partitions)
        await consumer.commit(dict.fromkeys(partitions, 0))


async def replay_twice(world: World, _dice: Random) -> int:
    """Every record of procurement.events is written again, and again."""
    tapes = Tapes(world.kafka.connection, [topics.PROCUREMENT_EVENTS])
    await tapes.wind()
    records = tapes.records[topics.PROCUREMENT_EVENTS]
    producer = messages.producer(world.kafka.connection)
    await producer.start()
    try:
        for _ in range(2):
            await messages.send_all(producer, [Message(r.topic, r.key.decode(), r.value, r.headers) for r in records])
    finally:
        await messages.stop(producer)
    return 2


async def reverse(world: World, dice: Random) -> int:
    """The last events of new procurements come first: awards before tenders, withdrawals before what they withdraw."""
    lines = stream(dice.randrange(10**6, 10**7), procurements=60)
    await world.load.submit(sorted(lines, key=_happened, reverse=True))
    return 1


def _happened(submitted: Submitted) -> tuple[str, str]:
    if submitted.broken:
        return "", ""
    event = orjson.loads(submitted.line)
    return event["time"], event["id"]


STARTED = tuple((name, ("service.started",)) for name in ALWAYS)
IN_ORDER = tuple((name, ("service.stopping",)) for name in ALWAYS)

FAULTS = {
    fault.name: fault
    for fault in (
        killing("ingest"),
        killing("aggregator"),
        killing("reporter"),
        Fault("terminated", terminate, start_again, (*IN_ORDER, *STARTED)),
        Fault("aggregator-frozen", freeze_aggregator, thaw_aggregator, (("aggregator", TROUBLE),)),
        Fault("others-frozen", freeze_others, thaw_others, (("ingest", DONE), ("reporter", DONE))),
        Fault("postgres-stopped", stop_postgres, start_postgres, (("aggregator", TROUBLE), ("reporter", TROUBLE))),
        Fault("postgres-killed", kill_postgres, start_postgres, (("aggregator", TROUBLE), ("reporter", TROUBLE))),
        Fault("commits-cut", cut_commits, nothing, (("aggregator", TROUBLE),)),
        Fault("kafka-stopped", stop_kafka, start_kafka, tuple((name, NO_BROKER) for name in ALWAYS)),
        Fault("kafka-node-lost", lose_node, return_node, (("ingest", DONE),), needs_cluster=True),
        Fault("aggregators-come-and-go", come_and_go, nothing, (("aggregator-2", DONE), ("aggregator", DONE))),
        Fault("disk-full", fill_disk, free_disk, (("aggregator", TROUBLE),)),
        Fault("offsets-reset", reset_offsets, start_again, (("aggregator", ("events.recorded",)), *STARTED)),
        Fault("replayed-twice", replay_twice, nothing, (("aggregator", ("events.recorded",)),)),
        Fault("reversed", reverse, nothing, (("aggregator", ("events.recorded",)),)),
    )
}
