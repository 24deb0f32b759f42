"""Ingest from Kafka: a batch of submissions → accepted events and rejections, all acknowledged by the broker."""

import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime

from aiokafka import TopicPartition

from services.ingest import binding
from services.ingest.taking import Taking
from shared import tracing
from shared.consuming import Records
from shared.topics import sender_of


class KafkaIngest:
    """The handler of `submissions.*`. On redelivery the same events are sent again: the ledger takes each once.

    `pause` holds up one partition, and so one sender, for some seconds: what it sent beyond its rate stays on its
    topic meanwhile, and the others go on.
    """

    def __init__(self, taking: Taking, pause: Callable[[TopicPartition, float], None]) -> None:
        self.taking, self.pause = taking, pause

    async def handle(self, records: Records) -> None:
        now = datetime.now(UTC)
        judged = [
            self.taking.judge(
                binding.from_kafka(record.headers, record.value),
                sender=sender_of(record.topic),
                place=f"{record.topic}/{record.partition}/{record.offset}",
                now=now,
                traceparent=tracing.of_headers(record.headers),
            )
            for record in records
        ]
        await self.taking.write(judged, now=now, way="kafka")
        came = Counter(TopicPartition(record.topic, record.partition) for record in records)
        for partition, count in came.items():
            if seconds := self.taking.traffic.charge(sender_of(partition.topic), count, time.monotonic()):
                self.pause(partition, seconds)
