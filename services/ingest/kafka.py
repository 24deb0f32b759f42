"""Ingest from Kafka: a batch of submissions → accepted events and rejections, all acknowledged by the broker."""

from datetime import UTC, datetime

from aiokafka import AIOKafkaProducer

from services.ingest import binding
from services.ingest.acceptance import Accepted, accept
from services.ingest.outgoing import message
from shared.consuming import Records
from shared.departments import Register
from shared.logging import get_logger
from shared.messages import send_all
from shared.topics import sender_of

log = get_logger()


class KafkaIngest:
    """The handler of `submissions.*`. On redelivery the same events are sent again: the ledger takes each once."""

    def __init__(self, producer: AIOKafkaProducer, register: Register, *, replay: bool) -> None:
        self.producer, self.register, self.replay = producer, register, replay

    async def handle(self, records: Records) -> None:
        now = datetime.now(UTC)
        outgoing, refused = [], 0
        for record in records:
            sender = sender_of(record.topic)
            place = f"{record.topic}/{record.partition}/{record.offset}"
            outcome = accept(
                binding.from_kafka(record.headers, record.value),
                sender=self.register.sender(sender),
                register=self.register,
                received=now,
                replay=self.replay,
            )
            if not isinstance(outcome, Accepted):
                refused += 1
                log.warning(
                    "rejection.written",
                    sender=sender,
                    topic=record.topic,
                    partition=record.partition,
                    offset=record.offset,
                    event_id=outcome.id,
                    event_source=outcome.source,
                    problem=outcome.problem.slug,
                    pointer=outcome.problem.errors[0].pointer,
                )
            outgoing.append(message(outcome, sender=sender, raw=record.value, place=place, now=now))
        await send_all(self.producer, outgoing)
        log.info("events.accepted", way="kafka", accepted=len(records) - refused, rejected=refused)
