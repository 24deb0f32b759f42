"""Keeps what ingest refused, for as long as its sender may ask: rejections.* → the table `rejection`.

A repeat of a rejection changes nothing: `place` says which submission it is about.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import asyncpg
import orjson

from shared import times
from shared.consuming import Records
from shared.logging import get_logger

log = get_logger()
REJECTED = "uk.gov.social-value.submission.rejected.v1"
"""Our own conflicts, and the brake's messages, stand on the same topics and are none."""
RETENTION_DAYS = 90
AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Rejection:
    """`problem` is JSON."""

    source: str
    id: str
    sender: str
    place: str
    at: datetime
    problem: str


def read(values: Iterable[bytes | None]) -> list[Rejection]:
    """The rejections among these messages that name the event they are about; nobody can ask for the others."""
    found: list[Rejection] = []
    for value in values:
        try:
            event = orjson.loads(value or b"null")
            if event["type"] != REJECTED:
                continue
            data, identity = event["data"], event["data"]["event"]
            texts = (identity["source"], identity["id"], event["subject"], data["place"])
            if all(isinstance(text, str) and "\0" not in text for text in texts):
                problem = orjson.dumps(data["problem"]).decode()
                found.append(Rejection(*texts, times.parse(event["time"]), problem))
        except (ValueError, KeyError, TypeError) as fault:
            log.error("record.unreadable", error=f"{type(fault).__name__}: {fault}")  # noqa: TRY400 - no bug of ours
    return found


class Rejections:
    """The handler of `rejections.*`."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self.pool = pool

    async def handle(self, records: Records) -> None:
        found = sorted(read(record.value for record in records), key=lambda r: (r.source, r.id, r.sender, r.place))
        await self.pool.execute(
            """INSERT INTO rejection (source, id, sender, place, at, problem)
            SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::timestamptz[], $6::text[])
            ON CONFLICT DO NOTHING""",
            [r.source for r in found],
            [r.id for r in found],
            [r.sender for r in found],
            [r.place for r in found],
            [r.at for r in found],
            [r.problem for r in found],
        )
        log.info("rejections.recorded", rejections=len(found))

    async def expire(self) -> int:
        """Deletes some of what is older than its retention. Returns how many."""
        deleted = await self.pool.fetchval(
            """WITH old AS (SELECT source, id, sender, place FROM rejection
                WHERE at < now() - make_interval(days => $1) LIMIT $2),
            gone AS (DELETE FROM rejection r USING old WHERE (r.source, r.id, r.sender, r.place)
                = (old.source, old.id, old.sender, old.place) RETURNING 1)
            SELECT count(*) FROM gone""",
            RETENTION_DAYS,
            AT_ONCE,
        )
        if deleted:
            log.info("rejections.expired", rejections=deleted)
        return int(deleted)
