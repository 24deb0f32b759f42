"""The envelope: every fault of a CloudEvent's attributes is named, each with its pointer."""

from typing import Any

import pytest

from services.ingest.acceptance import Rejected
from services.ingest.attributes import MAX_FAULTS
from tests.unit.ingest.examples import TIME, accepted, event_of, outcome, rejected, structured

MISSING = "is missing: it must be a text that is not empty"
NAME = "attribute names are lower-case letters and digits"
TYPE = "must be a text, an integer or a boolean"
LONG = "must be at most 300 characters without control characters"
URI = "must be a URI reference: no spaces, no characters outside ASCII"
JSON = "must be application/json: data is JSON"
VERSION = 'must be "1.0"'


def no_time(spelling: str) -> str:
    return f"{spelling!r} is no RFC 3339 time with an offset"


FAULTY: dict[str, tuple[dict[str, Any], str, str]] = {
    "no id": ({"id": None}, "/id", MISSING),
    "no source": ({"source": None}, "/source", MISSING),
    "no type": ({"type": None}, "/type", MISSING),
    "no subject": ({"subject": None}, "/subject", MISSING),
    "no time": ({"time": None}, "/time", MISSING),
    "no specversion": ({"specversion": None}, "/specversion", VERSION),
    "an empty id": ({"id": ""}, "/id", MISSING),
    "a blank id": ({"id": " \t"}, "/id", MISSING),
    "a number as id": ({"id": 17}, "/id", MISSING),
    "an id of 301 characters": ({"id": "x" * 301}, "/id", LONG),
    "an id over two lines": ({"id": "a\nb"}, "/id", LONG),
    "an id with DEL": ({"id": "a\x7f"}, "/id", LONG),
    "an empty subject": ({"subject": ""}, "/subject", MISSING),
    "an old version": ({"specversion": "0.3"}, "/specversion", VERSION),
    "a version to come": ({"specversion": "1.0.2"}, "/specversion", VERSION),
    "a version as a number": ({"specversion": 1.0}, "/specversion", TYPE),
    "an upper-case name": ({"Priority": "high"}, "/Priority", NAME),
    "a name with a hyphen": ({"trace-parent": "x"}, "/trace-parent", NAME),
    "a name with a slash": ({"a/b~c": "x"}, "/a~1b~0c", NAME),
    "an empty name": ({"": "x"}, "/", NAME),
    "a name outside ASCII": ({"größe": "x"}, "/größe", NAME),
    "an object as an attribute": ({"system": {"name": "x"}}, "/system", TYPE),
    "a list as an attribute": ({"system": []}, "/system", TYPE),
    "a fraction as an attribute": ({"sampledrate": 1.5}, "/sampledrate", TYPE),
    "a source with a space": ({"source": "/my system"}, "/source", URI),
    "a source outside ASCII": ({"source": "/système"}, "/source", URI),
    "a source with angle brackets": ({"source": "<x>"}, "/source", URI),
    "data that is XML": ({"datacontenttype": "application/xml"}, "/datacontenttype", JSON),
    "data that is text": ({"datacontenttype": "text/json"}, "/datacontenttype", JSON),
    "a data type that is a number": ({"datacontenttype": 1}, "/datacontenttype", JSON),
    "a time without offset": ({"time": "2026-11-20T09:30:00"}, "/time", no_time("2026-11-20T09:30:00")),
    "a day as time": ({"time": "2026-11-20"}, "/time", no_time("2026-11-20")),
    "a time without seconds": ({"time": "2026-11-20T09:30Z"}, "/time", no_time("2026-11-20T09:30Z")),
    "a week as time": ({"time": "2026-W10-1T09:30:00Z"}, "/time", no_time("2026-W10-1T09:30:00Z")),
    "basic format": ({"time": "20261120T093000Z"}, "/time", no_time("20261120T093000Z")),
    "the 30th of February": ({"time": "2026-02-30T09:30:00Z"}, "/time", no_time("2026-02-30T09:30:00Z")),
    "a zone by name": ({"time": "2026-11-20T09:30:00 GMT"}, "/time", no_time("2026-11-20T09:30:00 GMT")),
    "seconds since 1970": ({"time": "1700006400"}, "/time", no_time("1700006400")),
    "a time before the year 1": (
        {"time": "0001-01-01T00:00:00+01:00"}, "/time", no_time("0001-01-01T00:00:00+01:00")
    ),
    "a time long ago": (
        {"time": "2000-12-31T23:59:59Z"}, "/time", "'2000-12-31T23:59:59Z' lies outside 2001 to 2098"
    ),
    "a recorded time without offset": (
        {"recordedtime": "2026-11-20T09:30:00"}, "/recordedtime", no_time("2026-11-20T09:30:00")
    ),
}  # fmt: skip


@pytest.mark.parametrize(("changes", "pointer", "detail"), FAULTY.values(), ids=list(FAULTY))
def test_a_faulty_attribute_is_refused_by_name(changes: dict[str, Any], pointer: str, detail: str) -> None:
    """The pointer names the attribute, the detail what it must be."""
    slug, faults = rejected(structured(event_of("heartbeat", **changes)))
    assert slug == "not-a-cloudevent"
    assert (pointer, detail) in faults
    assert {found for found, _ in faults} == {pointer}


def test_every_fault_is_named() -> None:
    """A sender learns of all that is wrong at once; the summary says how many more there are."""
    found = outcome(structured(event_of("heartbeat", id=None, source="a b", Sent="x")))
    assert isinstance(found, Rejected)
    assert found.problem.detail == f"/Sent: {NAME} (and 2 more)"
    assert [(e.pointer, e.detail) for e in found.problem.errors] == [
        ("/Sent", NAME),
        ("/id", MISSING),
        ("/source", URI),
    ]


def test_a_flood_of_faults_is_cut_off() -> None:
    """The first faults say enough, and a refusal stays smaller than what it refuses."""
    _, faults = rejected(structured(event_of("heartbeat", **{f"A{number}": "x" for number in range(1_000)})))
    assert faults == [(f"/A{number}", NAME) for number in range(MAX_FAULTS)]


def test_a_refusal_names_the_event() -> None:
    """Source and id go back with the refusal when they could be read, so that its sender finds the event."""
    found = outcome(structured(event_of("heartbeat", time=None)))
    assert isinstance(found, Rejected)
    assert (found.source, found.id) == ("/dwp/system", "e-1")


def test_a_refusal_names_of_the_event_what_could_be_read() -> None:
    """A faulty id is not repeated as if it were one."""
    found = outcome(structured(event_of("heartbeat", id="x" * 301)))
    assert isinstance(found, Rejected)
    assert (found.source, found.id) == ("/dwp/system", None)


SOUND: dict[str, dict[str, Any]] = {
    "an id of 300 characters": {"id": "x" * 300},
    "an id outside ASCII": {"id": "Beschaffung-№ 17 😀"},
    "a source that is a URL": {"source": "https://contracts.example.gov.uk/system?x=%20#1"},
    "a source that is a URN": {"source": "urn:uuid:6e8bc430-9c3a-11d9-9669-0800200c9a66"},
    "data said to be JSON, in capitals": {"datacontenttype": "Application/JSON; charset=utf-8"},
    "data of a type built on JSON": {"datacontenttype": "application/vnd.example+json"},
    "extensions of every type": {"partitionkey": "x", "sequence": 7, "urgent": True, "dataref": None},
    "a null attribute": {"dataschema": None},
}


@pytest.mark.parametrize("changes", SOUND.values(), ids=list(SOUND))
def test_what_cloudevents_allows_is_accepted(changes: dict[str, Any]) -> None:
    """Strictness ends where the specification leaves the sender free."""
    whole = event_of("heartbeat") | changes
    event = accepted(structured(whole))
    assert (event.source, event.id) == (whole["source"], whole["id"])


@pytest.mark.parametrize(
    "time",
    ["2026-11-20T09:30:00Z", "2026-11-20t09:30:00.000z", "2026-11-20T10:30:00+01:00", "2026-11-19T23:30:00.0-10:00"],
)
def test_one_moment_in_any_spelling_is_one_time(time: str) -> None:
    """Fractions, offsets and lower case make no difference: a repeat in another spelling is a repeat."""
    spelt = accepted(structured(event_of("heartbeat", time=time)))
    assert spelt.sha256 == accepted(structured(event_of("heartbeat", time=TIME))).sha256


def test_a_traceparent_is_kept() -> None:
    """What a sender's tracing says of the event goes on with it."""
    trace = f"00-{'4bf92f3577b34da6a3ce929d0e0e4736'}-00f067aa0ba902b7-01"
    assert accepted(structured(event_of("heartbeat", traceparent=trace))).traceparent == trace


def test_a_traceparent_that_is_none_is_left_out() -> None:
    """Tracing is no reason to refuse an event."""
    assert accepted(structured(event_of("heartbeat", traceparent="none"))).traceparent is None
