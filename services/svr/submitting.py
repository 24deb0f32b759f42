"""svr submit: lines of a file to Kafka or to ingest's HTTP side, each counted only once it is acknowledged."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.svr.http import Ingest
from services.svr.journal import Journal
from services.svr.lines import is_cloudevent
from shared import messages, topics
from shared.kafka import Connection
from shared.messages import CLOUDEVENT, Message

AT_ONCE = 500
BYTES_AT_ONCE = 4_000_000


@dataclass(frozen=True, slots=True)
class Refusal:
    """`line` counts the file's lines that are not empty, from 1; `problem` is ingest's (RFC 9457)."""

    line: int
    problem: dict[str, Any]


@dataclass
class Tally:
    """`sent` counts what was acknowledged. Over Kafka, what is refused comes on the rejections topic only."""

    sent: int = 0
    accepted: int = 0
    refusals: list[Refusal] = field(default_factory=list)


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


async def to_kafka(
    connection: Connection,
    sender: str,
    lines: Iterable[bytes],
    *,
    progress: Callable[[int], None],
    journal: Journal | None = None,
) -> Tally:
    """Writes to `submissions.<sender>`. Raises KafkaError when the broker does not acknowledge."""
    tally = Tally()
    kafka = messages.producer(connection)
    await kafka.start()
    try:
        for chunk in chunks(lines, AT_ONCE):
            await messages.send_all(kafka, [_message(sender, line) for line in chunk])
            _done(tally, chunk, progress, journal)
    finally:
        await kafka.stop()
    return tally


async def to_http(
    ingest: Ingest,
    lines: Iterable[bytes],
    *,
    progress: Callable[[int], None],
    journal: Journal | None = None,
    size: int = AT_ONCE,
) -> Tally:
    """POSTs a chunk at a time. Raises http.Failed when ingest does not take it, for whatever reason but its content."""
    tally = Tally()
    before = journal.lines if journal is not None else 0
    async with ingest:
        for chunk in chunks(lines, size):
            refused = await ingest.send(chunk)
            tally.refusals += [
                Refusal(before + tally.sent + at + 1, problem) for at, problem in sorted(refused.items())
            ]
            tally.accepted += len(chunk) - len(refused)
            _done(tally, chunk, progress, journal)
    return tally


def _message(sender: str, line: bytes) -> Message:
    return Message(topics.submissions(sender), "", line, CLOUDEVENT if is_cloudevent(line) else ())


def _done(tally: Tally, chunk: Sequence[bytes], progress: Callable[[int], None], journal: Journal | None) -> None:
    tally.sent += len(chunk)
    if journal is not None:
        journal.acknowledged(chunk)
    progress(len(chunk))
