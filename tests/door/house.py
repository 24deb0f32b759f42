"""A door of one's own: a secured Kafka, PostgreSQL, an issuer of tokens, ingest and the aggregator."""

import asyncio
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import orjson

from deploy.kafka.applying import apply
from deploy.kafka.passwords import Passwords
from deploy.local.issuer import AUDIENCE, LocalIssuer
from deploy.local.kafka import Kafka
from deploy.local.postgres import Postgres
from deploy.local.services import Service, services, write_keys
from shared import database
from shared.departments import load_register
from shared.kafka import Connection
from tests.stream import cloudevent

BATCH = "application/cloudevents-batch+json"
STRUCTURED = "application/cloudevents+json"
SECRETS = {"dwp": "of dwp", "moj": "of moj"}


@dataclass
class Door:
    """Ids are the caller's to keep apart; `http` has no credential of its own."""

    kafka: Kafka
    passwords: Passwords
    issuer: LocalIssuer
    ingest: Service
    aggregator: Service
    keys: dict[str, str]
    http: httpx.AsyncClient

    def login(self, principal: str) -> Connection:
        return self.kafka.connection.login(principal, self.passwords(principal))

    async def post(
        self, body: Any, *, bearer: str | None = None, kind: str = STRUCTURED, **headers: str
    ) -> httpx.Response:
        """As dwp, by a token, unless another bearer is given ("" for none). What is not bytes is sent as JSON."""
        token = self.issuer.token("dwp") if bearer is None else bearer
        sent = {"Content-Type": kind, **({"Authorization": f"Bearer {token}"} if token else {}), **headers}
        content = body if isinstance(body, bytes) or hasattr(body, "__aiter__") else orjson.dumps(body)
        path = "/v1/releases" if kind == "application/json" else "/v1/events"
        return await self.http.post(path, content=content, headers=sent)

    async def history(self, id: str, *, sender: str = "dwp", source: str | None = None) -> list[str]:
        """The statuses that a receipt tells of, the oldest first."""
        path = f"/v1/receipts/{quote(source or f'/{sender}/system', safe='')}/{quote(id, safe='')}"
        answer = await self.http.get(path, headers={"Authorization": f"Bearer {self.issuer.token(sender)}"})
        return [each["status"] for each in answer.json()["history"]] if answer.status_code == 200 else []

    async def recorded(self, id: str, *, sender: str = "dwp") -> bool:
        """Whether the event is in the ledger, waited for as long as anybody honest would."""
        for _ in range(1_000):
            if "recorded" in await self.history(id, sender=sender):
                return True
            await asyncio.sleep(0.02)
        return False

    def memory(self) -> tuple[int, int]:
        """Ingest's resident memory, now and at its highest, in MiB."""
        status = Path(f"/proc/{self.ingest.child.pid}/status").read_text()
        fields = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)
        return int(fields["VmRSS"].split()[0]) // 1024, int(fields["VmHWM"].split()[0]) // 1024


def heartbeat(id: str, *, sender: str = "dwp", subject: str = "dwp") -> dict[str, Any]:
    """Sound if sender and subject are the same. Received now, as nothing is said of when it was recorded."""
    event = cloudevent(sender, "heartbeat", subject, id, {"nothing_to_report": True})
    del event["recordedtime"]
    return event


@contextmanager
def door(folder: Path, **settings: str) -> Iterator[Door]:
    """Everything is up and ready. `settings` are ingest's, such as `SVR_INGEST_RATE`."""
    folder.mkdir(parents=True, exist_ok=True)
    kafka, postgres = Kafka(folder / "kafka", secure=True), Postgres(folder / "postgres", fsync=False)
    issuer = LocalIssuer(SECRETS)
    with ExitStack() as open_:
        open_.callback(kafka.stop)
        kafka.launch()
        open_.callback(postgres.stop)
        postgres.start()
        kafka.wait()
        passwords = Passwords(folder / "passwords")
        apply(kafka.connection, passwords)
        asyncio.run(database.migrate(postgres.url, schema="aggregator", package="services.aggregator.migrations"))
        issuer.start()
        open_.callback(issuer.stop)
        keys = write_keys(folder / "keys.toml", [sender.code for sender in load_register().senders()])
        oauth = {"SVR_INGEST_OAUTH_ISSUER": issuer.url, "SVR_INGEST_OAUTH_AUDIENCE": AUDIENCE}
        found = services(
            folder,
            kafka=lambda name: kafka.connection.login(name, passwords(name)),
            database_url=postgres.url,
            keys=folder / "keys.toml",
            more=oauth | settings,
        )
        started = [found["aggregator"], found["ingest"]]
        for service in started:
            open_.callback(service.child.stop)
            service.start()
        for service in started:
            service.wait()
        client = httpx.AsyncClient(base_url=found["ingest"].url, timeout=60)
        yield Door(kafka, passwords, issuer, found["ingest"], found["aggregator"], keys, client)


def environment(found: Door, sender: str) -> dict[str, str]:
    """What a sending system of the sender's has in its environment: docs/departments.md names these."""
    login = found.login(sender)
    password = login.password.get_secret_value() if login.password else ""
    return {
        **os.environ,
        "SVR_INGEST_URL": found.ingest.url,
        "SVR_OAUTH_TOKEN_URL": found.issuer.token_url,
        "SVR_OAUTH_CLIENT_ID": sender,
        "SVR_OAUTH_CLIENT_SECRET": SECRETS[sender],
        "SVR_KAFKA_BOOTSTRAP": login.bootstrap,
        "SVR_KAFKA_SECURITY": login.protocol.value,
        "SVR_KAFKA_USERNAME": sender,
        "SVR_KAFKA_PASSWORD": password,
    }
