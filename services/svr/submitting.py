"""svr submit: lines of a file to Kafka or to ingest's HTTP side, each counted only once it is acknowledged."""

from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import httpx

from shared import messages, topics
from shared.messages import CLOUDEVENT, Message

AT_ONCE = 500


@dataclass
class Tally:
    """`sent` counts what Kafka acknowledged (refusals come on the rejections topic); HTTP answers at once."""

    sent: int = 0
    accepted: int = 0
    rejected: int = 0
    problems: list[dict[str, Any]] = field(default_factory=list)


def chunks(lines: Iterable[bytes], size: int) -> Iterator[list[bytes]]:
    source = iter(lines)
    while chunk := list(islice(source, size)):
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
    """POSTs to `{url}/v1/events`, a batch at a time; a batch with a refused event is sent again one by one.

    Raises httpx.HTTPError when ingest does not answer or answers 401 or 5xx.
    """
    tally = Tally()
    async with httpx.AsyncClient(timeout=60, headers={"Authorization": f"Bearer {key}"}) as client:
        for chunk in chunks(lines, size):
            batch = [line for line in chunk if is_cloudevent(line)]
            if len(batch) == len(chunk) and await _batch(client, url, batch):
                tally.accepted += len(batch)
            else:
                async for problem in _one_by_one(client, url, chunk):
                    if problem is None:
                        tally.accepted += 1
                    else:
                        tally.rejected += 1
                        tally.problems.append(problem)
            tally.sent += len(chunk)
            progress(len(chunk))
    return tally


async def _batch(client: httpx.AsyncClient, url: str, lines: list[bytes]) -> bool:
    response = await client.post(
        f"{url}/v1/events",
        content=b"[" + b",".join(lines) + b"]",
        headers={"Content-Type": "application/cloudevents-batch+json"},
    )
    if response.status_code in (400, 413, 422):
        return False
    response.raise_for_status()
    return True


async def _one_by_one(client: httpx.AsyncClient, url: str, lines: list[bytes]) -> AsyncIterator[dict[str, Any] | None]:
    for line in lines:
        kind = "application/cloudevents+json" if is_cloudevent(line) else "application/json"
        response = await client.post(f"{url}/v1/events", content=line, headers={"Content-Type": kind})
        if response.status_code in (400, 413, 422):
            yield response.json()
        else:
            response.raise_for_status()
            yield None
