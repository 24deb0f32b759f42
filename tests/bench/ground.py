"""The ground that contenders meet on: one Kafka whose topic is filled once, one PostgreSQL, a database for each run."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
from aiokafka import AIOKafkaProducer
from confluent_kafka.admin import AdminClient
from rich.progress import Progress

from deploy.kafka.topics import create
from deploy.local.stack import Stack, stack
from services.aggregator.recomputing import Recomputing
from services.aggregator.recounting import State
from shared import topics
from shared.collecting import collect_late
from shared.database import connect, migrate
from shared.departments import load_register
from shared.envelope import Event
from shared.messages import producer
from shared.periods import Period
from shared.status import Status
from tests import oracle
from tests.bench.data import stream

SCHEMA = "aggregator"
AT_ONCE = 5_000
UNSAID = {"version": 0, "chain": None}


class Wrong(Exception):
    """A run whose statuses are not those of its events: it does not count."""


class Ground:
    def __init__(self, stack: Stack, folder: Path, code: Path) -> None:
        """`code`: where the processes that are measured find our packages."""
        self.stack, self.folder, self.code = stack, folder, code
        self.filled = 0
        self._whole: dict[int, State] = {}
        self.url = urlsplit(stack.database_url)._replace(path="/bench").geturl()

    @property
    def servers(self) -> dict[str, int]:
        """Process ids, as far as the servers are our own."""
        known = {
            "postgres": self.stack.postgres.pid if self.stack.postgres else None,
            "kafka": self.stack.kafka.pid if self.stack.kafka else None,
        }
        return {name: pid for name, pid in known.items() if pid is not None}

    async def fill(self, count: int, progress: Progress) -> None:
        """The topic, up to so many events: again for more."""
        before, self.filled = self.filled, count
        if not before:
            create(self.stack.connection)
        kafka: AIOKafkaProducer = producer(self.stack.connection)
        await kafka.start()
        task = progress.add_task("filling the topic", total=count, completed=before)
        try:
            pending: list[asyncio.Future[object]] = []
            for key, value in islice(stream(count), before, None):
                pending.append(await kafka.send(topics.PROCUREMENT_EVENTS, value, key=key.encode()))
                if len(pending) == AT_ONCE:
                    await asyncio.gather(*pending)
                    pending.clear()
                    progress.advance(task, AT_ONCE)
            await asyncio.gather(*pending)
            progress.update(task, completed=count)
        finally:
            await kafka.stop()

    async def fresh(self, group: str) -> asyncpg.Connection:
        """An empty database, and a group that has read nothing. Returns a connection to look by."""
        admin = await asyncpg.connect(self.stack.database_url)
        try:
            await admin.execute("DROP DATABASE IF EXISTS bench WITH (FORCE)")
            await admin.execute("CREATE DATABASE bench")
            await migrate(self.url, schema=SCHEMA, package="services.aggregator.migrations")
            await admin.execute("CHECKPOINT")
        finally:
            await admin.close()
        forget(self.stack.connection.bootstrap, group)
        return await self.connect()

    async def connect(self) -> asyncpg.Connection:
        return await asyncpg.connect(self.url, server_settings={"search_path": SCHEMA})

    async def check(self) -> int:
        """Counts what is still marked, then compares every status with what the pure functions make of the ledger.

        Returns the number of statuses. Raises Wrong.
        """
        pool = await connect(self.url, service="bench", schema=SCHEMA)
        try:
            while await Recomputing(pool, load_register()).step():
                pass
            bodies = await pool.fetch("SELECT body FROM event ORDER BY position")
            rows = await pool.fetch("SELECT body FROM status")
        finally:
            await pool.close()
        expected = self._whole.get(len(bodies)) if len(bodies) == self.filled else None
        if expected is None:
            expected = oracle.state(Event.from_json(row["body"].encode()) for row in bodies)
            self._whole[len(bodies)] = expected
            collect_late(1_000_000)  # the state is large, and is kept: what counts for a contender must not walk it
        found = [Status.model_validate_json(row["body"]).model_copy(update=UNSAID) for row in rows]
        if missing := oracle.targets(expected) - {(s.department, s.period) for s in found}:
            raise Wrong(f"no status for {sorted(missing)[:3]}")
        for status in found:
            if status != expected.status(status.department, Period.parse(status.period)):
                raise Wrong(f"{status.department}/{status.period} is not what its events say")
        return len(found)


def forget(bootstrap: str, group: str) -> None:
    """What a consumer group has committed, if it has."""
    admin = AdminClient({"bootstrap.servers": bootstrap})
    known = {g.group_id for g in admin.list_consumer_groups().result().valid}
    for name in known:
        if name == group or name.startswith(f"{group}."):
            admin.delete_consumer_groups([name])[name].result()


@contextmanager
def ground(folder: Path, code: Path) -> Iterator[Ground]:
    """Local servers with fsync as in production; their data goes with the folder."""
    with stack(folder) as running:
        yield Ground(running, folder, code)
