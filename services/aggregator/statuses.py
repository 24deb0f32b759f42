"""Storing statuses: a new version only where something is said anew, each with its row of the outbox."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from services.aggregator.facts import canonical
from shared import messages, outbox, topics
from shared.status import TYPE, Sealed, Status

SCHEMA = "aggregator"


def content_hash(status: Status) -> str:
    """Of everything but the version and the chain: whether two statuses say the same."""
    return hashlib.sha256(canonical(status.model_dump(mode="json", exclude={"version", "chain"}))).hexdigest()


Traces = Mapping[tuple[str | None, str | None], str]
"""Mark (None: every department, every period) → the trace of the batch that made it last."""


async def save(connection: Any, statuses: Sequence[Status], head: Sealed | None, traces: Traces) -> list[Status]:
    """Stores those that differ from what is stored, under their next version and `head`, each with its outbox row."""
    rows = await connection.fetch(
        """SELECT s.department, s.period, s.version, s.sha256 FROM status s
        JOIN unnest($1::text[], $2::text[]) AS k (department, period) USING (department, period)""",
        [s.department for s in statuses],
        [s.period for s in statuses],
    )
    stored = {(row["department"], row["period"]): row for row in rows}
    changed: list[tuple[Status, str]] = []
    for status in statuses:
        last = stored.get((status.department, status.period))
        digest = content_hash(status)
        if last is None or last["sha256"] != digest:
            version = 1 if last is None else last["version"] + 1
            changed.append((status.model_copy(update={"version": version, "chain": head}), digest))
    if not changed:
        return []
    await connection.execute(
        """INSERT INTO status (department, period, version, sha256, body)
        SELECT * FROM unnest($1::text[], $2::text[], $3::int[], $4::text[], $5::text[])
        ON CONFLICT (department, period) DO UPDATE
        SET version = excluded.version, sha256 = excluded.sha256, body = excluded.body""",
        [s.department for s, _ in changed],
        [s.period for s, _ in changed],
        [s.version for s, _ in changed],
        [digest for _, digest in changed],
        [s.model_dump_json() for s, _ in changed],
    )
    await outbox.enqueue(connection, SCHEMA, [status_message(s, trace_of(s, traces)) for s, _ in changed])
    return [s for s, _ in changed]


def trace_of(status: Status, traces: Traces) -> str | None:
    """Of the narrowest mark that asked for it."""
    asked = ((status.department, status.period), (status.department, None), (None, status.period), (None, None))
    return next((traces[mark] for mark in asked if mark in traces), None)


def status_message(status: Status, traceparent: str | None = None) -> messages.Message:
    """The whole status, keyed so that compaction keeps the latest; its id is stable, so a repeat is known as one."""
    key = f"{status.department}/{status.period}"
    value = messages.cloudevent(
        source="/aggregator",
        id=f"{key}/v{status.version}",
        type=TYPE,
        subject=key,
        time=datetime.now(UTC),
        data=status.model_dump(mode="json"),
        traceparent=traceparent,
    )
    return messages.Message(topics.IMPLEMENTATION_STATUS, key, value, messages.headers(traceparent))
