"""accept(): the modes of a submission, the data apart from its envelope, and the time."""

import base64
from datetime import timedelta
from typing import Any

import orjson
import pytest

from services.ingest.acceptance import LARGEST_EVENT, Accepted, Rejected, accept
from services.ingest.binding import Mode, Submission
from tests.unit.ingest.examples import (
    EXAMPLES,
    NOW,
    OCID,
    REGISTER,
    RELEASE,
    TIME,
    accepted,
    event_of,
    outcome,
    rejected,
    structured,
)

ATTRIBUTES: dict[str, str | bytes] = {
    "specversion": "1.0",
    "id": "e-1",
    "source": "/dwp/system",
    "type": "uk.gov.social-value.staff.counted.v1",
    "subject": "dwp",
    "time": TIME,
}
COUNTED = EXAMPLES["staff.counted"][2]


def binary(body: bytes, **changes: str | bytes) -> Submission:
    return Submission(Mode.BINARY, body, ATTRIBUTES | changes)


def base64d(value: Any) -> str:
    raw = value if isinstance(value, bytes) else orjson.dumps(value)
    return base64.b64encode(raw).decode()


def test_binary_mode_says_the_same_as_structured_mode() -> None:
    """How it was wrapped makes no difference to an event."""
    assert accepted(binary(orjson.dumps(COUNTED))) == accepted(structured(event_of("staff.counted")))


def test_data_in_base64_says_the_same_as_data() -> None:
    """The JSON format lets a sender wrap the bytes of its data."""
    wrapped = event_of("staff.counted", data=None, data_base64=base64d(COUNTED))
    assert accepted(structured(wrapped)) == accepted(structured(event_of("staff.counted")))


FAULTY: dict[str, tuple[Submission, str, str, str]] = {
    "a tombstone": (
        Submission(Mode.STRUCTURED, None, {}), "not-a-cloudevent", "",
        "the record has no value (a tombstone): nothing was said",
    ),
    "a binary tombstone": (
        Submission(Mode.BINARY, None, ATTRIBUTES), "not-a-cloudevent", "",
        "the record has no value (a tombstone): nothing was said",
    ),
    "a list of events": (structured([event_of("heartbeat")]), "invalid-data", "", "must be a JSON object"),
    "a batch": (
        Submission(Mode.STRUCTURED, b"[]", {"content-type": "application/CloudEvents-Batch+json"}), "not-a-cloudevent",
        "", "a batch cannot be one record: send one event a record",
    ),
    "no data": (structured(event_of("heartbeat", data=None)), "invalid-data", "/data", "the event has no data"),
    "null data": (
        structured(event_of("heartbeat") | {"data": None}), "invalid-data", "/data", "the event has no data"
    ),
    "null data in base64": (
        structured(event_of("heartbeat", data=None) | {"data_base64": None}), "not-a-cloudevent", "/data_base64",
        "is not base64",
    ),
    "data that is text": (
        structured(event_of("heartbeat", data="{}")), "invalid-data", "/data", "must be a JSON object"
    ),
    "data that is a list": (
        structured(event_of("heartbeat", data=[{}])), "invalid-data", "/data", "must be a JSON object"
    ),
    "data twice": (
        structured(event_of("heartbeat", data_base64=base64d({}))), "not-a-cloudevent", "/data_base64",
        "stands beside data; send one of the two",
    ),
    "base64 that is none": (
        structured(event_of("heartbeat", data=None, data_base64="e3=0")), "not-a-cloudevent", "/data_base64",
        "is not base64",
    ),
    "base64 outside ASCII": (
        structured(event_of("heartbeat", data=None, data_base64="é")), "not-a-cloudevent", "/data_base64",
        "is not base64",
    ),
    "base64 with a line break": (
        structured(event_of("heartbeat", data=None, data_base64="e30=\n")), "not-a-cloudevent", "/data_base64",
        "is not base64",
    ),
    "a number for base64": (
        structured(event_of("heartbeat", data=None, data_base64=7)), "not-a-cloudevent", "/data_base64",
        "is not base64",
    ),
    "base64 of a list": (
        structured(event_of("heartbeat", data=None, data_base64=base64d([]))), "invalid-data", "/data",
        "must be a JSON object",
    ),
    "base64 of a name twice": (
        structured(event_of("heartbeat", data=None, data_base64=base64d(b'{"a":[{"b":1,"b":1}]}'))), "not-json",
        "/data/a/0/b", "stands twice in one object; which counts is not defined",
    ),
    "a binary body that is no object": (binary(b"[]"), "invalid-data", "/data", "must be a JSON object"),
    "a binary body with NaN": (
        binary(b'{"a":NaN}'), "not-json", "/data/a",
        "nan is no JSON number: leave the property out when the value is unknown",
    ),
    "binary data of the wrong shape": (
        binary(b'{"counted_on":"2026-11-01","commercial_staff":"5"}'), "invalid-data", "/data/commercial_staff",
        "Input should be a valid integer",
    ),
    "a header that is not UTF-8": (
        binary(b"{}", id=b"\xff"), "not-a-cloudevent", "/id",
        "its header is not UTF-8 (which HTTP wants percent-encoded)",
    ),
    "a header in capitals": (
        binary(b"{}", Priority="high"), "not-a-cloudevent", "/Priority",
        "attribute names are lower-case letters and digits",
    ),
    "a header twice": (
        Submission(Mode.BINARY, b"{}", ATTRIBUTES, ("id",)), "not-a-cloudevent", "/id",
        "two headers give it; which of them counts is not defined",
    ),
    "too large": (
        structured(b"{}" + b" " * 999_999), "too-large", "", "1000001 bytes; at most 1000000 are taken"
    ),
}  # fmt: skip


@pytest.mark.parametrize(("submission", "slug", "pointer", "detail"), FAULTY.values(), ids=list(FAULTY))
def test_a_faulty_submission_is_refused_by_name(submission: Submission, slug: str, pointer: str, detail: str) -> None:
    """The kind of problem, the place and what is wrong there."""
    assert rejected(submission) == (slug, [(pointer, detail)])


def test_a_refusal_of_data_names_the_event() -> None:
    """The envelope could be read, so source and id go back with what is wrong in the data."""
    found = outcome(structured(event_of("heartbeat", data=None, data_base64=base64d(b"{"))))
    assert isinstance(found, Rejected)
    assert (found.source, found.id) == ("/dwp/system", "e-1")


def test_an_event_that_grows_when_written_out_is_refused() -> None:
    """What comes within the limit must also go within it: no event may be too large for Kafka to take."""
    raw = orjson.dumps(event_of("notice.published", data=RELEASE | {"x": [0]}))
    assert rejected(structured(raw.replace(b'"x":[0]', b'"x":[' + b"1e15," * 190_000 + b"0]"))) == (
        "too-large",
        [("", f"more than {LARGEST_EVENT} bytes with every number written out")],
    )


def test_clocks_may_differ_by_a_day() -> None:
    """A sender's clock that is a little ahead is no reason to refuse."""
    time = (NOW + timedelta(days=1)).isoformat()
    assert accepted(structured(event_of("heartbeat", time=time))).time == NOW + timedelta(days=1)


def test_what_has_not_happened_yet_is_refused() -> None:
    """A second more than the clocks may differ by is the future."""
    time = (NOW + timedelta(days=1, seconds=1)).isoformat()
    assert rejected(structured(event_of("heartbeat", time=time))) == (
        "in-the-future",
        [("/time", "2026-11-25T12:00:01.000000Z has not happened yet")],
    )


def test_recorded_time_does_not_stand_for_the_time_received() -> None:
    """In production a sender cannot say when its event came."""
    event = accepted(structured(event_of("heartbeat", recordedtime="2026-11-21T09:30:00Z")))
    assert (event.received, event.recorded) == (NOW, NOW.fromisoformat("2026-11-21T09:30:00Z"))


def test_a_history_is_replayed_with_the_times_at_which_it_was_recorded() -> None:
    """What is in the future is then asked of that time too."""
    event = accepted(structured(event_of("heartbeat", recordedtime="2026-11-21T09:30:00Z")), replay=True)
    assert event.received == NOW.fromisoformat("2026-11-21T09:30:00Z")


def test_a_replayed_event_without_recorded_time_came_now() -> None:
    """Only what was recorded can be played in."""
    assert accepted(structured(event_of("heartbeat")), replay=True).received == NOW


def test_without_a_sender_nobody_is_asked_who_may_send() -> None:
    """`svr check` says what would be refused whoever sent it."""
    found = accept(structured(event_of("case.closed")), sender=None, register=REGISTER, received=NOW)
    assert isinstance(found, Accepted)
    assert found.event.sender == ""


@pytest.mark.parametrize("extension", ["sender", "receivedtime"])
def test_an_event_cannot_say_who_sent_it_or_when_it_came(extension: str) -> None:
    """An extension of that name is the sender's own business and is not passed on."""
    event = accepted(structured(event_of("heartbeat", **{extension: "pm-office"})))
    assert (event.sender, event.received) == ("dwp", NOW)


def test_the_event_is_about_its_subject() -> None:
    """The subject becomes the key on Kafka, so it is exactly what was sent."""
    assert accepted(structured(event_of("kpi.assessed"))).subject == OCID
