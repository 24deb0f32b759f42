"""Waiting for what is down, and saying so."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from shared.logging import get_logger

log = get_logger()
T = TypeVar("T")


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
                error=str(fault) or repr(fault),
                error_type=type(fault).__name__,
            )
            await asyncio.sleep(seconds)
        else:
            if pause.attempts:
                log.info("dependency.reached", dependency=what, attempts=pause.attempts)
            return result
