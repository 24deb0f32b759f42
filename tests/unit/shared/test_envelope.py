"""The accepted event as the services pass it on."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import orjson
import pytest

from shared.envelope import Event

EVENT = Event(
    source="/dwp/system",
    id="e-1",
    type="uk.gov.social-value.heartbeat.v1",
    subject="dwp",
    time=datetime(2026, 11, 20, 9, 30, tzinfo=UTC),
    data={"b": [1, 0.1, None, "é"], "a": {}},
    sender="dwp",
    received=datetime(2026, 11, 24, 12, 0, 0, 5, tzinfo=UTC),
)
WHOLE = replace(EVENT, recorded=datetime(2026, 11, 21, tzinfo=UTC), traceparent="00-x")
WRITTEN = {
    "specversion": "1.0",
    "source": "/dwp/system",
    "id": "e-1",
    "type": "uk.gov.social-value.heartbeat.v1",
    "subject": "dwp",
    "time": "2026-11-20T09:30:00.000000Z",
    "datacontenttype": "application/json",
    "sender": "dwp",
    "receivedtime": "2026-11-24T12:00:00.000005Z",
    "data": {"b": [1, 0.1, None, "é"], "a": {}},
}


def test_an_event_is_written_as_a_structured_cloudevent() -> None:
    """With who sent it and when it came as extensions."""
    assert orjson.loads(EVENT.to_json()) == WRITTEN


def test_what_is_known_beyond_is_written_too() -> None:
    """When the sender's system recorded it, and the trace it belongs to."""
    assert orjson.loads(WHOLE.to_json()) == WRITTEN | {
        "recordedtime": "2026-11-21T00:00:00.000000Z",
        "traceparent": "00-x",
    }


@pytest.mark.parametrize("event", [EVENT, WHOLE])
def test_an_event_is_read_back_as_it_was_written(event: Event) -> None:
    """Nothing is lost on the way through Kafka."""
    assert Event.from_json(event.to_json()) == event


def test_an_event_is_identified_by_source_and_id() -> None:
    """As CloudEvents says."""
    assert EVENT.key == ("/dwp/system", "e-1")


SAME: dict[str, dict[str, Any]] = {
    "received later": {"received": EVENT.received + timedelta(days=1)},
    "recorded": {"recorded": EVENT.time},
    "traced": {"traceparent": "00-y"},
    "its properties in another order": {"data": {"a": {}, "b": [1, 0.1, None, "é"]}},
    "its time in another zone": {"time": EVENT.time.astimezone(timezone(timedelta(hours=1)))},
}


@pytest.mark.parametrize("changes", SAME.values(), ids=list(SAME))
def test_a_repeat_has_the_same_hash(changes: dict[str, Any]) -> None:
    """How and when it came again makes no other content of it."""
    assert replace(EVENT, **changes).sha256 == EVENT.sha256


OTHER: dict[str, dict[str, Any]] = {
    "source": {"source": "/dwp/other"},
    "id": {"id": "e-2"},
    "type": {"type": "uk.gov.social-value.staff.counted.v1"},
    "subject": {"subject": "moj"},
    "time": {"time": EVENT.time + timedelta(microseconds=1)},
    "sender": {"sender": "moj"},
    "a value": {"data": {"b": [1, 0.1, None, "e"], "a": {}}},
    "null for nothing": {"data": {"b": [1, 0.1, None, "é"], "a": {}, "c": None}},
    "the order of a list": {"data": {"b": [0.1, 1, None, "é"], "a": {}}},
}


@pytest.mark.parametrize("changes", OTHER.values(), ids=list(OTHER))
def test_another_content_has_another_hash(changes: dict[str, Any]) -> None:
    """Under one key it is a conflict."""
    assert replace(EVENT, **changes).sha256 != EVENT.sha256


def test_the_hash_never_changes() -> None:
    """It stands in the ledger for ever: another spelling of the content would make every repeat a conflict."""
    assert EVENT.sha256 == "6d85256c0eca135e16e4c41337816323c999622cccea222b4ba0a6564cd23b1a"


UNREADABLE = {
    "nothing": b"",
    "no JSON": b"{",
    "no object": b"[]",
    "no attributes": b"{}",
    "no time": orjson.dumps(WRITTEN | {"time": "then"}),
    "a number as id": orjson.dumps(WRITTEN | {"id": 7}),
    "null as sender": orjson.dumps(WRITTEN | {"sender": None}),
    "a number as recorded time": orjson.dumps(WRITTEN | {"recordedtime": 7}),
    "a number as trace": orjson.dumps(WRITTEN | {"traceparent": 7}),
    "no data": orjson.dumps({name: value for name, value in WRITTEN.items() if name != "data"}),
    "data that is a list": orjson.dumps(WRITTEN | {"data": []}),
    "no UTF-8": b'{"source":"\xff"}',
    "a time before all years": orjson.dumps(WRITTEN | {"time": "0001-01-01T00:00:00+01:00"}),
    "a time without offset": orjson.dumps(WRITTEN | {"receivedtime": "2026-11-24T12:00:00"}),
}


@pytest.mark.parametrize("raw", UNREADABLE.values(), ids=list(UNREADABLE))
def test_what_ingest_did_not_write_is_not_read(raw: bytes) -> None:
    """With one of the exceptions that a record is set aside for; any other would stop the line."""
    with pytest.raises((ValueError, KeyError, TypeError)):
        Event.from_json(raw)
