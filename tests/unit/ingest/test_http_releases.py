"""POST /v1/releases: each release for itself, taken while the rest still comes."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import orjson
import pytest

from services.ingest.releases import CHUNK
from tests.unit.ingest.examples import OCID, RELEASE
from tests.unit.ingest.fakes import FakeProducer, context, key_of, serving

PROBLEM = "application/problem+json"
BAD = RELEASE | {"id": "bad", "tag": ["compiled"]}


def release(id: str) -> dict[str, Any]:
    return RELEASE | {"id": id}


async def post(
    body: Any,
    kind: str = "application/json",
    *,
    producer: FakeProducer | None = None,
    releases_bytes: int = 4_000_000,
    headers: dict[str, str] | None = None,
) -> httpx.Response:
    ready = context(producer or FakeProducer(), releases_bytes=releases_bytes)
    async with serving(ready) as client:
        content = body if isinstance(body, bytes | AsyncIterator) else orjson.dumps(body)
        key = key_of("find-a-tender")
        sent = {"authorization": f"Bearer {key}", "content-type": kind, **(headers or {})}
        return await client.post("/v1/releases", content=content, headers=sent)


def receipt(id: str) -> dict[str, str]:
    url = f"/v1/receipts/%2Ffind-a-tender%2Fnotices/{OCID}%2F{id}"
    return {"source": "/find-a-tender/notices", "id": f"{OCID}/{id}", "status": "accepted", "status_url": url}


LINES = b"".join(orjson.dumps(release(id)) + b"\n" for id in "12")
WRAPPINGS = {
    "a release": (release("1"), "application/json", 1),
    "a package": ({"uri": "x", "releases": [release("1"), release("2")]}, "application/json; charset=utf-8", 2),
    "a list": ([release("1"), release("2")], "application/json", 2),
    "a record package": (
        {"records": [{"ocid": OCID, "releases": [release("1"), release("2")]}]},
        "application/json",
        2,
    ),
    "JSON lines": (LINES, "application/jsonl", 2),
    "newline-delimited JSON": (LINES, "application/x-ndjson", 2),
    "a JSON sequence": (b"\x1e" + LINES.replace(b"\n", b"\n\x1e"), "application/json-seq", 2),
    "an empty package": ({"releases": []}, "application/json", 0),
    "no lines": (b"", "application/jsonl", 0),
}


@pytest.mark.parametrize(("body", "kind", "count"), WRAPPINGS.values(), ids=list(WRAPPINGS))
@pytest.mark.parametrize("packed", [False, True])
async def test_releases_are_taken_in_every_wrapping(body: Any, kind: str, count: int, packed: bool) -> None:
    """A receipt for each, in order, and each on its topic; compressed or not."""
    producer = FakeProducer()
    raw = body if isinstance(body, bytes) else orjson.dumps(body)
    headers = {"content-encoding": "gzip"} if packed else {}
    response = await post(gzip.compress(raw) if packed else raw, kind, producer=producer, headers=headers)
    assert (response.status_code, response.json()) == (
        202,
        {"accepted": count, "refused": 0, "receipts": [receipt(id) for id in "12"[:count]]},
    )
    assert [(m.topic, m.key) for m in producer.sent] == [("procurement.events", OCID)] * count


async def test_each_release_stands_for_itself() -> None:
    """The refused one has its problem, with its place, and goes to the rejections; the others are taken."""
    producer = FakeProducer()
    response = await post({"releases": [release("1"), BAD, release("2")]}, producer=producer)
    assert response.status_code == 202
    answer = response.json()
    refused = answer["receipts"].pop(1)
    assert answer == {"accepted": 2, "refused": 1, "receipts": [receipt("1"), receipt("2")]}
    assert (refused["pointer"], refused["status"]) == ("/releases/1", "refused")
    assert [error["pointer"] for error in refused["problem"]["errors"]] == ["/releases/1/tag"]
    assert [m.topic for m in producer.sent] == ["procurement.events", "rejections.find-a-tender", "procurement.events"]
    rejection = orjson.loads(producer.sent[1].value)["data"]
    assert rejection["place"].endswith("/releases/1")
    assert [error["pointer"] for error in rejection["problem"]["errors"]] == ["/tag"]


async def test_a_release_that_is_not_strict_json_is_refused_alone() -> None:
    """A name that stands twice in one does not make the package unreadable."""
    raw = orjson.dumps({"releases": [release("1"), "HERE"]}).replace(b'"HERE"', b'{"ocid":"a","ocid":"b"}')
    answer = (await post(raw)).json()
    assert (answer["accepted"], answer["refused"]) == (1, 1)
    assert [error["pointer"] for error in answer["receipts"][1]["problem"]["errors"]] == ["/releases/1/ocid"]


async def test_where_nothing_is_accepted_nothing_is_said_to_be() -> None:
    """422, with every fault by its place."""
    response = await post({"releases": [BAD, 7]})
    assert (response.status_code, response.headers["content-type"]) == (422, PROBLEM)
    answer = response.json()
    assert [error["pointer"] for error in answer["errors"]] == ["/releases/0/tag", "/releases/1"]
    assert [each["status"] for each in answer["receipts"]] == ["refused", "refused"]


async def test_a_record_of_summaries_is_refused_by_its_place() -> None:
    """A compiled release or a link is no release."""
    response = await post({"records": [{"ocid": OCID, "compiledRelease": RELEASE | {"tag": ["compiled"]}}]})
    assert (response.status_code, response.json()["errors"][0]["pointer"]) == (422, "/records/0")


async def test_a_package_that_breaks_off_says_what_was_taken_before() -> None:
    """422 with the place, and the receipts of those; that it broke stands on the rejections too."""
    producer = FakeProducer()
    whole = orjson.dumps({"releases": [release("1"), release("2")]})
    response = await post(whole[:-50], producer=producer)
    answer = response.json()
    assert (response.status_code, answer["receipts"]) == (422, [receipt("1")])
    assert answer["errors"][0]["pointer"] == "/releases/1"
    assert sorted(m.topic for m in producer.sent) == ["procurement.events", "rejections.find-a-tender"]


async def test_beyond_the_stated_limit_no_more_is_read() -> None:
    """413 naming the limit, with the receipts of what was taken before."""
    lines = b"".join(orjson.dumps(release(str(number))) + b"\n" for number in range(1_000))
    response = await post(lines, "application/jsonl", releases_bytes=100_000)
    assert (response.status_code, response.headers["content-type"]) == (413, PROBLEM)
    assert "at most 100000 bytes" in response.json()["detail"]


async def test_releases_are_sent_while_the_rest_still_comes() -> None:
    """Nothing waits for the end of a long file."""
    producer = FakeProducer()
    sent_before_the_end = 0

    async def coming() -> AsyncIterator[bytes]:
        nonlocal sent_before_the_end
        yield b'{"releases":['
        for number in range(2 * CHUNK):
            yield json.dumps(release(str(number))).encode() + b","
        sent_before_the_end = len(producer.sent)
        await asyncio.sleep(0)
        yield json.dumps(release("last")).encode() + b"]}"

    response = await post(coming(), producer=producer)
    assert (response.status_code, response.json()["accepted"]) == (202, 2 * CHUNK + 1)
    assert sent_before_the_end >= CHUNK


@pytest.mark.parametrize("kind", ["text/plain", "application/cloudevents+json", "application/xml"])
async def test_another_media_type_is_not_taken(kind: str) -> None:
    """415, saying what is."""
    response = await post({"releases": []}, kind)
    assert (response.status_code, response.headers["content-type"]) == (415, PROBLEM)
    assert "application/x-ndjson" in response.json()["detail"]
