"""docs/logs.md from the log catalogue and from the calls that write its lines."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from shared.log_events import LOG_EVENTS
from shared.logging import field

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("deploy", "services", "shared")
LEVELS = {"debug": "debug", "info": "info", "warning": "warning", "error": "error", "exception": "error"}

_EVENT = ("event_source", "event_id", "event_type", "subject", "sender", "trace_id", "span_id")
_RECORD = ("topic", "partition", "offset")
_FAULT = ("error", "error_type")
SPREADS = {
    "fault_fields": _FAULT,
    "failure.fields": ("attempt", "next_seconds", *_FAULT, "exc_info"),
    "tracing.fields": ("trace_id", "span_id"),
    "tracing.identity": _EVENT,
    "tracing.identities": (*_EVENT, "traces"),
    "_identity": (*_RECORD, *_EVENT),
    "_where": ("place", *_RECORD),
    "said": ("entries", "block", "hash"),
    "place": ("block", "hash"),
}
"""What is handed to a line with **: the fields that it may hold."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call that writes a line: its event, the levels that it may have, its fields as Python names them."""

    event: str
    levels: frozenset[str]
    fields: tuple[str, ...]
    where: str


@cache
def calls() -> tuple[Call, ...]:
    """Every `log.info("…")` of the sources. Raises ValueError for one that cannot be read."""
    sources = (path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py")))
    return tuple(call for source in sources for call in calls_of(source.read_text("utf-8"), source.name))


def calls_of(text: str, name: str) -> Iterator[Call]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and (levels := frozenset(_levels(node.func))):
            where = f"{name}:{node.lineno}"
            event = node.args[0] if node.args else None
            if not isinstance(event, ast.Constant):
                raise ValueError(f"{where}: the event must be a constant")
            fields = dict.fromkeys(name for keyword in node.keywords for name in _fields(keyword, where))
            trace = ("exc_info",) if isinstance(node.func, ast.Attribute) and node.func.attr == "exception" else ()
            yield Call(str(event.value), levels, (*fields, *trace), where)


def _levels(called: ast.expr) -> Iterator[str]:
    """`log.info`, or `(log.warning if … else log.info)`."""
    if isinstance(called, ast.IfExp):
        yield from _levels(called.body)
        yield from _levels(called.orelse)
    elif isinstance(called, ast.Attribute) and ast.unparse(called.value) == "log" and called.attr in LEVELS:
        yield LEVELS[called.attr]


def _fields(keyword: ast.keyword, where: str) -> Iterable[str]:
    return (keyword.arg,) if keyword.arg is not None else _spread(keyword.value, where)


def _spread(value: ast.expr, where: str) -> tuple[str, ...]:
    if isinstance(value, ast.IfExp):
        return (*_spread(value.body, where), *_spread(value.orelse, where))
    name = ast.unparse(value.func if isinstance(value, ast.Call) else value)
    if name not in SPREADS:
        raise ValueError(f"{where}: **{name} is not among SPREADS, so nobody knows its fields")
    return SPREADS[name]


def fields_of(event: str) -> list[str]:
    """Every field that lines of this event may have of their own, as the line names it."""
    return sorted({field(name) for call in calls() if call.event == event for name in call.fields})


def markdown() -> str:
    rows = "\n".join(
        f"| `{name}` | {event.level}{f', {event.over} over its limit' if event.over else ''} "
        f"| {', '.join(f'`{each}`' for each in fields_of(name))} | {event.means} | {event.operator} |"
        for name, event in sorted(LOG_EVENTS.items())
    )
    return f"""# Log events

Generated from `shared/log_events.py`, and from the calls that write the lines, by `make docs`.

One JSON object a line on stdout, UTF-8, times in UTC, with ECS names; `event.action` is one of these. On a terminal the
same for people, in colour (`SVR_LOG_FORMAT`). Every line has `@timestamp`, `log.level`, `message`, `service.name`,
`service.version`, `service.instance.id` (host and process) and `ecs.version`; a line of a library has `log.logger` and
no `event.action`. What ECS has no name for stands under `svr.`. `event.duration` is in nanoseconds.

**One event through the system.** `event.id` and `svr.source` name it (CloudEvents: both together), `trace.id` its
trace: the event's own `traceparent`, else that of the Kafka record's or the request's header, else one that ingest
makes for the request. A line is about one unit of work, mostly a batch: of a single event it names all, of several the
first traces (`svr.traces`); refusals, conflicts and unreadable records have a line each. `SVR_LOG_LEVEL=debug` writes
`event.accepted` and `event.recorded` for every event. A status, and the report published from it, carry the trace of
the last batch that changed them.

**Never** in a line: a payload, a secret, a person's name. What a fault quotes of its values is cut out.

Alerts: `deploy/logs/alerts.yaml`; what each means: [operations](operations.md). Queries: `deploy/logs/queries.md`.

| event | level | fields | means | what to do |
|---|---|---|---|---|
{rows}
"""
