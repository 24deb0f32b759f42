"""The whole system on servers of its own, and the supervisor that restarts what dies."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import orjson

from deploy.kafka import topics as kafka_topics
from deploy.local.kafka import Kafka
from deploy.local.kafka_cluster import KafkaCluster
from deploy.local.ports import HOST
from deploy.local.postgres import Postgres
from deploy.local.services import Service, services, write_keys
from shared import database
from tests.chaos.load import OVER_HTTP, Load
from tests.chaos.proxy import Proxy

SESSION_SECONDS = 6
"""The shortest that a broker allows: what a killed service held is waited for so long."""
SETTLE_SECONDS = 0.5
GRACE_SECONDS = 30.0
"""What an orchestrator gives a container between SIGTERM and SIGKILL."""
SETTINGS = {"SVR_SESSION_SECONDS": str(SESSION_SECONDS), "SVR_REPORTER_SETTLE_SECONDS": str(SETTLE_SECONDS)}
AGGREGATORS = ("aggregator", "aggregator-2", "aggregator-3", "aggregator-4")
ALWAYS = ("ingest", "aggregator", "reporter")


@dataclass
class World:
    """`services` by name, among them aggregators that run only while a fault asks for them."""

    kafka: Kafka | KafkaCluster
    postgres: Postgres
    proxy: Proxy
    services: dict[str, Service]
    load: Load
    say: Callable[[str], None]
    supervised: set[str] = field(default_factory=set)
    restarts: int = 0

    async def supervise(self) -> None:
        """What an orchestrator does: whatever ends with another code than 0 is started again."""
        while True:
            for name in sorted(self.supervised):
                service = self.services[name]
                if service.child.exit_code not in (None, 0):
                    self.say(f"{name} ended with code {service.child.exit_code} and is restarted")
                    self.restarts += 1
                    service.start()
            await asyncio.sleep(0.1)

    def start(self, *names: str) -> None:
        for name in names:
            self.services[name].start()
            self.supervised.add(name)

    async def ready(self, *names: str) -> None:
        async with asyncio.timeout(60):
            for name in names:
                while not await asyncio.to_thread(self.services[name].is_ready):  # noqa: ASYNC110 - only it can say so
                    await asyncio.sleep(0.1)

    def signal(self, name: str, number: signal.Signals) -> None:
        pid = self.services[name].child.pid
        if pid is not None:
            os.kill(pid, number)

    async def kill(self, name: str) -> None:
        """kill -9; returns when the supervisor has started it again."""
        before = self.services[name].child.pid
        self.signal(name, signal.SIGKILL)
        async with asyncio.timeout(10):
            while self.services[name].child.pid == before:  # noqa: ASYNC110 - the supervisor's doing
                await asyncio.sleep(0.05)

    async def lose(self, name: str) -> None:
        """kill -9, and nobody starts it again."""
        self.supervised.discard(name)
        await asyncio.to_thread(self.services[name].child.kill)

    async def terminate(self, *names: str) -> None:
        """SIGTERM. AssertionError when one does not end with code 0 within its grace period."""
        self.supervised -= set(names)
        stops = (asyncio.to_thread(self.services[name].child.stop, timeout=GRACE_SECONDS) for name in names)
        codes = dict(zip(names, await asyncio.gather(*stops), strict=True))
        assert not any(codes.values()), f"exit codes after SIGTERM: {codes}"

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[asyncpg.Connection]:
        """Straight to PostgreSQL, as the owner of everything."""
        connection = await asyncpg.connect(self.postgres.url, timeout=10)
        try:
            yield connection
        finally:
            await connection.close()

    def marks(self) -> dict[str, int]:
        """Where each service's log ends now."""
        return {
            name: service.child.log.stat().st_size if service.child.log.exists() else 0
            for name, service in self.services.items()
        }

    def said(self, name: str, since: int) -> list[dict[str, Any]]:
        """The lines of a service's log, over all its lives, from that place on."""
        log = self.services[name].child.log
        if not log.exists():
            return []
        with log.open("rb") as file:
            file.seek(since)
            return [orjson.loads(line) for line in file.read().splitlines() if line.startswith(b"{")]


def _services(folder: Path, kafka: Kafka | KafkaCluster, url: str, keys: Path) -> dict[str, Service]:
    folder.mkdir(parents=True, exist_ok=True)
    return services(folder, kafka=lambda _: kafka.connection, database_url=url, keys=keys, more=SETTINGS)


@asynccontextmanager
async def running(
    folder: Path, *, nodes: int, seed: int, rate: float, say: Callable[[str], None]
) -> AsyncIterator[World]:
    """On one Kafka node or three; everything is ready, and nothing is sent yet. All ends with it."""
    kafka: Kafka | KafkaCluster = KafkaCluster(folder / "kafka") if nodes > 1 else Kafka(folder / "kafka")
    postgres = Postgres(folder / "postgres", fsync=False)  # killed processes lose nothing by that, only power cuts do
    proxy = Proxy(lambda: urlsplit(postgres.url).port or 0)
    world: World | None = None
    supervisor: asyncio.Task[None] | None = None
    try:
        kafka.launch()
        postgres.start()
        kafka.wait()
        await proxy.start()
        await asyncio.to_thread(kafka_topics.create, kafka.connection, replication=nodes)
        for schema in ("aggregator", "reporter"):
            await database.migrate(postgres.url, schema=schema, package=f"services.{schema}.migrations")
        keys = write_keys(folder / "keys.toml", [OVER_HTTP])
        found = _services(folder, kafka, postgres.url, folder / "keys.toml")
        owner = urlsplit(postgres.url)
        by_proxy = owner._replace(netloc=f"{owner.username}:{owner.password}@{HOST}:{proxy.port}").geturl()
        for name in AGGREGATORS:
            found[name] = _services(folder / name, kafka, by_proxy, folder / "keys.toml")["aggregator"]
        load = Load(kafka.connection, url=found["ingest"].url, key=keys[OVER_HTTP], seed=seed, rate=rate)
        world = World(kafka, postgres, proxy, found, load, say)
        world.start(*ALWAYS)
        supervisor = asyncio.create_task(world.supervise())
        await world.ready(*ALWAYS)
        yield world
    finally:
        if supervisor is not None:
            supervisor.cancel()
        if world is not None:
            await world.load.close()
            # In threads: what an aggregator still says to PostgreSQL passes through us.
            await asyncio.gather(*(asyncio.to_thread(service.child.stop) for service in world.services.values()))
        proxy.stop()
        postgres.stop()
        kafka.stop()
