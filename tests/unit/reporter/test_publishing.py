"""Statuses as they come from Kafka, and what is said when a report is out."""

from datetime import timedelta
from typing import Any

import orjson
import pytest

from services.reporter.publication import Draft
from services.reporter.publishing import Publishing, newest, parse
from services.reporter.report import build
from shared.messages import cloudevent
from shared.status import TYPE, Status
from tests.unit.reporter.examples import DWP, PUBLISH_AT, status
from tests.unit.reporter.test_publication import REGISTER


def event(said: Status) -> bytes:
    key = f"{said.department}/{said.period}"
    data = said.model_dump(mode="json")
    return cloudevent(source="/aggregator", id=f"{key}/v1", type=TYPE, subject=key, time=PUBLISH_AT, data=data)


def publishing() -> Publishing:
    nowhere: Any = None
    return Publishing(
        nowhere, REGISTER, stylesheet="/assets/app.css", url="https://example.org/", settle=timedelta(0), sample=False
    )


def test_a_status_is_read_as_it_was_sent() -> None:
    """Through the CloudEvent and back."""
    assert parse(event(status())) == status()


def test_of_one_batch_the_highest_version_counts() -> None:
    """Whatever the order they come in."""
    second = status().model_copy(update={"version": 2})
    other = status("ho")
    assert newest([second, status(), other]) == newest([status(), second, other]) == [second, other]


@pytest.mark.parametrize("value", [b"", b"\xff\x00", b"{}", b"[]", b'{"data": {"department": 1}}', b'{"data": null}'])
def test_what_is_no_status_is_none(value: bytes) -> None:
    """A value and not an exception: it is set aside, and the rest of its batch stands."""
    assert parse(value) is None


def test_what_is_said_of_a_report_names_files_and_hashes() -> None:
    """A stable id, so that a repeat is known as one; the address is of the immutable revision."""
    made = build(status(), history=[], names=DWP, published_at=PUBLISH_AT)
    draft = Draft("dwp", made, "0" * 64)
    service = publishing()
    files = service.files(draft)
    message = service.message(draft, files)
    said = orjson.loads(message.value)
    assert (message.topic, message.key, said["type"], said["id"]) == (
        "reports.published",
        "dwp/2026-27-q2",
        "uk.gov.social-value.report.published.v1",
        "dwp/2026-27-q2/r1",
    )
    assert said["data"] == {
        "id": "dwp/2026-27-q2/r1",
        "department": "dwp",
        "period": "2026-27-q2",
        "revision": 1,
        "published_at": "2026-10-14T08:30:00+00:00",
        "rating": "partial",
        "reason": None,
        "address": "https://example.org/departments/dwp/2026-27-q2/r1",
        "files": [
            {"name": f.name, "media_type": f.media_type, "size": len(f.content), "sha256": f.sha256} for f in files
        ],
    }
