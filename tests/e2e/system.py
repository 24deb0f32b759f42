"""The running system as the end-to-end tests handle it: they submit like departments, wait, and ask it afterwards."""

import asyncio
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import orjson
from aiokafka.errors import KafkaError

from deploy.local.counting import Observer
from deploy.local.kafka import Kafka
from deploy.local.postgres import Postgres
from deploy.local.services import Service
from services.svr.http import Failed, Ingest, Key
from services.svr.submitting import to_http, to_kafka
from shared import topics
from shared.status import Status
from tests.stream import Submitted

OVER_HTTP = "dwp"
AT_ONCE = 40
PATIENCE = 60.0


@dataclass
class System:
    kafka: Kafka
    postgres: Postgres
    ingest: Service
    aggregator: Service
    keys: dict[str, str]
    refused_over_http: int = 0
    acknowledged: list[Submitted] = field(default_factory=list)

    async def submit(self, lines: Iterable[Submitted], *, pause: float = 0.0) -> None:
        """Each sender its own lines, in their order; what is not acknowledged is sent again until it is."""
        by_sender: dict[str, list[Submitted]] = {}
        for submitted in lines:
            by_sender.setdefault(submitted.sender, []).append(submitted)
        await asyncio.gather(*(self._send(sender, mine, pause) for sender, mine in by_sender.items()))

    async def _send(self, sender: str, lines: list[Submitted], pause: float) -> None:
        for at in range(0, len(lines), AT_ONCE):
            chunk = lines[at : at + AT_ONCE]
            while not await self._acknowledged(sender, [s.line for s in chunk]):  # noqa: ASYNC110 - no event says so
                await asyncio.sleep(0.2)
            self.acknowledged += chunk
            await asyncio.sleep(pause)

    async def _acknowledged(self, sender: str, chunk: list[bytes]) -> bool:
        try:
            async with asyncio.timeout(30):
                if sender != OVER_HTTP:
                    await to_kafka(self.kafka.connection, sender, chunk, progress=_silent)
                else:
                    ingest = Ingest(self.ingest.url, Key(self.keys[sender]), give_up=0)
                    tally = await to_http(ingest, chunk, progress=_silent)
                    self.refused_over_http += len(tally.refusals)
        except (KafkaError, Failed, OSError, TimeoutError):
            return False
        return True

    async def idle(self) -> None:
        """Returns once nothing waits: no submission, event, mark or row of the outbox. AssertionError if late."""
        deadline = time.monotonic() + PATIENCE
        async with Observer(self.kafka.connection, self.postgres.url) as observer:
            waiting: dict[str, int] = {"everything": 1}
            while any(waiting.values()) and time.monotonic() < deadline:
                await asyncio.sleep(0.2)
                waiting = {
                    "submissions": await observer.behind("ingest", observer.submissions),
                    "events": await observer.behind("aggregator", [topics.PROCUREMENT_EVENTS]),
                    "marks": await observer.database.fetchval("SELECT count(*) FROM aggregator.status_due"),
                    "outbox": await observer.database.fetchval("SELECT count(*) FROM aggregator.outbox"),
                }
        assert not any(waiting.values()), waiting

    async def fetch(self, query: str) -> list[Any]:
        connection = await asyncpg.connect(self.postgres.url, server_settings={"search_path": "aggregator"})
        try:
            rows: list[Any] = await connection.fetch(query)
        finally:
            await connection.close()
        return rows

    async def statuses(self) -> dict[tuple[str, str], Status]:
        """As stored, without their versions."""
        return {
            (row["department"], row["period"]): Status.model_validate_json(row["body"]).model_copy(
                update={"version": 0, "chain": None}
            )
            for row in await self.fetch("SELECT department, period, body FROM status")
        }

    def said(self, service: Service) -> list[dict[str, Any]]:
        """The lines of a service's log, over all its lives."""
        return [orjson.loads(line) for line in service.child.log.read_bytes().splitlines() if line.startswith(b"{")]


def _silent(_: int) -> None: ...
