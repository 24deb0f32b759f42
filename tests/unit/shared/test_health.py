"""Up is not enough: what has stopped consuming is to be restarted, and what cannot answer is to be asked nothing."""

from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from shared.health import Health


class FakeConsuming:
    """As live as it is told to be."""

    def __init__(self, *, live: bool = True) -> None:
        self.alive = live

    async def live(self, limit_seconds: float) -> bool:
        return self.alive


def health(*consumers: Any, running: bool = True) -> Health:
    found = Health(60)
    found.running = running
    for each in consumers:
        found.watch(each)
    return found


async def get(found: Health, path: str) -> tuple[int, Any]:
    app = FastAPI()
    app.include_router(found.router())
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://service") as client:
        response = await client.get(path)
    return response.status_code, response.json()


LIVE, DEAD = FakeConsuming(), FakeConsuming(live=False)


@pytest.mark.parametrize(
    ("found", "status", "answer"),
    [
        pytest.param(health(DEAD, running=False), 200, {"live": True}, id="starting or stopping"),
        pytest.param(health(), 200, {"live": True}, id="nothing to consume"),
        pytest.param(health(LIVE, LIVE), 200, {"live": True}, id="all consume"),
        pytest.param(health(LIVE, DEAD), 503, {"live": False}, id="the second does not"),
        pytest.param(health(DEAD, LIVE), 503, {"live": False}, id="the first does not"),
    ],
)
async def test_live_is_that_every_consumer_consumes(found: Health, status: int, answer: Any) -> None:
    """A restart helps none that is still starting."""
    assert await get(found, "/health/live") == (status, answer)


async def answers() -> int:
    return 1


async def fails() -> int:
    raise OSError("gone")


@pytest.mark.parametrize(
    ("running", "dependencies", "status", "answer"),
    [
        pytest.param(False, {"PostgreSQL": answers}, 503, {"ready": False}, id="starting or stopping"),
        pytest.param(True, {}, 200, {"ready": True}, id="nothing needed"),
        pytest.param(True, {"PostgreSQL": answers}, 200, {"ready": True}, id="reached"),
        pytest.param(
            True,
            {"Kafka": answers, "PostgreSQL": fails},
            503,
            {"ready": False, "unreachable": ["PostgreSQL"]},
            id="gone",
        ),
    ],
)
async def test_ready_is_that_what_is_needed_answers_now(
    running: bool, dependencies: Any, status: int, answer: Any
) -> None:
    """And the answer names what does not."""
    found = health(running=running)
    found.dependencies = dependencies
    assert await get(found, "/health/ready") == (status, answer)
