"""Wires ingest: HTTP and Kafka in, the pure accept() between, Kafka out."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiokafka.errors import KafkaError
from fastapi import FastAPI
from faststream.kafka import KafkaBroker

from services.ingest import http
from services.ingest.kafka import KafkaIngest
from services.ingest.keys import load_keys
from services.ingest.settings import Settings
from shared import messages, topics
from shared.consuming import Consuming
from shared.departments import load_register
from shared.logging import configure
from shared.serving import Halt, Health, RequestLog, lifespan_of, serve
from shared.waiting import until_reached


def create_app(settings: Settings, halt: Halt) -> FastAPI:
    register = load_register()
    keys = load_keys(settings.api_keys, register)
    replay = settings.received_from == "recordedtime"
    broker = KafkaBroker(settings.kafka_bootstrap, logger=None)
    context: list[http.Context] = []
    health = Health(settings.health_seconds)

    @asynccontextmanager
    async def running() -> AsyncIterator[list[asyncio.Task[None]]]:
        producer = messages.producer(settings.kafka_bootstrap)
        ingest = KafkaIngest(producer, register, replay=replay)
        submissions = [topics.submissions(sender.code) for sender in register.senders()]
        health.consuming = Consuming(
            broker,
            *submissions,
            group="ingest",
            handle=ingest.handle,
            halt=halt,
            session_seconds=settings.session_seconds,
        )
        await until_reached("Kafka", producer.start, (KafkaError, OSError))
        try:
            await until_reached("Kafka", broker.start, (KafkaError, OSError))
            context.append(http.Context(producer, register, keys, replay))
            yield []
        finally:
            context.clear()
            await broker.stop()
            await messages.stop(producer)

    app = FastAPI(title="Social value returns: ingest", lifespan=lifespan_of(running, health, halt))
    app.include_router(http.router(lambda: context[0] if context else None))
    app.include_router(health.router())
    app.add_middleware(RequestLog)
    return app


def main() -> None:
    settings = Settings()
    configure("ingest", settings.log_format)
    halt = Halt()
    serve(create_app(settings, halt), host=settings.host, port=settings.port, halt=halt)
