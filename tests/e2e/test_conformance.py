"""CloudEvents as others write them: the SDK's own serialisers, sent by librdkafka and by curl, through the real door.

The cases of the specification's conformance features (Kafka and HTTP: binary, structured, two content types), and texts
that the two bindings spell differently.
"""

import asyncio
import shutil
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from aiokafka import AIOKafkaConsumer
from cloudevents.core.bindings import http, kafka
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from confluent_kafka import Producer

from tests.door.house import Door

pytestmark = pytest.mark.asyncio(loop_scope="module")
IDS = ("plain-1", "two words", "50%", 'a "quoted" one', "ünïcödé ☂", "a/b?c#d&e=f")
CONTENT_TYPES = ("application/cloudevents+json", "application/cloudevents+json; charset=UTF-8")


def event(id: str) -> CloudEvent:
    attributes = {
        "id": id,
        "source": "https://example.gov.uk/commercial",
        "type": "uk.gov.social-value.heartbeat.v1",
        "subject": "dwp",
        "time": datetime(2026, 7, 1, 9, 30, 0, 123456, tzinfo=UTC),
        "datacontenttype": "application/json",
        "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    }
    return CloudEvent(attributes=attributes, data={"nothing_to_report": True})


async def through_kafka(house: Door, sent: CloudEvent, *, binary: bool, content_type: str | None = None) -> None:
    """By librdkafka, as the department."""
    message = (kafka.to_binary if binary else kafka.to_structured)(sent, JSONFormat())
    headers = dict(message.headers)
    if content_type is not None:
        headers["content-type"] = content_type.encode()
    login = house.login("dwp")
    assert login.password is not None
    producer = Producer(
        {
            "bootstrap.servers": login.bootstrap,
            "security.protocol": login.protocol.value,
            "sasl.mechanism": "SCRAM-SHA-512",
            "sasl.username": "dwp",
            "sasl.password": login.password.get_secret_value(),
        }
    )
    faults: list[Any] = []
    producer.produce(
        "submissions.dwp", value=message.value, key=message.key, headers=list(headers.items()),
        on_delivery=lambda fault, _: faults.append(fault),
    )  # fmt: skip
    assert await asyncio.to_thread(producer.flush, 20) == 0
    assert faults == [None]


async def through_curl(house: Door, sent: CloudEvent, *, binary: bool, content_type: str | None = None) -> None:
    message = (http.to_binary if binary else http.to_structured)(sent, JSONFormat())
    headers = dict(message.headers)
    if content_type is not None:
        headers = {name: v for name, v in headers.items() if name.lower() != "content-type"}
        headers["Content-Type"] = content_type
    headers["Authorization"] = f"Bearer {house.issuer.token('dwp')}"
    command = ["curl", "-sS", "--fail-with-body", "--data-binary", "@-", f"{house.ingest.url}/v1/events"]
    for name, value in headers.items():
        command += ["-H", f"{name}: {value}"]
    done = await asyncio.to_thread(subprocess.run, command, input=message.body, capture_output=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert orjson.loads(done.stdout)["receipts"][0]["id"] == sent.get_id()


async def accepted(house: Door, id: str) -> dict[str, Any]:
    """The event as it stands on procurement.events."""
    observer = house.login("observer").options()
    async with AIOKafkaConsumer("procurement.events", auto_offset_reset="earliest", **observer) as consumer:
        async with asyncio.timeout(20):
            async for record in consumer:
                found: dict[str, Any] = orjson.loads(record.value)
                if found["id"] == id:
                    return found
    raise AssertionError("the topic has no end")


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
@pytest.mark.parametrize("id", IDS)
@pytest.mark.parametrize("binary", [True, False], ids=["binary", "structured"])
@pytest.mark.parametrize("way", [through_kafka, through_curl], ids=["Kafka", "HTTP"])
async def test_what_the_sdk_writes_is_taken_as_it_was_meant(
    house: Door, way: Callable[..., Any], binary: bool, id: str
) -> None:
    """Every attribute and the data, whichever way and mode."""
    unique = f"{id} {way.__name__} {binary}"
    await way(house, event(unique), binary=binary)
    found = await accepted(house, unique)
    assert {name: found[name] for name in ("source", "type", "subject", "time", "traceparent", "data")} == {
        "source": "https://example.gov.uk/commercial",
        "type": "uk.gov.social-value.heartbeat.v1",
        "subject": "dwp",
        "time": "2026-07-01T09:30:00.123456Z",
        "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "data": {"nothing_to_report": True},
    }


@pytest.mark.parametrize("content_type", CONTENT_TYPES)
@pytest.mark.parametrize("way", [through_kafka, through_curl], ids=["Kafka", "HTTP"])
async def test_both_spellings_of_the_structured_content_type_are_known(
    house: Door, way: Callable[..., Any], content_type: str
) -> None:
    """With a charset and without."""
    unique = f"{content_type} {way.__name__}"
    await way(house, event(unique), binary=False, content_type=content_type)
    assert (await accepted(house, unique))["subject"] == "dwp"
