"""Proving the ledger: every block follows the one before it, and every row is as it was sealed. Changes nothing.

Read block by block, each with the rows that it names, so that nothing holds the whole ledger.
"""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.aggregator.chain import GENESIS, Block, Entry, Fault, block_faults, entry_faults, unsealed_faults
from shared.status import Sealed

_SEALED = "SELECT position, source, id, sha256, body, line, erased FROM entry WHERE position = ANY ($1)"

_UNSEALED = """WITH sealed AS MATERIALIZED (
    SELECT (line::json ->> 1)::bigint AS position FROM chain, string_to_table(lines, E'\\n') AS line
)
SELECT position, source, id, sha256, body, line, erased FROM entry
WHERE position <= $1 AND position NOT IN (SELECT position FROM sealed) ORDER BY position"""


@dataclass(frozen=True, slots=True)
class Erasure:
    """A body that a name was taken out of; where the chain holds it, it is sealed as every event is."""

    source: str
    id: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Proof:
    """`head` is None while nothing is sealed; `unsealed` rows came since and wait for their block."""

    head: Sealed | None
    entries: int
    unsealed: int
    faults: tuple[Fault, ...]
    erasures: tuple[Erasure, ...] = ()


async def total(connection: Any) -> int:
    """How many entries the chain says it has."""
    count: int = await connection.fetchval("SELECT coalesce(sum(entries), 0)::bigint FROM chain")
    return count


async def verify(connection: Any, *, progress: Callable[[int], None]) -> Proof:
    """Within a transaction of one snapshot. `progress` is told how many entries were read, block by block."""
    faults: list[Fault] = []
    head: Sealed | None = None
    entries = present = settled = 0
    through = await connection.fetchval("SELECT through FROM chain ORDER BY block DESC LIMIT 1") or 0
    async for block in blocks(connection):
        faults += block_faults(block, number=head.block + 1 if head else 1, previous=head.hash if head else GENESIS)
        positions = block.positions
        rows = await connection.fetch(_SEALED, positions)
        found = {row["position"]: Entry(**dict(row)) for row in rows}
        faults += entry_faults(block, found)
        head = Sealed(block=block.number, hash=block.hash)
        entries += len(positions)
        present += len(found)
        settled += sum(position <= through for position in found)
        progress(len(positions))
    counts = await connection.fetchrow(
        "SELECT count(*) AS rows, count(*) FILTER (WHERE position <= $1) AS settled FROM entry", through
    )
    intruders = counts["settled"] - settled
    if intruders:
        faults += unsealed_faults([Entry(**dict(row)) for row in await connection.fetch(_UNSEALED, through)])
    erased = await connection.fetch("SELECT source, id, reason, at FROM erasure ORDER BY position")
    unsealed = counts["rows"] - present - intruders
    return Proof(head, entries, unsealed, tuple(faults), tuple(Erasure(**dict(row)) for row in erased))


async def blocks(connection: Any) -> AsyncIterator[Block]:
    """The chain from its beginning."""
    async for row in connection.cursor("SELECT block, previous, hash, lines FROM chain ORDER BY block", prefetch=2):
        yield Block(row["block"], row["previous"], row["hash"], row["lines"])
