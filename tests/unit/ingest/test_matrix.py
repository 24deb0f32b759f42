"""Every sender's role × every type of event × every way in: what the catalogue allows is accepted, all else refused."""

import itertools
from typing import Any
from urllib.parse import quote

import httpx
import orjson
import pytest

from services.ingest import binding
from services.ingest.acceptance import Accepted, accept
from services.ingest.binding import Submission
from services.ingest.splitting import Document
from shared.events.catalogue import CATALOGUE, EventType, Kind, Role
from tests.unit.ingest.examples import EXAMPLES, NOW, REGISTER, event_of
from tests.unit.ingest.fakes import FakeProducer, context, key_of, serving

SENDERS = {
    "its department": "dwp",
    "another department": "moj",
    "a publisher": "find-a-tender",
    "the review team": "review-team",
    "the Prime Minister's office": "pm-office",
}
OF_ONE_DEPARTMENT = (Kind.DEPARTMENT, Kind.STATEMENT)
ATTRIBUTES = ("specversion", "id", "source", "type", "subject", "time")


def is_allowed(sender: str, row: EventType) -> bool:
    """By the catalogue alone. The examples are dwp's, and the example notice names dwp as its buyer."""
    found = REGISTER.sender(sender)
    assert found is not None
    if found.role not in row.senders:
        return False
    about_one = row.kind in OF_ONE_DEPARTMENT or row.name == "notice.published"
    return not (found.role is Role.DEPARTMENT and about_one and sender != "dwp")


def kafka_structured(event: dict[str, Any]) -> Submission:
    return binding.from_kafka([("content-type", b"application/cloudevents+json")], orjson.dumps(event))


def kafka_binary(event: dict[str, Any]) -> Submission:
    headers = [(f"ce_{name}", str(event[name]).encode()) for name in ATTRIBUTES]
    return binding.from_kafka([*headers, ("content-type", b"application/json")], orjson.dumps(event["data"]))


def http_structured(event: dict[str, Any]) -> Submission:
    return binding.from_http([("content-type", "application/cloudevents+json")], orjson.dumps(event))


def http_binary(event: dict[str, Any]) -> Submission:
    headers = [(f"ce-{name}", quote(str(event[name]))) for name in ATTRIBUTES]
    return binding.from_http([*headers, ("content-type", "application/json")], orjson.dumps(event["data"]))


def http_batch(event: dict[str, Any]) -> Submission:
    document = Document()
    (part,) = document.feed(orjson.dumps([event]))
    return Submission(binding.Mode.STRUCTURED, part.raw, {})


def line(event: dict[str, Any]) -> Submission:
    return binding.line(orjson.dumps(event))


WAYS = (kafka_structured, kafka_binary, http_structured, http_binary, http_batch, line)


@pytest.mark.parametrize("way", WAYS, ids=[way.__name__ for way in WAYS])
@pytest.mark.parametrize("sender", SENDERS.values(), ids=list(SENDERS))
@pytest.mark.parametrize("row", CATALOGUE.values(), ids=[row.name for row in CATALOGUE.values()])
def test_an_event_is_accepted_from_whom_the_catalogue_says(row: EventType, sender: str, way: Any) -> None:
    """The same whichever way it comes."""
    found = accept(
        way(event_of(row.name)), sender=REGISTER.sender(sender), register=REGISTER, received=NOW, replay=False
    )
    if is_allowed(sender, row):
        assert isinstance(found, Accepted), found
        assert (found.event.sender, found.event.type) == (sender, row.type)
    else:
        assert not isinstance(found, Accepted)
        assert found.problem.slug == "not-yours-to-send"


@pytest.mark.parametrize("sender", SENDERS.values(), ids=list(SENDERS))
@pytest.mark.parametrize("way", [binding.release, binding.line, lambda raw: binding.from_kafka([], raw)])
def test_a_bare_release_is_accepted_from_whom_the_catalogue_says(sender: str, way: Any) -> None:
    """It is a notice, whichever way it comes."""
    raw = orjson.dumps(EXAMPLES["notice.published"][2])
    found = accept(way(raw), sender=REGISTER.sender(sender), register=REGISTER, received=NOW, replay=False)
    assert isinstance(found, Accepted) == (sender in ("dwp", "find-a-tender"))


SAMPLED = list(itertools.islice(itertools.product(CATALOGUE.values(), SENDERS.values()), 0, None, 7))


async def post(client: httpx.AsyncClient, sender: str, event: dict[str, Any]) -> httpx.Response:
    headers = {"authorization": f"Bearer {key_of(sender)}", "content-type": "application/cloudevents+json"}
    return await client.post("/v1/events", content=orjson.dumps(event), headers=headers)


async def test_the_same_holds_over_http() -> None:
    """For every seventh of these pairs: 202, or 422 with the reason."""
    async with serving(context(FakeProducer())) as client:
        answers = [await post(client, sender, event_of(row.name)) for row, sender in SAMPLED]
    assert [answer.status_code for answer in answers] == [
        202 if is_allowed(sender, row) else 422 for row, sender in SAMPLED
    ]
