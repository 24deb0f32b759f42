"""How fast the running demo's pages come while a thousand events a second are aggregated.

. .local/demo/env; python -m tests.bench.pages http://127.0.0.1:8000
"""

import asyncio
import os
import sys
import time
import uuid

import httpx
import orjson
from rich.console import Console
from rich.table import Table

from shared import messages, topics
from shared.messages import CLOUDEVENT, Message, send_all
from shared.settings import KafkaSettings
from tests.stream import cloudevent

RATE = 1_000
SECONDS = 20
TICK = 0.05
PAGES = ("/", "/departments/dwp", "/departments/dwp/2026-27-q2.json")


async def load(sender: str, stop: asyncio.Event) -> int:
    """Evenly, until told to stop; returns how many were acknowledged."""
    kafka = messages.producer(KafkaSettings().kafka)
    await kafka.start()
    run, sent, began = uuid.uuid4().hex, 0, time.monotonic()
    while not stop.is_set():
        due = int((time.monotonic() - began) * RATE)
        events = [cloudevent(sender, "heartbeat", sender, f"{run}/{n}", {}) for n in range(sent, due)]
        lines = [orjson.dumps(event) for event in events]
        await send_all(kafka, [Message(topics.submissions(sender), "", line, CLOUDEVENT) for line in lines])
        sent = due
        await asyncio.sleep(TICK)
    await kafka.stop()
    return sent


async def asked(client: httpx.AsyncClient, page: str, seconds: float) -> list[float]:
    """Milliseconds of each request, one after the other."""
    found, until = [], time.monotonic() + seconds
    while time.monotonic() < until:
        began = time.perf_counter()
        (await client.get(page)).raise_for_status()
        found.append((time.perf_counter() - began) * 1e3)
    return sorted(found)


async def main(url: str) -> None:
    shown = Table("Page", "While", "Requests", "p50", "p99", title="Pages")
    sender = os.environ["SVR_KAFKA_USERNAME"]
    async with httpx.AsyncClient(base_url=url, follow_redirects=True) as client:
        for busy in (False, True):
            stop = asyncio.Event()
            loading = asyncio.create_task(load(sender, stop)) if busy else None
            for page in PAGES:
                times = await asked(client, page, SECONDS / len(PAGES))
                p50, p99 = (times[int(share * (len(times) - 1))] for share in (0.5, 0.99))
                what = f"{RATE} events/s" if busy else "nothing else"
                shown.add_row(page, what, str(len(times)), f"{p50:.1f} ms", f"{p99:.1f} ms")
            stop.set()
            if loading is not None:
                shown.caption = f"{await loading} events acknowledged in {SECONDS} s"
    Console(width=110).print(shown)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
