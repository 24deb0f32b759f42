"""POST /v1/events, with a producer that only remembers: what is answered, and what has been sent by then."""

import asyncio
import gzip
from collections.abc import AsyncIterator, Mapping
from typing import Any

import httpx
import orjson
import pytest
from aiokafka.errors import KafkaConnectionError
from structlog.testing import capture_logs

from services.ingest.bodies import LINGER
from services.ingest.events import LARGEST as MAX_BODY
from services.ingest.http import Context
from tests.unit.ingest.examples import EXAMPLES, TIME, event_of
from tests.unit.ingest.fakes import KEY, FakeProducer, context, key_of, serving

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
    path: str = "/v1/events",
) -> httpx.Response:
    """`producer` None: the broker has not been reached. `body` is sent as it is if bytes, else as JSON."""
    sent = {**({"content-type": kind} if kind else {}), **({"authorization": f"Bearer {key}"} if key else {})}
    async with serving(None if producer is None else context(producer)) as client:
        content = body if isinstance(body, bytes | AsyncIterator) else orjson.dumps(body)
        return await client.post(path, content=content, headers={**sent, **(headers or {})})


def receipt(id: str, encoded: str | None = None) -> dict[str, str]:
    url = f"/v1/receipts/%2Fdwp%2Fsystem/{encoded or id}"
    return {"source": "/dwp/system", "id": id, "status": "accepted", "status_url": url}


async def test_an_event_is_taken() -> None:
    """202, with a receipt that names it, and the event is on its topic."""
    producer = FakeProducer()
    response = await post(event_of("heartbeat"), producer=producer)
    assert (response.status_code, response.json()) == (202, {"receipts": [receipt("e-1")]})
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
    assert (response.status_code, response.json()) == (
        202,
        {"receipts": [receipt("№ 7", "%E2%84%96%207")]},
    )


async def test_a_batch_is_taken() -> None:
    """One receipt for each, in the order sent."""
    producer = FakeProducer()
    response = await post([event_of("heartbeat", id="1"), event_of("heartbeat", id="2")], BATCH, producer=producer)
    assert response.status_code == 202
    assert [receipt["id"] for receipt in response.json()["receipts"]] == ["1", "2"]
    assert len(producer.sent) == 2


async def test_an_empty_batch_is_taken() -> None:
    """CloudEvents allows it: there is nothing to refuse and nothing to send."""
    producer = FakeProducer()
    response = await post([], BATCH, producer=producer)
    assert (response.status_code, response.json(), producer.sent) == (202, {"receipts": []}, [])


@pytest.mark.parametrize("kind", ["application/json", "text/plain", None])
async def test_what_is_no_cloudevent_by_its_headers_has_another_address(kind: str | None) -> None:
    """415, and where releases go."""
    response = await post({}, kind, producer=FakeProducer())
    assert (response.status_code, response.headers["content-type"]) == (415, PROBLEM)
    assert "/v1/releases" in response.json()["detail"]


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
    problem = response.json()
    assert len(problem.pop("instance")) == 32
    assert problem == {
        "status": 422,
        "type": "/problems/not-a-cloudevent",
        "title": "This is not a CloudEvents 1.0 event",
        "detail": "/id: is missing: it must be a text that is not empty",
        "errors": [{"pointer": "/id", "detail": "is missing: it must be a text that is not empty"}],
    }
    (sent,) = producer.sent
    assert sent.topic == "rejections.dwp"
    assert {"status": 422, **orjson.loads(sent.value)["data"]["problem"]} == problem


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


@pytest.mark.parametrize("body", [{}, 7, None, "x"])
async def test_a_batch_that_is_no_list_is_refused(body: Any) -> None:
    """The media type promised an array."""
    response = await post(body, BATCH, producer=FakeProducer())
    assert (response.status_code, response.json()["errors"]) == (
        422,
        [{"pointer": "", "detail": "must be an array: a batch is a JSON array of events"}],
    )


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
    assert response.headers["www-authenticate"].startswith("Bearer")
    assert response.json()["status"] == 401


async def test_a_body_too_large_is_not_read_to_its_end() -> None:
    """413 once the limit is passed; of what the sender still has in hand no more than so much is let go by."""
    read = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal read
        while read < 10 * (MAX_BODY + LINGER):
            read += 1_000_000
            yield b" " * 1_000_000

    producer = FakeProducer()
    response = await post(endless(), producer=producer)
    assert (response.status_code, response.headers["content-type"], producer.sent) == (413, PROBLEM, [])
    assert response.json()["type"] == "/problems/body-too-large"
    assert read <= MAX_BODY + LINGER + 2_000_000


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
    response = await post(event_of("heartbeat"), producer=FakeProducer(fault=ZeroDivisionError()))
    assert (response.status_code, response.json()["type"]) == (500, "/problems/internal")


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
        {
            "event": "events.accepted",
            "log_level": "info",
            "way": "http",
            "senders": ["dwp"],
            "accepted": 0,
            "rejected": 1,
        },
    ]


def limited(*, rate: float = 1, burst: float = 1) -> Context:
    return context(FakeProducer(), rate=rate, burst=burst)


async def send(client: httpx.AsyncClient, *events: Any, key: str = KEY) -> httpx.Response:
    headers = {"authorization": f"Bearer {key}", "content-type": BATCH}
    return await client.post("/v1/events", content=orjson.dumps(events), headers=headers)


async def test_a_sender_in_debt_waits_and_another_does_not() -> None:
    """429 with the seconds to wait, before anything is taken."""
    ready = limited()
    async with serving(ready) as client:
        assert (await send(client, *[event_of("heartbeat")] * 31)).status_code == 202
        answer = await send(client, event_of("heartbeat"))
        other = await send(client, event_of("heartbeat", subject="moj", source="/moj"), key=key_of("moj"))
    assert (answer.status_code, answer.json()["type"]) == (429, "/problems/too-many-requests")
    assert answer.headers["retry-after"] in ("29", "30")
    assert other.status_code == 202


async def test_a_braked_sender_is_told_and_slowed() -> None:
    """One message and one line in the log; after a handful of requests 429. Its refusals are summed up, not named."""
    producer = FakeProducer()
    with capture_logs() as logs:
        async with serving(context(producer)) as client:
            bad = [event_of("heartbeat", id=None)]
            assert (await send(client, *bad * 100)).status_code == 422
            answers = [(await send(client, *bad)).status_code for _ in range(7)]
    assert answers == [422] * 5 + [429] * 2
    types = [orjson.loads(m.value)["type"].split(".")[-2] for m in producer.sent]
    assert (types.count("applied"), types.count("rejected")) == (1, 105)
    assert [line["event"] for line in logs if line["event"].startswith(("brake", "rejection"))] == ["brake.applied"]


async def test_what_the_broker_did_not_acknowledge_has_told_nobody_of_the_brake() -> None:
    """It is told with the next that is acknowledged."""
    producer = FakeProducer(fault=KafkaConnectionError("gone"))
    async with serving(context(producer)) as client:
        bad = [event_of("heartbeat", id=None)]
        assert (await send(client, *bad * 100)).status_code == 503
        producer.fault, producer.sent = None, []
        assert (await send(client, *bad)).status_code == 422
    assert [orjson.loads(m.value)["type"].split(".")[-2] for m in producer.sent] == ["rejected", "applied"]


async def test_a_batch_may_come_compressed() -> None:
    """Content-Encoding: gzip; in any other, 415."""
    body = gzip.compress(orjson.dumps([event_of("heartbeat")]))
    taken = await post(body, BATCH, producer=FakeProducer(), headers={"content-encoding": "gzip"})
    refused = await post(body, BATCH, producer=FakeProducer(), headers={"content-encoding": "br"})
    assert (taken.status_code, refused.status_code, refused.headers["accept-encoding"]) == (202, 415, "gzip")
