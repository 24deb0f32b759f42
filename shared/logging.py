"""Log lines as ops read them: one JSON object a line on stdout with ECS names, or colours on a terminal."""

import json
import logging
import os
import re
import socket
import sys
from collections.abc import Callable, MutableMapping
from importlib.metadata import version
from typing import Any, TextIO

import orjson
import structlog

from shared.log_events import LOG_EVENTS

_ECS = {
    "timestamp": "@timestamp",
    "level": "log.level",
    "event": "message",
    "logger": "log.logger",
    "duration": "event.duration",
    "outcome": "event.outcome",
    "method": "http.request.method",
    "path": "url.path",
    "status": "http.response.status_code",
    "department": "svr.department",
    "sender": "svr.sender",
    "period": "svr.period",
    "subject": "svr.subject",
    "topic": "messaging.destination.name",
    "partition": "messaging.destination.partition.id",
    "offset": "messaging.kafka.offset",
    "group": "messaging.consumer.group.name",
    "error": "error.message",
    "error_type": "error.type",
    "exception": "error.stack_trace",
    "exc_info": "error.stack_trace",
    "event_id": "event.id",
    "event_source": "svr.source",
    "event_type": "svr.event_type",
    "trace_id": "trace.id",
    "span_id": "span.id",
}
_BOUND = ("service.name", "service.version", "service.instance.id", "ecs.version")
# What this system names itself goes under svr., so that no field collides with a field of ECS.
_PLAIN = frozenset({*_BOUND, *_ECS.values()})
ECS_VERSION = "8.17.0"
OURS = ("services", "shared", "deploy")
"""The loggers that a level is for; libraries say nothing below info."""

# What faults quote of their values, which are payload: those of PostgreSQL, asyncpg, pydantic, mail servers.
_QUOTED = (
    (re.compile(r"\n(DETAIL|CONTEXT|QUERY):.*?(?=\n(?:HINT:|\S*Error|\s*\Z|\n)|\Z)", re.DOTALL), ""),
    (re.compile(r"(invalid input for query argument \$\d+: ).*?(?= \([^()\n]*\)(?:\n|\Z)|\Z)", re.DOTALL), r"\1…"),
    (re.compile(r"input_value=.*?(?=, input_type=)", re.DOTALL), "input_value=…"),
    (re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+"), "…@…"),
)

EventDict = MutableMapping[str, Any]
listeners: list[Callable[[EventDict], None]] = []
"""Those who hear each of our lines before it is written: the metrics."""


def field(name: str) -> str:
    """What a value that is logged under `name` is called in the line: `topic` → `messaging.destination.name`."""
    return _ECS.get(name, name if name in _PLAIN else f"svr.{name}")


def _ecs(_logger: Any, _method: str, line: EventDict) -> EventDict:
    action = line["event"]
    named = {field(key): value for key, value in line.items()}
    if action in LOG_EVENTS:
        named["event.action"] = action
    return named


def _told(_logger: Any, _method: str, line: EventDict) -> EventDict:
    for listener in listeners:
        listener(line)
    return line


def _discreet(_logger: Any, _method: str, line: EventDict) -> EventDict:
    """Leaves out of a fault's words, and of its trace, what they quote of a payload, and e-mail addresses."""
    for name in ("error", "exception"):
        if isinstance(text := line.get(name), str):
            for quoted, instead in _QUOTED:
                text = quoted.sub(instead, text)
            line[name] = text
    return line


def _json(_logger: Any, _method: str, line: EventDict) -> str:
    try:
        return orjson.dumps(line, default=str, option=orjson.OPT_NON_STR_KEYS).decode()
    except TypeError:  # half a surrogate pair, or more than 64 bits: no line is lost for that
        return json.dumps(line, default=str)


class Sparing(logging.Filter):
    """Lets a library's loggers say the same thing, with whatever values, once in so many seconds.

    While no broker answers, each of aiokafka's tasks says so ten times a second, and all other lines would be buried.
    """

    def __init__(self, library: str, *, seconds: float) -> None:
        super().__init__()
        self.library, self.seconds = library, seconds
        self.said: dict[tuple[str, str], float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name.partition(".")[0] != self.library:
            return True
        what = (record.name, str(record.msg))
        if record.created - self.said.get(what, float("-inf")) < self.seconds:
            return False
        self.said[what] = record.created
        return True


def configure(service: str, fmt: str = "auto", *, level: str = "info", stream: TextIO | None = None) -> None:
    """Sets up structlog and the standard library's loggers, once, at the start of a process. `stream`: else stdout.

    What is the same in every line is bound here.
    """
    stream = stream or sys.stdout
    as_json = fmt == "json" or (fmt == "auto" and not stream.isatty())
    before: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _discreet,
    ]
    values = (service, version("social-value-returns"), f"{socket.gethostname()}-{os.getpid()}", ECS_VERSION)
    bound = dict(zip(_BOUND, values, strict=True))

    def whose(_logger: Any, _method: str, line: EventDict) -> EventDict:
        line.update(bound)
        return line

    last: list[structlog.typing.Processor] = (
        [whose, _ecs, _json] if as_json else [structlog.dev.ConsoleRenderer(colors=stream.isatty())]
    )
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *before,
            _told,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*before, structlog.stdlib.add_logger_name],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    handler.addFilter(Sparing("aiokafka", seconds=10))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(max(logging.INFO, logging.getLevelNamesMapping()[level.upper()]))
    for ours in OURS:
        logging.getLogger(ours).setLevel(level.upper())
    for chatty in ("aiokafka", "faststream", "uvicorn", "httpx", "kafka", "asyncio"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


def is_debugging() -> bool:
    """Whether lines of level debug are written: to be asked before making one for each event."""
    return logging.getLogger(OURS[0]).isEnabledFor(logging.DEBUG)


def fault_fields(fault: BaseException) -> dict[str, str]:
    """What a line says of a fault, to be spread into it: `error`, its words, or its repr where it has none, as
    TimeoutError() has; and `error_type`, the name of its class.
    """
    return {"error": str(fault) or repr(fault), "error_type": type(fault).__name__}


def get_logger() -> structlog.stdlib.BoundLogger:
    logger: structlog.stdlib.BoundLogger = structlog.get_logger()
    return logger
