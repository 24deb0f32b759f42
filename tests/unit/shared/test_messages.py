"""What goes onto Kafka, and when it counts as sent."""

import asyncio
from datetime import UTC, datetime

import orjson
import pytest
from aiokafka.errors import KafkaError

from shared.messages import CLOUDEVENT, Message, cloudevent, send_all
from tests.unit.ingest.fakes import FakeProducer

ONE, TWO = Message("t", "é", b"1"), Message("u", "k", b"2", (("h", b"x"),))


def test_a_cloudevent_in_structured_json() -> None:
    """What the services tell each other has the form that they ask of others."""
    written = cloudevent(
        source="/s", id="1", type="t", subject="x", time=datetime(2026, 11, 20, tzinfo=UTC), data={"a": [1]}
    )
    assert orjson.loads(written) == {
        "specversion": "1.0",
        "source": "/s",
        "id": "1",
        "type": "t",
        "subject": "x",
        "time": "2026-11-20T00:00:00.000000Z",
        "datacontenttype": "application/json",
        "data": {"a": [1]},
    }


def test_a_message_says_that_it_is_a_cloudevent() -> None:
    """Unless it is told otherwise."""
    assert ONE.headers == CLOUDEVENT == (("content-type", b"application/cloudevents+json; charset=utf-8"),)


async def test_messages_are_sent_as_they_are_in_their_order() -> None:
    """With their keys as UTF-8."""
    producer = FakeProducer()
    await send_all(producer, [ONE, TWO])
    assert producer.sent == [ONE, TWO]


async def test_all_are_on_their_way_before_the_first_is_waited_for() -> None:
    """Waiting for each in turn would make a batch a hundred times slower."""
    producer = FakeProducer(acknowledge=False)
    task = asyncio.create_task(send_all(producer, [ONE, TWO]))
    await producer.given.wait()
    await asyncio.sleep(0)
    assert (producer.sent, task.done()) == ([ONE, TWO], False)
    producer.settle()
    await task


async def test_one_that_is_refused_fails_them_all() -> None:
    """The caller sends them all again: repeats are harmless, a gap is not."""
    with pytest.raises(KafkaError):
        await send_all(FakeProducer(fault=KafkaError()), [ONE, TWO])


async def test_nothing_is_sent_at_once() -> None:
    """An empty batch waits for nobody."""
    await send_all(FakeProducer(acknowledge=False), [])
