"""A header name that is not UTF-8 reaches the handler like any other record."""

import asyncio
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.record import default_records

from shared import header_names
from shared.kafka import Connection
from tests.integration.brokers import make_topic


class Unreadable(str):
    """A header name that aiokafka's writer encodes to bytes which are no UTF-8."""

    def encode(self, encoding: str = "utf-8", errors: str = "strict") -> bytes:
        return b"x-\xff\xfe"


async def test_records_before_and_behind_it_are_read(connection: Connection, monkeypatch: Any) -> None:
    """Three records in one batch, the second with such a name: all three come, with their offsets."""
    header_names.tolerate()
    # The Python writer asks the name to encode itself, the compiled one does not.
    for module in ("producer", "message_accumulator"):
        name = f"aiokafka.producer.{module}.DefaultRecordBatchBuilder"
        monkeypatch.setattr(name, default_records._DefaultRecordBatchBuilderPy)
    topic = await make_topic(connection)
    producer = AIOKafkaProducer(**connection.options(), linger_ms=50)
    await producer.start()
    try:
        names = ["before", Unreadable("bad"), "behind"]
        sent = [await producer.send(topic, b"%d" % n, headers=[(name, b"v")]) for n, name in enumerate(names)]
        await asyncio.gather(*sent)
    finally:
        await producer.stop()
    consumer = AIOKafkaConsumer(**connection.options(), auto_offset_reset="earliest")
    await consumer.start()
    try:
        consumer.assign([TopicPartition(topic, 0)])
        found = [await asyncio.wait_for(consumer.getone(), 15) for _ in names]
    finally:
        await consumer.stop()
    assert [(r.offset, r.value, r.headers) for r in found] == [
        (0, b"0", (("before", b"v"),)),
        (1, b"1", (("x-\\xff\\xfe", b"v"),)),
        (2, b"2", (("behind", b"v"),)),
    ]
