"""Running a service: its HTTP side, its consumers and its background steps start, stop and fail together."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from importlib.metadata import version
from typing import Any

import uvicorn
from aiokafka.errors import KafkaError
from fastapi import APIRouter, FastAPI
from fastapi.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.consuming import Consuming
from shared.logging import get_logger
from shared.waiting import HALT_AFTER_SECONDS, Retrying

log = get_logger()

HEARTBEAT_SECONDS = 30.0


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


def serve(app: FastAPI, *, host: str, port: int, halt: Halt, connections: int | None = None) -> None:
    """Blocks until the service is asked to stop. Raises SystemExit(1) after a halt.

    More than so many `connections` at once are answered 503 (None: no limit).
    """
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=10,
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
    rest: float = 0.0,
) -> None:
    """Does `step` again and again: while it finds work (returns more than 0) at once, or after `rest` times as long as
    the step took, so that it never takes more than its share; else after `idle_seconds`.

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
            await asyncio.sleep(rest * (time.monotonic() - began) if found else idle_seconds)


def memory_mib() -> int:
    """Resident memory of this process, in MiB; 0 where /proc is not to be had."""
    try:
        with open("/proc/self/statm") as statm:  # noqa: PTH123 - a pseudo-file, read every half minute
            return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 2**20
    except OSError:
        return 0


class Health:
    """What /health/live and /health/ready answer: consuming, not merely up; and ready once everything is reached."""

    def __init__(self, limit_seconds: float) -> None:
        self.limit_seconds = limit_seconds
        self.consuming: Consuming | None = None
        self.ready = False

    def router(self) -> APIRouter:
        api = APIRouter(prefix="/health")

        @api.get("/live")
        async def live() -> JSONResponse:
            ok = not self.ready or self.consuming is None or await self.consuming.live(self.limit_seconds)
            return JSONResponse({"live": ok}, status_code=200 if ok else 503)

        @api.get("/ready")
        async def ready() -> JSONResponse:
            return JSONResponse({"ready": self.ready}, status_code=200 if self.ready else 503)

        return api


class RequestLog:
    """ASGI middleware: one line for each request, but for those that ask for health."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith("/health/"):
            await self.app(scope, receive, send)
            return
        began, status = time.monotonic(), 500

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, sending)
        finally:
            duration = int((time.monotonic() - began) * 1e9)
            log.info("http.request", method=scope["method"], path=scope["path"], status=status, duration=duration)


Running = Callable[[], AbstractAsyncContextManager[list[asyncio.Task[None]]]]


def lifespan_of(running: Running, health: Health, halt: Halt) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    """FastAPI's lifespan: `running` starts in the background, so that health answers while dependencies are waited for.

    A fault of `running`, or of a task that it yields, halts the service.
    """

    async def run(stop: asyncio.Event) -> None:
        began = time.monotonic()
        try:
            async with running() as tasks:
                health.ready = True
                log.info("service.started", version=version("social-value-returns"))
                try:
                    await _watch(tasks, stop, lambda: _heartbeat(began, health))
                finally:
                    health.ready = False
                    log.info("service.stopping")
                    for task in tasks:
                        task.cancel()
                    await asyncio.gather(*tasks, return_exceptions=True)
        except Exception as fault:
            error = str(fault) or repr(fault)
            log.warning("task.failed", task="run", error=error, error_type=type(fault).__name__, exc_info=True)
            halt(fault)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        stop = asyncio.Event()
        task = asyncio.create_task(run(stop))
        yield
        stop.set()
        if not health.ready and not task.done():
            task.cancel()  # still waiting for a dependency: nothing has been begun that must be finished
        await asyncio.gather(task, return_exceptions=True)

    return lifespan


async def _watch(
    tasks: list[asyncio.Task[None]], stop: asyncio.Event, heartbeat: Callable[[], Awaitable[None]]
) -> None:
    """Returns once `stop` is set. Raises the fault of a task that ends with one."""
    stopping = asyncio.create_task(stop.wait())
    running: set[asyncio.Task[Any]] = {stopping, *tasks}
    while not stop.is_set():
        done, running = await asyncio.wait(running, timeout=HEARTBEAT_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
        if not done:
            await heartbeat()


async def _heartbeat(began: float, health: Health) -> None:
    log.info("heartbeat", uptime=int(time.monotonic() - began), memory_mib=memory_mib())
    if health.consuming is None:
        return
    try:
        async with asyncio.timeout(HEARTBEAT_SECONDS / 2):
            behind = await health.consuming.lag()
    except (KafkaError, TimeoutError) as fault:
        log.warning("dependency.unreachable", dependency="Kafka", error=str(fault), error_type=type(fault).__name__)
        return
    for partition, lag in behind.items():
        if lag:
            log.info("consumer.lag", topic=partition.topic, partition=partition.partition, lag=lag)
