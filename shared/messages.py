"""What goes onto Kafka: a message, and the CloudEvent by which the services tell each other of a change."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from aiokafka import AIOKafkaProducer

from shared import times
from shared.envelope import CONTENT_TYPE
from shared.kafka import Connection
from shared.tracing import HEADER

Headers = Sequence[tuple[str, bytes]]
STOP_SECONDS = 3.0
CLOUDEVENT: Headers = (("content-type", CONTENT_TYPE.encode()),)


@dataclass(frozen=True, slots=True)
class Message:
    topic: str
    key: str
    value: bytes
    headers: Headers = CLOUDEVENT


def headers(traceparent: str | None) -> Headers:
    """Those of a CloudEvent of ours, with the trace that it belongs to."""
    return CLOUDEVENT if traceparent is None else (*CLOUDEVENT, (HEADER, traceparent.encode()))


def cloudevent(
    *, source: str, id: str, type: str, subject: str, time: datetime, data: Any, traceparent: str | None = None
) -> bytes:
    """CloudEvents 1.0 in structured JSON; `data` is anything orjson can write."""
    return orjson.dumps(
        {
            "specversion": "1.0",
            "source": source,
            "id": id,
            "type": type,
            "subject": subject,
            "time": times.text(time),
            "datacontenttype": "application/json",
            **({} if traceparent is None else {HEADER: traceparent}),
            "data": data,
        }
    )


def producer(connection: Connection) -> AIOKafkaProducer:
    """Idempotent, hence acks=all: an acknowledged record survives the loss of its leader, once."""
    return AIOKafkaProducer(
        **connection.options(),
        enable_idempotence=True,
        linger_ms=5,
        compression_type="lz4",
        max_request_size=3_000_000,  # what the topics take: a conflict quotes an event, which at worst doubles it
        request_timeout_ms=30_000,
    )


async def stop(kafka: AIOKafkaProducer) -> None:
    """Waits for what is on its way, but not for a broker that does not answer: nothing unacknowledged was promised."""
    with suppress(TimeoutError):
        async with asyncio.timeout(STOP_SECONDS):
            await kafka.stop()


async def send_all(kafka: AIOKafkaProducer, messages: Sequence[Message]) -> None:
    """Returns when the broker has acknowledged every message; raises when it refused one."""
    pending = [await kafka.send(m.topic, m.value, key=m.key.encode(), headers=list(m.headers)) for m in messages]
    for acknowledged in pending:
        await acknowledged
