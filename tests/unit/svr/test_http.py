"""Sending over HTTP: what is refused is named by its line, what may pass is tried again, what may not ends it."""

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import orjson
import pytest

from services.svr.http import ClientCredentials, Failed, Ingest, Key
from tests.stream import DEPARTMENTS, FIRST, cloudevent, release
from tests.unit.ingest.fakes import KEY, FakeProducer, context, serving

GOOD = orjson.dumps(cloudevent("dwp", "heartbeat", "dwp", "h1", {}))
FOREIGN = orjson.dumps(cloudevent("dwp", "heartbeat", "moj", "h2", {}))
NOTICE = orjson.dumps(release("ocds-abcdef-1", "1", at=FIRST, buyer=DEPARTMENTS["dwp"]))
NO_NOTICE = b'{"ocid":"ocds-abcdef-1"}'
Answer = Callable[[httpx.Request], httpx.Response]


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that were to be waited."""
    seconds: list[float] = []

    async def sleep(pause: float) -> None:
        seconds.append(pause)

    monkeypatch.setattr("services.svr.http.asyncio.sleep", sleep)
    return seconds


def ingest(transport: httpx.AsyncBaseTransport, **more: Any) -> Ingest:
    made = Ingest("http://ingest", Key(KEY), **more)
    made._client = httpx.AsyncClient(transport=transport)
    return made


async def test_each_refused_line_is_named_and_the_rest_is_taken() -> None:
    """Events in a batch, releases as lines, what is no JSON by itself: to ingest's own application."""
    producer = FakeProducer()
    async with serving(context(producer)) as client:
        refused = await ingest(client._transport).send([GOOD, NOTICE, FOREIGN, NO_NOTICE, b'{"specversion"'])
    assert {at: problem["type"] for at, problem in refused.items()} == {
        2: "/problems/not-yours-to-send",
        3: "/problems/invalid-data",
        4: "/problems/not-json",
    }
    assert refused[2]["errors"][0]["pointer"] == "/subject"
    assert {m.topic for m in producer.sent} == {"procurement.events", "rejections.dwp"}
    assert sorted(orjson.loads(m.value)["id"] for m in producer.sent if m.topic == "procurement.events") == [
        "h1",
        "ocds-abcdef-1/1",
    ]


async def test_what_may_pass_is_tried_again_after_the_time_that_it_asks_for(slept: list[float]) -> None:
    """429 and 503 say when; a connection that breaks off is tried again more and more slowly."""
    answers: list[httpx.Response | Exception] = [
        httpx.Response(429, headers={"Retry-After": "7"}, json={"title": "Too fast", "detail": "2 a second."}),
        httpx.ConnectError("refused"),
        httpx.Response(503),
        httpx.Response(202, json={"receipts": []}),
    ]

    def answer(_request: httpx.Request) -> httpx.Response:
        found = answers.pop(0)
        if isinstance(found, Exception):
            raise found
        return found

    told: list[tuple[str, float]] = []
    sending = ingest(httpx.MockTransport(answer), waiting=lambda why, seconds: told.append((why, seconds)))
    assert await sending.send([GOOD]) == {}
    assert slept == [7, 0.5, 1]
    assert told[0] == ("Too fast: 2 a second.", 7)


@pytest.mark.parametrize("status", [400, 401, 403, 413, 415, 500])
async def test_what_waiting_does_not_mend_ends_it(status: int, slept: list[float]) -> None:
    """With the problem's own words."""
    body = {"title": "No", "detail": "not like this"}
    with pytest.raises(Failed, match="No: not like this"):
        await ingest(httpx.MockTransport(lambda _: httpx.Response(status, json=body))).send([GOOD])
    assert slept == []


async def test_waiting_has_an_end(slept: list[float]) -> None:
    """When the next attempt would come after it."""
    with pytest.raises(Failed, match="503"):
        await ingest(httpx.MockTransport(lambda _: httpx.Response(503)), give_up=0).send([GOOD])
    assert slept == []


async def test_a_token_is_fetched_once_and_sent() -> None:
    """By HTTP Basic, as RFC 6749 asks of every issuer."""
    seen: list[tuple[str, str]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append((request.url.path, request.headers["authorization"]))
        if request.url.path == "/token":
            return httpx.Response(200, json={"access_token": "t0ken", "expires_in": 300})
        return httpx.Response(202, json={"receipts": []})

    made = Ingest("http://ingest", ClientCredentials("http://issuer/token", "dwp", "s3cret"))
    made._client = httpx.AsyncClient(transport=httpx.MockTransport(answer))
    await asyncio.gather(made.send([GOOD]))
    await made.send([GOOD])
    assert seen == [("/token", "Basic ZHdwOnMzY3JldA=="), *[("/v1/events", "Bearer t0ken")] * 2]


async def test_an_issuer_that_gives_no_token_ends_it() -> None:
    """The message names the client, never its secret."""
    made = Ingest("http://ingest", ClientCredentials("http://issuer/token", "dwp", "s3cret"))
    made._client = httpx.AsyncClient(transport=httpx.MockTransport(lambda _: httpx.Response(401)))
    with pytest.raises(Failed) as fault:
        await made.send([GOOD])
    assert str(fault.value) == "http://issuer/token gives dwp no token: 401"


async def test_a_receipt_is_asked_for_by_source_and_id() -> None:
    """Both percent-encoded; 404 is no fault."""
    asked: list[bytes] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.raw_path)
        return httpx.Response(404, json={"title": "Unknown", "detail": "nothing"})

    assert await ingest(httpx.MockTransport(answer)).receipt("/dwp/system", "a b/c") is None
    assert asked == [b"/v1/receipts/%2Fdwp%2Fsystem/a%20b%2Fc"]
