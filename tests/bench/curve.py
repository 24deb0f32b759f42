"""What an event costs as the ledger grows, whether memory stays flat, and how long half of it takes to rebuild."""

import asyncio
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import Any

from rich.progress import Progress
from rich.table import Table

from tests.bench.contenders import AGGREGATOR, environment, run
from tests.bench.ground import Ground

POINTS = (10_000, 50_000, 100_000, 200_000, 400_000, 600_000, 800_000, 1_000_000, 1_500_000, 2_000_000)


async def curve(ground: Ground, total: int, progress: Progress) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """One aggregator through `total` events, cut at POINTS; half way the state is rebuilt, with nobody else at work.

    Returns the stretches, and of the rebuild: events, seconds and what it printed.
    """
    task = progress.add_task("recording", total=total)
    found: list[dict[str, Any]] = []
    rebuilt: dict[str, Any] = {}
    for until, going_on in ((total // 2, False), (total, True)):
        await ground.fill(until, progress)
        _, watch = await run(
            ground, AGGREGATOR, until, tell=lambda events: progress.update(task, completed=events), going_on=going_on
        )
        found += stretches(watch.samples, [point for point in POINTS if watch.samples[0][1] < point <= until])
        if not going_on:
            rebuilt = {"events": watch.samples[-1][1], **await asyncio.to_thread(rebuild, ground)}
    return found, rebuilt


def rebuild(ground: Ground) -> dict[str, Any]:
    """`svr rebuild`, with its own start; what it said tells what differed. Raises CalledProcessError where it fails."""
    began = time.perf_counter()
    ran = subprocess.run(
        [sys.executable, "-m", "services.svr", "rebuild"],
        env=environment(ground), cwd=ground.code, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return {"seconds": time.perf_counter() - began, "said": ran.stdout}


def stretches(samples: Sequence[tuple[float, int, float]], points: Sequence[int]) -> list[dict[str, Any]]:
    """(Seconds, events, MiB) → between one point and the next: microseconds an event, and the most memory."""
    found = []
    rest = list(samples)
    for point in points:
        part = [sample for sample in rest if sample[1] <= point]
        if len(part) > 1 and part[-1][1] > part[0][1]:
            seconds, events = part[-1][0] - part[0][0], part[-1][1] - part[0][1]
            most = max(mib for _, _, mib in part)
            found.append({"to": point, "us": seconds / events * 1e6, "rate": events / seconds, "rss_mib": most})
        rest = part[-1:] + rest[len(part) :]
    return found


def curve_table(found: Sequence[dict[str, Any]]) -> Table:
    shown = Table(title="One aggregator, by the events in the ledger")
    for name in ("up to", "µs/event", "events/s", "MiB"):
        shown.add_column(name, justify="right")
    for row in found:
        shown.add_row(f"{row['to']:,}", f"{row['us']:.0f}", f"{row['rate']:,.0f}", f"{row['rss_mib']:.0f}")
    return shown
