"""W3C trace context: what is one, what a line says of it, and which of many stands for a batch."""

from dataclasses import replace

import pytest

from shared import tracing
from tests.unit.shared.test_envelope import EVENT

TRACE = "0af7651916cd43dd8448eb211c80319c"
PARENT = f"00-{TRACE}-b7ad6b7169203331-01"


def other(number: int) -> str:
    return f"00-{number:032x}-b7ad6b7169203331-00"


@pytest.mark.parametrize(
    "text",
    [
        None,
        7,
        "",
        "none",
        PARENT.upper(),
        PARENT + "-",
        PARENT.replace("00-", "ff-", 1),
        f"00-{'0' * 32}-b7ad6b7169203331-01",
        f"00-{TRACE}-{'0' * 16}-01",
    ],
)
def test_what_is_no_traceparent_is_taken_for_none(text: object) -> None:
    """By the recommendation: lower case, no version ff, no id of zeros."""
    assert tracing.valid(text) is None


def test_a_traceparent_is_found_among_headers_however_they_are_written() -> None:
    """Bytes that are no text, and no bytes at all, are passed over."""
    headers = [
        ("TraceParent", b"\xff"),
        ("traceparent", None),
        ("other", PARENT.encode()),
        ("Traceparent", PARENT.encode()),
    ]
    assert tracing.of_headers(headers) == PARENT
    assert tracing.of_headers(headers[:3]) is None


def test_a_fresh_trace_is_valid() -> None:
    """And another each time."""
    assert tracing.valid(tracing.fresh())
    assert tracing.fresh() != tracing.fresh()


def test_of_a_single_event_a_line_names_all() -> None:
    """But its data."""
    assert tracing.identities([replace(EVENT, traceparent=PARENT)]) == {
        "event_source": EVENT.source,
        "event_id": EVENT.id,
        "event_type": EVENT.type,
        "subject": EVENT.subject,
        "sender": EVENT.sender,
        "trace_id": TRACE,
        "span_id": "b7ad6b7169203331",
    }


def test_of_many_events_a_line_names_the_first_traces() -> None:
    """Each once, and no more than a few; the rest is in the ledger."""
    events = [replace(EVENT, traceparent=other(number // 2 + 1)) for number in range(40)]
    assert tracing.identities(events) == {"traces": [f"{number:032x}" for number in range(1, tracing.FEW + 1)]}
    assert tracing.identities([EVENT, EVENT]) == {}


def test_what_only_looks_like_a_trace_breaks_no_line() -> None:
    """The ledger may hold anything that once passed."""
    odd = [replace(EVENT, traceparent="00-x"), replace(EVENT, traceparent="x" * 55)]
    assert tracing.fields("00-x") == {}
    assert tracing.identities(odd) == {}
    assert tracing.last(odd) is None


def test_the_trace_of_a_batch_is_its_last_events() -> None:
    """Of those that have one."""
    events = [replace(EVENT, traceparent=other(1)), replace(EVENT, traceparent=PARENT), EVENT]
    assert tracing.last(events) == PARENT
    assert tracing.last([EVENT]) is None
