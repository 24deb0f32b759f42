"""The AsyncAPI document: real topics, references that lead somewhere, and payloads as the services write them."""

import re
from typing import Any

import jsonschema
import orjson
import pytest

from services.aggregator import recording, statuses
from services.aggregator.arrivals import Arrival
from services.ingest import outgoing
from services.ingest.acceptance import Accepted, Rejected
from services.ingest.problems import problem
from services.ingest.traffic import Change, Refusal
from services.reporter import publishing
from services.reporter.publication import Draft
from services.reporter.report import build
from shared.contracts import answers
from shared.contracts.asyncapi import document
from shared.events.catalogue import CATALOGUE, Role
from shared.messages import Message
from shared.topics import topics
from tests.unit.ingest.examples import EXAMPLES, NOW, REGISTER, event_of, outcome, structured
from tests.unit.reporter.examples import DWP, PUBLISH_AT, status
from tests.unit.reporter.test_publishing import publishing as publisher

SENDERS = [sender.code for sender in REGISTER.senders()]
DOCUMENT = document(SENDERS)
SHORT = {row.type: f"{row.name}.v1" for row in CATALOGUE.values()}


def resolved(reference: str) -> Any:
    place: Any = DOCUMENT
    for step in reference.removeprefix("#/").split("/"):
        place = place[step]
    return place


def payload(name: str) -> jsonschema.Draft202012Validator:
    """Of a message among the components."""
    return jsonschema.Draft202012Validator(
        {**DOCUMENT["components"]["messages"][name]["payload"], "components": DOCUMENT["components"]}
    )


def test_the_addresses_are_the_topics() -> None:
    """All of them, and no other, once the senders are filled in."""
    addresses: list[str] = []
    for channel in DOCUMENT["channels"].values():
        values = channel.get("parameters", {}).get("sender", {}).get("enum", [""])
        addresses += [channel["address"].replace("{sender}", value) for value in values]
    wanted = {topic.name: topic for topic in topics(SENDERS)}
    assert sorted(addresses) == sorted(wanted)
    for channel in DOCUMENT["channels"].values():
        topic, kafka = wanted[channel["address"].replace("{sender}", "dwp")], channel["bindings"]["kafka"]
        policy = kafka["topicConfiguration"]["cleanup.policy"]
        assert (kafka["partitions"], policy) == (topic.partitions, ["compact" if topic.compacted else "delete"])


def test_every_reference_leads_somewhere() -> None:
    """And an operation's messages are among its channel's."""
    for reference in re.findall(r"'\$ref': '(#[^']+)'", str(DOCUMENT)):
        assert resolved(reference) is not None
    for operation in DOCUMENT["operations"].values():
        place = f"{operation['channel']['$ref']}/messages/"
        assert operation["messages"]
        assert all(message["$ref"].startswith(place) for message in operation["messages"])


def test_a_role_submits_the_types_that_it_may_send() -> None:
    """As the catalogue says, in both modes."""
    for role in Role:
        said = {m["$ref"].rpartition("/")[2] for m in DOCUMENT["operations"][f"{role.value}.submit"]["messages"]}
        may = {SHORT[row.type] for row in CATALOGUE.values() if role in row.senders}
        assert said - {"release"} == {f"{name}.{mode}" for name in may for mode in ("structured", "binary")}


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_events_are_as_described(name: str) -> None:
    """As sent in either mode, and as ingest passes them on."""
    event = event_of(name)
    payload(f"{name}.v1.structured").validate(event)
    payload(f"{name}.v1.binary").validate(event["data"])
    attributes = {f"ce_{key}": value for key, value in event.items() if key != "data"}
    jsonschema.validate(attributes, DOCUMENT["components"]["messages"][f"{name}.v1.binary"]["headers"])
    found = outcome(structured(event), sender=EXAMPLES[name][0])
    assert isinstance(found, Accepted)
    payload(f"{name}.v1.accepted").validate(orjson.loads(found.event.to_json()))


def check(message: Message) -> None:
    """Its value is as the document says of its type."""
    value = orjson.loads(message.value)
    payload(value["type"].removeprefix("uk.gov.social-value.")).validate(value)
    header = DOCUMENT["components"]["messages"][value["type"].removeprefix("uk.gov.social-value.")]["headers"]
    jsonschema.validate({key: raw.decode() for key, raw in message.headers}, header)


@pytest.mark.parametrize("raw", [None, b"{"])
def test_a_rejection_is_as_described(raw: bytes | None) -> None:
    """As ingest writes it."""
    refused = Rejected(problem("not-json", "/data", "why"), None, "e-1")
    check(outgoing.message(refused, sender="dwp", raw=raw, place="submissions.dwp/0/1", now=NOW))


@pytest.mark.parametrize("applied", [True, False])
def test_the_brake_is_as_described(applied: bool) -> None:
    """As ingest tells of it, with an example and without."""
    example = Refusal("/dwp/system", None, "submissions.dwp/0/1", problem("not-json", "", "why")) if applied else None
    check(outgoing.brake_message(Change(applied, 60, 100, example), sender="dwp", now=NOW))


def test_a_conflict_is_as_described() -> None:
    """As the aggregator writes it."""
    found = outcome(structured(event_of("heartbeat")))
    assert isinstance(found, Accepted)
    body = found.event.to_json().decode()
    check(recording.conflict_message(Arrival(found.event, body, found.event.sha256, 0, 7, {})))


def test_a_status_is_as_described() -> None:
    """As the aggregator writes it."""
    check(statuses.status_message(status()))


def test_a_published_report_is_as_described() -> None:
    """As the reporter writes it."""
    made = build(status(), history=[], names=DWP, published_at=PUBLISH_AT)
    service, draft = publisher(), Draft("dwp", made, "0" * 64)
    check(service.message(draft, service.files(draft)))


def test_a_control_message_that_is_not_as_described_is_seen() -> None:
    """Or the tests beside this one would say nothing."""
    refused = Rejected(problem("not-json", "/data", "why"))
    sent = outgoing.message(refused, sender="dwp", raw=None, place="p", now=NOW)
    wrong = orjson.loads(sent.value)
    del wrong["data"]["place"]
    with pytest.raises(jsonschema.ValidationError):
        check(Message(sent.topic, sent.key, orjson.dumps(wrong)))


def test_the_services_types_are_those_described() -> None:
    """The same names, where they are written and where they are described."""
    assert (outgoing.REJECTED, outgoing.BRAKE_APPLIED, outgoing.BRAKE_RELEASED) == (
        answers.REJECTED,
        answers.BRAKE_APPLIED,
        answers.BRAKE_RELEASED,
    )
    assert (recording.CONFLICTED, publishing.PUBLISHED) == (answers.CONFLICTED, answers.REPORT_PUBLISHED)
