"""Metrics and spans: off they cost nothing; on, a metric is what the lines say."""

import builtins
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from shared import logging as ours
from shared.logging import configure, get_logger
from shared.telemetry import Telemetry
from tests.unit.shared.test_logging import _as_before

__all__ = ["_as_before"]


@pytest.fixture(autouse=True)
def _nobody_listens() -> Iterator[None]:
    yield
    ours.listeners.clear()


async def get(telemetry: Telemetry) -> httpx.Response:
    app = FastAPI()
    telemetry.install(app)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://service") as client:
        return await client.get("/metrics")


async def test_off_there_is_nothing() -> None:
    """No middleware, no address, nobody who hears the lines."""
    telemetry = Telemetry("ingest", metrics=False, otel=False)
    assert (telemetry.middlewares, ours.listeners) == ([], [])
    assert (await get(telemetry)).status_code == 404


async def test_on_the_lines_are_counted_and_their_numbers_are_gauges() -> None:
    """A line of a library is not; a line that is not written is not either."""
    configure("ingest", "json")
    telemetry = Telemetry("ingest", metrics=True, otel=False)
    log = get_logger()
    log.info("consumer.lag", group="g", topic="t", partition=3, lag=7, committed=0, end=7, age_seconds=30)
    log.warning("consumer.lag", group="g", topic="t", partition=3, lag=9, committed=0, end=9, age_seconds=600)
    log.info("outbox.depth", rows=2, age_seconds=0.5)
    log.info("no such event")
    log.debug("event.recorded")
    answer = await get(telemetry)
    said = [line for line in answer.text.splitlines() if line.startswith("svr_") and "created" not in line]
    assert {line for line in said if "faststream" not in line and "messages" not in line} == {
        'svr_log_lines_total{event="consumer.lag",level="info"} 1.0',
        'svr_log_lines_total{event="consumer.lag",level="warning"} 1.0',
        'svr_log_lines_total{event="outbox.depth",level="info"} 1.0',
        'svr_consumer_lag_lag{partition="3",topic="t"} 9.0',
        'svr_consumer_lag_age_seconds{partition="3",topic="t"} 600.0',
        "svr_outbox_depth_rows 2.0",
        "svr_outbox_depth_age_seconds 0.5",
        "svr_heartbeat_in_flight 0.0",
        "svr_heartbeat_memory_mib 0.0",
        "svr_heartbeat_connections 0.0",
    }
    assert answer.headers["content-type"].startswith("text/plain")


@pytest.mark.parametrize(("on", "library"), [("metrics", "prometheus_client"), ("otel", "opentelemetry")])
def test_without_the_extra_a_service_says_what_it_needs(on: str, library: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """And does not start without what it was told to have."""
    real = builtins.__import__

    def without(name: str, *args: Any, **kwargs: Any) -> Any:
        if name.partition(".")[0] == library or library in name:
            raise ImportError(name=name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(SystemExit, match="telemetry"):
        Telemetry("ingest", **{"metrics": False, "otel": False, on: True})
