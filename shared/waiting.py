"""Waiting for what is down, and saying so."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

from shared.logging import fault_fields, get_logger

log = get_logger()
T = TypeVar("T")
Halt: TypeAlias = Callable[[BaseException], None]
"""Ends the service for a fault that lasted too long."""

HALT_AFTER_SECONDS = 600.0


class Pauses:
    """Seconds to wait before the next attempt: doubling from `first` to `longest`."""

    def __init__(self, first: float, longest: float) -> None:
        self.first, self.longest = first, longest
        self.attempts = 0

    def next(self) -> float:
        pause = min(self.first * 2.0 ** min(self.attempts, 64), self.longest)  # no float holds two to the 1,024th
        self.attempts += 1
        return pause

    def clear(self) -> None:
        self.attempts = 0


@dataclass(frozen=True, slots=True)
class Failure:
    """One of several in a row: `seconds` to wait before the next attempt, and `fields` that say so in the log."""

    seconds: float
    fields: Mapping[str, Any]


class Retrying:
    """One piece of work that is tried again while it fails, more and more slowly; failing for too long, it halts."""

    def __init__(self, halt: Halt, *, halt_after: float = HALT_AFTER_SECONDS) -> None:
        self.halt, self.halt_after = halt, halt_after
        self.pauses = Pauses(0.5, 30.0)
        self.since: float | None = None

    def failed(self, fault: Exception) -> Failure | None:
        """None when it has lasted too long and the service has been told to halt."""
        now = time.monotonic()
        self.since = self.since or now
        if now - self.since > self.halt_after:
            self.halt(fault)
            return None
        seconds = self.pauses.next()
        fields = {
            "attempt": self.pauses.attempts,
            "next_seconds": seconds,
            **fault_fields(fault),
            "exc_info": self.pauses.attempts == 1,
        }
        return Failure(seconds, fields)

    def succeeded(self) -> None:
        self.pauses.clear()
        self.since = None


async def until_reached(what: str, attempt: Callable[[], Awaitable[T]], faults: tuple[type[BaseException], ...]) -> T:
    """Repeats `attempt` while it fails with one of `faults`; anything else propagates."""
    pause = Pauses(0.5, 10.0)
    while True:
        try:
            result = await attempt()
        except faults as fault:
            seconds = pause.next()
            log.warning(
                "dependency.unreachable",
                dependency=what,
                attempt=pause.attempts,
                next_seconds=seconds,
                **fault_fields(fault),
            )
            await asyncio.sleep(seconds)
        else:
            if pause.attempts:
                log.info("dependency.reached", dependency=what, attempts=pause.attempts)
            return result
