"""Wires the reporter: statuses in, publications out, pages over HTTP."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import asyncpg
from aiokafka.errors import KafkaError
from fastapi import FastAPI

from services.reporter import site, store, stylesheets
from services.reporter.archive import Archive
from services.reporter.assessments import Assessments
from services.reporter.delivery.contacts import load as load_contacts
from services.reporter.delivery.mailing import Mailer
from services.reporter.delivery.notify import Account, NotifyMailer
from services.reporter.delivery.posting import Posting
from services.reporter.delivery.reminding import Reminding
from services.reporter.delivery.smtp import Server, SmtpMailer
from services.reporter.forms.making import Making, dismiss, workers
from services.reporter.forms.packing import Packing
from services.reporter.live import Pages
from services.reporter.publishing import Publishing, Receiving
from services.reporter.returns.desk import StoredDesk
from services.reporter.returns.handling import Site
from services.reporter.settings import Settings
from services.reporter.signing_in import people
from services.reporter.signing_in import site as sign_in_site
from services.reporter.signing_in.cookies import Signer
from services.reporter.signing_in.provider import Client, Provider
from services.reporter.signing_in.sessions import Lifetime, StoredSessions
from services.reporter.signing_in.visits import Visits
from shared import database, messages, outbox, topics
from shared.consuming import Consuming
from shared.departments import Register, load_register
from shared.health import Health
from shared.serving import Halt, lifespan_of, observed, repeat, serve
from shared.settings import fingerprint, load
from shared.telemetry import Telemetry
from shared.waiting import until_reached


def create_app(settings: Settings, halt: Halt) -> FastAPI:
    """Raises FileNotFoundError where the style sheet has not been built."""
    register = load_register()
    assets = stylesheets.load()
    telemetry = Telemetry("reporter", metrics=settings.metrics == "on", otel=settings.otel == "on")
    broker = settings.kafka.broker(middlewares=telemetry.middlewares)
    health = Health(settings.health_seconds)
    archive = Archive()
    url = str(settings.url)
    contacts = load_contacts(settings.contacts, register) if settings.mail != "off" else {}

    def deliver(pool: asyncpg.Pool, packing: Packing) -> list[asyncio.Task[None]]:
        sender = mailer(settings)
        if sender is None:
            return []
        posting = Posting(pool, register, sender, contacts, url=url, pack=packing)
        return [asyncio.create_task(repeat(posting.step, idle_seconds=2, name="deliver", halt=halt))]

    @asynccontextmanager
    async def running() -> AsyncIterator[list[asyncio.Task[None]]]:
        pool = await database.connect(
            settings.database, service="reporter", schema=store.SCHEMA, size=8 + settings.workers
        )
        async with pool.acquire() as connection:
            await store.keep_assets(connection, assets.files)
        archive.pool = pool
        producer = messages.producer(settings.kafka)
        publishing = Publishing(
            pool,
            register,
            stylesheet=assets.stylesheet,
            url=str(settings.url),
            settle=timedelta(seconds=settings.settle_seconds),
            sample=settings.sample,
        )
        health.watch(
            Consuming(
                broker,
                topics.IMPLEMENTATION_STATUS,
                group="reporter",
                handle=Receiving(pool).handle,
                halt=halt,
                max_records=500,
                session_seconds=settings.session_seconds,
            )
        )
        health.dependencies["PostgreSQL"] = lambda: pool.fetchval("SELECT 1")
        health.monitors["outbox"] = lambda: outbox.report(pool, store.SCHEMA)
        executor = workers(settings.workers)
        making = Making(pool, executor, count=settings.workers, base=str(settings.url))
        binder = workers(1, tasks=1)  # the pack takes 600 MB for half a minute
        packing = Packing(pool, binder, base=url)
        archive.complete, archive.pack = making.complete, packing
        desk = StoredDesk(archive, register, sample=settings.sample)
        reminding = Reminding(
            archive, register, desk, contacts, url=url, opens_rounds=settings.calendar == "on", clock=now
        )
        await until_reached("Kafka", producer.start, (KafkaError, OSError))
        try:
            await until_reached("Kafka", broker.start, (KafkaError, OSError))
            yield [
                asyncio.create_task(repeat(publishing.step, idle_seconds=0.5, name="publish", halt=halt)),
                asyncio.create_task(repeat(making.step, idle_seconds=1, name="forms", halt=halt)),
                asyncio.create_task(repeat(reminding.step, idle_seconds=20, name="remind", halt=halt)),
                *deliver(pool, packing),
                asyncio.create_task(
                    repeat(
                        lambda: outbox.relay(pool, store.SCHEMA, producer), idle_seconds=0.25, name="outbox", halt=halt
                    )
                ),
            ]
        finally:
            await broker.stop()
            await messages.stop(producer)
            archive.pool = archive.complete = archive.pack = None
            dismiss(executor)
            dismiss(binder)
            await pool.close()
            telemetry.close()

    app = FastAPI(
        title="Social value returns: reporter",
        lifespan=lifespan_of(running, health, halt, fingerprint=fingerprint(settings)),
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
    )
    site.add_to(
        app,
        shelf=archive,
        records=Assessments(archive),
        register=register,
        assets=assets,
        sample=settings.sample,
        contact=settings.contact,
        url=str(settings.url),
        now=now,
        people=signing_in(settings, archive, register) if settings.oidc_issuer else None,
    )
    observed(app, health)
    telemetry.install(app)
    return app


def mailer(settings: Settings) -> Mailer | None:
    """What letters go out by; None where none do."""
    if settings.mail == "notify":
        key, address = settings.notify_key.get_secret_value(), str(settings.notify_url)
        return NotifyMailer(Account(key, settings.notify_template, address))
    if settings.mail == "smtp":
        username, password = settings.smtp_username or None, settings.smtp_password.get_secret_value() or None
        server = Server(settings.smtp_host, settings.smtp_port, settings.smtp_tls, username, password)
        context = ssl.create_default_context(cafile=settings.smtp_ca)
        return SmtpMailer(server, sender=settings.mail_from, context=context)
    return None


def now() -> datetime:
    return datetime.now(UTC)


def signing_in(settings: Settings, archive: Archive, register: Register) -> Callable[[FastAPI, Pages], Site]:
    """What adds signing in to the pages, and serves those who have."""
    url, secret = str(settings.url), settings.oidc_client_secret.get_secret_value()

    def add(app: FastAPI, pages: Pages) -> Site:
        lifetime = Lifetime(timedelta(minutes=settings.session_idle_minutes), timedelta(hours=settings.session_hours))
        visits = Visits(StoredSessions(archive, lifetime), Signer(secret), url=url, now=now)
        callback = url.rstrip("/") + sign_in_site.CALLBACK
        sign_in_site.add_to(
            app,
            pages,
            visits=visits,
            provider=Provider(Client(settings.oidc_issuer, settings.oidc_client_id, secret, callback)),
            known=lambda claims: people.person(
                claims,
                role_claim=settings.oidc_role_claim,
                department_claim=settings.oidc_department_claim,
                register=register,
            ),
        )
        return Site(pages, visits=visits, desk=StoredDesk(archive, register, sample=settings.sample), register=register)

    return add


def main() -> None:
    settings = load(Settings, "reporter")
    halt = Halt()
    serve(create_app(settings, halt), host=settings.host, port=settings.port, halt=halt)
