"""Repetitions → medians and ratios, as a table for people and a file for machines."""

from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any

from rich.table import Table

Runs = Mapping[str, Sequence[Mapping[str, Any]]]
"""Contender → its repetitions, as `measuring.Watch.result` and the ceilings give them."""


def medians(runs: Runs) -> dict[str, dict[str, Any]]:
    """Of the rate with its least and most, CPU by process, and memory."""
    found: dict[str, dict[str, Any]] = {}
    for name, repetitions in runs.items():
        rates = [each["rate"] for each in repetitions]
        costs = {cost for each in repetitions for cost in each["cpu_us"]}
        found[name] = {
            "rate": median(rates),
            "least": min(rates),
            "most": max(rates),
            "cpu_us": {c: median(each["cpu_us"].get(c, 0.0) for each in repetitions) for c in sorted(costs)},
            "rss_mib": max((each.get("rss_mib", 0.0) for each in repetitions), default=0.0),
        }
    return found


def ratios(found: Mapping[str, Mapping[str, Any]], *, of: str) -> dict[str, float]:
    """How many times the rate of each is that of `of`: above 1, `of` is the faster."""
    return {name: found[of]["rate"] / row["rate"] for name, row in found.items() if name != of}


def table(found: Mapping[str, Mapping[str, Any]], *, of: str) -> Table:
    times = ratios(found, of=of)
    shown = Table(title=f"Events a second: medians; × is {of} against each")
    shown.add_column("")
    for name in ("events/s", "least–most", "×", "CPU µs/event", "PostgreSQL", "Kafka", "MiB"):
        shown.add_column(name, justify="right")
    for name, row in found.items():
        cpu = row["cpu_us"]
        shown.add_row(
            name,
            f"{row['rate']:,.0f}",
            f"{row['least']:,.0f}–{row['most']:,.0f}",
            f"{times[name]:.2f}" if name in times else "",
            *(f"{cpu[each]:,.0f}" if each in cpu else "" for each in ("process", "postgres", "kafka")),
            f"{row['rss_mib']:,.0f}" if row["rss_mib"] else "",
        )
    return shown
