"""Running a service: its HTTP side, its consumers and its background steps start, stop and fail together."""

import asyncio
import platform
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from importlib.metadata import version
from typing import Any

import uvicorn
from fastapi import FastAPI

from shared.collecting import collect_late
from shared.health import Health
from shared.heartbeat import Heartbeat
from shared.http_log import RequestLog
from shared.logging import fault_fields, get_logger
from shared.waiting import HALT_AFTER_SECONDS, Retrying

log = get_logger()

HEARTBEAT_SECONDS = 30.0


class Halt:
    """Ends the service for a fault that lasted too long: the server stops, and the process exits with code 1."""

    def __init__(self) -> None:
        self.fault: BaseException | None = None
        self.server: uvicorn.Server | None = None

    def __call__(self, fault: BaseException) -> None:
        log.error("service.halted", **fault_fields(fault))
        self.fault = fault
        if self.server is not None:
            self.server.should_exit = True

    @property
    def connections(self) -> int:
        """HTTP connections that are open."""
        return 0 if self.server is None else len(self.server.server_state.connections)


def serve(
    app: FastAPI,
    *,
    host: str,
    port: int,
    halt: Halt,
    connections: int | None = None,
    collect_after: int = 100_000,
) -> None:
    """Blocks until the service is asked to stop. Raises SystemExit(1) after a halt.

    More than so many `connections` at once are answered 503 (None: no limit). `collect_after`: see `collect_late`.
    """
    collect_late(collect_after)
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=5,  # of 30 s; then come the batches in hand, and what is on its way to Kafka
        loop="uvloop",
        limit_concurrency=connections,
        h11_max_incomplete_event_size=65_536,  # of a request's headers
    )
    # uvicorn raises the signal again once it has stopped in good order; an orderly stop is no failure.
    for stopping in (signal.SIGTERM, signal.SIGINT):
        signal.signal(stopping, lambda *_: None)
    halt.server = uvicorn.Server(config)
    halt.server.run()
    if halt.fault is not None:
        raise SystemExit(1)


async def repeat(
    step: Callable[[], Awaitable[int]],
    *,
    idle_seconds: float,
    name: str,
    halt: Halt,
    halt_after: float = HALT_AFTER_SECONDS,
    rest: Callable[[], float] = lambda: 0.0,
) -> None:
    """Does `step` again and again: while it finds work (returns more than 0) at once, or after `rest()` times as long
    as the step took, so that it never takes more than its share; else after `idle_seconds`. What `rest` says may change
    while it rests.

    A step that fails is tried again, more and more slowly; when it fails for too long the service halts.
    """
    retrying = Retrying(halt, halt_after=halt_after)
    while True:
        began = time.monotonic()
        try:
            found = await step()
        except Exception as fault:
            failure = retrying.failed(fault)
            if failure is None:
                return
            log.warning("task.failed", task=name, **failure.fields)
            await asyncio.sleep(failure.seconds)
        else:
            retrying.succeeded()
            if not found:
                await asyncio.sleep(idle_seconds)
                continue
            ended = time.monotonic()
            while (left := rest() * (ended - began) - (time.monotonic() - ended)) > 0:  # noqa: ASYNC110 - there is no event
                await asyncio.sleep(min(left, idle_seconds))


Running = Callable[[], AbstractAsyncContextManager[list[asyncio.Task[None]]]]


def observed(app: FastAPI, health: Health) -> None:
    """Adds /health and the log of requests, as the last thing: whatever answers is within."""
    app.include_router(health.router())
    app.add_middleware(RequestLog, served=health.served)


def lifespan_of(
    running: Running, health: Health, halt: Halt, *, fingerprint: str = ""
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    """FastAPI's lifespan: `running` starts in the background, so that health answers while dependencies are waited for.

    A fault of `running`, or of a task that it yields, halts the service. `fingerprint`: of its settings.
    """

    async def run(stop: asyncio.Event) -> None:
        heartbeat = Heartbeat(health, lambda: halt.connections)
        try:
            async with running() as tasks:
                health.running = True
                log.info(
                    "service.started",
                    settings=fingerprint,
                    python=platform.python_version(),
                    aiokafka=version("aiokafka"),
                    faststream=version("faststream"),
                )
                reason = "a step ended with a fault"
                try:
                    await _watch(tasks, stop, heartbeat.beat)
                    reason = "asked to" if halt.fault is None else "halted"
                finally:
                    health.running = False
                    log.info("service.stopping", reason=reason, uptime=int(time.monotonic() - heartbeat.began))
                    for task in tasks:
                        task.cancel()
                    await asyncio.gather(*tasks, return_exceptions=True)
        except Exception as fault:
            log.warning("task.failed", task="run", attempt=1, **fault_fields(fault), exc_info=True)
            halt(fault)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        stop = asyncio.Event()
        task = asyncio.create_task(run(stop))
        yield
        stop.set()
        if not health.running and not task.done():
            task.cancel()  # still waiting for a dependency: nothing has been begun that must be finished
        await asyncio.gather(task, return_exceptions=True)

    return lifespan


async def _watch(
    tasks: list[asyncio.Task[None]], stop: asyncio.Event, heartbeat: Callable[[], Awaitable[None]]
) -> None:
    """Returns once `stop` is set. Raises the fault of a task that ends with one."""
    beating = asyncio.create_task(_beat(heartbeat))
    running: set[asyncio.Task[Any]] = {asyncio.create_task(stop.wait()), beating, *tasks}
    try:
        while not stop.is_set():
            done, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
    finally:
        beating.cancel()


async def _beat(heartbeat: Callable[[], Awaitable[None]]) -> None:
    while True:
        await asyncio.sleep(HEARTBEAT_SECONDS)
        await heartbeat()
