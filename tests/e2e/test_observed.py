"""Health and metrics as an orchestrator and Prometheus ask for them, of the services as they run."""

from typing import Any

import httpx
import orjson
import pytest

from shared import topics
from tests.e2e.system import System
from tests.integration.brokers import eventually, produce
from tests.stream import cloudevent

STRUCTURED = ("content-type", b"application/cloudevents+json")


@pytest.fixture
def _measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SVR_METRICS", "on")


async def get(url: str) -> tuple[int, Any]:
    async with httpx.AsyncClient(timeout=10) as http:
        response = await http.get(url)
    return response.status_code, response.json() if "json" in response.headers["content-type"] else response.text


@pytest.mark.usefixtures("_measured")
async def test_metrics_count_what_came_and_what_was_said(system: System) -> None:
    """By topic, and by log event."""
    event = cloudevent("dwp", "heartbeat", "dwp", "h1", {"nothing_to_report": True})
    await produce(system.kafka.connection, topics.submissions("dwp"), [orjson.dumps(event)], headers=[STRUCTURED])

    async def said() -> list[str]:
        _, text = await get(f"{system.ingest.url}/metrics")
        wanted = ("svr_received_messages_total{", 'svr_log_lines_total{event="events.accepted"')
        return sorted(line.partition("{")[0] + line[line.rindex(" ") :] for line in text.splitlines()
                      if line.startswith(wanted))  # fmt: skip

    await eventually(said, ["svr_log_lines_total 1.0", "svr_received_messages_total 1.0"])
    assert (await get(f"{system.ingest.url}/no-such-page"))[0] == 404


async def test_without_its_database_a_service_is_live_and_not_ready(system: System) -> None:
    """It says what it misses; ingest, which needs no database, goes on; afterwards it is ready without a restart."""
    ready, live = (f"{system.aggregator.url}/health/{kind}" for kind in ("ready", "live"))
    assert [await get(ready), await get(live)] == [(200, {"ready": True}), (200, {"live": True})]
    system.postgres.stop()
    try:
        await eventually(lambda: get(ready), (503, {"ready": False, "unreachable": ["PostgreSQL"]}))
        assert await get(live) == (200, {"live": True})
        assert (await get(f"{system.ingest.url}/health/ready"))[0] == 200
    finally:
        system.postgres.start()
    await eventually(lambda: get(ready), (200, {"ready": True}))


async def test_without_kafka_ingest_is_not_ready(system: System) -> None:
    """Its senders are answered 503 anyway, so they may as well be sent elsewhere."""
    ready = f"{system.ingest.url}/health/ready"
    system.kafka.kill()
    try:
        await eventually(lambda: get(ready), (503, {"ready": False, "unreachable": ["Kafka"]}))
    finally:
        system.kafka.launch()
        system.kafka.wait()
    await eventually(lambda: get(ready), (200, {"ready": True}))
