"""Wires the reporter: statuses in, publications out, pages over HTTP."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from aiokafka.errors import KafkaError
from fastapi import FastAPI
from faststream.kafka import KafkaBroker

from services.reporter import site, store, stylesheets
from services.reporter.archive import Archive
from services.reporter.assessments import Assessments
from services.reporter.publishing import Publishing, Receiving
from services.reporter.settings import Settings
from shared import database, messages, outbox, topics
from shared.consuming import Consuming
from shared.departments import load_register
from shared.logging import configure
from shared.serving import Halt, Health, lifespan_of, repeat, serve
from shared.waiting import until_reached


def create_app(settings: Settings, halt: Halt) -> FastAPI:
    """Raises FileNotFoundError where the style sheet has not been built."""
    register = load_register()
    assets = stylesheets.load()
    broker = KafkaBroker(settings.kafka_bootstrap, logger=None)
    health = Health(settings.health_seconds)
    archive = Archive()

    @asynccontextmanager
    async def running() -> AsyncIterator[list[asyncio.Task[None]]]:
        pool = await database.connect(str(settings.database_url), service="reporter", schema=store.SCHEMA, size=8)
        async with pool.acquire() as connection:
            await store.keep_assets(connection, assets.files)
        archive.pool = pool
        producer = messages.producer(settings.kafka_bootstrap)
        publishing = Publishing(
            pool,
            register,
            stylesheet=assets.stylesheet,
            url=str(settings.url),
            settle=timedelta(seconds=settings.settle_seconds),
            sample=settings.sample,
        )
        health.consuming = Consuming(
            broker,
            topics.IMPLEMENTATION_STATUS,
            group="reporter",
            handle=Receiving(pool).handle,
            halt=halt,
            max_records=500,
            session_seconds=settings.session_seconds,
        )
        await until_reached("Kafka", producer.start, (KafkaError, OSError))
        try:
            await until_reached("Kafka", broker.start, (KafkaError, OSError))
            yield [
                asyncio.create_task(repeat(publishing.step, idle_seconds=0.5, name="publish", halt=halt)),
                asyncio.create_task(
                    repeat(
                        lambda: outbox.relay(pool, store.SCHEMA, producer), idle_seconds=0.25, name="outbox", halt=halt
                    )
                ),
            ]
        finally:
            await broker.stop()
            await messages.stop(producer)
            archive.pool = None
            await pool.close()

    app = FastAPI(
        title="Social value returns: reporter",
        lifespan=lifespan_of(running, health, halt),
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
    )
    app.include_router(health.router())
    site.add_to(
        app,
        shelf=archive,
        records=Assessments(archive),
        register=register,
        assets=assets,
        sample=settings.sample,
        contact=settings.contact,
        now=lambda: datetime.now(UTC),
    )
    return app


def main() -> None:
    settings = Settings()
    configure("reporter", settings.log_format)
    halt = Halt()
    serve(create_app(settings, halt), host=settings.host, port=settings.port, halt=halt)
