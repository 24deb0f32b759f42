"""What a running process has cost and done: CPU time and memory from /proc, events and marks from PostgreSQL."""

import os
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg

TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")


def cpu_seconds(pids: Iterable[int]) -> float:
    """Of these processes, their living descendants, and those that have ended and been waited for."""
    fields = {int(p.parent.name): _stat(p) for p in Path("/proc").glob("[0-9]*/stat")}
    children: dict[int, list[int]] = {}
    for pid, stat in fields.items():
        if stat:  # it may have ended while we looked
            children.setdefault(int(stat[1]), []).append(pid)
    total, open_ = 0, list(pids)
    while open_:
        pid = open_.pop()
        total += sum(int(ticks) for ticks in fields.get(pid, [])[11:15])
        open_ += children.get(pid, [])
    return total / TICKS


def _stat(path: Path) -> list[str]:
    """proc_pid_stat(5), from the state on: 1 is the parent, 11 to 14 the times of it and of its ended children."""
    try:
        return path.read_text().rpartition(")")[2].split()
    except OSError:
        return []


def resident_mib(pid: int) -> float:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE / 2**20
    except OSError:
        return 0.0


@dataclass
class Watch:
    """Samples of one run: seconds, events recorded, MiB resident. Times count from the first commit that was seen
    after so many events `before`.
    """

    servers: Mapping[str, int]
    processes: Sequence[int]
    before: int = 0
    samples: list[tuple[float, int, float]] = field(default_factory=list)
    cpu: dict[str, float] = field(default_factory=dict)
    _spent: dict[str, float] = field(default_factory=dict)

    def look(self, events: int) -> None:
        if events > self.before and not self.samples:
            self._spent = self._costs()
        if events > self.before:
            self.samples.append((time.perf_counter(), events, max(map(resident_mib, self.processes))))

    def end(self) -> None:
        self.cpu = {name: cost - self._spent[name] for name, cost in self._costs().items()}

    def _costs(self) -> dict[str, float]:
        costs = {name: cpu_seconds([pid]) for name, pid in self.servers.items()}
        return {"process": cpu_seconds(self.processes), **costs}

    @property
    def seconds(self) -> float:
        return self.samples[-1][0] - self.samples[0][0]

    @property
    def events(self) -> int:
        """Those recorded while it was watched: what the first commit brought is warm-up."""
        return self.samples[-1][1] - self.samples[0][1]

    @property
    def result(self) -> dict[str, object]:
        """Events a second, CPU microseconds an event by process, most MiB."""
        return {
            "rate": self.events / self.seconds,
            "events": self.events,
            "seconds": self.seconds,
            "cpu_us": {name: cost / self.events * 1e6 for name, cost in self.cpu.items()},
            "rss_mib": max(mib for _, _, mib in self.samples),
        }


async def recorded(connection: asyncpg.Connection) -> int:
    """Events in the ledger by its sequence, which is cheap to ask: too many where some came twice, as they may."""
    row = await connection.fetchrow("SELECT last_value, is_called FROM aggregator.event_position_seq")
    return int(row["last_value"]) if row["is_called"] else 0


async def recorded_once(connection: asyncpg.Connection) -> int:
    """Events in the ledger."""
    return int(await connection.fetchval("SELECT count(*) FROM aggregator.event"))


async def all_counted(connection: asyncpg.Connection) -> bool:
    """Whether every status says what the ledger holds."""
    return not await connection.fetchval("SELECT EXISTS (SELECT FROM aggregator.status_due)")
