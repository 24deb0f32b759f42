"""What of the rejections topics is kept for receipts."""

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from services.aggregator.rejections import Rejection, read
from services.ingest.acceptance import Rejected
from services.ingest.outgoing import message
from services.ingest.problems import problem

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def rejection(source: str | None = "/s", id: str | None = "1", **changes: Any) -> bytes:
    """As ingest writes it."""
    found = Rejected(problem("not-json", "/a\0", "no"), source, id)
    value = orjson.loads(message(found, sender="dwp", raw=b"{", place="submissions.dwp/0/17", now=NOW).value)
    return orjson.dumps(value | changes)


def test_a_rejection_is_kept_with_its_problem() -> None:
    """Under the identity that its sender knows, and the place that tells it from another."""
    told = problem("not-json", "/a\0", "no").to_dict()
    assert read([rejection()]) == [
        Rejection("/s", "1", "dwp", "submissions.dwp/0/17", NOW, orjson.dumps(told).decode())
    ]  # fmt: skip


@pytest.mark.parametrize(
    "value",
    [
        rejection(source=None),
        rejection(id=None),
        rejection(type="uk.gov.social-value.event.conflicted.v1"),
        rejection(type="uk.gov.social-value.brake.applied.v1"),
        rejection(subject=7),
        rejection(subject="d\0"),
        rejection(time="yesterday"),
        rejection(data={}),
        b"{",
        b"[]",
        None,
    ],
)
def test_what_names_no_event_or_is_no_rejection_is_left_out(value: bytes | None) -> None:
    """And the one after it is read as ever."""
    assert len(read([value, rejection()])) == 1
