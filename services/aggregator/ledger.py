"""Writing events into the ledger: each once; a repeat changes nothing, a conflict is kept and told to its sender."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from services.aggregator.arrivals import Arrival
from shared.envelope import Event


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of a batch. `conflicts` are those not reported before; records redelivered count nowhere."""

    new: tuple[Arrival, ...]
    repeats: int
    conflicts: tuple[Arrival, ...]


async def record(connection: Any, arrivals: Sequence[Arrival]) -> Recorded:
    """Within the caller's transaction."""
    first: dict[tuple[str, str], Arrival] = {}
    for arrival in arrivals:
        first.setdefault(arrival.event.key, arrival)
    written = await _insert(connection, list(first.values()))
    new = [arrival for key, arrival in first.items() if key in written]
    brought = {(arrival.partition, arrival.offset) for arrival in new}
    known = [a for a in arrivals if (a.partition, a.offset) not in brought]
    repeats, conflicts = await _duplicates(connection, known) if known else (0, ())
    return Recorded(tuple(new), repeats, conflicts)


async def _insert(connection: Any, arrivals: Sequence[Arrival]) -> set[tuple[str, str]]:
    """The keys that were not in the ledger before. Sorted, so that writers wait for each other and never deadlock."""
    rows = await connection.fetch(
        """INSERT INTO event
            (source, id, type, subject, sender, time, received, sha256, body, partition, "offset")
        SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[],
            $7::timestamptz[], $8::text[], $9::text[], $10::int[], $11::bigint[]) AS new (source, id)
        ORDER BY source, id ON CONFLICT DO NOTHING RETURNING source, id""",
        [a.event.source for a in arrivals],
        [a.event.id for a in arrivals],
        [a.event.type for a in arrivals],
        [a.event.subject for a in arrivals],
        [a.event.sender for a in arrivals],
        [a.event.time for a in arrivals],
        [a.event.received for a in arrivals],
        [a.sha256 for a in arrivals],
        [a.body for a in arrivals],
        [a.partition for a in arrivals],
        [a.offset for a in arrivals],
    )
    return {(row["source"], row["id"]) for row in rows}


async def _duplicates(connection: Any, arrivals: Sequence[Arrival]) -> tuple[int, tuple[Arrival, ...]]:
    """Repeats and conflicts not counted before. A second statement: it sees what the insertion had to wait for."""
    rows = await connection.fetch(
        """SELECT e.source, e.id, e.sha256, e.partition, e."offset" FROM event e
        JOIN unnest($1::text[], $2::text[]) AS k (source, id) USING (source, id)""",
        [a.event.source for a in arrivals],
        [a.event.id for a in arrivals],
    )
    held = {(row["source"], row["id"]): row for row in rows}
    rows = await connection.fetch(
        """SELECT source, id, sha256 FROM duplicate
        JOIN unnest($1::text[], $2::text[]) AS k (source, id) USING (source, id) WHERE conflict""",
        [a.event.source for a in arrivals],
        [a.event.id for a in arrivals],
    )
    told = {(row["source"], row["id"], row["sha256"]) for row in rows}
    again = []
    for arrival in arrivals:
        row = held[arrival.event.key]
        if (row["partition"], row["offset"]) != (arrival.partition, arrival.offset):
            content = (*arrival.event.key, arrival.sha256)
            again.append((arrival, row["sha256"] != arrival.sha256 and content not in told))
            told.add(content)
    counted = await connection.fetch(
        """INSERT INTO duplicate (partition, "offset", source, id, sender, time, sha256, conflict, body)
        SELECT * FROM unnest($1::int[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::timestamptz[],
            $7::text[], $8::bool[], $9::text[]) AS new (partition, "offset")
        ORDER BY partition, "offset" ON CONFLICT DO NOTHING RETURNING partition, "offset", conflict""",
        [a.partition for a, _ in again],
        [a.offset for a, _ in again],
        [a.event.source for a, _ in again],
        [a.event.id for a, _ in again],
        [a.event.sender for a, _ in again],
        [a.event.time for a, _ in again],
        [a.sha256 for a, _ in again],
        [conflict for _, conflict in again],
        [a.body if conflict else None for a, conflict in again],
    )
    fresh = {(row["partition"], row["offset"]) for row in counted if row["conflict"]}
    conflicts = tuple(a for a, conflict in again if conflict and (a.partition, a.offset) in fresh)
    return sum(not row["conflict"] for row in counted), conflicts


async def events_of(connection: Any, subjects: Sequence[str]) -> dict[str, list[Event]]:
    """All recorded events of these subjects, for building them anew."""
    found: dict[str, list[Event]] = {subject: [] for subject in subjects}
    for row in await connection.fetch("SELECT subject, body FROM event WHERE subject = ANY($1)", list(subjects)):
        found[row["subject"]].append(Event.from_json(row["body"].encode()))
    return found


async def set_aside(connection: Any, partition: int, offset: int, value: bytes | None, reason: str) -> None:
    """Keeps a record that cannot be an event."""
    await connection.execute(
        'INSERT INTO unreadable (partition, "offset", value, reason) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING',
        partition,
        offset,
        value,
        reason,
    )
