"""Each request is one line, within its trace."""

import time
from collections.abc import Mapping

import httpx
import pytest
from fastapi import FastAPI
from fastapi.responses import JSONResponse
from structlog.testing import capture_logs

from shared import tracing
from shared.health import Health
from shared.http_log import percentile
from shared.serving import observed

TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def logged(health: Health) -> FastAPI:
    app = FastAPI()

    @app.get("/teapot")
    async def teapot() -> JSONResponse:
        return JSONResponse({"trace": tracing.current(), "in_flight": health.served.in_flight}, status_code=418)

    @app.get("/bug")
    async def bug() -> None:
        raise ValueError

    observed(app, health)
    return app


async def get(path: str, health: Health, headers: Mapping[str, str] = {}) -> httpx.Response:
    transport = httpx.ASGITransport(logged(health))
    async with httpx.AsyncClient(transport=transport, base_url="http://service", headers=headers) as client:
        return await client.get(path)


async def test_a_request_is_one_line_in_the_log(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was asked for, what was answered, and the nanoseconds between; no query, which may hold anything."""
    moments = iter((1_000, 3_500))
    monkeypatch.setattr(time, "monotonic_ns", lambda: next(moments))
    health = Health(60)
    with capture_logs() as logs:
        answer = await get("/teapot?name=secret", health)
    assert logs == [
        {
            "event": "http.request",
            "log_level": "info",
            "method": "GET",
            "path": "/teapot",
            "status": 418,
            "outcome": "success",
            "duration": 2_500,
        }
    ]
    assert answer.json()["in_flight"] == 1
    assert (health.served.in_flight, health.served.done) == (0, 1)


async def test_a_request_that_fails_is_a_line_too() -> None:
    """With the status that the sender sees."""
    health = Health(60)
    with capture_logs() as logs, pytest.raises(ValueError):  # noqa: PT011 - it has no message
        await get("/bug", health)
    assert [(line["status"], line["outcome"]) for line in logs] == [(500, "failure")]
    assert (health.served.in_flight, health.served.done) == (0, 1)


@pytest.mark.parametrize("path", ["/health/live", "/metrics"])
async def test_a_question_of_the_machinery_is_no_line(path: str) -> None:
    """It is asked every few seconds."""
    with capture_logs() as logs:
        await get(path, Health(60))
    assert logs == []


async def test_a_request_is_within_the_trace_that_it_names() -> None:
    """As W3C's trace context has it."""
    assert (await get("/teapot", Health(60), {"traceparent": TRACE})).json()["trace"] == TRACE


@pytest.mark.parametrize("headers", [{}, {"traceparent": "none"}, {"traceparent": TRACE.replace("0af", "ZZZ")}])
async def test_a_request_that_names_no_trace_is_given_one(headers: Mapping[str, str]) -> None:
    """Another each time."""
    first, second = [(await get("/teapot", Health(60), headers)).json()["trace"] for _ in range(2)]
    assert tracing.valid(first)
    assert first != second
    assert tracing.current() is None


@pytest.mark.parametrize(("share", "value"), [(50, 2), (95, 4), (99, 4)])
def test_a_percentile_is_one_of_the_values(share: int, value: int) -> None:
    """The nearest rank."""
    assert percentile([1, 2, 3, 4], share) == value
    assert percentile([7], share) == 7
