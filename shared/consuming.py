"""Consuming from Kafka so that nothing is lost: the one place where offsets are committed.

A batch is handed over whole; its offsets are committed, explicitly, after `handle` has returned. When `handle` raises
(a database down, a bug) the batch is not skipped: the consumer seeks back, waits, and hands it over again; when that
lasts too long the service halts with a non-zero exit code and is restarted. A faulty *message* is the handler's to
refuse, as a value. Delivery is therefore at least once, and every handler is written so that repeats change nothing.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeAlias

from aiokafka import ConsumerRecord, TopicPartition
from aiokafka.coordinator.assignors.roundrobin import RoundRobinPartitionAssignor
from aiokafka.errors import KafkaError
from faststream.kafka import KafkaBroker
from faststream.kafka.annotations import KafkaMessage
from faststream.kafka.message import FAKE_CONSUMER
from faststream.kafka.message import KafkaMessage as ParsedMessage
from faststream.middlewares import AckPolicy

from shared import header_names
from shared.lag import Lag, ages
from shared.logging import get_logger
from shared.rebalances import Rebalances
from shared.waiting import HALT_AFTER_SECONDS, Halt, Retrying

log = get_logger()

Records: TypeAlias = Sequence[ConsumerRecord]
Handle: TypeAlias = Callable[[Records], Awaitable[None]]

SESSION_SECONDS = 30
LONGEST_PAUSE = 60.0


async def _untouched(records: Any) -> ParsedMessage:
    """FastStream's own parser decodes every header first, and one undecodable header would lose the batch."""
    return ParsedMessage(raw_message=records, body=b"", headers={}, consumer=FAKE_CONSUMER)


async def _body_untouched(message: Any) -> Any:
    return message.body


class Consuming:
    """One consumer group member on `topics`. Create it before the broker is started."""

    def __init__(
        self,
        broker: KafkaBroker,
        *topics: str,
        group: str,
        handle: Handle,
        halt: Halt,
        max_records: int = 2000,
        halt_after: float = HALT_AFTER_SECONDS,
        session_seconds: int = SESSION_SECONDS,
    ) -> None:
        header_names.tolerate()
        self.group = group
        self.handle = handle
        self.retrying = Retrying(halt, halt_after=halt_after)
        self.last_done = time.monotonic()
        self.records_done = self.in_hand = 0
        self._paused: dict[TopicPartition, float] = {}
        # no_reply: a record's reply_to header must not make us write, with our rights, to a topic it names.
        self.subscriber = broker.subscriber(
            *topics,
            group_id=group,
            batch=True,
            max_records=max_records,
            batch_timeout_ms=50,
            ack_policy=AckPolicy.MANUAL,
            parser=_untouched,
            decoder=_body_untouched,
            no_reply=True,
            auto_offset_reset="earliest",
            partition_assignment_strategy=[RoundRobinPartitionAssignor],
            session_timeout_ms=session_seconds * 1000,
            heartbeat_interval_ms=1_000,  # how soon a member learns that another has come or gone
            rebalance_timeout_ms=60_000,
            listener=Rebalances(group, lambda: self.subscriber.consumer),
        )
        self.subscriber(self._on_batch)

    async def _on_batch(self, message: KafkaMessage) -> None:
        consumer = self.subscriber.consumer
        if consumer is None:
            return
        records = self._going_on(message.raw_message)
        if not records:
            return
        first: dict[TopicPartition, int] = {}
        past: dict[TopicPartition, int] = {}
        for record in records:
            partition = TopicPartition(record.topic, record.partition)
            first.setdefault(partition, record.offset)
            past[partition] = record.offset + 1  # offsets have gaps: never count records
        began = time.monotonic()
        self.in_hand = len(records)
        try:
            await self.handle(records)
            # What another member holds by now is that member's to commit.
            if held := {p: offset for p, offset in past.items() if p in consumer.assignment()}:
                await consumer.commit(held)
        except Exception as fault:
            for partition, offset in first.items():
                if partition in consumer.assignment():
                    consumer.seek(partition, offset)
            failure = self.retrying.failed(fault)
            if failure is None:
                self.subscriber.running = False  # hands over no further batch, until the broker is stopped
            else:
                log.warning(
                    "batch.retried",
                    group=self.group,
                    records=len(records),
                    positions=_positions(first),
                    outcome="failure",
                    duration=int((time.monotonic() - began) * 1e9),
                    **failure.fields,
                )
                await self._pause(failure.seconds)
        else:
            self.retrying.succeeded()
            self.last_done = time.monotonic()
            self.records_done += len(records)
            log.info(
                "batch.committed",
                group=self.group,
                records=len(records),
                positions=_positions(past),
                outcome="success",
                duration=int((self.last_done - began) * 1e9),
            )
        finally:
            self.in_hand = 0

    def pause(self, partition: TopicPartition, seconds: float) -> None:
        """Hands over nothing more of this partition for so long, at most `LONGEST_PAUSE`; the others go on.

        For `handle` to call, as the last thing it does. A pause is this member's: who is given the partition meanwhile
        goes on at once.
        """
        seconds = min(seconds, LONGEST_PAUSE)
        until = self._paused[partition] = time.monotonic() + seconds
        self._hold(partition)
        asyncio.get_running_loop().call_later(seconds, self._resume, partition, until)

    def _resume(self, partition: TopicPartition, until: float) -> None:
        if self._paused.get(partition) != until:
            return  # paused again since
        del self._paused[partition]
        consumer = self.subscriber.consumer
        if consumer is not None and partition in consumer.assignment():
            consumer.resume(partition)

    def _hold(self, partition: TopicPartition, offset: int | None = None) -> None:
        consumer = self.subscriber.consumer
        if consumer is not None and partition in consumer.assignment():
            if offset is not None:
                consumer.seek(partition, offset)
            consumer.pause(partition)

    def _going_on(self, records: Records) -> Records:
        """A rebalance makes the consumer forget what is paused: such partitions are put back, and paused again."""
        first: dict[TopicPartition, int] = {}
        for record in records if self._paused else ():
            partition = TopicPartition(record.topic, record.partition)
            if partition in self._paused:
                first.setdefault(partition, record.offset)
        for partition, offset in first.items():
            self._hold(partition, offset)
        return [r for r in records if TopicPartition(r.topic, r.partition) not in first] if first else records

    async def _pause(self, seconds: float) -> None:
        """Ends early once the broker is being stopped, which waits for the batch in hand."""
        until = time.monotonic() + seconds
        while self.subscriber.running and (left := until - time.monotonic()) > 0:  # noqa: ASYNC110 - FastStream has no event
            await asyncio.sleep(min(left, 0.25))

    async def lag(self) -> dict[TopicPartition, int]:
        """Records between what is committed and the end, for each partition that this member holds."""
        return {p: end - committed for p, (committed, end) in (await self._offsets()).items()}

    async def behind(self) -> dict[TopicPartition, Lag]:
        """The partitions with lag, each with how long its oldest unread record has waited."""
        offsets = {p: found for p, found in (await self._offsets()).items() if found[1] > found[0]}
        unread = {p: committed for p, (committed, _) in offsets.items()}
        waited = await ages(self.subscriber.consumer, unread, now=time.time()) if unread else {}
        return {p: Lag(committed, end, waited[p]) for p, (committed, end) in offsets.items()}

    async def _offsets(self) -> dict[TopicPartition, tuple[int, int]]:
        """(committed or else the beginning, end) of each partition that this member holds."""
        consumer = self.subscriber.consumer
        if consumer is None or not consumer.assignment():
            return {}
        held = list(consumer.assignment())
        committed = dict(zip(held, await asyncio.gather(*(consumer.committed(p) for p in held)), strict=True))
        starts = await consumer.beginning_offsets([p for p in held if committed[p] is None])
        ends = await consumer.end_offsets(held)
        return {p: (starts[p] if (at := committed[p]) is None else at, ends[p]) for p in held}

    async def live(self, limit_seconds: float) -> bool:
        """Whether it consumes: its consumer runs, no batch has failed for longer than the limit, and there is no lag
        that nobody works off. To be asked of a member that was started.
        """
        now, tasks = time.monotonic(), self.subscriber.tasks
        if self.subscriber.consumer is None or (tasks and all(task.done() for task in tasks)):
            return False  # FastStream's loop ends without a word when the consumer under it is closed
        if self.retrying.since is not None and now - self.retrying.since > limit_seconds:
            return False
        if now - self.last_done <= limit_seconds:
            return True
        try:
            async with asyncio.timeout(limit_seconds / 2):
                return not any(lag for partition, lag in (await self.lag()).items() if partition not in self._paused)
        except (KafkaError, TimeoutError):
            return True  # a broker that does not answer is no reason to restart us


def _positions(offsets: dict[TopicPartition, int]) -> dict[str, int]:
    return {f"{partition.topic}/{partition.partition}": offset for partition, offset in offsets.items()}
