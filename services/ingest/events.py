"""POST /v1/events: one CloudEvent or a batch. All or nothing: a batch is what its sender wants to stand together."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from typing import Any

from fastapi import Request

from services.ingest import binding
from services.ingest.acceptance import Accepted, Rejected
from services.ingest.answers import HttpProblem, refusal
from services.ingest.binding import Mode, Submission
from services.ingest.bodies import Patience, pieces
from services.ingest.problems import Fault, Problem, problem
from services.ingest.receipts import status_url
from services.ingest.splitting import Broken, Document
from services.ingest.taking import Judged, Taking
from shared.departments import Sender
from shared.envelope import Event

LARGEST = 16_000_000
"""Bytes of a batch, decompressed."""
MOST_EVENTS = 20_000
MOST_ERRORS = 1_000
"""Faults named in one answer; the rejections name them all."""
BATCH = "application/cloudevents-batch+json"
EVENT_TYPES = "application/cloudevents+json, application/cloudevents-batch+json, or ce- headers (binary mode)"
AT_ONCE = 100
"""Events judged before other requests have their turn."""


async def take_events(
    request: Request, taking: Taking, sender: Sender, request_id: str, now: datetime, *, patience: Patience
) -> dict[str, Any]:
    """The receipts, once the broker has acknowledged. Raises HttpProblem or KafkaError."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    body = pieces(request, largest=LARGEST, patience=patience)
    judged: list[tuple[str, Judged]] = []
    try:
        parts = _batch(body) if kind == BATCH else _single(request, body)
        async for pointer, submission in parts:
            place = f"http/{request_id}{pointer}"
            judged.append((pointer, taking.judge(submission, sender=sender.code, place=place, now=now)))
            if len(judged) % AT_ONCE == 0:
                await asyncio.sleep(0)
    except Broken as broken:
        judged = [("", Judged(sender.code, f"http/{request_id}", None, Rejected(broken.problem)))]
    await taking.write([one for _, one in judged], now=now, way="http", together=True)
    taking.traffic.charge(sender.code, len(judged), time.monotonic())
    if refused := _joined(judged):
        raise refusal(refused)
    return {"receipts": [receipt(event) for event in accepted_of(judged)]}


def receipt(event: Event) -> dict[str, Any]:
    return {
        "source": event.source,
        "id": event.id,
        "status": "accepted",
        "status_url": status_url(event.source, event.id),
    }


def accepted_of(judged: list[tuple[str, Judged]]) -> Iterator[Event]:
    return (one.outcome.event for _, one in judged if isinstance(one.outcome, Accepted))


async def _batch(body: AsyncIterator[bytes]) -> AsyncIterator[tuple[str, Submission]]:
    """Raises Broken for what is no array of objects."""
    document, count = Document(), 0
    async for piece in body:
        for part in document.feed(piece):
            count += 1
            if count > MOST_EVENTS:
                raise HttpProblem(413, "body-too-large", f"at most {MOST_EVENTS} events in one batch; send several")
            yield part.pointer, Submission(Mode.STRUCTURED, part.raw, {})
    for part in document.end():
        yield part.pointer, Submission(Mode.STRUCTURED, part.raw, {})
    if document.listed != "":
        raise Broken(problem("not-a-cloudevent", "", "must be an array: a batch is a JSON array of events"))


async def _single(request: Request, body: AsyncIterator[bytes]) -> AsyncIterator[tuple[str, Submission]]:
    submission = binding.from_http(request.headers.items(), b"")
    if submission.mode is Mode.RELEASE:
        detail = f"send {EVENT_TYPES}; OCDS releases go to /v1/releases"
        raise HttpProblem(415, "unsupported-media-type", detail)
    raw = b"".join([piece async for piece in body])
    yield "", Submission(submission.mode, raw, submission.attributes, submission.twice)


def _joined(judged: list[tuple[str, Judged]]) -> Problem | None:
    """Several refusals as one problem, each pointer under its event's place in the request."""
    found = [(pointer, one.outcome.problem) for pointer, one in judged if isinstance(one.outcome, Rejected)]
    if not found:
        return None
    faults = [Fault(f"{pointer}{e.pointer}", e.detail) for pointer, problem in found for e in problem.errors]
    return Problem(found[0][1].slug, found[0][1].detail, tuple(faults[:MOST_ERRORS]))
