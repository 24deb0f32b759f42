"""How long after an event is sent a status says it, while a thousand events a second come in."""

import asyncio
import time
from collections import Counter
from itertools import islice
from typing import Any

import asyncpg
from rich.progress import Progress

from deploy.local.processes import Child
from shared import times, topics
from shared.envelope import Event
from shared.messages import producer
from shared.periods import Period
from tests.bench.contenders import AGGREGATOR, environment
from tests.bench.data import stream
from tests.bench.ground import Ground
from tests.bench.measuring import all_counted, recorded

RATE = 1_000
SECONDS = 30
TICKS = 20  # a second
PATIENCE = 120.0

_SAID = "SELECT (body::json -> 'data' ->> 'events')::int FROM status WHERE department = $1 AND period = $2"


async def latency(ground: Ground, progress: Progress) -> dict[str, Any]:
    """Seconds from sending to visibility, of the events of the one department and period that has most of them.

    The ledger holds what the topic was filled with. The k-th of those events to be sent is seen when the status says k.
    """
    fresh = [(key, value, _counted(value)) for key, value in islice(_after(ground.filled), RATE * SECONDS)]
    (watched, _), *_ = Counter(found for _, _, found in fresh if found[0] != "find-a-tender").most_common(1)
    connection = await ground.fresh(AGGREGATOR.group)
    child = Child(
        name="aggregator",
        argv=AGGREGATOR.argv(ground.folder),
        env=environment(ground),
        cwd=ground.code,
        log=ground.folder / "latency.log",
        pid_file=ground.folder / "latency.pid",
    )
    child.start()
    try:
        while await recorded(connection) < ground.filled or not await all_counted(connection):  # noqa: ASYNC110
            await asyncio.sleep(0.5)
        sent: list[float] = []
        sending = asyncio.create_task(_send(ground, fresh, watched, sent, progress))
        delays = await _seen(connection, watched, sent, sending)
    finally:
        child.stop()
        await connection.close()
    delays.sort()
    at = {name: delays[int(share * (len(delays) - 1))] for name, share in (("p50", 0.5), ("p99", 0.99), ("most", 1.0))}
    return {"rate": RATE, "events": len(delays), **at}


def _after(count: int) -> Any:
    return islice(stream(count + RATE * SECONDS), count, None)


def _counted(value: bytes) -> tuple[str, str]:
    """The status that counts this event as its department's."""
    event = Event.from_json(value)
    return event.sender, str(Period.of(times.london_day(event.time)))


async def _send(
    ground: Ground,
    events: list[tuple[str, bytes, tuple[str, str]]],
    watched: tuple[str, str],
    sent: list[float],
    progress: Progress,
) -> None:
    """Evenly; `sent` gets the time of each event that is watched."""
    kafka = producer(ground.stack.connection)
    await kafka.start()
    task = progress.add_task("sending at a steady rate", total=len(events))
    began = time.perf_counter()
    try:
        for first in range(0, len(events), RATE // TICKS):
            await asyncio.sleep(max(0.0, began + first / RATE - time.perf_counter()))
            for key, value, found in events[first : first + RATE // TICKS]:
                if found == watched:
                    sent.append(time.perf_counter())
                await kafka.send(topics.PROCUREMENT_EVENTS, value, key=key.encode())
            progress.update(task, completed=first)
    finally:
        await kafka.stop()


async def _seen(
    connection: asyncpg.Connection, watched: tuple[str, str], sent: list[float], sending: asyncio.Task[None]
) -> list[float]:
    before = await connection.fetchval(_SAID, *watched) or 0
    delays: list[float] = []
    ended = None
    while not sending.done() or len(delays) < len(sent):
        said = (await connection.fetchval(_SAID, *watched) or 0) - before
        now = time.perf_counter()
        delays += [now - moment for moment in sent[len(delays) : said]]
        if sending.done():
            ended = ended or now
            if now - ended > PATIENCE:
                raise TimeoutError(f"{len(sent) - len(delays)} events of {watched} are not seen")
        await asyncio.sleep(0.02)
    await sending
    return delays
