"""A service's parts start, stop and fail together."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from fastapi import FastAPI
from structlog.testing import capture_logs

from shared import serving
from shared.health import Health
from shared.serving import Halt, lifespan_of, repeat


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
    """So that it never takes more than its share of the time, however long it takes; as little as is said by then."""
    takes, shares = [1.0, 3.0], [2.0] * 5 + [0.5] * 9

    async def step() -> int:
        if not takes:
            raise asyncio.CancelledError
        await asyncio.sleep(takes.pop(0))
        return 1

    with pytest.raises(asyncio.CancelledError):
        await repeat(step, idle_seconds=0.5, name="recompute", halt=Halt(), rest=lambda: shares.pop(0))
    assert slept == [1, *[0.5] * 4, 3, *[0.5] * 3]


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
        assert (found.running, happened) == (True, ["started"])
    assert (found.running, happened, halt.fault) == (False, ["started", "stopped"], None)


async def test_a_fault_while_starting_halts_the_service() -> None:
    """It never was ready."""
    lifespan, found, halt, _ = service(fault=OSError("gone"))
    async with lifespan(FastAPI()):
        await settle()
        assert (found.running, str(halt.fault)) == (False, "gone")


async def test_a_task_that_fails_halts_the_service() -> None:
    """Nobody would notice otherwise that a part of it does nothing any more; the other parts are stopped."""
    lifespan, found, halt, happened = service(failing, forever)
    async with lifespan(FastAPI()):
        await settle()
        assert (found.running, str(halt.fault), happened) == (False, "bug", ["started", "stopped"])


async def test_a_service_that_waits_for_a_dependency_can_be_stopped() -> None:
    """Without it being a fault."""
    found, halt = Health(60), Halt()

    @asynccontextmanager
    async def waiting() -> AsyncIterator[list[asyncio.Task[None]]]:
        await forever()
        yield []

    async with lifespan_of(waiting, found, halt)(FastAPI()):
        await settle()
    assert (found.running, halt.fault) == (False, None)


async def test_the_log_says_what_a_service_started_with_and_why_it_stopped() -> None:
    """The fingerprint of its settings tells two processes apart that should be alike."""
    found, halt = Health(60), Halt()

    @asynccontextmanager
    async def running() -> AsyncIterator[list[asyncio.Task[None]]]:
        yield []

    with capture_logs() as logs:
        async with lifespan_of(running, found, halt, fingerprint="0123456789ab")(FastAPI()):
            await settle()
    started, stopping = logs
    assert (started["event"], started["settings"]) == ("service.started", "0123456789ab")
    assert (stopping["event"], stopping["reason"]) == ("service.stopping", "asked to")


async def test_a_service_that_halts_stops_for_that_reason() -> None:
    """Ops see that nobody asked it to."""
    lifespan, _, halt, _ = service(forever)
    with capture_logs() as logs:
        async with lifespan(FastAPI()):
            await settle()
            halt(ValueError("bug"))
    assert [line["reason"] for line in logs if line["event"] == "service.stopping"] == ["halted"]


async def test_a_service_beats_while_it_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """From its start to its stop."""
    monkeypatch.setattr(serving, "HEARTBEAT_SECONDS", 0)
    lifespan, _, _, _ = service(forever)
    with capture_logs() as logs:
        async with lifespan(FastAPI()):
            for _ in range(1_000):
                await asyncio.sleep(0)
                if any(line["event"] == "heartbeat" for line in logs):
                    break
    assert [logs[0]["event"], logs[1]["event"], logs[-1]["event"]] == [
        "service.started",
        "heartbeat",
        "service.stopping",
    ]
