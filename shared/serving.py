"""Running a service: its HTTP side, its consumers and its background steps start, stop and fail together."""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable

import uvicorn
from fastapi import FastAPI

from shared.logging import get_logger
from shared.waiting import Pauses

log = get_logger()


class Halt:
    """Ends the service for a fault that lasted too long: the server stops, and the process exits with code 1."""

    def __init__(self) -> None:
        self.fault: BaseException | None = None
        self.server: uvicorn.Server | None = None

    def __call__(self, fault: BaseException) -> None:
        log.error("service.halted", error=str(fault) or repr(fault), error_type=type(fault).__name__)
        self.fault = fault
        if self.server is not None:
            self.server.should_exit = True


def serve(app: FastAPI, *, host: str, port: int, halt: Halt) -> None:
    """Blocks until the service is asked to stop. Raises SystemExit(1) after a halt."""
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=10,
        loop="uvloop",
    )
    halt.server = uvicorn.Server(config)
    halt.server.run()
    if halt.fault is not None:
        raise SystemExit(1)


async def repeat(
    step: Callable[[], Awaitable[int]], *, idle_seconds: float, name: str, halt: Halt, halt_after: float = 600.0
) -> None:
    """Does `step` again and again: at once while it finds work (returns more than 0), else after a pause.

    A step that fails is tried again, more and more slowly; when it fails for too long the service halts.
    """
    pauses = Pauses(0.5, 30.0)
    failing_since: float | None = None
    while True:
        try:
            found = await step()
        except Exception as fault:
            failing_since = failing_since or time.monotonic()
            if time.monotonic() - failing_since > halt_after:
                halt(fault)
                return
            seconds = pauses.next()
            log.warning(
                "task.failed",
                task=name,
                attempt=pauses.attempts,
                next_seconds=seconds,
                error=str(fault) or repr(fault),
                error_type=type(fault).__name__,
                exc_info=pauses.attempts == 1,
            )
            await asyncio.sleep(seconds)
        else:
            pauses.clear()
            failing_since = None
            if not found:
                await asyncio.sleep(idle_seconds)


def memory_mib() -> int:
    """Resident memory of this process, in MiB; 0 where /proc is not to be had."""
    try:
        with open("/proc/self/statm") as statm:  # noqa: PTH123 - a pseudo-file, read every half minute
            return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 2**20
    except OSError:
        return 0
