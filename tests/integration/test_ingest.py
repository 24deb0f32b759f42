"""Ingest as a process of its own: whatever comes in over Kafka or HTTP, its sender is answered and the line goes on."""

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

import httpx
import orjson
import pytest
from aiokafka import ConsumerRecord, TopicPartition

from deploy.kafka import topics as kafka_topics
from deploy.local.services import Service, services, write_keys
from deploy.local.stack import Stack
from services.ingest.outgoing import REJECTED
from services.svr.http import Ingest as HttpIngest
from services.svr.http import Key
from services.svr.submitting import to_http
from shared.events.catalogue import event_type
from shared.kafka import Connection
from tests.integration.brokers import committed, ends, eventually, produce, read_all
from tests.stream import cloudevent, stream

SUBMISSIONS, REJECTIONS, EVENTS = "submissions.dwp", "rejections.dwp", "procurement.events"
OF_EVENTS = 8
CLOUDEVENTS = "application/cloudevents+json"
HEADERS = [("content-type", CLOUDEVENTS.encode())]
BATCH = "application/cloudevents-batch+json"


@dataclass
class Ingest:
    """The running service, with the key of dwp."""

    connection: Connection
    service: Service
    key: str

    async def events(self) -> list[ConsumerRecord]:
        return await read_all(self.connection, EVENTS, partitions=OF_EVENTS)

    async def rejections(self) -> list[Any]:
        """Without the brake's own messages on the same topic."""
        found = [orjson.loads(record.value) for record in await read_all(self.connection, REJECTIONS)]
        return [each for each in found if each["type"] == REJECTED]

    async def done(self) -> None:
        """Returns once everything on the submissions topic is committed."""
        end = (await ends(self.connection, SUBMISSIONS))[TopicPartition(SUBMISSIONS, 0)]

        async def position() -> int:
            return (await committed(self.connection, "ingest")).get(TopicPartition(SUBMISSIONS, 0), 0)

        await eventually(position, end)

    async def submit(self, *values: bytes | None, headers: Any = HEADERS) -> list[Any]:
        """Writes to the submissions topic, and returns the rejections that this led to."""
        before = len(await self.rejections())
        await produce(self.connection, SUBMISSIONS, values, headers=headers)
        await self.done()
        return (await self.rejections())[before:]

    async def post(self, body: bytes, kind: str = CLOUDEVENTS, **headers: str) -> httpx.Response:
        async with httpx.AsyncClient(timeout=30) as client:
            return await client.post(
                f"{self.service.url}/v1/events",
                content=body,
                headers={"Authorization": f"Bearer {self.key}", "Content-Type": kind, **headers},
            )


@pytest.fixture(scope="module")
def ingest(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ingest]:
    """One process for the tests of this module, which leave events and rejections behind for each other."""
    kafka_topics.create(stack.connection)
    folder = tmp_path_factory.mktemp("ingest")
    keys = write_keys(folder / "keys.toml", ["dwp"])
    service = services(
        folder, kafka=lambda _: stack.connection, database_url=stack.database_url, keys=folder / "keys.toml"
    )["ingest"]
    service.start()
    try:
        service.wait()
        yield Ingest(stack.connection, service, keys["dwp"])
    finally:
        service.child.stop()


def heartbeat(id: str, **more: Any) -> bytes:
    return orjson.dumps(cloudevent("dwp", "heartbeat", "dwp", id, {}) | more)


def pointers(rejection: Any) -> list[str]:
    return [error["pointer"] for error in rejection["data"]["problem"]["errors"]]


CLOSED = {"closed_on": "2026-08-01"}
OTHERS = heartbeat("x", type=event_type("round.closed").type, subject="2026-27-q1", data=CLOSED)
GARBAGE = {
    "nothing": (b"", "not-json", ""),
    "no text": (b"\xff\xfe\x00", "not-json", ""),
    "no JSON": (b"{", "not-json", ""),
    "no object": (b"[1]", "invalid-data", ""),
    "no event": (b"{}", "not-a-cloudevent", "/specversion"),
    "no data": (orjson.dumps({**orjson.loads(heartbeat("x")), "data": None}), "invalid-data", "/data"),
    "a type of nobody": (heartbeat("x", type="uk.gov.dream.v1"), "unknown-type", "/type"),
    "another's department": (heartbeat("x", subject="moj"), "not-yours-to-send", "/subject"),
    "what only others say": (OTHERS, "not-yours-to-send", "/type"),
    "a wrong flag": (heartbeat("x", data={"nothing_to_report": "yes"}), "invalid-data", "/data/nothing_to_report"),
    "tomorrow's year": (heartbeat("x", time="2098-01-01T00:00:00Z"), "in-the-future", "/time"),
    "before all time": (heartbeat("x", time="0001-01-01T00:00:00Z"), "not-a-cloudevent", "/time"),
    "after all time": (heartbeat("x", recordedtime="9999-12-31T23:59:59Z"), "not-a-cloudevent", "/recordedtime"),
    "a half pair": (heartbeat("x").replace(b'"data":{}', b'"data":{"x":"\\ud800"}'), "not-json", "/data/x"),
    "U+0000": (heartbeat("x").replace(b'"data":{}', b'"data":{"x":"\\u0000"}'), "not-json", "/data/x"),
    "a name twice": (heartbeat("x").replace(b'"data":{}', b'"data":{},"data":{}'), "not-json", ""),
    "a deep pit": (b"[" * 100_000, "not-json", ""),
    "a name without end": (heartbeat("x", data={"n" * 900_000: 1}), "invalid-data", "/data/nnn"),
    "an attribute without end": (heartbeat("x", time="t" * 900_000), "not-a-cloudevent", "/time"),
    "too large": (heartbeat("x", data={"n": "n" * 2_000_000}), "too-large", ""),
    "larger when written out": (
        orjson.dumps(
            cloudevent(
                "dwp",
                "notice.published",
                "ocds-abcdef-1",
                "x",
                {"ocid": "ocds-abcdef-1", "id": "1", "date": "2026-01-01T00:00:00Z", "tag": ["tender"], "x": [0]},
            )
        ).replace(b'"x":[0]', b'"x":[' + b"1e15," * 199_000 + b"0]"),
        "too-large",
        "",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", GARBAGE.values(), ids=list(GARBAGE))
async def test_over_kafka_garbage_is_answered_and_the_line_goes_on(
    ingest: Ingest, case: tuple[bytes, str, str], request: pytest.FixtureRequest
) -> None:
    """The rejection holds the bytes as they came, the reason and where it lies; the next event is accepted."""
    raw, slug, pointer = case
    id = f"after/kafka/{request.node.callspec.id}"
    (rejection,) = await ingest.submit(raw, heartbeat(id))
    assert rejection["data"]["problem"]["type"] == f"/problems/{slug}"
    assert pointers(rejection)[0].startswith(pointer)
    assert base64.b64decode(rejection["data"]["raw_base64"]) == raw[:1_000_000]
    assert rejection["data"]["raw_bytes"] == len(raw)
    assert rejection["data"]["place"].startswith("submissions.dwp/0/")
    assert id in [orjson.loads(record.value)["id"] for record in await ingest.events()]


@pytest.mark.parametrize("case", GARBAGE.values(), ids=list(GARBAGE))
async def test_over_http_garbage_is_answered_and_the_line_goes_on(
    ingest: Ingest, case: tuple[bytes, str, str], request: pytest.FixtureRequest
) -> None:
    """The answer names the reason, the same stands on the rejections topic, and the next event is accepted."""
    raw, slug, pointer = case
    before = len(await ingest.rejections())
    response = await ingest.post(raw)
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["type"] == f"/problems/{slug}"
    (rejection,) = (await ingest.rejections())[before:]
    assert rejection["data"]["problem"]["errors"] == response.json()["errors"]
    assert pointers(rejection)[0].startswith(pointer)
    assert base64.b64decode(rejection["data"]["raw_base64"]) == raw[:1_000_000]
    assert (await ingest.post(heartbeat(f"after/http/{request.node.callspec.id}"))).status_code == 202


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param([("content-type", b"\xff")], id="a content type that is no text"),
        pytest.param([("content-type", None)], id="a content type that is null"),
        pytest.param([("ce_specversion", b"\xff"), ("ce_id", None)], id="attributes that are no text"),
        pytest.param([("ce_specversion", b"1.0"), ("reply_to", b"procurement.events")], id="a reply_to"),
    ],
)
async def test_whatever_the_headers_the_line_goes_on(ingest: Ingest, headers: Any) -> None:
    """A record that no header makes readable is refused, and nothing else is written because of it."""
    before = len(await ingest.events())
    (rejection,) = await ingest.submit(b'{"a":1}', headers=headers)
    assert base64.b64decode(rejection["data"]["raw_base64"]) == b'{"a":1}'
    assert len(await ingest.events()) == before


async def test_a_tombstone_is_refused(ingest: Ingest) -> None:
    """A record without a value says nothing; its rejection says so, without raw bytes."""
    (rejection,) = await ingest.submit(None)
    assert rejection["data"]["problem"]["type"] == "/problems/not-a-cloudevent"
    assert (rejection["data"]["raw_base64"], rejection["data"]["raw_bytes"]) == (None, None)


async def test_of_random_bytes_every_submission_is_accounted_for(ingest: Ingest) -> None:
    """Submitted are as many as accepted and rejected, and every rejection gives its bytes back."""
    rng = Random(2012)
    sound = [heartbeat(f"random/{number}") for number in range(100)]
    broken = [_damaged(rng, rng.choice(sound)) for _ in range(300)]
    before = len(await ingest.events())
    rejected = await ingest.submit(*sound, *broken)
    accepted = len(await ingest.events()) - before
    assert accepted + len(rejected) == 400
    assert accepted >= 100
    given_back = [base64.b64decode(rejection["data"]["raw_base64"]) for rejection in rejected]
    assert all(raw in broken for raw in given_back)


def _damaged(rng: Random, raw: bytes) -> bytes:
    """Some bytes changed, cut or made up."""
    kind = rng.randrange(3)
    if kind == 0:
        return rng.randbytes(rng.randrange(1, 200))
    if kind == 1:
        return raw[: rng.randrange(1, len(raw))]
    place = rng.randrange(len(raw))
    return raw[:place] + rng.randbytes(3) + raw[place + 3 :]


async def test_a_batch_over_http_is_all_or_nothing(ingest: Ingest) -> None:
    """One bad event in a batch: nothing is accepted, and the error points into the batch."""
    before = len(await ingest.events())
    body = b"[" + b",".join([heartbeat("b1"), heartbeat("b2", subject="moj"), heartbeat("b3")]) + b"]"
    response = await ingest.post(body, BATCH)
    assert response.status_code == 422
    assert [error["pointer"] for error in response.json()["errors"]] == ["/1/subject"]
    assert len(await ingest.events()) == before


async def test_large_lines_over_http_are_sent_in_requests_that_ingest_takes(ingest: Ingest) -> None:
    """`svr submit` cuts its batches by their size too: nothing sound is refused for having much company."""
    note = {"barrier": "uncertain-of-law", "text": "x" * 19_000}
    lines = [orjson.dumps(cloudevent("dwp", "barrier.reported", "dwp", f"large/{n}", note)) for n in range(1_000)]
    tally = await to_http(HttpIngest(ingest.service.url, Key(ingest.key)), lines, progress=lambda _: None, size=1_000)
    assert (tally.sent, tally.accepted, tally.refusals) == (1_000, 1_000, [])


async def test_without_a_key_nothing_is_taken(ingest: Ingest) -> None:
    """401, and neither an event nor a rejection."""
    before = (len(await ingest.events()), len(await ingest.rejections()))
    response = await ingest.post(heartbeat("k"), Authorization="Bearer wrong")
    assert response.status_code == 401
    assert (len(await ingest.events()), len(await ingest.rejections())) == before


async def test_an_accepted_event_is_keyed_by_its_subject(ingest: Ingest) -> None:
    """So that all events of one procurement are in one partition, in the order they were accepted in."""
    mine = [line.line for line in stream(5, procurements=6) if line.sender == "dwp" and not line.broken]
    await ingest.submit(*mine)
    wanted = {orjson.loads(line)["id"] for line in mine}
    found = [record for record in await ingest.events() if orjson.loads(record.value)["id"] in wanted]
    assert all(record.key.decode() == orjson.loads(record.value)["subject"] for record in found)
    assert wanted == {orjson.loads(record.value)["id"] for record in found}
