"""Partitions that come and go, and records that retention has taken."""

from typing import Any

from aiokafka import ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import KafkaConnectionError
from structlog.testing import capture_logs

from shared.rebalances import Rebalances

A, B = TopicPartition("t", 0), TopicPartition("t", 1)


class FakeConsumer:
    """Remembers what was paused and resumed."""

    def __init__(self, committed: dict[TopicPartition, int], starts: dict[TopicPartition, int]) -> None:
        self.offsets, self.starts = committed, starts
        self.did: list[Any] = []
        self.fault: Exception | None = None

    def pause(self, *partitions: TopicPartition) -> None:
        self.did.append(("pause", *sorted(partitions)))

    def resume(self, *partitions: TopicPartition) -> None:
        self.did.append(("resume", *sorted(partitions)))

    async def committed(self, partition: TopicPartition) -> int | None:
        self.did.append("look")
        return self.offsets.get(partition)

    async def beginning_offsets(self, partitions: list[TopicPartition]) -> dict[TopicPartition, int]:
        if self.fault is not None:
            raise self.fault
        return self.starts


async def test_a_rebalance_is_a_line_that_says_what_came_and_went() -> None:
    """Of what was taken away and given back at once, nothing."""
    rebalances = Rebalances("g", lambda: None)
    with capture_logs() as logs:
        await rebalances.on_partitions_assigned({A})
        await rebalances.on_partitions_revoked({A})
        await rebalances.on_partitions_assigned({A})
        await rebalances.on_partitions_assigned({B})
    line = {"event": "consumer.rebalanced", "log_level": "info", "group": "g", "held": 1}
    assert logs == [{**line, "won": ["t/0"], "lost": []}, {**line, "won": ["t/1"], "lost": ["t/0"]}]
    assert isinstance(rebalances, ConsumerRebalanceListener)


async def test_records_that_retention_deleted_unread_are_an_error() -> None:
    """Nothing is read before it was looked, as the first batch commits past what is looked for."""
    consumer = FakeConsumer({A: 5}, {A: 12, B: 3})
    with capture_logs() as logs:
        await Rebalances("g", lambda: consumer).on_partitions_assigned({A, B})
    assert logs[1:] == [
        {
            "event": "records.expired",
            "log_level": "error",
            "group": "g",
            "topic": "t",
            "partition": 0,
            "offset": 5,
            "begins": 12,
            "records": 7,
        }
    ]
    assert consumer.did == [("pause", A, B), "look", "look", ("resume", A, B)]


async def test_a_broker_that_does_not_answer_keeps_no_partition_paused() -> None:
    """It is said that it could not be looked."""
    consumer = FakeConsumer({}, {})
    consumer.fault = KafkaConnectionError("gone")
    with capture_logs() as logs:
        await Rebalances("g", lambda: consumer).on_partitions_assigned({A})
    assert [line["event"] for line in logs] == ["consumer.rebalanced", "dependency.unreachable"]
    assert consumer.did == [("pause", A), ("resume", A)]
