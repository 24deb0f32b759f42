"""The handler of the submissions topics: every record is answered before the handler returns."""

import asyncio
from typing import Any

import orjson
import pytest
from aiokafka import ConsumerRecord
from aiokafka.errors import KafkaError
from structlog.testing import capture_logs

from services.ingest.kafka import KafkaIngest
from tests.unit.ingest.examples import RELEASE, event_of
from tests.unit.ingest.fakes import FakeProducer, taking

STRUCTURED = (("content-type", b"application/cloudevents+json"),)


def record(value: Any, *, topic: str = "submissions.dwp", offset: int = 0, headers: Any = STRUCTURED) -> Any:
    raw = value if isinstance(value, bytes | None) else orjson.dumps(value)
    return ConsumerRecord(
        topic=topic,
        partition=0,
        offset=offset,
        timestamp=0,
        timestamp_type=0,
        key=None,
        value=raw,
        checksum=None,
        serialized_key_size=-1,
        serialized_value_size=-1,
        headers=headers,
    )


def ingest(producer: FakeProducer, *, replay: bool = False) -> KafkaIngest:
    return KafkaIngest(taking(producer, replay=replay), lambda partition, seconds: None)


async def test_every_record_of_a_batch_is_answered_in_order() -> None:
    """Accepted or refused, binary, structured or a plain release: one message each, and none holds up another."""
    producer = FakeProducer()
    await ingest(producer).handle(
        [
            record(event_of("heartbeat", id="first")),
            record(b"\xff", offset=1),
            record(None, offset=2),
            record(RELEASE, offset=3, headers=()),
            record(event_of("heartbeat", id="last"), offset=5),
        ]
    )
    assert [(m.topic, m.key) for m in producer.sent] == [
        ("procurement.events", "dwp"),
        ("rejections.dwp", "submissions.dwp/0/1"),
        ("rejections.dwp", "submissions.dwp/0/2"),
        ("procurement.events", "ocds-h6vhtk-06e0b1"),
        ("procurement.events", "dwp"),
    ]


async def test_the_topic_says_who_sent_it() -> None:
    """On another department's topic the same event is another department's."""
    producer = FakeProducer()
    await ingest(producer).handle([record(event_of("heartbeat"), topic="submissions.moj")])
    (sent,) = producer.sent
    assert (sent.topic, orjson.loads(sent.value)["data"]["problem"]["type"]) == (
        "rejections.moj",
        "/problems/not-yours-to-send",
    )


async def test_it_returns_only_after_the_broker_has_acknowledged() -> None:
    """What is committed afterwards must not be lost with the broker."""
    producer = FakeProducer(acknowledge=False)
    task = asyncio.create_task(ingest(producer).handle([record(event_of("heartbeat"))]))
    await producer.given.wait()
    await asyncio.sleep(0)
    assert not task.done()
    producer.settle()
    await task


async def test_a_broker_that_refuses_fails_the_batch() -> None:
    """The records are then not committed, and come again."""
    with pytest.raises(KafkaError):
        await ingest(FakeProducer(fault=KafkaError())).handle([record(event_of("heartbeat"))])


async def test_a_history_can_be_replayed() -> None:
    """With the times at which it was recorded."""
    producer = FakeProducer()
    event = event_of("heartbeat", recordedtime="2026-11-20T10:00:00Z")
    await ingest(producer, replay=True).handle([record(event)])
    assert orjson.loads(producer.sent[0].value)["receivedtime"] == "2026-11-20T10:00:00.000000Z"


async def test_a_batch_is_one_line_in_the_log() -> None:
    """With how many were accepted and how many refused."""
    with capture_logs() as logs:
        await ingest(FakeProducer()).handle([record(event_of("heartbeat")), record(b"", offset=1)])
    assert logs[-1] == {
        "event": "events.accepted",
        "log_level": "info",
        "way": "kafka",
        "senders": ["dwp"],
        "accepted": 1,
        "rejected": 1,
        "sender": "dwp",
        "event_source": "/dwp/system",
        "event_id": "e-1",
        "event_type": "uk.gov.social-value.heartbeat.v1",
        "subject": "dwp",
    }


TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
OTHER = "00-11111111111111111111111111111111-b7ad6b7169203331-00"


async def test_a_records_trace_is_its_events() -> None:
    """In the event, in the header beside it, and in the log."""
    producer = FakeProducer()
    with capture_logs() as logs:
        await ingest(producer).handle(
            [record(event_of("heartbeat"), headers=(*STRUCTURED, ("traceparent", TRACE.encode())))]
        )
    assert orjson.loads(producer.sent[0].value)["traceparent"] == TRACE
    assert dict(producer.sent[0].headers)["traceparent"] == TRACE.encode()
    assert logs[-1]["trace_id"] == "0af7651916cd43dd8448eb211c80319c"


async def test_an_events_own_trace_comes_before_the_records() -> None:
    """It is the one that its sender started; the record's may be a relay's."""
    producer = FakeProducer()
    event = event_of("heartbeat", traceparent=TRACE)
    await ingest(producer).handle([record(event, headers=(*STRUCTURED, ("traceparent", OTHER.encode())))])
    assert dict(producer.sent[0].headers)["traceparent"] == TRACE.encode()


async def test_a_refusal_names_its_trace() -> None:
    """A refused record has no event that could."""
    with capture_logs() as logs:
        producer = FakeProducer()
        await ingest(producer).handle([record(b"{", headers=(*STRUCTURED, ("traceparent", TRACE.encode())))])
    assert logs[0]["trace_id"] == "0af7651916cd43dd8448eb211c80319c"
    assert orjson.loads(producer.sent[0].value)["traceparent"] == TRACE


async def test_every_minute_says_how_much_of_each_sender_was_refused() -> None:
    """Of those who have sent; and only what came since."""
    handler = ingest(FakeProducer())
    await handler.handle([record(event_of("heartbeat")), record(b"", offset=1), record(b"", offset=2)])
    with capture_logs() as logs:
        handler.taking.say_rates()
        handler.taking.say_rates()
    assert logs == [
        {"event": "refusals.rate", "log_level": "info", "sender": "dwp", "refused": 2, "of": 3, "percent": 66.7}
    ]


async def test_a_refusal_is_a_warning_in_the_log() -> None:
    """With what finds the record and the reason; never with what the record holds."""
    with capture_logs() as logs:
        await ingest(FakeProducer()).handle([record(event_of("heartbeat", subject="moj"), offset=9)])
    assert logs[0] == {
        "event": "rejection.written",
        "log_level": "warning",
        "sender": "dwp",
        "place": "submissions.dwp/0/9",
        "topic": "submissions.dwp",
        "partition": 0,
        "offset": 9,
        "event_id": "e-1",
        "event_source": "/dwp/system",
        "problem": "not-yours-to-send",
        "pointer": "/subject",
    }
