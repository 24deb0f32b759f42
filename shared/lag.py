"""How far a consumer is behind, and how long what it has not read yet has waited."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiokafka import TopicPartition

AGES = (1, 2, 5, 10, 30, 60, 120, 300, 600, 1_800, 3_600, 21_600, 86_400, 604_800)
LATE_SECONDS = 300
"""An older unread record is a warning."""


@dataclass(frozen=True, slots=True)
class Lag:
    """Of one partition. `age_seconds`: the oldest unread record is at least so old, by its own timestamp; one of AGES,
    or 0.
    """

    committed: int
    end: int
    age_seconds: int

    @property
    def records(self) -> int:
        return self.end - self.committed


async def ages(consumer: Any, unread: Mapping[TopicPartition, int], *, now: float) -> dict[TopicPartition, int]:
    """Partition → age of the record at the offset given, as in Lag. `now` in seconds since 1970.

    Nothing is fetched: the broker finds offsets by time. A bisection over AGES asks it at most four times.
    """
    low, high = dict.fromkeys(unread, 0), dict.fromkeys(unread, len(AGES))
    while open_ := [partition for partition in unread if low[partition] < high[partition]]:
        middle = {partition: (low[partition] + high[partition]) // 2 for partition in open_}
        first = await consumer.offsets_for_times({p: int((now - AGES[m]) * 1000) for p, m in middle.items()})
        for partition, at in middle.items():
            since = first[partition]
            if since is None or since.offset > unread[partition]:
                low[partition] = at + 1  # nothing so young comes at or before it
            else:
                high[partition] = at
    return {partition: AGES[count - 1] if count else 0 for partition, count in low.items()}
