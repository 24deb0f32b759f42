"""W3C trace context: bound once where something comes in, in every line about it, and passed on with what is sent.

Without OpenTelemetry nobody makes spans here: a traceparent is handed on as it came. An event keeps its sender's for
ever (CloudEvents' distributed tracing extension); Kafka headers and HTTP carry the same from hop to hop.
"""

import re
import secrets
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

from structlog.contextvars import bound_contextvars

from shared.envelope import Event

HEADER = "traceparent"
FEW = 5
"""Of a batch's traces so many are named in its line."""
_TRACEPARENT = re.compile(r"(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
_current: ContextVar[str | None] = ContextVar("traceparent", default=None)


def valid(text: object) -> str | None:
    """A traceparent as the W3C recommendation has it; None for anything else."""
    return text if isinstance(text, str) and _TRACEPARENT.fullmatch(text) else None


def of_headers(headers: Iterable[tuple[str, bytes | None]]) -> str | None:
    """The traceparent among a Kafka record's headers or a request's; None where there is none, or no valid one."""
    for name, raw in headers:
        if len(name) == len(HEADER) and name.lower() == HEADER and raw and (text := valid(raw.decode("latin-1"))):
            return text
    return None


def fresh() -> str:
    """A trace of our own, not sampled: for lines, not for a collector of spans."""
    return f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-00"


def fields(traceparent: str | None) -> dict[str, str]:
    """What a log line says of it; nothing of one that is not valid."""
    if traceparent is None or valid(traceparent) is None:
        return {}
    _, trace, span, _ = traceparent.split("-")
    return {"trace_id": trace, "span_id": span}


def first(traceparents: Iterable[str | None]) -> list[str]:
    """The ids of the first few traces, for a line about many things."""
    found: dict[str, None] = {}
    for traceparent in traceparents:
        if traceparent is not None and (trace := traceparent[3:35]) not in found and valid(traceparent):
            found[trace] = None
            if len(found) == FEW:
                break
    return list(found)


def current() -> str | None:
    """That of the request in hand."""
    return _current.get()


@contextmanager
def within(traceparent: str) -> Iterator[None]:
    """What is done and logged inside belongs to this trace."""
    token = _current.set(traceparent)
    try:
        with bound_contextvars(**fields(traceparent)):
            yield
    finally:
        _current.reset(token)


def last(events: Sequence[Event]) -> str | None:
    """The trace of a batch as a whole: that of the last event that has one."""
    return next((found for event in reversed(events) if (found := valid(event.traceparent)) is not None), None)


def identity(event: Event) -> dict[str, str]:
    """What names one event in a line: never its data."""
    return {
        "event_source": event.source,
        "event_id": event.id,
        "event_type": event.type,
        "subject": event.subject,
        "sender": event.sender,
        **fields(event.traceparent),
    }


def identities(events: Sequence[Event]) -> dict[str, object]:
    """What names the events of a batch in its one line: a single one wholly, of several the first traces."""
    if len(events) == 1:
        return dict(identity(events[0]))
    traces = first(event.traceparent for event in events)
    return {"traces": traces} if traces else {}
