"""The ceilings: what a part of the job takes by itself. Each prints events a second and CPU microseconds an event.

python -m tests.bench.ceilings getmany|decoding|copy EVENTS
"""

import os
import sys
import time
import uuid

import asyncpg
import orjson
import uvloop
from aiokafka import AIOKafkaConsumer

from shared import topics
from shared.envelope import Event
from tests.bench.data import stream

COLUMNS = ("source", "id", "type", "subject", "sender", "time", "received", "sha256", "body", "partition", "offset")


async def getmany(count: int) -> tuple[float, float]:
    """aiokafka alone takes the records of the topic."""
    consumer = AIOKafkaConsumer(
        topics.PROCUREMENT_EVENTS,
        bootstrap_servers=os.environ["SVR_KAFKA_BOOTSTRAP"],
        group_id=f"bench-{uuid.uuid4()}",
        auto_offset_reset="earliest",
        enable_auto_commit=False,
    )
    await consumer.start()
    try:
        seen = sum(map(len, (await consumer.getmany(timeout_ms=30_000, max_records=1)).values()))  # warm-up
        began, cpu = time.perf_counter(), time.process_time()
        while seen < count:
            seen += sum(map(len, (await consumer.getmany(timeout_ms=1_000, max_records=5_000)).values()))
        return time.perf_counter() - began, time.process_time() - cpu
    finally:
        await consumer.stop()


async def decoding(count: int) -> tuple[float, float]:
    """orjson and the envelope, values in memory."""
    values = [value for _, value in stream(count)]
    began, cpu = time.perf_counter(), time.process_time()
    for value in values:
        Event.from_json(value)
    return time.perf_counter() - began, time.process_time() - cpu


async def copy(count: int) -> tuple[float, float]:
    """COPY of the ledger's rows into the ledger, its indexes kept, 5,000 a transaction; rows made beforehand."""
    rows = []
    for number, (_, value) in enumerate(stream(count)):
        e = Event.from_json(value)
        moments = (e.time, e.received)
        rows.append((*e.key, e.type, e.subject, e.sender, *moments, e.sha256, value.decode(), 0, number))
    connection = await asyncpg.connect(os.environ["DATABASE_URL"])
    try:
        began, cpu = time.perf_counter(), time.process_time()
        for first in range(0, count, 5_000):
            batch = rows[first : first + 5_000]
            await connection.copy_records_to_table("event", schema_name="aggregator", records=batch, columns=COLUMNS)
        return time.perf_counter() - began, time.process_time() - cpu
    finally:
        await connection.close()


CEILINGS = {"getmany": getmany, "decoding": decoding, "copy": copy}


def main() -> None:
    name, count = sys.argv[1], int(sys.argv[2])
    seconds, cpu = uvloop.run(CEILINGS[name](count))
    told = {"rate": count / seconds, "events": count, "seconds": seconds, "cpu_us": {"process": cpu / count * 1e6}}
    sys.stdout.buffer.write(orjson.dumps(told))


if __name__ == "__main__":
    main()
