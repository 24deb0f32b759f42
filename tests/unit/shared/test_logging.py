"""Log lines as ops read them, and the catalogue of their names."""

import ast
import json
import logging
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog

import services
import shared
from shared.log_events import LOG_EVENTS
from shared.logging import Sparing, configure, get_logger

ROOTS = [Path(next(iter(package.__path__))) for package in (services, shared)]
LEVELS = {"debug": "debug", "info": "info", "warning": "warning", "error": "error", "exception": "error"}


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    """Leaves structlog and the root logger as they were."""
    root, handlers, level = logging.getLogger(), logging.getLogger().handlers, logging.getLogger().level
    yield
    root.handlers = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """What has been written, without the times."""
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert all(line.pop("@timestamp").endswith("Z") for line in found)
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
            "service.name": "ingest",
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
            "service.name": "ingest",
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
        "service.name": "ingest",
        "error.message": "two\nlines",
        "error.type": "ValueError",
    }


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


def calls() -> Iterator[tuple[str, str]]:
    """(name, level) of every log line that the sources write."""
    for source in (path for root in ROOTS for path in sorted(root.rglob("*.py"))):
        for node in ast.walk(ast.parse(source.read_text("utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and isinstance(node.func.value, ast.Name)
                and node.func.value.id == "log"
                and node.func.attr in LEVELS
            ):
                name = node.args[0]
                assert isinstance(name, ast.Constant), f"{source}:{node.lineno}: the name must be a constant"
                yield str(name.value), LEVELS[node.func.attr]


def test_every_line_that_is_written_is_in_the_catalogue() -> None:
    """So that ops can look up what it means and what to do."""
    assert {name for name, _ in calls()} - set(LOG_EVENTS) == set()


def test_every_line_of_the_catalogue_is_written() -> None:
    """What nobody writes, nobody should wait for."""
    assert set(LOG_EVENTS) - {name for name, _ in calls()} == set()


def test_every_line_has_the_level_of_the_catalogue() -> None:
    """An alert on errors must not miss one, nor fire for a warning."""
    assert set(calls()) - {(name, event.level) for name, event in LOG_EVENTS.items()} == set()


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
