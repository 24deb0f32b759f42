"""A producer with the one method that sending needs, and ingest's HTTP side upon it."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import httpx
from fastapi import FastAPI

from services.ingest.bodies import Patience
from services.ingest.credentials import Credentials
from services.ingest.http import Context, install, router
from services.ingest.receipts import Receipts
from services.ingest.recent import Recent
from services.ingest.taking import Taking
from services.ingest.traffic import Traffic
from shared.messages import Message
from tests.unit.ingest.examples import REGISTER

KEY = "secret"
"""dwp's."""


def key_of(sender: str) -> str:
    return KEY if sender == "dwp" else f"secret-{sender}"


KEYS = {hashlib.sha256(key_of(s.code).encode()).hexdigest(): s.code for s in REGISTER.senders()}


class FakeProducer:
    """Remembers what it was given. `acknowledge` False leaves every record unacknowledged until `settle`."""

    def __init__(self, *, acknowledge: bool = True, fault: Exception | None = None) -> None:
        self.acknowledge, self.fault = acknowledge, fault
        self.sent: list[Message] = []
        self.pending: list[asyncio.Future[None]] = []
        self.given = asyncio.Event()

    async def send(
        self, topic: str, value: bytes, *, key: bytes, headers: Sequence[tuple[str, bytes]]
    ) -> "asyncio.Future[None]":
        self.sent.append(Message(topic, key.decode(), value, tuple(headers)))
        self.pending.append(asyncio.get_running_loop().create_future())
        self.given.set()
        if self.acknowledge:
            self.settle()
        return self.pending[-1]

    def settle(self) -> None:
        for future in self.pending:
            if not future.done():
                if self.fault is None:
                    future.set_result(None)
                else:
                    future.set_exception(self.fault)


def taking(producer: FakeProducer, *, rate: float = 0, burst: float = 1, replay: bool = False) -> Taking:
    """Without a limit, unless a rate is given."""
    return Taking(producer, REGISTER, Traffic(rate, burst), Recent(), replay=replay)


def context(
    producer: FakeProducer,
    *,
    rate: float = 0,
    burst: float = 1,
    releases_bytes: int = 4_000_000,
    patience: Patience | None = None,
    credentials: Credentials | None = None,
    aggregator_url: str = "http://127.0.0.1:1",
) -> Context:
    """Nobody listens at the aggregator's address unless one is given."""
    taken = taking(producer, rate=rate, burst=burst)
    receipts = Receipts(aggregator_url, taken.recent)
    admitted = credentials or Credentials(REGISTER, KEYS)
    return Context(taken, admitted, receipts, releases_bytes, patience or Patience())


@asynccontextmanager
async def serving(ready: Context | None) -> AsyncIterator[httpx.AsyncClient]:
    """A client of ingest's HTTP side, in this process."""
    app = FastAPI()
    app.include_router(router(lambda: ready))
    install(app)
    transport: Any = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://ingest") as client:
        yield client
