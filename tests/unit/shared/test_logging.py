"""Log lines as ops read them, and the catalogue of their names."""

import json
import logging
import sys
from collections.abc import Iterator
from typing import Any

import asyncpg
import pytest
import structlog
from pydantic import BaseModel, ValidationError

from deploy.docs.logs import SPREADS, calls
from shared import tracing
from shared.log_events import LOG_EVENTS
from shared.logging import Sparing, configure, fault_fields, get_logger, is_debugging

BOUND = {"service.name", "service.version", "service.instance.id", "ecs.version"}


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    """Leaves structlog and the root logger as they were."""
    root, handlers, level = logging.getLogger(), logging.getLogger().handlers, logging.getLogger().level
    yield
    root.handlers = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """What has been written, without the times and what is in every line."""
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert all(line.pop("@timestamp").endswith("Z") for line in found)
    assert all(line.pop(name) for line in found for name in BOUND)
    return found


def test_an_event_of_the_catalogue_is_a_line_with_ecs_names(capsys: pytest.CaptureFixture[str]) -> None:
    """What ECS has a name for has that name; what is ours stands under svr., so that nothing collides."""
    configure("ingest", "json")
    get_logger().info(
        "batch.committed", group="ingest", records=2, topic="t", partition=0, offset=7, duration=1_000, sender="dwp"
    )
    assert lines(capsys) == [
        {
            "message": "batch.committed",
            "event.action": "batch.committed",
            "log.level": "info",
            "messaging.consumer.group.name": "ingest",
            "messaging.destination.name": "t",
            "messaging.destination.partition.id": 0,
            "messaging.kafka.offset": 7,
            "event.duration": 1_000,
            "svr.records": 2,
            "svr.sender": "dwp",
        }
    ]


def test_a_line_of_a_library_is_a_line_too(capsys: pytest.CaptureFixture[str]) -> None:
    """With its logger, and without an action of ours."""
    configure("ingest", "json")
    logging.getLogger("some.library").warning("took %d seconds", 7)
    assert lines(capsys) == [
        {
            "message": "took 7 seconds",
            "log.level": "warning",
            "log.logger": "some.library",
        }
    ]


@pytest.mark.parametrize("name", ["aiokafka.consumer", "faststream", "uvicorn.error", "httpx"])
def test_what_libraries_say_of_their_ordinary_work_is_left_out(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Ops look for our lines among ours."""
    configure("ingest", "json")
    logging.getLogger(name).info("polling")
    assert lines(capsys) == []


def test_a_fault_is_a_line_with_its_trace(capsys: pytest.CaptureFixture[str]) -> None:
    """All of it in one line, whatever line breaks it has."""
    configure("ingest", "json")
    get_logger().warning("task.failed", error="two\nlines", error_type="ValueError", exc_info=ValueError("two\nlines"))
    (line,) = lines(capsys)
    assert line.pop("error.stack_trace").endswith("ValueError: two\nlines")
    assert line == {
        "message": "task.failed",
        "event.action": "task.failed",
        "log.level": "warning",
        "error.message": "two\nlines",
        "error.type": "ValueError",
    }


@pytest.mark.parametrize(
    ("fault", "message", "type"),
    [
        (ConnectionError("refused"), "refused", "ConnectionError"),
        (TimeoutError(), "TimeoutError()", "TimeoutError"),
    ],
    ids=repr,
)
def test_a_fault_has_words_even_where_it_brings_none(
    fault: Exception, message: str, type: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """An empty error.message would tell nobody anything."""
    configure("ingest", "json")
    get_logger().warning("monitor.failed", **fault_fields(fault))
    (line,) = lines(capsys)
    assert (line["error.message"], line["error.type"]) == (message, type)


def test_what_the_document_says_of_a_fault_is_what_a_line_holds() -> None:
    """It reads the calls, and they only spread it."""
    assert tuple(fault_fields(ValueError())) == SPREADS["fault_fields"]


@pytest.mark.parametrize(
    "value", [{1, 2}, object(), b"\xff", 2**80, float("nan"), {1: "x"}, "\ud800", ValueError("x")], ids=repr
)
def test_any_value_can_be_logged(value: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """A line that cannot be written is a line that ops do not see."""
    configure("ingest", "json")
    get_logger().error("service.halted", value=value, also={7: value})
    (line,) = lines(capsys)
    assert line["message"] == "service.halted"
    assert "svr.value" in line


def test_on_a_terminal_lines_are_for_people(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """In colour, and not JSON."""
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    configure("ingest", "auto")
    get_logger().info("service.started", version="1")
    written = capsys.readouterr().out
    assert "service.started" in written
    assert "\x1b[" in written


def test_in_a_pipe_lines_are_json(capsys: pytest.CaptureFixture[str]) -> None:
    """As collectors of logs want them."""
    configure("ingest", "auto")
    get_logger().info("service.started", version="1")
    assert [line["message"] for line in lines(capsys)] == ["service.started"]


def test_the_catalogue_and_the_lines_that_are_written_are_the_same() -> None:
    """Ops can look up every line; and what nobody writes, nobody waits for."""
    assert {call.event for call in calls()} == set(LOG_EVENTS)


def test_every_line_has_a_level_of_the_catalogue() -> None:
    """An alert on errors must not miss one, nor fire for a warning."""
    assert [call for call in calls() if not call.levels <= LOG_EVENTS[call.event].levels] == []


def test_every_level_of_the_catalogue_is_had() -> None:
    """Over its limit too."""
    had = {name: {level for call in calls() if call.event == name for level in call.levels} for name in LOG_EVENTS}
    assert had == {name: set(event.levels) for name, event in LOG_EVENTS.items()}


def test_a_level_that_asks_for_somebody_says_what_to_do() -> None:
    """Whoever is woken by an error reads there what to do about it."""
    assert [name for name, event in LOG_EVENTS.items() if event.level == "error" and event.operator == "nothing"] == []


def _record(name: str, said: str, at: float) -> logging.LogRecord:
    record = logging.LogRecord(name, logging.ERROR, __file__, 1, said, (1,), None)
    record.created = at
    return record


def test_a_library_says_the_same_of_a_lost_broker_only_once_in_a_while() -> None:
    """Whichever node it is about: aiokafka asks many times a second, and would bury all other lines."""
    sparing = Sparing("aiokafka", seconds=10)
    said = [sparing.filter(_record("aiokafka.conn", "Unable to connect to %s", at)) for at in (100, 101, 109, 110, 111)]
    assert said == [True, False, False, True, False]
    assert sparing.filter(_record("aiokafka.conn", "Something else: %s", 111))
    assert all(sparing.filter(_record("shared", "Unable to connect to %s", at)) for at in (110, 111))


def test_every_line_says_which_process_of_which_version_wrote_it(capsys: pytest.CaptureFixture[str]) -> None:
    """One of ours and one of a library's alike."""
    configure("ingest", "json")
    get_logger().info("service.started")
    logging.getLogger("some.library").warning("well")
    ours, theirs = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert {name: ours[name] for name in BOUND} == {name: theirs[name] for name in BOUND}
    assert ours["service.name"] == "ingest"


def test_what_is_done_within_a_trace_names_it(capsys: pytest.CaptureFixture[str]) -> None:
    """And what comes after it does not."""
    configure("ingest", "json")
    with tracing.within("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"):
        get_logger().info("http.request")
    get_logger().info("heartbeat")
    within, after = lines(capsys)
    assert (within["trace.id"], within["span.id"]) == ("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331")
    assert "trace.id" not in after


def test_a_line_for_each_event_is_only_written_for_those_who_debug(capsys: pytest.CaptureFixture[str]) -> None:
    """A library's are not, even then."""
    for level, said in (("info", 0), ("debug", 1)):
        configure("ingest", "json", level=level)
        logging.getLogger("services.test").debug("event.recorded")
        logging.getLogger("some.library").debug("polling")
        assert (len(lines(capsys)), is_debugging()) == (said, bool(said))


class Person(BaseModel):
    age: int


GIVEN = {"age": "Jane Doe"}


def _unique() -> asyncpg.PostgresError:
    fault = asyncpg.UniqueViolationError("duplicate key value violates unique constraint")
    fault.detail = "Key (name)=(Jane\nDoe) already exists."
    return fault


def _invalid() -> ValidationError:
    with pytest.raises(ValidationError) as found:
        Person.model_validate(GIVEN)
    return found.value


@pytest.mark.parametrize(
    ("fault", "rest"),
    [
        pytest.param(_unique(), "duplicate key value violates", id="PostgreSQL"),
        pytest.param(
            asyncpg.DataError("invalid input for query argument $1: 'Jane\nDoe' (expected int, got str)"),
            "invalid input for query argument $1",
            id="asyncpg",
        ),
        pytest.param(_invalid(), "1 validation error for Person", id="pydantic"),
        pytest.param(ConnectionError("550 <Jane.Doe@dwp.example.uk>: unknown user"), "unknown user", id="mail server"),
    ],
)
def test_what_a_fault_quotes_is_left_out(fault: Exception, rest: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Its own words stay; the value does not, neither in the message nor in the trace."""
    configure("ingest", "json")
    outer = ValueError("while writing")
    outer.__cause__ = fault
    get_logger().warning("task.failed", error=str(fault), exc_info=outer)
    (line,) = lines(capsys)
    assert "Jane" not in str(line)
    assert "Doe" not in str(line)
    assert rest in line["error.message"]
    assert rest in line["error.stack_trace"]
    assert line["error.stack_trace"].endswith("ValueError: while writing")
