"""Topics as they stand, read on from where the last reading ended."""

import asyncio
from collections.abc import Sequence

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from shared.kafka import Connection

PATIENCE = 60


class Tapes:
    """`records`: topic → its records so far, each partition's in order."""

    def __init__(self, connection: Connection, names: Sequence[str]) -> None:
        self.connection = connection
        self.records: dict[str, list[ConsumerRecord]] = {name: [] for name in names}
        self._read: dict[TopicPartition, int] = {}

    async def wind(self) -> None:
        """Reads to the ends as they are now."""
        async with AIOKafkaConsumer(*self.records, **self.connection.options(), group_id=None) as consumer:
            partitions = [TopicPartition(name, p) for name in self.records for p in consumer.partitions_for_topic(name)]
            consumer.unsubscribe()
            consumer.assign(partitions)
            ends = await consumer.end_offsets(partitions)
            for partition in partitions:
                consumer.seek(partition, self._read.setdefault(partition, 0))
            async with asyncio.timeout(PATIENCE):
                while any(self._read[partition] < end for partition, end in ends.items()):
                    for partition, records in (await consumer.getmany(timeout_ms=200)).items():
                        self.records[partition.topic] += records
                        self._read[partition] = records[-1].offset + 1
