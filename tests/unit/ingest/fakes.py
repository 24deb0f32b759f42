"""A producer with the one method that sending needs."""

import asyncio
from collections.abc import Sequence

from shared.messages import Message


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
