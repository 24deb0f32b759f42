"""Whatever comes in: accept() answers, its answer can be said on Kafka, and what it accepts stays what it was."""

import copy
from typing import Any

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from deploy.kafka.topics import LARGEST_RECORD
from services.aggregator.subjects import build
from services.ingest.acceptance import Accepted, Rejected
from services.ingest.binding import Mode, Submission, from_http, from_kafka
from services.ingest.outgoing import message
from shared.envelope import Event
from shared.events.catalogue import CATALOGUE
from tests.unit.ingest.examples import EXAMPLES, NOW, OCID, REGISTER, event_of, outcome

SENDERS = [sender.code for sender in REGISTER.senders()]

TRICKY = [
    "",
    " ",
    "dwp",
    OCID,
    "2026-27-q2",
    "2026-99",
    "1.0",
    "é",
    "\x00",
    "application/json",
    "e30=",
    "NaN",
    "1e9999",
]
TIMES = ["2026-11-20T09:30:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-23:59", "2026-11-20", "1700006400"]
texts = st.text(max_size=12) | st.sampled_from([*TRICKY, *TIMES])
numbers = st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)
values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
attribute_names = st.sampled_from(["specversion", "id", "source", "type", "subject", "time", "datacontenttype"]) | texts
types = st.sampled_from(sorted(CATALOGUE)) | texts


def said_on_kafka(found: Accepted | Rejected, raw: bytes | None) -> bytes:
    """What goes out because of it, in a record that Kafka takes."""
    sent = message(found, sender="dwp", raw=raw, place="submissions.dwp/0/17", now=NOW)
    assert len(sent.value) + len(sent.key.encode()) < LARGEST_RECORD
    return sent.value


def sound(found: Accepted | Rejected, raw: bytes | None) -> None:
    """What holds of every outcome."""
    value = said_on_kafka(found, raw)
    if isinstance(found, Rejected):
        assert found.problem.detail
        assert all(fault.detail for fault in found.problem.errors)
        assert found.problem.errors
        return
    again = Event.from_json(value)
    assert (again, again.sha256) == (found.event, found.event.sha256)
    assert Event.from_json(again.to_json()) == again
    assert build(found.event.subject, [found.event]).key == found.event.subject


@given(
    st.sampled_from(Mode),
    st.none() | st.binary(max_size=80) | values.map(orjson.dumps),
    st.dictionaries(attribute_names, texts | st.binary(max_size=8) | types, max_size=8),
    st.sampled_from(SENDERS),
    st.booleans(),
)
@settings(max_examples=250, deadline=None)
def test_any_bytes_in_any_mode_are_accepted_or_refused(
    mode: Mode, body: bytes | None, attributes: dict[str, str | bytes], sender: str, replay: bool
) -> None:
    """accept() never raises: one faulty submission must not stop those behind it."""
    sound(outcome(Submission(mode, body, attributes), sender=sender, replay=replay), body)


@given(
    st.lists(
        st.tuples(attribute_names.map("ce_{}".format) | st.just("content-type"), st.none() | texts.map(str.encode))
    ),
    values,
)
@settings(max_examples=100, deadline=None)
def test_any_kafka_headers_are_accepted_or_refused(headers: list[tuple[str, bytes | None]], value: Any) -> None:
    """From the record to the answer."""
    raw = orjson.dumps(value)
    sound(outcome(from_kafka(headers, raw)), raw)


@given(st.lists(st.tuples(attribute_names.map("ce-{}".format) | st.just("content-type"), texts)), values)
@settings(max_examples=100, deadline=None)
def test_any_http_headers_are_accepted_or_refused(headers: list[tuple[str, str]], value: Any) -> None:
    """From the request to the answer."""
    raw = orjson.dumps(value)
    sound(outcome(from_http(headers, raw)), raw)


@st.composite
def mutated(draw: st.DrawFn) -> tuple[str, Any]:
    """A valid event with one value in it changed, taken away, doubled or added; and its sender."""
    name = draw(st.sampled_from(sorted(EXAMPLES)))
    event = copy.deepcopy(event_of(name))
    place: Any = event
    while True:
        key = draw(st.sampled_from(sorted(place) if isinstance(place, dict) else range(len(place))))
        inner = place[key]
        if not isinstance(inner, dict | list) or not inner or draw(st.booleans()):
            break
        place = inner
    match draw(st.sampled_from(["change", "remove", "wrap", "add"])):
        case "change":
            place[key] = draw(values | types)
        case "remove":
            del place[key]
        case "wrap":
            place[key] = [inner, inner]
        case _ if isinstance(place, dict):
            place[draw(texts)] = draw(values)
        case _:
            place.append(draw(values))
    return EXAMPLES[name][0], event


@given(mutated(), st.sampled_from([Mode.STRUCTURED, Mode.LINE]))
@settings(max_examples=400, deadline=None)
def test_a_valid_event_with_one_thing_changed_is_accepted_or_refused(given: tuple[str, Any], mode: Mode) -> None:
    """Near the border nothing raises, and what is still accepted can be read back and understood."""
    sender, event = given
    raw = orjson.dumps(event)
    sound(outcome(Submission(mode, raw, {}), sender=sender), raw)


@given(st.sampled_from(sorted(EXAMPLES)), st.data())
@settings(max_examples=100, deadline=None)
def test_a_valid_event_with_some_bytes_changed_is_accepted_or_refused(name: str, data: st.DataObject) -> None:
    """Damage on the way raises nothing either."""
    raw = bytearray(orjson.dumps(event_of(name)))
    for place in data.draw(st.lists(st.integers(0, len(raw) - 1), min_size=1, max_size=3)):
        raw[place] = data.draw(st.integers(0, 255))
    sound(outcome(Submission(Mode.STRUCTURED, bytes(raw), {}), sender=EXAMPLES[name][0]), bytes(raw))


@given(st.permutations(list(event_of("procurement.started").items())))
@settings(max_examples=20, deadline=None)
def test_the_order_of_properties_makes_no_difference(items: list[tuple[str, Any]]) -> None:
    """The same content is the same event, however it was written."""
    first, second = (outcome(Submission(Mode.STRUCTURED, orjson.dumps(dict(i)), {})) for i in (items, items[::-1]))
    assert isinstance(first, Accepted)
    assert isinstance(second, Accepted)
    assert first.event.sha256 == second.event.sha256
