"""What ops must know of a rebalance: which partitions came and went, and whether records went unread."""

import asyncio
from collections.abc import Callable, Collection
from typing import Any

from aiokafka import ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import KafkaError

from shared.logging import fault_fields, get_logger

log = get_logger()
LOOK_SECONDS = 10.0


@ConsumerRebalanceListener.register
class Rebalances:
    """aiokafka's listener of one group member. The protocol takes all partitions away and gives some back: what is
    logged is the difference.
    """

    def __init__(self, group: str, consumer: Callable[[], Any]) -> None:
        self.group, self.consumer = group, consumer
        self.held: frozenset[TopicPartition] = frozenset()

    async def on_partitions_revoked(self, revoked: Collection[TopicPartition]) -> None:
        """Nothing: what the batch in hand brings about merges, whoever has the partition."""

    async def on_partitions_assigned(self, assigned: Collection[TopicPartition]) -> None:
        before, self.held = self.held, frozenset(assigned)
        won, lost = self.held - before, before - self.held
        if won or lost:
            log.info("consumer.rebalanced", group=self.group, held=len(self.held), won=_names(won), lost=_names(lost))
        consumer = self.consumer()
        if consumer is None or not won:
            return
        # The partitions are being read already, and the first batch would commit past what is looked for.
        consumer.pause(*won)
        try:
            async with asyncio.timeout(LOOK_SECONDS):
                await self._look(consumer, sorted(won))
        except (KafkaError, TimeoutError) as fault:
            log.warning("dependency.unreachable", dependency="Kafka", **fault_fields(fault))
        finally:
            consumer.resume(*won)

    async def _look(self, consumer: Any, won: list[TopicPartition]) -> None:
        """Committed offsets below the log's beginning: retention has deleted what was not read."""
        starts = await consumer.beginning_offsets(won)
        committed = await asyncio.gather(*(consumer.committed(partition) for partition in won))
        for partition, offset in zip(won, committed, strict=True):
            if offset is not None and offset < starts[partition]:
                log.error(
                    "records.expired",
                    group=self.group,
                    topic=partition.topic,
                    partition=partition.partition,
                    offset=offset,
                    begins=starts[partition],
                    records=starts[partition] - offset,
                )


def _names(partitions: Collection[TopicPartition]) -> list[str]:
    return sorted(f"{partition.topic}/{partition.partition}" for partition in partitions)
