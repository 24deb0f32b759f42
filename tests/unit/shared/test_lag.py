"""How old the oldest unread record is, asked of a broker that only finds offsets by time."""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka import TopicPartition

from shared.lag import AGES, Lag, ages

NOW = 1_800_000_000.0


class FakeConsumer:
    """Knows the timestamps, in milliseconds, of each partition's records by offset."""

    def __init__(self, records: Mapping[TopicPartition, Mapping[int, int]]) -> None:
        self.records, self.asked = records, 0

    async def offsets_for_times(self, times: Mapping[TopicPartition, int]) -> dict[TopicPartition, Any]:
        self.asked += 1
        return {
            partition: next(
                (
                    SimpleNamespace(offset=o, timestamp=t)
                    for o, t in sorted(self.records[partition].items())
                    if t >= since
                ),
                None,
            )
            for partition, since in times.items()
        }


def aged(*seconds: float) -> dict[int, int]:
    """Records so old, from offset 0."""
    return {offset: int((NOW - age) * 1000) for offset, age in enumerate(seconds)}


@pytest.mark.parametrize(
    ("age", "found"),
    [(0.2, 0), (1.5, 1), (59, 30), (61, 60), (299, 120), (301, 300), (90_000, 86_400), (10_000_000, 604_800)],
)
async def test_an_age_is_known_to_the_step_below_it(age: float, found: int) -> None:
    """That of the record at the offset, whatever came before and after."""
    partition = TopicPartition("t", 0)
    consumer = FakeConsumer({partition: aged(20_000_000, age, 0.1)})
    assert await ages(consumer, {partition: 1}, now=NOW) == {partition: found}


async def test_many_partitions_are_asked_for_together() -> None:
    """In few questions."""
    unread = {TopicPartition("t", number): 0 for number in range(len(AGES))}
    consumer = FakeConsumer({p: aged(age + 0.5) for p, age in zip(unread, AGES, strict=True)})
    assert await ages(consumer, unread, now=NOW) == dict(zip(unread, AGES, strict=True))
    assert consumer.asked <= 4


def test_the_lag_is_what_lies_between() -> None:
    """In records."""
    assert Lag(committed=3, end=10, age_seconds=0).records == 7
