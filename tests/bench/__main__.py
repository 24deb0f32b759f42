"""Measures the aggregator against its peers and its ceilings: `make bench`, `make bench LONG=1`.

The topic is filled once; every repetition has an empty database and a process of its own, in alternating order. A run
counts only if its statuses are those that the pure functions make of the events that it recorded.
"""

import argparse
import asyncio
import logging
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

import orjson
import structlog
from rich.console import Console
from rich.progress import Progress

from deploy.local.tools import Missing
from tests.bench.contenders import (
    AGGREGATOR,
    CEILINGS,
    PLAIN,
    QUIX_STREAMS,
    ROOT,
    TWO,
    Contender,
    build_quix,
    build_shipped,
    ceiling,
    run,
)
from tests.bench.curve import curve, curve_table
from tests.bench.ground import Ground, ground
from tests.bench.latency import latency
from tests.bench.table import medians, ratios, table

RESULTS = ROOT / "bench/results.json"
CONTENDERS = (AGGREGATOR, TWO, QUIX_STREAMS, PLAIN)


async def compare(ground: Ground, events: int, repetitions: int, progress: Progress) -> dict[str, Any]:
    """Every contender and every ceiling, in turn, one round after another, each round in the other direction."""
    await ground.fill(events, progress)
    runs: dict[str, list[dict[str, Any]]] = {name: [] for name in (*(c.name for c in CONTENDERS), *CEILINGS)}
    task = progress.add_task("repetitions", total=repetitions * (len(CONTENDERS) + len(CEILINGS)))
    turn: list[Contender | str] = [*CONTENDERS, *CEILINGS]
    for number in range(repetitions):
        for each in turn if number % 2 == 0 else reversed(turn):
            if isinstance(each, str):
                await (await ground.fresh("bench")).close()
                runs[each].append(ceiling(ground, each, events))
            else:
                found, _ = await run(ground, each, events)
                runs[each.name].append({**found, "statuses": await ground.check()})
            progress.advance(task)
            keep({"runs": runs})
    found_medians = medians(runs)
    return {"runs": runs, "medians": found_medians, "ratios": ratios(found_medians, of=AGGREGATOR.name)}


async def measure(given: argparse.Namespace, folder: Path, console: Console) -> None:
    """What is measured is written and shown at once: a later part that fails takes nothing of it away."""
    try:
        with console.status("compiling the core, as the image has it"):
            code = build_shipped()
    except Missing as fault:
        console.print(f"Measured uncompiled. {fault}")
        code = ROOT
    keep({"load": os.getloadavg(), "cores": os.cpu_count(), "compiled": code != ROOT})
    with Progress(console=console) as progress, ground(folder, code) as stage:
        if given.long:
            found, rebuilt = await curve(stage, given.long, progress)
            keep({"curve": found, "rebuild": rebuilt})
            console.print(curve_table(found))
            console.print(
                f"{rebuilt['events']:,} events were rebuilt in {rebuilt['seconds']:.0f} s:\n{rebuilt['said']}"
            )
            return
        build_quix()
        compared = await compare(stage, given.events, given.repetitions, progress)
        keep({"events": given.events, **compared})
        console.print(table(compared["medians"], of=AGGREGATOR.name))
        late = await latency(stage, progress)
        keep({"latency": late})
        console.print(
            f"At {late['rate']:,} events/s a status says what was sent after {late['p50']:.2f} s (median),"
            f" {late['p99']:.2f} s (p99), {late['most']:.2f} s (most)."
        )


def keep(found: dict[str, Any]) -> None:
    """Adds to the results, and leaves what other runs have measured."""
    before = orjson.loads(RESULTS.read_bytes()) if RESULTS.exists() else {}
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_bytes(orjson.dumps({**before, **found}, option=orjson.OPT_INDENT_2))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=80_000)
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--long", type=int, metavar="EVENTS", help="the curve over so many events, and nothing else")
    given = parser.parse_args()
    console = Console(stderr=True)
    if not console.is_terminal:
        console.width = 120  # a file has no width, and a table cut to 80 columns cannot be read
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    folder = Path(tempfile.mkdtemp(prefix="svr-bench-"))
    folder.chmod(0o711)
    try:
        asyncio.run(measure(given, folder, console))
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
