"""Bare OCDS releases: the envelope that we give them, and what is not a release."""

from datetime import datetime
from typing import Any

import orjson
import pytest

from services.ingest import binding
from services.ingest.acceptance import Accepted, accept
from shared.envelope import Event
from tests.unit.ingest.examples import NOW, OCID, REGISTER, RELEASE, TIME, accepted, event_of, rejected, structured

TYPE = "uk.gov.social-value.notice.published.v1"


def bare(**changes: Any) -> binding.Submission:
    """The example of a release; a property given as None is left out."""
    return binding.release(orjson.dumps({k: v for k, v in (RELEASE | changes).items() if v is not None}))


def test_a_release_becomes_an_event_about_its_procurement() -> None:
    """OCDS makes (ocid, id) unique, so the pair is the event's id; its date is the event's time."""
    assert accepted(bare(), sender="find-a-tender") == Event(
        source="/find-a-tender/notices",
        id=f"{OCID}/071453-2026",
        type=TYPE,
        subject=OCID,
        time=datetime.fromisoformat(TIME),
        data=RELEASE,
        sender="find-a-tender",
        received=NOW,
    )


def test_a_release_is_accepted_before_a_sender_is_known() -> None:
    """A file can be checked by anybody."""
    found = accept(bare(), sender=None, register=REGISTER, received=NOW)
    assert isinstance(found, Accepted)
    assert (found.event.source, found.event.sender) == ("/notices", "")


def test_unknown_properties_are_kept() -> None:
    """Extensions and fields outside every schema occur; nothing of a notice is lost."""
    extra = {"x_deliveryAddresses": [{"a": 1.5}], "buyerID": None}
    assert accepted(binding.release(orjson.dumps(RELEASE | extra)), sender="dwp").data == RELEASE | extra


FAULTY: dict[str, tuple[dict[str, Any], str, str]] = {
    "no ocid": ({"ocid": None}, "/ocid", "an OCDS release needs ocid, as text of at most 300 characters"),
    "no id": ({"id": None}, "/id", "an OCDS release needs id, as text of at most 300 characters"),
    "a number as id": ({"id": 7}, "/id", "an OCDS release needs id, as text of at most 300 characters"),
    "an id without end": ({"id": "x" * 301}, "/id", "an OCDS release needs id, as text of at most 300 characters"),
    "no date": ({"date": None}, "/date", "an OCDS release needs date, as text of at most 300 characters"),
    "a day as date": ({"date": "2026-11-20"}, "/date", "'2026-11-20' is no RFC 3339 time with an offset"),
    "a date before the year 1": (
        {"date": "0001-01-01T00:00:00+01:00"}, "/date", "'0001-01-01T00:00:00+01:00' is no RFC 3339 time with an offset"
    ),
    "a date long ago": (
        {"date": "1970-01-01T00:00:00Z"}, "/date", "'1970-01-01T00:00:00Z' lies outside 2001 to 2098"
    ),
    "no tag": ({"tag": None}, "/tag", "Field required"),
    "an empty tag": ({"tag": []}, "/tag", "List should have at least 1 item after validation, not 0"),
    "a tag that is text": ({"tag": "tender"}, "/tag", "Input should be a valid array"),
    "compiled": (
        {"tag": ["compiled"]}, "/tag",
        "a compiled release is a summary, not an event: send the releases it was compiled from",
    ),
    "awards that are an object": ({"awards": {}}, "/awards", "Input should be a valid array"),
    "an award that is text": ({"awards": [{}, "x"]}, "/awards/1", "Input should be an object"),
    "a record package": (
        {"records": [{"ocid": OCID}]}, "/records", "a record package: POST it to /v1/releases"
    ),
    "a release package": (
        {"releases": [RELEASE]}, "/releases", "a package: send its releases one by one, or POST it to /v1/releases"
    ),
}  # fmt: skip


@pytest.mark.parametrize(("changes", "pointer", "detail"), FAULTY.values(), ids=list(FAULTY))
def test_a_faulty_release_is_refused_by_its_place(changes: dict[str, Any], pointer: str, detail: str) -> None:
    """Pointers lead into the release as it was sent, without any /data before them."""
    assert rejected(bare(**changes)) == ("invalid-data", [(pointer, detail)])


def test_an_ocid_that_is_none_is_refused() -> None:
    """It would be the subject, so it must have the spelling of one."""
    detail = "'dwp' does not fit notice.published: give an OCID such as ocds-h6vhtk-06e0b1"
    assert rejected(bare(ocid="dwp")) == ("wrong-subject", [("/ocid", detail)])


def test_a_release_of_the_day_after_tomorrow_is_refused() -> None:
    """A notice cannot have been published yet."""
    detail = "2026-11-26T12:00:00.000000Z has not happened yet"
    assert rejected(bare(date="2026-11-26T12:00:00Z")) == ("in-the-future", [("/date", detail)])


@pytest.mark.parametrize("sender", ["pm-office", "review-team"])
def test_a_release_of_neither_buyer_nor_publisher_is_refused(sender: str) -> None:
    """The Cabinet Office and the Prime Minister's office publish no notices here."""
    detail = f"{sender} may not send notice.published; department or publisher may"
    assert rejected(bare(), sender=sender) == ("not-yours-to-send", [("/type", detail)])


def test_a_release_about_another_procurement_than_its_envelope_is_refused() -> None:
    """Its facts would be those of a procurement that it says nothing of."""
    event = event_of("notice.published", subject="ocds-h6vhtk-ffffff")
    assert rejected(structured(event)) == ("wrong-subject", [("/subject", f"the release is of {OCID!r}")])


@pytest.mark.parametrize("body", [b"[]", b"null", b"7", b'"x"', b"true", orjson.dumps([RELEASE])])
def test_what_is_no_object_is_no_release(body: bytes) -> None:
    """One record is one release; lists of them are for HTTP."""
    assert rejected(binding.release(body)) == ("invalid-data", [("", "must be a JSON object")])


def test_a_line_with_an_ocid_is_a_release() -> None:
    """The lines of a file are told apart by what they hold."""
    assert accepted(binding.line(orjson.dumps(RELEASE))).type == TYPE


def test_a_line_with_a_specversion_is_an_event() -> None:
    """Even if it also has an ocid, as an extension."""
    line = binding.line(orjson.dumps(event_of("heartbeat", ocid=OCID)))
    assert accepted(line).type == "uk.gov.social-value.heartbeat.v1"


def test_a_line_that_is_neither_is_told_what_it_lacks_to_be_an_event() -> None:
    """An object with no mark of either is judged as a CloudEvent."""
    slug, faults = rejected(binding.line(b"{}"))
    assert (slug, [pointer for pointer, _ in faults]) == (
        "not-a-cloudevent",
        ["/specversion", "/id", "/source", "/type", "/subject", "/time"],
    )
