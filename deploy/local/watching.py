"""What the demo tells a person while it waits: stages, progress bars, and when everything has been done."""

import asyncio
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from aiokafka import AIOKafkaConsumer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from deploy.local.counting import Counts, Observer
from shared import topics
from shared.departments import Register
from shared.kafka import Connection
from shared.periods import Period

PATIENCE = 600.0

console = Console(stderr=True, highlight=False, soft_wrap=True)


def say(stage: str) -> None:
    console.print(f"[bold]•[/bold] {stage}")


class DemoFailed(Exception):
    """Told to the person in one line."""


@contextmanager
def bar(what: str, total: int) -> Iterator[Callable[[int], None]]:
    """A progress bar on a terminal; elsewhere a line every few seconds."""
    if sys.stderr.isatty() and "CI" not in os.environ and "NO_COLOR" not in os.environ:
        columns = (TextColumn("  {task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=console) as progress:
            task = progress.add_task(what, total=total)
            yield lambda done: progress.update(task, completed=done)
        return
    said = time.monotonic()

    def line(done: int) -> None:
        nonlocal said
        if time.monotonic() - said > 5:
            said = time.monotonic()
            console.print(f"  {what}: {done} of {total}")

    yield line


async def until(observer: Observer, done: Callable[[Counts], bool], what: str, total: int) -> Counts:
    """Waits until the counts say so. Raises DemoFailed when nothing moves for too long."""
    moved, last = time.monotonic(), None
    with bar(what, total) as progress:
        while True:
            counts = await observer.counts()
            progress(counts.recorded)
            if done(counts):
                return counts
            if counts != last:
                moved, last = time.monotonic(), counts
            elif time.monotonic() - moved > PATIENCE:
                raise DemoFailed(f"Nothing moves: {counts}. See the services' logs in .local/demo.")
            await asyncio.sleep(0.2)


async def drained(observer: Observer, total: int) -> Counts:
    """Until twice in a row nobody has anything left to do: what one service finishes, the next may just begin."""
    await until(observer, lambda c: c.waiting == 0, "recorded", total)
    await asyncio.sleep(0.5)
    return await until(observer, lambda c: c.waiting == 0, "recorded", total)


def expected_reports(register: Register, periods: list[str]) -> int:
    """A report for each department that existed on a period's last day, and an overview."""
    return sum(len(register.answerable(Period.parse(period).last_day)) + 1 for period in periods)


async def reports(connection: Connection, wanted: int) -> list[dict[str, Any]]:
    """Reads `reports.published` until so many reports are out."""
    consumer = AIOKafkaConsumer(topics.REPORTS_PUBLISHED, **connection.options(), auto_offset_reset="earliest")
    await consumer.start()
    found: dict[tuple[str, str, int], dict[str, Any]] = {}
    moved = time.monotonic()
    try:
        with bar("published", wanted) as progress:
            while len({key[:2] for key in found}) < wanted:
                for records in (await consumer.getmany(timeout_ms=500)).values():
                    for record in records:
                        data = json.loads(record.value)["data"]
                        found[data["department"], data["period"], data["revision"]] = data
                        moved = time.monotonic()
                progress(len(found))
                if time.monotonic() - moved > PATIENCE / 4:
                    raise DemoFailed(f"{len(found)} of {wanted} reports are out and no more come. See .local/demo.")
    finally:
        await consumer.stop()
    return [found[key] for key in sorted(found)]
