"""Taking a person's name out of the ledger without breaking its chain, and the state made anew from what is left.

Within the caller's transaction, as the owner of the tables. A batch and a rebuild wait for it, and it for them.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from services.aggregator import ledger, store
from services.aggregator.assessment import assess
from services.aggregator.marking import procurement_marks, subject_marks
from services.aggregator.rebuilding import ALONE, Busy
from services.aggregator.recomputing import LOCK
from services.aggregator.recounting import attributed
from services.aggregator.subjects import build
from shared.departments import Register
from shared.erasure import without
from shared.events.catalogue import Kind, kind_of
from shared.rules import Rules


@dataclass(frozen=True, slots=True)
class Held:
    """An event or a conflict that holds the name, and the record of procurement.events that brought it."""

    table: str
    position: int
    source: str
    id: str
    sender: str
    body: str
    partition: int
    offset: int


async def held(connection: Any, name: str) -> list[Held]:
    """What the ledger holds of a name, in the order of positions."""
    rows = await connection.fetch(
        """SELECT 'event' AS table, position, source, id, sender, body, partition, "offset" FROM event
        WHERE position($1 IN body) > 0 UNION ALL
        SELECT 'duplicate', position, source, id, sender, body, partition, "offset" FROM duplicate
        WHERE conflict AND position($1 IN body) > 0 ORDER BY position""",
        orjson.dumps(name).decode()[1:-1],  # as it is spelt in JSON
    )
    return [Held(**dict(row)) for row in rows]


async def erase(
    connection: Any, name: str, *, reason: str, at: datetime, register: Register, rules: Rules
) -> list[Held]:
    """Takes the name out of every body, and out of the state. Returns what held it. Raises Busy during a rebuild."""
    if not await connection.fetchval("SELECT pg_try_advisory_xact_lock($1)", ALONE):
        raise Busy
    await connection.execute("SELECT pg_advisory_xact_lock($1)", LOCK)
    await store.attributions_subject(connection, changing=True)  # waits for every batch, and lets none begin
    await connection.execute("SELECT set_config('svr.erasing', 'on', true)")
    found = await held(connection, name)
    for each in found:
        await _replace(connection, each, without_name(each.body, name), reason=reason, at=at)
    changed = {
        row["subject"]
        for row in await connection.fetch(
            "SELECT DISTINCT subject FROM event WHERE position = ANY ($1)", [each.position for each in found]
        )
    }
    await _anew(connection, sorted(changed), register, rules)
    return found


async def on_kafka(connection: Any, found: Sequence[Held]) -> dict[int, int]:
    """Partition of procurement.events → the last offset at which a record, or a repeat, holds one of these events."""
    rows = await connection.fetch(
        """SELECT partition, max("offset") AS last FROM (
            SELECT source, id, partition, "offset" FROM event UNION ALL
            SELECT source, id, partition, "offset" FROM duplicate
        ) AS brought JOIN (SELECT DISTINCT * FROM unnest($1::text[], $2::text[]) AS k (source, id)) AS k
            USING (source, id) GROUP BY partition ORDER BY partition""",
        [each.source for each in found],
        [each.id for each in found],
    )
    return {row["partition"]: row["last"] for row in rows}


def without_name(body: str, name: str) -> str:
    """The event's JSON with the name taken out of its data; its attributes are its identity, and stay."""
    event = orjson.loads(body)
    return orjson.dumps({**event, "data": without(event["data"], name)}).decode()


async def _replace(connection: Any, row: Held, body: str, *, reason: str, at: datetime) -> None:
    if body == row.body:  # it stands in an attribute only
        return
    await connection.execute(f"UPDATE {row.table} SET body = $2 WHERE position = $1", row.position, body)  # noqa: S608 - our own names
    await connection.execute(
        """INSERT INTO erasure (entry, source, id, body_sha256, erased_sha256, reason, at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)""",
        row.position,
        row.source,
        row.id,
        _sha256(row.body),
        _sha256(body),
        reason,
        at,
    )


async def _anew(connection: Any, subjects: Sequence[str], register: Register, rules: Rules) -> None:
    """What is merged cannot be unmerged: those subjects from all their events, and what must be counted again."""
    await store.lock_subjects(connection, subjects)
    anew = [build(key, events) for key, events in (await ledger.events_of(connection, subjects)).items()]
    await store.save_subjects(connection, anew)
    attributions = await store.attributions_subject(connection, changing=True)
    register_now = attributed(attributions, register)
    procurements = [subject for subject in anew if kind_of(subject.key) is Kind.PROCUREMENT]
    assessed = [assess(subject, register=register_now, rules=rules) for subject in procurements]
    moved = await store.save_assessments(connection, assessed)
    await store.mark(connection, {*procurement_marks(moved), *subject_marks(subjects)})


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
