"""Wires ingest: HTTP and Kafka in, the pure accept() between, Kafka out."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiokafka.errors import KafkaError
from fastapi import FastAPI

from services.ingest import documentation, http
from services.ingest.bodies import Patience
from services.ingest.credentials import Credentials
from services.ingest.issuer import Issuer
from services.ingest.kafka import KafkaIngest
from services.ingest.keys import Keys, load_keys
from services.ingest.receipts import Receipts
from services.ingest.recent import Recent
from services.ingest.settings import Settings
from services.ingest.taking import Taking
from services.ingest.tokens import Expected
from services.ingest.traffic import Traffic
from shared import messages, topics
from shared.consuming import Consuming
from shared.departments import Register, load_register
from shared.health import Health
from shared.serving import Halt, lifespan_of, observed, repeat, serve
from shared.settings import fingerprint, load
from shared.telemetry import Telemetry
from shared.waiting import until_reached


def create_app(settings: Settings, halt: Halt) -> FastAPI:
    register = load_register()
    keys = load_keys(settings.api_keys, register)
    replay = settings.received_from == "recordedtime"
    telemetry = Telemetry("ingest", metrics=settings.metrics == "on", otel=settings.otel == "on")
    broker = settings.kafka.broker(middlewares=telemetry.middlewares)
    context: list[http.Context] = []
    health = Health(settings.health_seconds)

    @asynccontextmanager
    async def running() -> AsyncIterator[list[asyncio.Task[None]]]:
        producer = messages.producer(settings.kafka)
        recent = Recent()
        taking = Taking(producer, register, Traffic(settings.rate, settings.burst), recent, replay=replay)
        issuer, credentials = _credentials(settings, register, keys)
        receipts = Receipts(settings.aggregator_url, recent)
        submissions = [topics.submissions(sender.code) for sender in register.senders()]
        consuming = health.watch(
            Consuming(
                broker,
                *submissions,
                group="ingest",
                handle=KafkaIngest(taking, lambda partition, seconds: consuming.pause(partition, seconds)).handle,
                halt=halt,
                session_seconds=settings.session_seconds,
            )
        )
        health.dependencies["Kafka"] = producer.client.fetch_all_metadata
        await until_reached("Kafka", producer.start, (KafkaError, OSError))
        try:
            await until_reached("Kafka", broker.start, (KafkaError, OSError))
            patience = Patience(longest=settings.body_seconds)
            context.append(http.Context(taking, credentials, receipts, settings.releases_bytes, patience))

            async def rates() -> int:
                taking.say_rates()
                return 0

            yield [asyncio.create_task(repeat(rates, idle_seconds=60, name="rates", halt=halt))]
        finally:
            context.clear()
            await broker.stop()
            await messages.stop(producer)
            await receipts.close()
            if issuer is not None:
                await issuer.close()
            telemetry.close()

    app = FastAPI(
        title="Social value returns: ingest",
        lifespan=lifespan_of(running, health, halt, fingerprint=fingerprint(settings)),
        docs_url=None,  # its pages load from elsewhere; ours are in documentation.py
        redoc_url=None,
        redirect_slashes=False,  # an address that is none is answered as none
    )
    app.include_router(http.router(lambda: context[0] if context else None))
    observed(app, health)
    telemetry.install(app)
    http.install(app)
    documentation.install(app, register)
    return app


def _credentials(settings: Settings, register: Register, keys: Keys) -> tuple[Issuer | None, Credentials]:
    if settings.oauth_issuer is None or settings.oauth_audience is None:
        return None, Credentials(register, keys)
    issuer = Issuer(settings.oauth_issuer, jwks_url=settings.oauth_jwks_url)
    expected = Expected(settings.oauth_issuer, settings.oauth_audience, settings.oauth_department_claim)
    return issuer, Credentials(register, keys, issuer, expected)


def main() -> None:
    settings = load(Settings, "ingest")
    halt = Halt()
    serve(
        create_app(settings, halt),
        host=settings.host,
        port=settings.port,
        halt=halt,
        connections=settings.connections,
    )
