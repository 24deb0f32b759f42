"""python -m tests.door.copying IN OUT COUNT: the least that is done from Kafka to Kafka; prints events a second."""

import asyncio
import sys
import time

import uvloop
from aiokafka import AIOKafkaConsumer, TopicPartition

from shared import messages
from shared.settings import KafkaSettings


async def copy(source: str, target: str, count: int) -> float:
    """The last `count` records of `source`, in batches as ingest takes them, each batch acknowledged."""
    connection = KafkaSettings().kafka
    kafka = messages.producer(connection)
    await kafka.start()
    async with AIOKafkaConsumer(**connection.options(), enable_auto_commit=False) as consumer:
        partition = TopicPartition(source, 0)
        consumer.assign([partition])
        consumer.seek(partition, (await consumer.end_offsets([partition]))[partition] - count)
        done, began = 0, time.perf_counter()
        while done < count:
            for records in (await consumer.getmany(timeout_ms=1_000, max_records=2_000)).values():
                pending = [await kafka.send(target, r.value, key=r.key, headers=list(r.headers)) for r in records]
                for acknowledged in pending:
                    await acknowledged
                done += len(records)
        seconds = time.perf_counter() - began
    await kafka.stop()
    return count / seconds


if __name__ == "__main__":
    uvloop.install()
    sys.stdout.write(f"{asyncio.run(copy(sys.argv[1], sys.argv[2], int(sys.argv[3])))}\n")
