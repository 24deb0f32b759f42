"""Ingest over HTTP: events (all or nothing), OCDS releases (each for itself), and what became of them.

Sending again is harmless and answers the same: events are known by their source and id, and the ledger takes each once.
"""

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from aiokafka.errors import KafkaError
from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.ingest import answers, receipts
from services.ingest.answers import HttpProblem, json_answer, later, responses
from services.ingest.bodies import Patience
from services.ingest.credentials import Credentials
from services.ingest.events import take_events
from services.ingest.models import CloudEventBody, EventStatus, Receipts, ReleaseReceipts
from services.ingest.receipts import named
from services.ingest.releases import LINES, take_releases
from services.ingest.taking import Taking
from services.ingest.tokens import READ, WRITE
from shared.departments import Sender
from shared.logging import fault_fields, get_logger

log = get_logger()
_EVENT = {"schema": CloudEventBody.model_json_schema()}
_JSON_TEXT = {"schema": {"type": "string", "format": "binary"}}
EVENT_BODIES = {
    "required": True,
    "content": {
        "application/cloudevents+json": _EVENT,
        "application/cloudevents-batch+json": {"schema": {"type": "array", "items": _EVENT["schema"]}},
        "application/json": {
            "schema": {"type": "object", "description": "binary mode: the data, with the attributes in ce- headers"}
        },
    },
}
RELEASE_BODIES = {
    "required": True,
    "content": {
        "application/json": {
            "schema": {"type": ["object", "array"], "description": "a release package, a record package or a release"}
        },
        **dict.fromkeys(LINES, _JSON_TEXT),
    },
}
TOO_MUCH = (400, 401, 403, 408, 413, 415, 422, 429, 503)


@dataclass(frozen=True, slots=True)
class Context:
    """`releases_bytes`: the most that one POST of releases may hold, decompressed."""

    taking: Taking
    credentials: Credentials
    receipts: receipts.Receipts
    releases_bytes: int
    patience: Patience


@dataclass(frozen=True, slots=True)
class Posted:
    """A request that may be taken, from `sender`; `id` names it in rejections, logs and answers."""

    request: Request
    context: Context
    sender: Sender
    id: str
    now: datetime


def router(context: Callable[[], Context | None]) -> APIRouter:
    """`context` gives None until the broker is reached."""
    api = APIRouter(prefix="/v1")

    async def admit(request: Request, *scopes: str) -> tuple[Context, Sender]:
        ready = context()
        if ready is None:
            raise later(503, "not-ready", "Kafka does not answer yet. Try again.")
        return ready, await ready.credentials.sender(request.headers.get("authorization"), scopes=scopes)

    async def admit_post(request: Request) -> Posted:
        ready, sender = await admit(request, WRITE)
        traffic, now = ready.taking.traffic, time.monotonic()
        if seconds := traffic.request(sender.code, now):
            detail = f"more than half of {sender.code}'s last events were refused: see rejections.{sender.code}"
            raise later(429, "mostly-refused", detail, seconds=seconds)
        if seconds := traffic.charge(sender.code, 0, now):
            detail = f"{sender.code} may send {traffic.rate:g} events a second, and {traffic.burst:g} at once"
            raise later(429, "too-many-requests", detail, seconds=seconds)
        return Posted(request, ready, sender, uuid.uuid4().hex, datetime.now(UTC))

    async def take(request: Request, way: Callable[[Posted], Any]) -> Response:
        posted = await admit_post(request)
        try:
            return json_answer(202, await way(posted))
        except HttpProblem as found:
            found.body["instance"] = posted.id
            raise
        except KafkaError as fault:
            log.warning("dependency.unreachable", dependency="Kafka", **fault_fields(fault))
            raise later(503, "not-acknowledged", "Send it all again: repeats are harmless.") from None

    @api.post(
        "/events",
        status_code=202,
        response_model=Receipts,
        responses=responses(*TOO_MUCH),
        tags=["sending"],
        summary="Send one event or a batch",
        openapi_extra={"requestBody": EVENT_BODIES},
    )
    async def post_events(request: Request) -> Response:
        """CloudEvents 1.0, structured, binary or a batch; gzip if you like.

        A batch is all or nothing: when one event is refused, none is taken. 202 comes once the broker has acknowledged
        them all. Sending again is harmless and answers the same.
        """
        return await take(request, lambda p: take_events(p.request, p.context.taking, p.sender, p.id, p.now,
                                                         patience=p.context.patience))  # fmt: skip

    @api.post(
        "/releases",
        status_code=202,
        response_model=ReleaseReceipts,
        responses=responses(*TOO_MUCH),
        tags=["sending"],
        summary="Send OCDS releases: a package, a record package, one, or JSON lines",
        openapi_extra={"requestBody": RELEASE_BODIES},
    )
    async def post_releases(request: Request) -> Response:
        """OCDS releases, read as they come; gzip if you like.

        Each release stands for itself, so some may be accepted and others refused: a package is a publisher's file and
        no transaction. 422 when none is accepted, or when the package breaks off; its `receipts` then say what was
        taken before. Sending again is harmless and answers the same.
        """
        return await take(
            request,
            lambda p: take_releases(
                p.request, p.context.taking, p.sender, p.id, p.now,
                largest=p.context.releases_bytes, patience=p.context.patience,
            ),
        )  # fmt: skip

    @api.get(
        "/receipts/{source:path}/{id:path}",
        response_model=EventStatus,
        response_model_exclude_none=True,
        responses=responses(401, 403, 404, 503),
        tags=["receipts"],
        summary="What became of an event",
    )
    async def get_receipt(request: Request, source: str, id: str) -> EventStatus:
        """Of your own event, by its source and id, each percent-encoded (`/` as `%2F`).

        *accepted*: safe, not recorded yet; *recorded*: in the ledger; *repeat*: it was there already, with the same
        content; *conflict*: it was there with another content, and the first stands; *refused*: see `problem`. The
        history holds everything that came under this source and id.
        """
        ready, sender = await admit(request, READ, WRITE)
        # Servers decode the path, and then a source's own slashes cannot be told from ours.
        source, id = named(request.scope.get("raw_path") or request.url.path.encode())
        return await ready.receipts.status(sender.code, source, id)

    return api


install = answers.install
