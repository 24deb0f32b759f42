"""/health/live and /health/ready, and what they are answered from."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from shared.consuming import Consuming
from shared.http_log import Served

PATIENCE_SECONDS = 2.0
Ask = Callable[[], Awaitable[object]]


class Health:
    """Live: every consumer consumes, or the service is still starting, or stopping. Not live: restarting may help.

    Ready: started, not stopping, and all that its HTTP side needs answers now.
    """

    def __init__(self, limit_seconds: float) -> None:
        self.limit_seconds = limit_seconds
        self.running = False
        self.consumers: list[Consuming] = []
        self.dependencies: dict[str, Ask] = {}
        """What answering needs, by name: a question that raises when there is no answer."""
        self.monitors: dict[str, Ask] = {}
        """What is asked, and logs what it finds, with every heartbeat."""
        self.served = Served()

    def watch(self, consuming: Consuming) -> Consuming:
        self.consumers.append(consuming)
        return consuming

    async def live(self) -> bool:
        if not self.running:
            return True
        return all(await asyncio.gather(*(each.live(self.limit_seconds) for each in self.consumers)))

    async def unreachable(self) -> list[str]:
        """The dependencies that do not answer."""
        answers = await asyncio.gather(*(_answers(ask) for ask in self.dependencies.values()))
        return [name for name, answered in zip(self.dependencies, answers, strict=True) if not answered]

    def router(self) -> APIRouter:
        api = APIRouter(prefix="/health")

        @api.get("/live")
        async def live() -> JSONResponse:
            return _answer("live", await self.live())

        @api.get("/ready")
        async def ready() -> JSONResponse:
            missing = await self.unreachable() if self.running else []
            return _answer("ready", self.running and not missing, {"unreachable": missing} if missing else {})

        return api


async def _answers(ask: Ask) -> bool:
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await ask()
    except Exception:
        return False
    return True


def _answer(what: str, ok: bool, more: Mapping[str, object] = {}) -> JSONResponse:
    return JSONResponse({what: ok, **more}, status_code=200 if ok else 503)
