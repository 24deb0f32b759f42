"""When nothing is left to do: no submission, event, mark, status or report waits anywhere."""

import asyncio
import time
from datetime import UTC, datetime, timedelta

from deploy.local.counting import Observer
from services.reporter import publication, store
from shared import topics
from shared.departments import load_register
from tests.chaos.world import SETTLE_SECONDS, World

PATIENCE = 90.0


class Restless(Exception):
    """Something has been waiting for too long; the message says what."""


async def quiet(world: World) -> float:
    """Seconds until nothing waits. Raises Restless."""
    began = time.monotonic()
    register = load_register()
    async with Observer(world.kafka.connection, world.postgres.url) as observer, world.connection() as reporter:
        await reporter.execute("SET search_path TO reporter")
        while True:
            # In the order of their way, so that none can hide between two questions.
            waiting = {
                "submissions": await observer.behind("ingest", observer.submissions),
                "events": await observer.behind("aggregator", [topics.PROCUREMENT_EVENTS]),
                "marks": await reporter.fetchval("SELECT count(*) FROM aggregator.status_due"),
                "aggregator's outbox": await reporter.fetchval("SELECT count(*) FROM aggregator.outbox"),
                "statuses": await observer.behind("reporter", [topics.IMPLEMENTATION_STATUS]),
                "reports": len(
                    publication.due(
                        await store.marks(reporter),
                        considered=await store.considered(reporter),
                        register=register,
                        now=datetime.now(UTC) + timedelta(seconds=SETTLE_SECONDS),
                        settle=timedelta(seconds=SETTLE_SECONDS),
                    )
                ),
                "reporter's outbox": await reporter.fetchval("SELECT count(*) FROM reporter.outbox"),
            }
            if not any(waiting.values()):
                return time.monotonic() - began
            if time.monotonic() - began > PATIENCE:
                raise Restless(", ".join(f"{count} {what}" for what, count in waiting.items() if count))
            await asyncio.sleep(0.2)
