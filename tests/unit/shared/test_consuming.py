"""What is committed, sought and halted, with a consumer that only remembers."""

import asyncio
import time
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka import ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaConnectionError
from faststream.kafka import KafkaBroker
from structlog.testing import capture_logs

from shared.consuming import Consuming

A, B = TopicPartition("t", 0), TopicPartition("t", 1)


class FakeConsumer:
    """Holds `held` and remembers what it is told."""

    def __init__(self, *held: TopicPartition) -> None:
        self.held = set(held)
        self.commits: list[dict[TopicPartition, int]] = []
        self.sought: list[tuple[TopicPartition, int]] = []
        self.fault: Exception | None = None
        self.ends: dict[TopicPartition, int] = {}
        self.starts: dict[TopicPartition, int] = {}

    def assignment(self) -> set[TopicPartition]:
        return self.held

    async def commit(self, offsets: dict[TopicPartition, int]) -> None:
        if self.fault is not None:
            raise self.fault
        self.commits.append(offsets)

    def seek(self, partition: TopicPartition, offset: int) -> None:
        self.sought.append((partition, offset))

    async def end_offsets(self, partitions: Sequence[TopicPartition]) -> dict[TopicPartition, int]:
        if self.fault is not None:
            raise self.fault
        return {partition: self.ends[partition] for partition in partitions}

    async def beginning_offsets(self, partitions: Sequence[TopicPartition]) -> dict[TopicPartition, int]:
        return {partition: self.starts.get(partition, 0) for partition in partitions}

    async def committed(self, partition: TopicPartition) -> int | None:
        return self.commits[-1].get(partition) if self.commits else None


class Member:
    """A consumer with a handler that remembers, or fails with each of `faults` first."""

    def __init__(self, consumer: FakeConsumer | None, *faults: Exception, halt_after: float = 600) -> None:
        self.faults = list(faults)
        self.handled: list[list[int]] = []
        self.halted: list[BaseException] = []
        self.consuming = Consuming(
            KafkaBroker(), "t", group="g", handle=self.handle, halt=self.halted.append, halt_after=halt_after
        )
        self.consuming.subscriber.consumer = consumer

    async def handle(self, records: Sequence[Any]) -> None:
        if self.faults:
            raise self.faults.pop(0)
        self.handled.append([record.offset for record in records])

    async def take(self, *records: tuple[TopicPartition, int]) -> None:
        found: Any = SimpleNamespace(raw_message=tuple(record(partition, offset) for partition, offset in records))
        await self.consuming._on_batch(found)


def record(partition: TopicPartition, offset: int) -> Any:
    return ConsumerRecord(partition.topic, partition.partition, offset, 0, 0, None, b"", None, -1, -1, ())


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The clock, in seconds: the test sets it."""
    clock = [1_000.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    return clock


async def test_a_batch_that_is_done_is_committed_past_its_last_records() -> None:
    """Of each partition; offsets have gaps, so records are not counted."""
    consumer = FakeConsumer(A, B)
    member = Member(consumer)
    await member.take((A, 5), (B, 2), (A, 9))
    assert (consumer.commits, consumer.sought, member.handled) == ([{A: 10, B: 3}], [], [[5, 2, 9]])


async def test_only_what_is_still_held_is_committed() -> None:
    """A partition that went to another member while the batch was in hand is that member's."""
    consumer = FakeConsumer(B)
    await Member(consumer).take((A, 5), (B, 2))
    assert consumer.commits == [{B: 3}]


async def test_with_nothing_held_nothing_is_committed() -> None:
    """And the batch, which was done, is no failure."""
    consumer = FakeConsumer()
    member = Member(consumer)
    await member.take((A, 5))
    assert (consumer.commits, member.consuming.retrying.since, member.consuming.records_done) == ([], None, 1)


async def test_a_batch_that_fails_is_sought_back_and_not_committed() -> None:
    """To the first record of each partition: the whole batch comes again."""
    consumer = FakeConsumer(A, B)
    await Member(consumer, ValueError("bug")).take((A, 5), (B, 2), (A, 9), (B, 7))
    assert (consumer.commits, sorted(consumer.sought)) == ([], [(A, 5), (B, 2)])


async def test_of_a_batch_that_fails_only_what_is_held_is_sought_back() -> None:
    """The rest, its new member reads from what was committed."""
    consumer = FakeConsumer(B)
    await Member(consumer, ValueError("bug")).take((A, 5), (B, 2))
    assert consumer.sought == [(B, 2)]


async def test_a_batch_that_cannot_be_committed_comes_again() -> None:
    """It may be handled twice; that is what handlers are made for."""
    consumer = FakeConsumer(A)
    consumer.fault = KafkaConnectionError()
    member = Member(consumer)
    await member.take((A, 5))
    assert (consumer.sought, member.consuming.records_done) == ([(A, 5)], 0)


async def test_a_failure_is_a_warning_that_says_when_the_next_attempt_is() -> None:
    """With the fault, and its trace only the first time."""
    member = Member(FakeConsumer(A), ValueError("bug"), ValueError("bug"))
    with capture_logs() as logs:
        await member.take((A, 5))
        await member.take((A, 5))
    warning = {
        "event": "batch.retried",
        "log_level": "warning",
        "group": "g",
        "records": 1,
        "positions": {"t/0": 5},
        "outcome": "failure",
        "error": "bug",
        "error_type": "ValueError",
    }
    assert all(line.pop("duration") >= 0 for line in logs)
    assert logs == [
        {**warning, "attempt": 1, "next_seconds": 0.5, "exc_info": True},
        {**warning, "attempt": 2, "next_seconds": 1.0, "exc_info": False},
    ]


async def test_a_success_is_a_line_that_says_how_far_it_came(now: list[float]) -> None:
    """Records, positions and nanoseconds."""
    with capture_logs() as logs:
        await Member(FakeConsumer(A)).take((A, 5), (A, 6))
    assert logs == [
        {
            "event": "batch.committed",
            "log_level": "info",
            "group": "g",
            "records": 2,
            "positions": {"t/0": 7},
            "outcome": "success",
            "duration": 0,
        }
    ]


async def test_what_fails_for_too_long_halts_the_service(now: list[float]) -> None:
    """With the fault of the last attempt; and no further batch is handed over."""
    last = ValueError("third")
    member = Member(FakeConsumer(A), ValueError("first"), ValueError("second"), last, halt_after=60)
    for seconds in (0, 60, 1):
        now[0] += seconds
        await member.take((A, 5))
    assert (member.halted, member.consuming.subscriber.running) == ([last], False)


async def test_a_success_in_between_begins_the_time_anew(now: list[float]) -> None:
    """Two short faults with a good batch between them are not one long one."""
    member = Member(FakeConsumer(A), ValueError("first"), halt_after=60)
    await member.take((A, 5))
    now[0] += 50
    await member.take((A, 5))
    member.faults = [ValueError("second")]
    now[0] += 50
    await member.take((A, 6))
    assert (member.halted, member.handled) == ([], [[5]])


async def test_before_the_consumer_is_started_nothing_is_handled() -> None:
    """There is nobody to commit for."""
    member = Member(None)
    await member.take((A, 5))
    assert (member.handled, await member.consuming.lag()) == ([], {})


async def test_lag_counts_from_what_is_committed_or_else_from_the_first_record() -> None:
    """For each partition held."""
    consumer = FakeConsumer(A, B)
    consumer.commits, consumer.ends, consumer.starts = [{A: 7}], {A: 10, B: 10}, {B: 4}
    assert await Member(consumer).consuming.lag() == {A: 3, B: 6}


async def test_what_is_in_hand_is_known_while_it_is(now: list[float]) -> None:
    """And no longer, whether or not it succeeded."""
    seen: list[int] = []
    member = Member(FakeConsumer(A), ValueError("bug"))
    handle = member.consuming.handle

    async def watched(records: Sequence[Any]) -> None:
        seen.append(member.consuming.in_hand)
        await handle(records)

    member.consuming.handle = watched
    await member.take((A, 5), (A, 6))
    await member.take((A, 5))
    assert (seen, member.consuming.in_hand) == ([2, 1], 0)


async def test_a_member_whose_consumer_is_gone_is_not_live(now: list[float]) -> None:
    """It was started, or nobody would ask."""
    assert not await Member(None).consuming.live(60)


async def test_a_member_whose_loop_has_ended_is_not_live(now: list[float]) -> None:
    """FastStream's ends without a word when the consumer under it is closed."""
    member = Member(FakeConsumer(A))
    task = asyncio.create_task(asyncio.sleep(0))
    member.consuming.subscriber.tasks.append(task)
    assert await member.consuming.live(60)
    await task
    assert not await member.consuming.live(60)


async def test_a_member_that_works_is_live(now: list[float]) -> None:
    """Whatever is still to be done."""
    consumer = FakeConsumer(A)
    consumer.ends = {A: 10}
    assert await Member(consumer).consuming.live(60)


async def test_a_member_that_has_nothing_to_do_is_live(now: list[float]) -> None:
    """A quiet night is no fault."""
    consumer = FakeConsumer(A)
    member = Member(consumer)
    consumer.ends = {A: 6}
    await member.take((A, 5))
    now[0] += 61
    assert await member.consuming.live(60)


async def test_a_member_that_leaves_its_work_undone_is_not_live(now: list[float]) -> None:
    """It has been given nothing for long, though there is something to be had."""
    consumer = FakeConsumer(A)
    consumer.ends = {A: 10}
    member = Member(consumer)
    now[0] += 61
    assert not await member.consuming.live(60)


async def test_a_member_whose_batches_fail_is_not_live(now: list[float]) -> None:
    """Even while it tries."""
    member = Member(FakeConsumer(A), ValueError("bug"))
    await member.take((A, 5))
    now[0] += 61
    assert not await member.consuming.live(60)


async def test_a_broker_that_does_not_answer_is_no_reason_to_restart(now: list[float]) -> None:
    """A new process would not reach it either."""
    consumer = FakeConsumer(A)
    consumer.fault = KafkaConnectionError()
    member = Member(consumer)
    now[0] += 61
    assert await member.consuming.live(60)
