"""Wires the aggregator: accepted events in, PostgreSQL between, statuses out."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
from aiokafka.errors import KafkaError
from fastapi import FastAPI

from services.aggregator import receipts
from services.aggregator.recomputing import Recomputing
from services.aggregator.recording import SCHEMA, Recording
from services.aggregator.rejections import Rejections
from services.aggregator.settings import Settings
from services.aggregator.silence import Silence
from shared import database, messages, outbox, topics
from shared.consuming import Consuming
from shared.departments import load_register
from shared.health import Health
from shared.rules import load_rules
from shared.serving import Halt, lifespan_of, observed, repeat, serve
from shared.settings import fingerprint, load
from shared.telemetry import Telemetry
from shared.waiting import until_reached

MEMBERS = 2
"""Each with partitions and batches of its own: Python works for one while PostgreSQL works for the other."""

COLLECT_AFTER = 1_000_000
"""Objects: about as many as two batches make."""


def create_app(settings: Settings, halt: Halt) -> FastAPI:
    register = load_register()
    telemetry = Telemetry("aggregator", metrics=settings.metrics == "on", otel=settings.otel == "on")
    broker = settings.kafka.broker(middlewares=telemetry.middlewares)
    health = Health(settings.health_seconds)
    pools: list[asyncpg.Pool] = []

    @asynccontextmanager
    async def running() -> AsyncIterator[list[asyncio.Task[None]]]:
        pool = await database.connect(settings.database, service="aggregator", schema=SCHEMA, size=MEMBERS + 4)
        producer = messages.producer(settings.kafka)
        recording = Recording(pool, register, load_rules())
        recomputing = Recomputing(pool, register)
        members = [
            Consuming(
                broker,
                topics.PROCUREMENT_EVENTS,
                group="aggregator",
                handle=recording.handle,
                halt=halt,
                max_records=settings.batch,
                session_seconds=settings.session_seconds,
            )
            for _ in range(MEMBERS)
        ]

        def resting() -> float:
            """Counting takes a fifth of the time while batches come full, half while others come, else most of it."""
            most = max(member.in_hand for member in members)
            return 4.0 if most >= settings.batch else 1.0 if most else 0.25

        for member in members:
            health.watch(member)
        rejections = Rejections(pool)
        health.watch(
            Consuming(
                broker,
                *(topics.rejections(sender.code) for sender in register.senders()),
                group="aggregator.rejections",
                handle=rejections.handle,
                halt=halt,
                session_seconds=settings.session_seconds,
            )
        )
        health.dependencies["PostgreSQL"] = lambda: pool.fetchval("SELECT 1")
        health.monitors["outbox"] = lambda: outbox.report(pool, SCHEMA)
        silence = Silence(pool, register, days=settings.silent_days)
        await until_reached("Kafka", producer.start, (KafkaError, OSError))
        try:
            await until_reached("Kafka", broker.start, (KafkaError, OSError))
            await recomputing.restate()
            pools.append(pool)
            yield [
                asyncio.create_task(
                    repeat(recomputing.step, idle_seconds=0.25, name="recompute", halt=halt, rest=resting)
                ),
                asyncio.create_task(
                    repeat(lambda: outbox.relay(pool, SCHEMA, producer), idle_seconds=0.25, name="outbox", halt=halt)
                ),
                asyncio.create_task(repeat(rejections.expire, idle_seconds=3600, name="expire", halt=halt)),
                asyncio.create_task(repeat(silence.step, idle_seconds=3600, name="silence", halt=halt)),
            ]
        finally:
            pools.clear()
            await broker.stop()
            await messages.stop(producer)
            await pool.close()
            telemetry.close()

    app = FastAPI(
        title="Social value returns: aggregator",
        lifespan=lifespan_of(running, health, halt, fingerprint=fingerprint(settings)),
    )
    app.include_router(receipts.router(lambda: pools[0] if pools else None))
    observed(app, health)
    telemetry.install(app)
    return app


def main() -> None:
    settings = load(Settings, "aggregator")
    halt = Halt()
    app = create_app(settings, halt)
    serve(app, host=settings.host, port=settings.port, halt=halt, collect_after=COLLECT_AFTER)
