"""Any bytes over both bindings: an answer every time, by a known problem, and nothing invented."""

from typing import Any

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from services.ingest.acceptance import Accepted, Rejected
from services.ingest.binding import Mode, Submission, from_http, from_kafka
from services.ingest.problems import TITLES
from shared.header_names import _Name
from tests.unit.ingest.examples import EXAMPLES, event_of, outcome

NAMES = ("specversion", "id", "source", "type", "subject", "time", "datacontenttype", "recordedtime", "data")
events = st.sampled_from(sorted(EXAMPLES)).map(event_of)
bodies = st.binary(max_size=60) | events.map(orjson.dumps) | events.map(lambda event: orjson.dumps(event["data"]))
raws = st.binary(max_size=20) | st.sampled_from([b"application/cloudevents+json", b"application/json", b"1.0", b"dwp"])
# aiokafka gives names as text; those that are not UTF-8 come escaped (shared.header_names).
kafka_names = st.binary(max_size=12).map(lambda raw: _Name(raw).decode()) | st.sampled_from(
    ["content-type", "Content-Type", "ce_", "CE_id", *(f"ce_{name}" for name in NAMES)]
)
http_names = st.text(max_size=12) | st.sampled_from(["content-type", "ce-", "CE-ID", *(f"ce-{name}" for name in NAMES)])
http_values = st.text(max_size=20) | raws.map(lambda raw: raw.decode("latin-1"))


def answered(submission: Submission) -> None:
    """What holds of every submission."""
    found = outcome(submission)
    if isinstance(found, Rejected):
        assert found.problem.slug in TITLES
        assert found.problem.errors
        assert all(fault.pointer == "" or fault.pointer.startswith("/") for fault in found.problem.errors)
        names = [found.id, found.source]
    else:
        names = [found.event.id, found.event.source, found.event.type, found.event.subject]
        assert all(name and name.strip() for name in names)
    assert all(from_input(name, submission) for name in names if name is not None)


def from_input(text: str, submission: Submission) -> bool:
    """Not invented: it stands in an attribute, or in the body; of a bare release it is made of what stands there."""
    if text in submission.attributes.values():
        return True
    try:
        body: Any = orjson.loads(submission.body or b"")
    except orjson.JSONDecodeError:
        return False
    if submission.mode is Mode.RELEASE:
        said = {f"{body.get('ocid')}/{body.get('id')}", body.get("ocid"), "/dwp/notices"}
        return text in said or text == "uk.gov.social-value.notice.published.v1"
    return isinstance(body, dict) and text in body.values()


@given(st.lists(st.tuples(kafka_names, st.none() | raws), max_size=9), st.none() | bodies)
@settings(max_examples=400, deadline=None)
def test_any_kafka_record_is_answered(headers: list[tuple[str, bytes | None]], value: bytes | None) -> None:
    """Names and values that are null, empty, doubled or not UTF-8; any body or none."""
    answered(from_kafka(headers, value))


@given(st.lists(st.tuples(http_names, http_values), max_size=9), bodies)
@settings(max_examples=400, deadline=None)
def test_any_http_request_is_answered(headers: list[tuple[str, str]], body: bytes) -> None:
    """Any header text and any body."""
    answered(from_http(headers, body))


@st.composite
def binary_events(draw: st.DrawFn) -> tuple[list[tuple[str, str]], bytes]:
    """A valid event in binary mode, or one with some attributes missing or changed."""
    event = event_of(draw(st.sampled_from(sorted(EXAMPLES))))
    attributes = {name: value for name, value in event.items() if name != "data"}
    for name in draw(st.lists(st.sampled_from(sorted(attributes)), max_size=1)):
        if draw(st.booleans()):
            del attributes[name]
        else:
            attributes[name] = draw(st.text(max_size=6))
    return list(attributes.items()), orjson.dumps(event["data"])


@given(binary_events(), st.sampled_from(["kafka", "http"]))
@settings(max_examples=300, deadline=None)
def test_nothing_is_invented_for_a_binary_event(event: tuple[list[tuple[str, str]], bytes], way: str) -> None:
    """Accepted only with all that it must name; what is missing is pointed at, and stays missing."""
    attributes, body = event
    if way == "kafka":
        submission = from_kafka([(f"ce_{name}", value.encode()) for name, value in attributes], body)
    else:
        submission = from_http([(f"ce-{name}", value) for name, value in attributes], body)
    answered(submission)
    missing = {"id", "source", "type", "subject", "time", "specversion"} - {name for name, _ in attributes}
    found = outcome(submission)
    if missing:
        assert isinstance(found, Rejected)
        assert {f"/{name}" for name in missing} <= {fault.pointer for fault in found.problem.errors}
    elif isinstance(found, Accepted):
        assert (found.event.id, found.event.source) == (dict(attributes)["id"], dict(attributes)["source"])
