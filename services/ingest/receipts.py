"""What became of an event: what this process accepted of late, and what the aggregator's ledger and rejections say."""

from urllib.parse import quote, unquote

import httpx

from services.ingest.answers import HttpProblem, later
from services.ingest.models import EventStatus, Happening
from services.ingest.recent import Recent
from shared import tracing
from shared.logging import fault_fields, get_logger

log = get_logger()
PATH = "/v1/receipts"
ACCEPTED = "The broker has acknowledged it; it will be recorded within seconds."
TIMEOUT = httpx.Timeout(3.0)


def status_url(source: str, id: str) -> str:
    """Both as single segments, percent-encoded: a source is itself a URI with slashes."""
    return f"{PATH}/{quote(source, safe='')}/{quote(id, safe='')}"


def named(raw_path: bytes) -> tuple[str, str]:
    """A request's path as it came → source and id. Raises HttpProblem 404 for one of another shape."""
    segments = raw_path.decode("latin-1").removeprefix(f"{PATH}/").split("/")
    if len(segments) != 2 or not all(segments):
        shape = f"{PATH}/{{source}}/{{id}}, both percent-encoded, so that neither holds a slash"
        raise HttpProblem(404, "not-found", f"the address is {shape}")
    source, id = (unquote(segment) for segment in segments)
    return source, id


class Receipts:
    """Asks the aggregator over HTTP; ingest holds no database."""

    def __init__(self, aggregator_url: str, recent: Recent) -> None:
        self.recent = recent
        self._client = httpx.AsyncClient(base_url=aggregator_url, timeout=TIMEOUT)

    async def status(self, sender: str, source: str, id: str) -> EventStatus:
        """Of the sender's own event only. Raises HttpProblem: 404 for one nobody knows, 503 without the aggregator."""
        history = await self._history(sender, source, id)
        taken = self.recent.accepted_at(sender, source, id)
        if taken is not None and all(each.at < taken for each in history):
            history.append(Happening(status="accepted", at=taken, detail=ACCEPTED))
        if not history:
            raise HttpProblem(404, "not-found", "no event of yours has this source and id")
        latest = history[-1]
        return EventStatus(source=source, id=id, history=history, **latest.model_dump())

    async def close(self) -> None:
        await self._client.aclose()

    async def _history(self, sender: str, source: str, id: str) -> list[Happening]:
        try:
            trace = tracing.current()
            response = await self._client.get(
                "/receipts",
                params={"sender": sender, "source": source, "id": id},
                headers={} if trace is None else {tracing.HEADER: trace},
            )
            response.raise_for_status()
            history = response.json()["history"]
            return [Happening.model_validate(each) for each in history]
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as fault:
            log.warning("dependency.unreachable", dependency="aggregator", **fault_fields(fault))
            raise later(503, "not-ready", "The ledger does not answer; what was accepted is safe. Ask again.") from None
