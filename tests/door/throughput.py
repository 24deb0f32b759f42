"""How much each way in takes, beside what the same broker takes raw, in one run: medians of several rounds.

Rates say little from one day to the next; the ratios within a run are what counts. Everything shares the machine: the
broker, the ledger, the sender and, for HTTP, its client.
"""

import asyncio
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import orjson
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from rich.table import Table

from deploy.local.services import kafka_environment
from shared import messages, topics
from shared.messages import CLOUDEVENT, Message, send_all
from tests.door.house import BATCH, Door, door, heartbeat
from tests.stream import stream

ROUNDS = 3
EVENTS = 20_000
A_BATCH = 500
AT_ONCE = 4
SENDER, OTHER = "dwp", "moj"
BARE_IN, BARE_OUT = "bare.in", "bare.out"
PROBES = 40
RAW, HTTP = "raw produce to the broker", "HTTP, batches of 500"
BARE, KAFKA = "bare loop that consumes and produces", "Kafka, through ingest"


def measure(folder: Path, *, say: Callable[[str], None]) -> Table:
    shown = Table("What", "Measured", "Beside", title="Throughput, and what one department's flood does to another")
    with door(folder / "throughput", SVR_INGEST_RATE="0", SVR_SESSION_SECONDS="6") as house:
        rates = asyncio.run(_Rates(house).all(say))
    for name, beside in ((RAW, None), (HTTP, RAW), (BARE, None), (KAFKA, BARE)):
        share = "" if beside is None else f"{rates[name] / rates[beside]:.0%} of the {beside.split(',')[0]}"
        shown.add_row(name, f"{rates[name]:,.0f} events/s", share)
    with door(folder / "flood", SVR_SESSION_SECONDS="6") as house:
        for name, delays in asyncio.run(_flooded(house, say)).items():
            worst = f"{max(delays):.2f} s at worst of {len(delays)}"
            shown.add_row(f"from sending to the ledger, {name}", f"{statistics.median(delays):.2f} s", worst)
    return shown


def events(round_: int) -> list[bytes]:
    """As one department sends them; ids are the round's own."""
    said = [orjson.loads(s.line) for s in stream(round_, procurements=2_000) if s.sender == SENDER and not s.broken]
    sound = [event for event in said if not event["type"].endswith("event.withdrawn.v1")]
    many = (event | {"id": f"{event['id']}/{n}"} for n in range(EVENTS // len(sound) + 1) for event in sound)
    return [orjson.dumps(event) for event, _ in zip(many, range(EVENTS), strict=False)]


class _Rates:
    def __init__(self, house: Door) -> None:
        self.house = house

    async def all(self, say: Callable[[str], None]) -> dict[str, float]:
        """What → events a second, the median. The aggregator rests: these are the door's rates."""
        await asyncio.to_thread(self.house.aggregator.child.stop)
        admin = AIOKafkaAdminClient(**self.house.kafka.connection.options())
        await admin.start()
        await admin.create_topics([NewTopic(name, 1, 1) for name in (BARE_IN, BARE_OUT)])
        await admin.close()
        found: dict[str, list[float]] = {}
        ways = {RAW: self.raw, HTTP: self.http, BARE: self.bare, KAFKA: self.kafka}
        for round_ in range(ROUNDS + 1):
            lines = events(round_)
            for name, way in ways.items():
                rate = await way(lines)
                say(f"round {round_ or 'for warming up'}: {name}: {rate:,.0f} events/s")
                if round_:
                    found.setdefault(name, []).append(rate)
        return {name: statistics.median(rates) for name, rates in found.items()}

    async def raw(self, lines: Sequence[bytes], topic: str = BARE_IN) -> float:
        kafka = messages.producer(self.house.kafka.connection)
        await kafka.start()
        began = time.perf_counter()
        for at in range(0, len(lines), A_BATCH):
            await send_all(kafka, [Message(topic, "", line, CLOUDEVENT) for line in lines[at : at + A_BATCH]])
        seconds = time.perf_counter() - began
        await kafka.stop()
        return len(lines) / seconds

    async def http(self, lines: Sequence[bytes]) -> float:
        """Over several connections; each batch is acknowledged before its connection sends the next."""
        bodies = iter([b"[" + b",".join(lines[at : at + A_BATCH]) + b"]" for at in range(0, len(lines), A_BATCH)])
        token = self.house.issuer.token(SENDER)

        async def sending() -> None:
            for body in bodies:
                (await self.house.post(body, bearer=token, kind=BATCH)).raise_for_status()

        began = time.perf_counter()
        await asyncio.gather(*(sending() for _ in range(AT_ONCE)))
        return len(lines) / (time.perf_counter() - began)

    async def bare(self, lines: Sequence[bytes]) -> float:
        """What `raw` has just written; in a process of its own, as ingest is."""
        env = os.environ | kafka_environment(self.house.kafka.connection)
        command = [sys.executable, "-m", "tests.door.copying", BARE_IN, BARE_OUT, str(len(lines))]
        done = await asyncio.to_thread(subprocess.run, command, env=env, stdout=subprocess.PIPE, check=True)
        return float(done.stdout)

    async def kafka(self, lines: Sequence[bytes]) -> float:
        """Of what waits when ingest starts: from its first event on `procurement.events` to its last."""
        await asyncio.to_thread(self.house.ingest.child.stop)
        await self.raw(lines, topics.submissions(SENDER))
        async with AIOKafkaConsumer(**self.house.kafka.connection.options()) as consumer:
            partitions = [TopicPartition(topics.PROCUREMENT_EVENTS, number) for number in range(8)]
            before = sum((await consumer.end_offsets(partitions)).values())
            self.house.ingest.start()
            first = began = 0.0
            while (count := sum((await consumer.end_offsets(partitions)).values()) - before) < len(lines):
                if count and not first:
                    first, began = count, time.perf_counter()
                await asyncio.sleep(0.02)
            seconds = time.perf_counter() - began
        await asyncio.to_thread(self.house.ingest.wait)
        return (len(lines) - first) / seconds


async def _flooded(house: Door, say: Callable[[str], None]) -> dict[str, list[float]]:
    """Seconds from sending one event to finding it recorded, while nobody else sends and while another floods."""
    calm = [await _delay(house, f"calm/{number}") for number in range(PROBES)]
    say(f"{SENDER} floods with {3 * EVENTS:,} events at once")
    kafka = messages.producer(house.login(SENDER))
    await kafka.start()
    lines = [line for round_ in range(3) for line in events(100 + round_)]
    flood = asyncio.create_task(
        send_all(kafka, [Message(topics.submissions(SENDER), "", line, CLOUDEVENT) for line in lines])
    )
    loud = [await _delay(house, f"loud/{number}") for number in range(PROBES)]
    await flood
    await kafka.stop()
    return {"nobody else sending": calm, f"while {SENDER} sends {len(lines):,} at once": loud}


async def _delay(house: Door, id: str) -> float:
    """Of another department's event, sent over Kafka and looked for by its receipt."""
    kafka = messages.producer(house.login(OTHER))
    await kafka.start()
    event = heartbeat(id, sender=OTHER, subject=OTHER)
    began = time.perf_counter()
    await send_all(kafka, [Message(topics.submissions(OTHER), "", orjson.dumps(event), CLOUDEVENT)])
    if not await house.recorded(id, sender=OTHER):
        raise TimeoutError(f"{id} is not recorded")
    seconds = time.perf_counter() - began
    await kafka.stop()
    return seconds
