"""Waiting for what is down."""

import asyncio

import pytest
from structlog.testing import capture_logs

from shared.waiting import Pauses, until_reached


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that were to be waited; nobody waits them."""
    seconds: list[float] = []

    async def sleep(pause: float) -> None:
        seconds.append(pause)

    monkeypatch.setattr(asyncio, "sleep", sleep)
    return seconds


class Dependency:
    """Fails with each of `faults`, then answers."""

    def __init__(self, *faults: Exception) -> None:
        self.faults = list(faults)

    async def reach(self) -> str:
        if self.faults:
            raise self.faults.pop(0)
        return "reached"


def test_pauses_double_up_to_the_longest() -> None:
    """Soon at first, and never so seldom that nobody would believe in it."""
    pauses = Pauses(0.5, 10)
    assert [pauses.next() for _ in range(7)] == [0.5, 1, 2, 4, 8, 10, 10]


def test_after_success_pauses_begin_anew() -> None:
    """The next fault is another one."""
    pauses = Pauses(0.5, 10)
    pauses.next()
    pauses.next()
    pauses.clear()
    assert (pauses.attempts, pauses.next()) == (0, 0.5)


def test_pauses_never_end() -> None:
    """A weekend without Kafka is no overflow."""
    pauses = Pauses(0.5, 10)
    pauses.attempts = 100_000
    assert pauses.next() == 10


async def test_what_answers_is_not_waited_for(slept: list[float]) -> None:
    """And nothing is said of it."""
    with capture_logs() as logs:
        assert await until_reached("Kafka", Dependency().reach, (OSError,)) == "reached"
    assert (slept, logs) == ([], [])


async def test_what_is_down_is_tried_again_and_said_so(slept: list[float]) -> None:
    """One line for each attempt that failed, with when the next is made, and one when it answers."""
    dependency = Dependency(OSError("refused"), TimeoutError())
    with capture_logs() as logs:
        assert await until_reached("Kafka", dependency.reach, (OSError,)) == "reached"
    assert slept == [0.5, 1]
    down = {"event": "dependency.unreachable", "log_level": "warning", "dependency": "Kafka"}
    assert logs == [
        {**down, "attempt": 1, "next_seconds": 0.5, "error": "refused", "error_type": "OSError"},
        {**down, "attempt": 2, "next_seconds": 1, "error": "TimeoutError()", "error_type": "TimeoutError"},
        {"event": "dependency.reached", "log_level": "info", "dependency": "Kafka", "attempts": 2},
    ]


async def test_any_other_fault_propagates(slept: list[float]) -> None:
    """A wrong password does not become right by waiting."""
    with pytest.raises(PermissionError):
        await until_reached("PostgreSQL", Dependency(PermissionError()).reach, (ConnectionError,))
    assert slept == []
