"""svr submit: lines of a file to Kafka or to ingest's HTTP side, each counted only once it is acknowledged."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx

from services.ingest import decoding
from shared import messages, topics
from shared.messages import CLOUDEVENT, Message

AT_ONCE = 500
BYTES_AT_ONCE = 4_000_000


@dataclass
class Tally:
    """`sent` counts what Kafka acknowledged (refusals come on the rejections topic); HTTP answers at once."""

    sent: int = 0
    accepted: int = 0
    rejected: int = 0
    problems: list[dict[str, Any]] = field(default_factory=list)


def chunks(lines: Iterable[bytes], size: int) -> Iterator[list[bytes]]:
    """At most so many lines together, and never many more bytes than one request to ingest may have."""
    chunk: list[bytes] = []
    held = 0
    for line in lines:
        chunk.append(line)
        held += len(line)
        if len(chunk) == size or held >= BYTES_AT_ONCE:
            yield chunk
            chunk, held = [], 0
    if chunk:
        yield chunk


async def to_kafka(bootstrap: str, sender: str, lines: Iterable[bytes], *, progress: Callable[[int], None]) -> Tally:
    """Writes to `submissions.<sender>`. Raises KafkaError when the broker does not acknowledge."""
    tally = Tally()
    kafka = messages.producer(bootstrap)
    await kafka.start()
    try:
        for chunk in chunks(lines, AT_ONCE):
            await messages.send_all(
                kafka,
                [
                    Message(topics.submissions(sender), "", line, CLOUDEVENT if is_cloudevent(line) else ())
                    for line in chunk
                ],
            )
            tally.sent += len(chunk)
            progress(len(chunk))
    finally:
        await kafka.stop()
    return tally


def is_cloudevent(line: bytes) -> bool:
    """Whether a line is meant as a CloudEvent; anything that is no bare OCDS release is sent as one, to be judged."""
    return b'"specversion"' in line or b'"ocid"' not in line


async def to_http(
    url: str, key: str, lines: Iterable[bytes], *, progress: Callable[[int], None], size: int = 100
) -> Tally:
    """POSTs to `{url}/v1/events`, a batch at a time. A batch is all or nothing: what it refuses is left out, and the
    rest sent again. A line that is no CloudEvent goes by itself, as it would make the whole batch unreadable.

    Raises httpx.HTTPError when ingest does not answer, or answers anything but "accepted" and "refused".
    """
    tally = Tally()
    async with httpx.AsyncClient(timeout=60, headers={"Authorization": f"Bearer {key}"}) as client:
        for chunk in chunks(lines, size):
            batch = [line for line in chunk if is_cloudevent(line) and is_json(line)]
            for line in chunk:
                if not (is_cloudevent(line) and is_json(line)):
                    kind = STRUCTURED if is_cloudevent(line) else "application/json"
                    _count(tally, await _post(client, url, line, kind), 1)
            while batch:
                problem = await _post(client, url, b"[" + b",".join(batch) + b"]", BATCH)
                refused = {int(error["pointer"].split("/")[1]) for error in problem["errors"]} if problem else set()
                _count(tally, problem, len(refused) or len(batch))
                batch = [line for index, line in enumerate(batch) if index not in refused] if refused else []
            tally.sent += len(chunk)
            progress(len(chunk))
    return tally


BATCH = "application/cloudevents-batch+json"
STRUCTURED = "application/cloudevents+json"


def is_json(line: bytes) -> bool:
    """Whether a line can stand in a batch without making it unreadable; what it says is ingest's to judge."""
    try:
        decoding.decode(line)
    except decoding.NotJson:
        return False
    return True


def _count(tally: Tally, problem: dict[str, Any] | None, events: int) -> None:
    if problem is None:
        tally.accepted += events
    else:
        tally.rejected += events
        tally.problems.append(problem)


async def _post(client: httpx.AsyncClient, url: str, body: bytes, kind: str) -> dict[str, Any] | None:
    """The problem if the events were refused, None once they are acknowledged."""
    response = await client.post(f"{url}/v1/events", content=body, headers={"Content-Type": kind})
    if response.status_code == 422:
        problem: dict[str, Any] = response.json()
        return problem
    response.raise_for_status()
    return None
