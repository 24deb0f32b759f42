"""Wires the aggregator: accepted events in, PostgreSQL between, statuses out."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiokafka.errors import KafkaError
from fastapi import FastAPI
from faststream.kafka import KafkaBroker

from services.aggregator.recomputing import Recomputing
from services.aggregator.recording import SCHEMA, Recording
from services.aggregator.settings import Settings
from shared import database, messages, outbox, topics
from shared.consuming import Consuming
from shared.departments import load_register
from shared.logging import configure
from shared.rules import load_rules
from shared.serving import Halt, Health, lifespan_of, repeat, serve
from shared.waiting import until_reached


def create_app(settings: Settings, halt: Halt) -> FastAPI:
    register = load_register()
    broker = KafkaBroker(settings.kafka_bootstrap, logger=None)
    health = Health(settings.health_seconds)

    @asynccontextmanager
    async def running() -> AsyncIterator[list[asyncio.Task[None]]]:
        pool = await database.connect(str(settings.database_url), service="aggregator", schema=SCHEMA)
        producer = messages.producer(settings.kafka_bootstrap)
        recording = Recording(pool, register, load_rules())
        recomputing = Recomputing(pool, register)
        health.consuming = Consuming(
            broker,
            topics.PROCUREMENT_EVENTS,
            group="aggregator",
            handle=recording.handle,
            halt=halt,
            max_records=settings.batch,
            session_seconds=settings.session_seconds,
        )
        await until_reached("Kafka", producer.start, (KafkaError, OSError))
        try:
            await until_reached("Kafka", broker.start, (KafkaError, OSError))
            await recomputing.restate()
            yield [
                asyncio.create_task(repeat(recomputing.step, idle_seconds=0.25, name="recompute", halt=halt)),
                asyncio.create_task(
                    repeat(lambda: outbox.relay(pool, SCHEMA, producer), idle_seconds=0.25, name="outbox", halt=halt)
                ),
            ]
        finally:
            await broker.stop()
            await messages.stop(producer)
            await pool.close()

    app = FastAPI(title="Social value returns: aggregator", lifespan=lifespan_of(running, health, halt))
    app.include_router(health.router())
    return app


def main() -> None:
    settings = Settings()
    configure("aggregator", settings.log_format)
    halt = Halt()
    serve(create_app(settings, halt), host=settings.host, port=settings.port, halt=halt)
