"""A service's parts start, stop and fail together."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from aiokafka import TopicPartition
from aiokafka.errors import KafkaConnectionError
from fastapi import FastAPI
from fastapi.responses import JSONResponse
from structlog.testing import capture_logs

from shared import serving
from shared.serving import Halt, Health, RequestLog, lifespan_of, repeat


class FakeConsuming:
    """As live, and as far behind, as it is told to be."""

    def __init__(self, *, live: bool = True, lag: dict[TopicPartition, int] | Exception | None = None) -> None:
        self.alive, self.behind = live, lag if lag is not None else {}

    async def live(self, limit_seconds: float) -> bool:
        return self.alive

    async def lag(self) -> dict[TopicPartition, int]:
        if isinstance(self.behind, Exception):
            raise self.behind
        return self.behind


def health(consuming: Any = None, *, ready: bool = True) -> Health:
    found = Health(60)
    found.consuming, found.ready = consuming, ready
    return found


async def get(app: FastAPI, path: str) -> tuple[int, Any]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://service") as client:
        response = await client.get(path)
    return response.status_code, response.json()


@pytest.mark.parametrize(
    ("found", "path", "status", "answer"),
    [
        pytest.param(health(ready=False), "/health/ready", 503, {"ready": False}, id="starting"),
        pytest.param(health(ready=False), "/health/live", 200, {"live": True}, id="live while starting"),
        pytest.param(health(), "/health/ready", 200, {"ready": True}, id="ready"),
        pytest.param(health(FakeConsuming()), "/health/live", 200, {"live": True}, id="consuming"),
        pytest.param(health(FakeConsuming(live=False)), "/health/live", 503, {"live": False}, id="not consuming"),
    ],
)
async def test_health_answers_for_the_consumer(found: Health, path: str, status: int, answer: Any) -> None:
    """Up is not enough: what has stopped consuming is to be restarted, what is still starting is not."""
    app = FastAPI()
    app.include_router(found.router())
    assert await get(app, path) == (status, answer)


def test_a_halt_ends_the_server_and_is_an_error_in_the_log() -> None:
    """The process then exits with code 1, because of this fault."""
    halt, fault = Halt(), ValueError("bug")
    halt.server = server = type("Server", (), {"should_exit": False})()
    with capture_logs() as logs:
        halt(fault)
    assert (halt.fault, server.should_exit) == (fault, True)
    assert logs == [{"event": "service.halted", "log_level": "error", "error": "bug", "error_type": "ValueError"}]


class Steps:
    """Gives each of `outcomes` in turn, then is cancelled."""

    def __init__(self, *outcomes: int | Exception) -> None:
        self.outcomes = list(outcomes)

    async def step(self) -> int:
        if not self.outcomes:
            raise asyncio.CancelledError
        outcome = self.outcomes.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that were to be waited, which pass on the clock and not in the test."""
    seconds: list[float] = []

    async def sleep(pause: float) -> None:
        seconds.append(pause)

    monkeypatch.setattr(asyncio, "sleep", sleep)
    monkeypatch.setattr(time, "monotonic", lambda: 1_000.0 + sum(seconds))
    return seconds


async def run(halt: Callable[[BaseException], None], *outcomes: int | Exception) -> None:
    with pytest.raises(asyncio.CancelledError):
        await repeat(Steps(*outcomes).step, idle_seconds=0.25, name="outbox", halt=halt, halt_after=60)  # type: ignore[arg-type]


async def test_a_step_that_finds_work_is_repeated_at_once(slept: list[float]) -> None:
    """And after one that finds none there is a pause."""
    await run(Halt(), 500, 3, 0, 1)
    assert slept == [0.25]


async def test_a_step_rests_in_proportion_to_what_it_took(slept: list[float]) -> None:
    """So that it never takes more than its share of the time, however long it takes."""
    takes = [1.0, 30.0]

    async def step() -> int:
        if not takes:
            raise asyncio.CancelledError
        await asyncio.sleep(takes.pop(0))
        return 1

    with pytest.raises(asyncio.CancelledError):
        await repeat(step, idle_seconds=0.25, name="recompute", halt=Halt(), rest=2.0)
    assert slept == [1, 2, 30, 60]


async def test_a_step_that_fails_is_tried_again_more_and_more_slowly(slept: list[float]) -> None:
    """After a success it is soon again at first."""
    await run(Halt(), OSError(), OSError(), OSError(), 1, OSError())
    assert slept == [0.5, 1, 2, 0.5]


async def test_a_step_that_fails_is_a_warning_in_the_log(slept: list[float]) -> None:
    """Which step, why, and when the next attempt is."""
    with capture_logs() as logs:
        await run(Halt(), OSError("gone"))
    assert logs == [
        {
            "event": "task.failed",
            "log_level": "warning",
            "task": "outbox",
            "attempt": 1,
            "next_seconds": 0.5,
            "error": "gone",
            "error_type": "OSError",
            "exc_info": True,
        }
    ]


async def test_a_step_that_fails_for_too_long_halts_the_service(slept: list[float]) -> None:
    """With its last fault."""
    halt, faults = Halt(), [OSError(str(number)) for number in range(100)]
    await repeat(Steps(*faults).step, idle_seconds=0.25, name="outbox", halt=halt, halt_after=60)
    assert (sum(slept), halt.fault) == (61.5, faults[len(slept)])


def service(
    *tasks: Callable[[], Awaitable[None]], fault: Exception | None = None
) -> tuple[Any, Health, Halt, list[str]]:
    """The lifespan of a service that does `tasks`, and what happens to it."""
    happened: list[str] = []
    found, halt = Health(60), Halt()

    @asynccontextmanager
    async def running() -> AsyncIterator[list[asyncio.Task[None]]]:
        if fault is not None:
            raise fault
        happened.append("started")
        try:
            yield [asyncio.ensure_future(task()) for task in tasks]
        finally:
            happened.append("stopped")

    return lifespan_of(running, found, halt), found, halt, happened


async def forever() -> None:
    await asyncio.Event().wait()


async def failing() -> None:
    raise ValueError("bug")


async def settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_a_service_is_ready_while_it_runs_and_stops_when_asked() -> None:
    """What it runs is started and stopped with it."""
    lifespan, found, halt, happened = service(forever)
    async with lifespan(FastAPI()):
        await settle()
        assert (found.ready, happened) == (True, ["started"])
    assert (found.ready, happened, halt.fault) == (False, ["started", "stopped"], None)


async def test_a_fault_while_starting_halts_the_service() -> None:
    """It never was ready."""
    lifespan, found, halt, _ = service(fault=OSError("gone"))
    async with lifespan(FastAPI()):
        await settle()
        assert (found.ready, str(halt.fault)) == (False, "gone")


async def test_a_task_that_fails_halts_the_service() -> None:
    """Nobody would notice otherwise that a part of it does nothing any more; the other parts are stopped."""
    lifespan, found, halt, happened = service(failing, forever)
    async with lifespan(FastAPI()):
        await settle()
        assert (found.ready, str(halt.fault), happened) == (False, "bug", ["started", "stopped"])


async def test_a_service_that_waits_for_a_dependency_can_be_stopped() -> None:
    """Without it being a fault."""
    found, halt = Health(60), Halt()

    @asynccontextmanager
    async def waiting() -> AsyncIterator[list[asyncio.Task[None]]]:
        await forever()
        yield []

    async with lifespan_of(waiting, found, halt)(FastAPI()):
        await settle()
    assert (found.ready, halt.fault) == (False, None)


async def beats(monkeypatch: pytest.MonkeyPatch, consuming: Any) -> list[Any]:
    """The log lines of one heartbeat."""
    monkeypatch.setattr(serving, "HEARTBEAT_SECONDS", 0.02)
    lifespan, found, _, _ = service(forever)
    found.consuming = consuming
    with capture_logs() as logs:
        async with lifespan(FastAPI()):
            await asyncio.sleep(0.03)
    return [{k: v for k, v in line.items() if k not in ("uptime", "memory_mib")} for line in logs[1:-1]]


BEAT = {"event": "heartbeat", "log_level": "info"}


async def test_a_heartbeat_says_how_far_the_consumer_is_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line for each partition that has lag."""
    consuming = FakeConsuming(lag={TopicPartition("t", 0): 7, TopicPartition("t", 1): 0})
    assert await beats(monkeypatch, consuming) == [
        BEAT,
        {"event": "consumer.lag", "log_level": "info", "topic": "t", "partition": 0, "lag": 7},
    ]


async def test_a_heartbeat_outlives_a_broker_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """It says so, and the service goes on."""
    assert await beats(monkeypatch, FakeConsuming(lag=KafkaConnectionError("gone"))) == [
        BEAT,
        {
            "event": "dependency.unreachable",
            "log_level": "warning",
            "dependency": "Kafka",
            "error": "KafkaConnectionError: gone",
            "error_type": "KafkaConnectionError",
        },
    ]


def logged() -> FastAPI:
    app = FastAPI()
    app.include_router(health().router())
    app.add_middleware(RequestLog)

    @app.get("/teapot")
    async def teapot() -> JSONResponse:
        return JSONResponse({}, status_code=418)

    @app.get("/bug")
    async def bug() -> None:
        raise ValueError

    return app


async def test_a_request_is_one_line_in_the_log(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was asked for, what was answered, and the nanoseconds between; no query, which may hold anything."""
    monkeypatch.setattr(time, "monotonic", lambda: 1.0)
    with capture_logs() as logs:
        await get(logged(), "/teapot?name=secret")
    assert logs == [
        {
            "event": "http.request",
            "log_level": "info",
            "method": "GET",
            "path": "/teapot",
            "status": 418,
            "duration": 0,
        }
    ]


async def test_a_request_that_fails_is_a_line_too() -> None:
    """With the status that the sender sees."""
    with capture_logs() as logs, pytest.raises(ValueError):  # noqa: PT011 - it has no message
        await get(logged(), "/bug")
    assert [line["status"] for line in logs] == [500]


async def test_a_question_for_health_is_no_line() -> None:
    """It is asked every few seconds."""
    with capture_logs() as logs:
        await get(logged(), "/health/live")
    assert logs == []
