"""Departments that never stop sending, and that remember what was acknowledged to them."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import count, islice
from random import Random

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from services.svr.http import Failed, Ingest, Key
from services.svr.lines import is_cloudevent
from shared import messages, topics
from shared.kafka import Connection
from shared.messages import CLOUDEVENT, Message
from tests.stream import Submitted, stream

OVER_HTTP = "dwp"
PROCUREMENTS = 200
PATIENCE = 10.0


@cache
def volume(seed: int) -> list[Submitted]:
    """Some 1,500 lines; those of another seed are about other procurements of the same departments."""
    return stream(seed, procurements=PROCUREMENTS)


def lines_of(sender: str, seed: int) -> Iterator[Submitted]:
    """Without an end."""
    return (submitted for each in count(seed) for submitted in volume(each) if submitted.sender == sender)


class Load:
    """Each sender sends its own lines in their order, the next only once the last are acknowledged."""

    def __init__(self, connection: Connection, *, url: str, key: str, seed: int, rate: float) -> None:
        """`rate`: lines a second, of all senders together, while nothing is broken."""
        self.connection, self.url, self.key = connection, url, key
        self.acknowledged: list[Submitted] = []
        shares = Counter(submitted.sender for submitted in volume(seed))
        self.rates = {sender: rate * lines / shares.total() for sender, lines in shares.items()}
        self.lines = {sender: lines_of(sender, seed) for sender in shares}
        self.dice = Random(seed)
        self._producers: dict[str, AIOKafkaProducer] = {}
        self._going = False
        self._senders: list[asyncio.Task[None]] = []

    def start(self) -> None:
        self._going = True
        self._senders = [asyncio.create_task(self._keep_sending(sender)) for sender in self.rates]

    async def stop(self) -> None:
        """Returns once everything that was sent is acknowledged."""
        self._going = False
        await asyncio.gather(*self._senders)

    async def close(self) -> None:
        for task in self._senders:
            task.cancel()
        for producer in self._producers.values():
            await messages.stop(producer)

    async def submit(self, lines: Iterable[Submitted]) -> None:
        """Besides all else; returns once they are acknowledged."""
        by_sender: dict[str, list[Submitted]] = {}
        for submitted in lines:
            by_sender.setdefault(submitted.sender, []).append(submitted)
        await asyncio.gather(*(self._until_acknowledged(sender, mine) for sender, mine in by_sender.items()))

    async def _keep_sending(self, sender: str) -> None:
        while self._going:
            pause = self.dice.uniform(0.2, 0.8)
            size = max(1, round(self.rates[sender] * pause))
            await self._until_acknowledged(sender, list(islice(self.lines[sender], size)))
            await asyncio.sleep(max(pause, 1 / self.rates[sender]) if self._going else 0)

    async def _until_acknowledged(self, sender: str, lines: list[Submitted]) -> None:
        while not await self._send(sender, [submitted.line for submitted in lines]):  # noqa: ASYNC110 - no event says so
            await asyncio.sleep(0.2)
        self.acknowledged += lines

    async def _send(self, sender: str, lines: list[bytes]) -> bool:
        try:
            async with asyncio.timeout(PATIENCE):
                if sender == OVER_HTTP:
                    async with Ingest(self.url, Key(self.key), give_up=0) as ingest:
                        await ingest.send(lines)
                else:
                    await self._to_kafka(sender, lines)
        except (KafkaError, Failed, OSError, TimeoutError):
            if producer := self._producers.pop(sender, None):
                await messages.stop(producer)
            return False
        return True

    async def _to_kafka(self, sender: str, lines: list[bytes]) -> None:
        if sender not in self._producers:
            producer = messages.producer(self.connection)
            await producer.start()
            self._producers[sender] = producer
        topic = topics.submissions(sender)
        sent = [Message(topic, "", line, CLOUDEVENT if is_cloudevent(line) else ()) for line in lines]
        await messages.send_all(self._producers[sender], sent)
