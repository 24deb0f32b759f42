"""One log line for each HTTP request, within its trace, and once a minute how the requests went."""

import time
from collections.abc import Sequence

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared import tracing
from shared.logging import get_logger

log = get_logger()


class Served:
    """What has been asked of this process. Durations in nanoseconds."""

    def __init__(self) -> None:
        self.in_flight = self.done = 0
        self._durations: list[int] = []
        self._errors = 0

    def finished(self, duration: int, status: int) -> None:
        self.done += 1
        self._durations.append(duration)
        self._errors += status >= 500

    def summarise(self) -> None:
        """Logs the requests since the last summary, if there were any."""
        durations, errors = sorted(self._durations), self._errors
        self._durations, self._errors = [], 0
        if durations:
            log.info(
                "slo.summary",
                requests=len(durations),
                errors=errors,
                p50_ms=percentile(durations, 50) / 1e6,
                p95_ms=percentile(durations, 95) / 1e6,
                p99_ms=percentile(durations, 99) / 1e6,
            )


def percentile(ordered: Sequence[int], share: int) -> int:
    """The smallest value that at least `share` per cent do not exceed (nearest rank)."""
    return ordered[-(-len(ordered) * share // 100) - 1]


class RequestLog:
    """ASGI middleware, the outermost: a line for each request but those that ask for health or metrics.

    A request without a traceparent is given one (`tracing.current`).
    """

    def __init__(self, app: ASGIApp, served: Served) -> None:
        self.app, self.served = app, served

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith("/health/") or scope["path"] == "/metrics":
            await self.app(scope, receive, send)
            return
        began, status = time.monotonic_ns(), 500

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        headers = ((name.decode("latin-1"), value) for name, value in scope["headers"])
        with tracing.within(tracing.of_headers(headers) or tracing.fresh()):
            self.served.in_flight += 1
            try:
                await self.app(scope, receive, sending)
            finally:
                duration = time.monotonic_ns() - began
                self.served.in_flight -= 1
                self.served.finished(duration, status)
                log.info(
                    "http.request",
                    method=scope["method"],
                    path=scope["path"],
                    status=status,
                    outcome="failure" if status >= 500 else "success",
                    duration=duration,
                )
