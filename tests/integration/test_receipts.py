"""The aggregator's side of receipts, on a real database: what is kept, what is told, what expires."""

from datetime import UTC, datetime, timedelta

import asyncpg
import orjson

from services.aggregator.receipts import history
from services.aggregator.rejections import RETENTION_DAYS, Rejections
from services.ingest.acceptance import Rejected
from services.ingest.outgoing import message
from services.ingest.problems import problem
from tests.integration.tables import event, raw, recording, records
from tests.stream import cloudevent

NOW = datetime.now(UTC)


async def refuse(
    pool: asyncpg.Pool, id: str, *, sender: str = "dwp", at: datetime = NOW, place: str = "http/1"
) -> None:
    found = Rejected(problem("not-json", "", "no"), f"/{sender}/system", id)
    await Rejections(pool).handle([raw(message(found, sender=sender, raw=b"", place=place, now=at).value)])


async def statuses(pool: asyncpg.Pool, id: str, *, sender: str = "dwp", source: str = "/dwp/system") -> list[str]:
    return [each.status for each in await history(pool, sender=sender, source=source, id=id)]


async def test_a_rejection_that_comes_again_is_one(pool: asyncpg.Pool) -> None:
    """Redelivered, it changes nothing; another submission of the event is another."""
    for place in ("http/1", "http/1", "http/2"):
        await refuse(pool, "1", place=place)
    assert await statuses(pool, "1") == ["refused", "refused"]


async def test_nobody_learns_of_anothers(pool: asyncpg.Pool) -> None:
    """Neither of its refusals nor of its events."""
    await refuse(pool, "1", sender="moj")
    await recording(pool).handle(records([event("dwp", cloudevent("dwp", "heartbeat", "dwp", "2", {}))]))
    assert await statuses(pool, "1", source="/moj/system") == []
    assert await statuses(pool, "2", sender="moj") == []
    assert await statuses(pool, "2") == ["recorded"]


async def test_every_further_submission_of_another_content_is_a_conflict(pool: asyncpg.Pool) -> None:
    """Also the second of the same other content, which the ledger counts as a repeat."""
    first = event("dwp", cloudevent("dwp", "heartbeat", "dwp", "1", {}))
    other = event("dwp", cloudevent("dwp", "heartbeat", "dwp", "1", {"nothing_to_report": True}))
    for one in (first, other, other, first):
        await recording(pool).handle(records([one]))
    assert await statuses(pool, "1") == ["recorded", "conflict", "conflict", "repeat"]


async def test_rejections_expire(pool: asyncpg.Pool) -> None:
    """Once nobody can be waiting for them any more."""
    await refuse(pool, "old", at=NOW - timedelta(days=RETENTION_DAYS + 1))
    await refuse(pool, "new", at=NOW - timedelta(days=RETENTION_DAYS - 1))
    assert (await Rejections(pool).expire(), await Rejections(pool).expire()) == (1, 0)
    assert (await statuses(pool, "old"), await statuses(pool, "new")) == ([], ["refused"])


async def test_a_problem_that_quotes_a_character_no_database_holds_is_kept(pool: asyncpg.Pool) -> None:
    """It must not stop the line."""
    found = Rejected(problem("not-json", "/\0", "\0"), "/dwp/system", "1")
    await Rejections(pool).handle([raw(message(found, sender="dwp", raw=b"", place="http/1", now=NOW).value)])
    (told,) = await history(pool, sender="dwp", source="/dwp/system", id="1")
    assert told.problem == orjson.loads(orjson.dumps(problem("not-json", "/\0", "\0").to_dict()))
