"""POST /v1/events, with a producer that only remembers: what is answered, and what has been sent by then."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Mapping
from typing import Any

import httpx
import orjson
import pytest
from aiokafka.errors import KafkaConnectionError
from fastapi import FastAPI
from structlog.testing import capture_logs

from services.ingest.http import MAX_BODY, Context, router
from tests.unit.ingest.examples import EXAMPLES, OCID, REGISTER, RELEASE, TIME, event_of
from tests.unit.ingest.fakes import FakeProducer

KEY = "secret"
KEYS = {hashlib.sha256(KEY.encode()).hexdigest(): "dwp"}
EVENT = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"
PROBLEM = "application/problem+json"


async def post(
    body: Any,
    kind: str | None = EVENT,
    *,
    producer: FakeProducer | None,
    headers: Mapping[str, str] | None = None,
    key: str | None = KEY,
) -> httpx.Response:
    """`producer` None: the broker has not been reached. `body` is sent as it is if bytes, else as JSON."""
    app = FastAPI()
    context = None if producer is None else Context(producer, REGISTER, KEYS, replay=False)
    app.include_router(router(lambda: context))
    sent = {**({"content-type": kind} if kind else {}), **({"authorization": f"Bearer {key}"} if key else {})}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://ingest") as client:
        content = body if isinstance(body, bytes | AsyncIterator) else orjson.dumps(body)
        return await client.post("/v1/events", content=content, headers={**sent, **(headers or {})})


async def test_an_event_is_taken() -> None:
    """202, with a receipt that names it, and the event is on its topic."""
    producer = FakeProducer()
    response = await post(event_of("heartbeat"), producer=producer)
    assert (response.status_code, response.json()) == (202, {"accepted": [{"source": "/dwp/system", "id": "e-1"}]})
    assert [(m.topic, m.key) for m in producer.sent] == [("procurement.events", "dwp")]


async def test_an_event_in_binary_mode_is_taken() -> None:
    """Attributes in headers, percent-encoded; the data alone in the body."""
    producer = FakeProducer()
    headers = {
        "ce-specversion": "1.0",
        "ce-id": "%E2%84%96%207",
        "ce-source": "/dwp/system",
        "ce-type": "uk.gov.social-value.staff.counted.v1",
        "ce-subject": "dwp",
        "ce-time": TIME,
    }
    response = await post(EXAMPLES["staff.counted"][2], "application/json", producer=producer, headers=headers)
    assert (response.status_code, response.json()) == (202, {"accepted": [{"source": "/dwp/system", "id": "№ 7"}]})


async def test_a_batch_is_taken() -> None:
    """One receipt for each, in the order sent."""
    producer = FakeProducer()
    response = await post([event_of("heartbeat", id="1"), event_of("heartbeat", id="2")], BATCH, producer=producer)
    assert response.status_code == 202
    assert [receipt["id"] for receipt in response.json()["accepted"]] == ["1", "2"]
    assert len(producer.sent) == 2


@pytest.mark.parametrize(("body", "kind"), [([], BATCH), ([], None), ({"releases": []}, None)])
async def test_an_empty_batch_is_taken(body: Any, kind: str | None) -> None:
    """CloudEvents allows it: there is nothing to refuse and nothing to send."""
    producer = FakeProducer()
    response = await post(body, kind, producer=producer)
    assert (response.status_code, response.json(), producer.sent) == (202, {"accepted": []}, [])


@pytest.mark.parametrize(
    ("body", "count"),
    [(RELEASE, 1), ({"uri": "x", "releases": [RELEASE, RELEASE | {"id": "2"}]}, 2), ([RELEASE], 1)],
    ids=["a release", "a package", "a list"],
)
async def test_ocds_is_taken_in_every_wrapping(body: Any, count: int) -> None:
    """A package is its releases."""
    producer = FakeProducer()
    response = await post(body, "application/json", producer=producer)
    assert response.status_code == 202
    assert [m.key for m in producer.sent] == [OCID] * count


async def test_it_answers_only_after_the_broker_has_acknowledged() -> None:
    """202 is a promise."""
    producer = FakeProducer(acknowledge=False)
    task = asyncio.create_task(post(event_of("heartbeat"), producer=producer))
    await producer.given.wait()
    await asyncio.sleep(0.01)
    assert not task.done()
    producer.settle()
    assert (await task).status_code == 202


async def test_a_refused_event_is_answered_with_the_problem() -> None:
    """422 and RFC 9457, and the same problem goes to the sender's rejections topic with the bytes."""
    producer = FakeProducer()
    response = await post(event_of("heartbeat", id=None), producer=producer)
    assert (response.status_code, response.headers["content-type"]) == (422, PROBLEM)
    assert response.json() == {
        "status": 422,
        "type": "/problems/not-a-cloudevent",
        "title": "This is not a CloudEvents 1.0 event",
        "detail": "/id: is missing: it must be a text that is not empty",
        "errors": [{"pointer": "/id", "detail": "is missing: it must be a text that is not empty"}],
    }
    (sent,) = producer.sent
    assert sent.topic == "rejections.dwp"
    assert {"status": 422, **orjson.loads(sent.value)["data"]["problem"]} == response.json()


async def test_of_a_batch_with_a_refused_event_nothing_is_taken() -> None:
    """All or nothing: the sound one is not sent, and every fault has its place in the batch."""
    producer = FakeProducer()
    body = [event_of("heartbeat"), event_of("heartbeat", id=None), event_of("heartbeat", data={"x": 1}), 7]
    response = await post(body, BATCH, producer=producer)
    assert response.status_code == 422
    assert [error["pointer"] for error in response.json()["errors"]] == ["/1/id", "/2/data/x", "/3"]
    assert [m.topic for m in producer.sent] == ["rejections.dwp"] * 3
    places = [orjson.loads(m.value)["data"]["place"] for m in producer.sent]
    assert [place.split("/")[2:] for place in places] == [["1"], ["2"], ["3"]]


async def test_faults_of_a_package_have_their_place_in_it() -> None:
    """The pointer leads through `releases`."""
    package = {"releases": [RELEASE, RELEASE | {"tag": ["compiled"]}]}
    response = await post(package, None, producer=FakeProducer())
    assert [error["pointer"] for error in response.json()["errors"]] == ["/releases/1/tag"]


async def test_a_package_that_is_not_json_is_refused_as_a_whole() -> None:
    """With the place in the body as it came, and the body on the rejections topic."""
    producer = FakeProducer()
    body = b'{"releases":[{"tender":{"title":"a","title":"b"}}]}'
    response = await post(body, None, producer=producer)
    assert response.status_code == 422
    assert [error["pointer"] for error in response.json()["errors"]] == ["/releases/0/tender/title"]
    assert orjson.loads(producer.sent[0].value)["data"]["raw_bytes"] == len(body)


@pytest.mark.parametrize("body", [{}, 7, None, "x"])
async def test_a_batch_that_is_no_list_is_refused(body: Any) -> None:
    """The media type promised an array."""
    response = await post(body, BATCH, producer=FakeProducer())
    assert (response.status_code, response.json()["errors"]) == (422, [{"pointer": "", "detail": "must be an array"}])


async def test_a_header_that_is_not_utf_8_is_refused_by_name() -> None:
    """As any other fault: with its pointer, and on the rejections topic."""
    producer = FakeProducer()
    response = await post({}, None, producer=producer, headers={"ce-id": "%FF"})
    assert response.status_code == 422
    assert response.json()["errors"][0] == {
        "pointer": "/id",
        "detail": "its header is not UTF-8 (which HTTP wants percent-encoded)",
    }
    assert len(producer.sent) == 1


async def test_an_event_too_large_for_one_is_refused_within_its_batch() -> None:
    """A large request is welcome, a large event is not."""
    body = [event_of("barrier.reported", data={"text": "x" * 1_000_000}), event_of("heartbeat")]
    response = await post(body, BATCH, producer=FakeProducer())
    assert (response.status_code, response.json()["type"]) == (422, "/problems/too-large")
    assert [error["pointer"] for error in response.json()["errors"]] == ["/0"]


@pytest.mark.parametrize("key", [None, "other"])
async def test_without_a_key_nothing_is_taken(key: str | None) -> None:
    """401, and neither an event nor a rejection: nobody knows whose it would be."""
    producer = FakeProducer()
    response = await post(event_of("heartbeat"), producer=producer, key=key)
    assert (response.status_code, response.headers["content-type"], producer.sent) == (401, PROBLEM, [])
    assert response.headers["www-authenticate"] == "Bearer"
    assert response.json()["status"] == 401


async def test_a_body_too_large_is_not_read_to_its_end() -> None:
    """413 as soon as the limit is passed, however much the sender still had in hand."""
    read = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal read
        while read < 10 * MAX_BODY:
            read += 1_000_000
            yield b" " * 1_000_000

    producer = FakeProducer()
    response = await post(endless(), producer=producer)
    assert (response.status_code, response.headers["content-type"], producer.sent) == (413, PROBLEM, [])
    assert response.json()["type"] == "/problems/too-large"
    assert read <= MAX_BODY + 2_000_000


async def test_before_the_broker_is_reached_nothing_is_taken() -> None:
    """503, and when to try again."""
    response = await post(event_of("heartbeat"), producer=None)
    assert (response.status_code, response.headers["content-type"]) == (503, PROBLEM)
    assert response.headers["retry-after"] == "5"


@pytest.mark.parametrize("body", [event_of("heartbeat"), event_of("heartbeat", id=None)], ids=["event", "rejection"])
async def test_what_the_broker_does_not_acknowledge_is_not_taken(body: Any) -> None:
    """503 even for a refusal: its rejection has not been written."""
    response = await post(body, producer=FakeProducer(fault=KafkaConnectionError("gone")))
    assert (response.status_code, response.headers["content-type"]) == (503, PROBLEM)
    assert response.headers["retry-after"] == "5"
    assert response.json()["type"] == "/problems/not-acknowledged"


async def test_a_bug_is_not_taken_for_an_outage() -> None:
    """Anything but a fault of Kafka is ours to mend, and is not told as something to try again."""
    with pytest.raises(ZeroDivisionError):
        await post(event_of("heartbeat"), producer=FakeProducer(fault=ZeroDivisionError()))


async def test_a_refusal_is_a_warning_in_the_log() -> None:
    """As over Kafka: with what finds the submission and the reason, never with what it holds."""
    with capture_logs() as logs:
        await post([event_of("heartbeat"), event_of("heartbeat", subject="moj")], BATCH, producer=FakeProducer())
    place = logs[0].pop("place")
    assert (place.split("/")[0], place.split("/")[2:]) == ("http", ["1"])
    assert logs == [
        {
            "event": "rejection.written",
            "log_level": "warning",
            "sender": "dwp",
            "event_id": "e-1",
            "event_source": "/dwp/system",
            "problem": "not-yours-to-send",
            "pointer": "/subject",
        },
        {"event": "events.accepted", "log_level": "info", "way": "http", "sender": "dwp", "accepted": 0, "rejected": 1},
    ]
