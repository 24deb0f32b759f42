"""What became of an event, for ingest to tell its sender: from the ledger, its duplicates and the rejections.

For the services' own network only: whoever asks says on whose behalf, and ingest has proved that.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Literal

import asyncpg
import orjson
from fastapi import APIRouter, HTTPException
from pydantic import BaseModel

RECORDED = "In the ledger; it counts."
REPEAT = "It was recorded already, with the same content; nothing changed."
CONFLICT = (
    "Another content is already recorded under this source and id; the first stands. "
    "Send a correction under a new id, or withdraw the first."
)
MOST = 100
"""Of each kind, the latest."""


class Happening(BaseModel):
    """One thing that became of a submission under this source and id."""

    status: Literal["recorded", "repeat", "conflict", "refused"]
    at: datetime
    detail: str
    problem: dict[str, Any] | None = None


class History(BaseModel):
    """The oldest first; empty for an event that the sender never sent."""

    history: list[Happening]


async def history(pool: asyncpg.Pool, *, sender: str, source: str, id: str) -> list[Happening]:
    """Everything that became of what `sender` sent under this source and id, the oldest first."""
    found = []
    recorded: datetime | None = await pool.fetchval(
        "SELECT received FROM event WHERE source = $1 AND id = $2 AND sender = $3", source, id, sender
    )
    if recorded is not None:
        found.append(Happening(status="recorded", at=recorded, detail=RECORDED))
    for row in await pool.fetch(
        """SELECT d.sha256 <> e.sha256 AS conflict, coalesce(d.at, d.time) AS at
        FROM duplicate d JOIN event e USING (source, id)
        WHERE source = $1 AND id = $2 AND d.sender = $3 ORDER BY 2 DESC LIMIT $4""",
        source,
        id,
        sender,
        MOST,
    ):
        status, detail = ("conflict", CONFLICT) if row["conflict"] else ("repeat", REPEAT)
        found.append(Happening(status=status, at=row["at"], detail=detail))
    for row in await pool.fetch(
        """SELECT at, problem FROM rejection WHERE source = $1 AND id = $2 AND sender = $3
        ORDER BY at DESC LIMIT $4""",
        source,
        id,
        sender,
        MOST,
    ):
        problem = orjson.loads(row["problem"])
        found.append(Happening(status="refused", at=row["at"], detail=problem["detail"], problem=problem))
    return sorted(found, key=lambda happening: happening.at)


def router(pool: Callable[[], asyncpg.Pool | None]) -> APIRouter:
    """`pool` gives None until the database is reached."""
    api = APIRouter()

    @api.get("/receipts", summary="What became of an event", tags=["receipts"])
    async def get_receipts(source: str, id: str, sender: str) -> History:
        ready = pool()
        if ready is None:
            raise HTTPException(503, "the database does not answer yet")
        if "\0" in source + id + sender:  # no database text can hold it
            return History(history=[])
        return History(history=await history(ready, sender=sender, source=source, id=id))

    return api
