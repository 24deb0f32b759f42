"""Ingest over HTTP: POST /v1/events, one CloudEvent, a batch, an OCDS release or a package of them. All or nothing."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from services.ingest import binding, decoding
from services.ingest.acceptance import Accepted, Rejected, accept
from services.ingest.binding import Submission
from services.ingest.keys import Keys, holder
from services.ingest.outgoing import message
from services.ingest.problems import Fault, Problem
from shared.departments import Register, Sender
from shared.logging import get_logger
from shared.messages import send_all

log = get_logger()
MAX_BODY = 16_000_000


@dataclass(frozen=True, slots=True)
class Context:
    producer: AIOKafkaProducer
    register: Register
    keys: Keys
    replay: bool


class _TooLarge(Exception):
    pass


def problem_response(status: int, body: dict[str, Any], **headers: str) -> JSONResponse:
    return JSONResponse(
        {"status": status, **body}, status_code=status, media_type="application/problem+json", headers=headers
    )


def _plain(status: int, slug: str, title: str, detail: str, **headers: str) -> JSONResponse:
    return problem_response(
        status, {"type": f"/problems/{slug}", "title": title, "detail": detail, "errors": []}, **headers
    )


async def _body(request: Request) -> bytes:
    """Read in pieces, so that a body over the limit never stands in memory."""
    pieces, size = [], 0
    async for piece in request.stream():
        size += len(piece)
        if size > MAX_BODY:
            raise _TooLarge
        pieces.append(piece)
    return b"".join(pieces)


def split(content_type: str, headers: list[tuple[str, str]], body: bytes) -> list[tuple[str, Submission]]:
    """A request → (JSON pointer, submission) of each event in it. Raises NotJson."""
    kind = content_type.split(";")[0].strip().lower()
    if kind == "application/cloudevents-batch+json":
        return _members("", decoding.decode(body, limit=MAX_BODY), lambda b: Submission(binding.Mode.STRUCTURED, b, {}))
    submission = binding.from_http(headers, body)
    if submission.mode is binding.Mode.RELEASE:
        value = decoding.decode(body, limit=MAX_BODY)
        releases = value.get("releases") if isinstance(value, dict) else value
        if isinstance(releases, list):
            return _members("/releases" if isinstance(value, dict) else "", releases, binding.release)
    return [("", submission)]


def _members(at: str, items: Any, make: Callable[[bytes], Submission]) -> list[tuple[str, Submission]]:
    if not isinstance(items, list):
        raise decoding.NotJson(Problem("not-a-cloudevent", "a batch is a JSON array", (Fault("", "must be an array"),)))
    return [(f"{at}/{index}", make(orjson.dumps(item))) for index, item in enumerate(items)]


def router(context: Callable[[], Context | None]) -> APIRouter:
    """`context` gives None until the broker is reached."""
    api = APIRouter()

    @api.post("/v1/events", status_code=202)
    async def post_events(request: Request) -> JSONResponse:
        """202 once the broker has acknowledged every event; otherwise nothing was taken."""
        ready = context()
        if ready is None:
            return _plain(503, "not-ready", "The broker does not answer yet", "Try again.", **{"Retry-After": "5"})
        code = holder(ready.keys, request.headers.get("authorization"))
        sender = ready.register.sender(code) if code is not None else None
        if sender is None:
            return _plain(
                401, "unauthorised", "Who is sending?", "Send Authorization: Bearer <your key>.",
                **{"WWW-Authenticate": "Bearer"},
            )  # fmt: skip
        try:
            body = await _body(request)
            parts = split(request.headers.get("content-type", ""), request.headers.items(), body)
        except _TooLarge:
            return _plain(
                413, "too-large", "The body is too large", f"At most {MAX_BODY} bytes; send several requests."
            )
        except decoding.NotJson as refused:
            return await _answer(ready, sender, [], [("", Rejected(refused.problem), body)])
        return await _answer(ready, sender, parts, [])

    return api


async def _answer(
    ready: Context, sender: Sender, parts: list[tuple[str, Submission]], found: list[tuple[str, Rejected, bytes | None]]
) -> JSONResponse:
    now, request_id = datetime.now(UTC), uuid.uuid4().hex
    accepted: list[tuple[str, Accepted]] = []
    for pointer, submission in parts:
        outcome = accept(submission, sender=sender, register=ready.register, received=now, replay=ready.replay)
        if isinstance(outcome, Accepted):
            accepted.append((pointer, outcome))
        else:
            found.append((pointer, outcome, submission.body))
    outgoing = (
        [
            message(refused, sender=sender.code, raw=raw, place=f"http/{request_id}{pointer}", now=now)
            for pointer, refused, raw in found
        ]
        if found
        else [
            message(taken, sender=sender.code, raw=None, place=f"http/{request_id}{pointer}", now=now)
            for pointer, taken in accepted
        ]
    )
    try:
        await send_all(ready.producer, outgoing)
    except KafkaError as fault:
        log.warning("dependency.unreachable", dependency="Kafka", error=str(fault), error_type=type(fault).__name__)
        return _plain(
            503, "not-acknowledged", "The broker did not acknowledge", "Send it all again: repeats are harmless.",
            **{"Retry-After": "5"},
        )  # fmt: skip
    for pointer, refused, _ in found:
        log.warning(
            "rejection.written",
            sender=sender.code,
            place=f"http/{request_id}{pointer}",
            event_id=refused.id,
            event_source=refused.source,
            problem=refused.problem.slug,
            pointer=refused.problem.errors[0].pointer,
        )
    log.info(
        "events.accepted",
        way="http",
        sender=sender.code,
        accepted=0 if found else len(accepted),
        rejected=len(found),
    )
    if found:
        return problem_response(422, _joined(found))
    receipts = [{"source": a.event.source, "id": a.event.id} for _, a in accepted]
    return JSONResponse({"accepted": receipts}, status_code=202)


def _joined(found: list[tuple[str, Rejected, bytes | None]]) -> dict[str, Any]:
    """Several refusals as one problem, each pointer under its event's place in the request."""
    first = found[0][1].problem.to_dict()
    return {
        **first,
        "errors": [
            {"pointer": f"{pointer}{fault.pointer}", "detail": fault.detail}
            for pointer, refused, _ in found
            for fault in refused.problem.errors
        ],
    }
