"""Sealing what is committed into the hash chain: in the step that counts, alone under its lock, never inside a batch.

The step counts in one snapshot and seals first what that snapshot shows. So a status says of exactly which events it
was counted: those of the chain up to its head.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from services.aggregator.chain import GENESIS, Horizon
from shared.logging import get_logger
from shared.status import Sealed

log = get_logger()
BLOCK = 10_000
"""Most entries in one block: some 3 MB of lines."""

_DRAWN = "SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM event_position_seq"

_WRITERS = """SELECT virtualtransaction FROM pg_locks WHERE locktype = 'relation' AND granted
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND relation IN ('event'::regclass, 'duplicate'::regclass, 'erasure'::regclass) AND mode = 'RowExclusiveLock'"""

_SEAL = """INSERT INTO chain (block, previous, hash, entries, lines, through, ahead)
SELECT $1, $2, encode(sha256(convert_to($2 || E'\\n' || lines, 'UTF8')), 'hex'), entries, lines, bound.through,
    ARRAY(SELECT p FROM unnest($4 || positions) AS p WHERE p > bound.through ORDER BY p)
FROM (
    SELECT count(*) AS entries, string_agg(line, E'\\n' ORDER BY position) AS lines,
        array_agg(position ORDER BY position) AS positions, max(position) AS last
    FROM (
        SELECT position, line FROM entry WHERE position > $3 AND position NOT IN (SELECT unnest($4::bigint[]))
        ORDER BY position LIMIT $6
    ) AS next
) AS found,
LATERAL (SELECT greatest($3, CASE WHEN entries < $6 THEN $5 ELSE least($5, last) END) AS through) AS bound
WHERE entries > 0
RETURNING hash, entries, through, ahead"""


class Sealing:
    """One for each process; what it knows of the horizon is only ever less than the truth."""

    def __init__(self) -> None:
        self.horizon = Horizon()

    @asynccontextmanager
    async def transaction(self, connection: Any) -> AsyncIterator[None]:
        """One snapshot for all that is counted. What is settled is looked up before it is taken."""
        await self.observe(connection)
        async with connection.transaction(isolation="repeatable_read"):
            yield

    async def observe(self, connection: Any) -> None:
        drawn = await connection.fetchval(
            "SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM event_position_seq"
        )
        writers = await connection.fetch(_WRITERS)
        self.horizon.observe(drawn, frozenset(row["virtualtransaction"] for row in writers))

    async def seal(self, connection: Any) -> Sealed | None:
        """Seals all that the caller's transaction sees and the chain does not hold. Returns its head; None: no chain.

        Only under the lock of those who count.
        """
        last = await connection.fetchrow("SELECT block, hash, through, ahead FROM chain ORDER BY block DESC LIMIT 1")
        number, head, through, ahead = last or (0, GENESIS, 0, [])
        entries = 0
        while row := await connection.fetchrow(_SEAL, number + 1, head, through, ahead, self.horizon.settled, BLOCK):
            number, head, through, ahead = number + 1, row["hash"], row["through"], row["ahead"]
            entries += row["entries"]
            if row["entries"] < BLOCK:
                break
        if entries:
            log.info("chain.sealed", entries=entries, block=number, hash=head)
        return Sealed(block=number, hash=head) if number else None
