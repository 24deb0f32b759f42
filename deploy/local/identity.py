"""Which process an id means: an id alone is given again to another process, an id with a start time is not."""

import json
import os
import signal
import subprocess
import time
from dataclasses import astuple, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Identity:
    """A process, by its id and the time at which it started (in the system's own notation)."""

    pid: int
    started: str

    def is_alive(self) -> bool:
        """Whether this very process still runs; not if another has been given its id."""
        return start_time(self.pid) == self.started


def identify(pid: int) -> Identity | None:
    """The process that has this id now, or None."""
    started = start_time(pid)
    return Identity(pid, started) if started else None


def start_time(pid: int) -> str | None:
    """When the process started; None if there is none, or only its unreaped remains."""
    if not Path("/proc/self/stat").exists():
        return _start_time_from_ps(pid)
    try:
        # The second field is the command in brackets, and may itself hold spaces and brackets.
        fields = Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if fields[0] in "ZX" else fields[19]


def _start_time_from_ps(pid: int) -> str | None:
    ps = subprocess.run(
        ["ps", "-o", "stat=", "-o", "lstart=", "-p", str(pid)],
        capture_output=True, text=True, check=False, env=os.environ | {"LC_ALL": "C"},
    )  # fmt: skip
    state, _, started = ps.stdout.strip().partition(" ")
    return started.strip() if state and not state.startswith("Z") else None


def end(process: Identity, stop_signal: signal.Signals, timeout: float) -> None:
    """Ends a process that need not be our child: asks, waits, then kills."""
    for asked in (stop_signal, signal.SIGKILL):
        deadline = time.monotonic() + timeout
        if process.is_alive():
            os.kill(process.pid, asked)
        while process.is_alive() and time.monotonic() < deadline:
            time.sleep(0.02)


def write(pid_file: Path, child: int) -> None:
    """Notes a child, and us as its owner; nothing if the child is gone already."""
    known = [identify(pid) for pid in (child, os.getpid())]
    if all(known):
        fresh = pid_file.with_suffix(".new")
        fresh.write_text(json.dumps([astuple(process) for process in known if process]))
        fresh.replace(pid_file)


def read(pid_file: Path) -> tuple[Identity, Identity] | None:
    """The child and its owner as noted; None without a file, or with one that says something else."""
    try:
        (child, its_start), (owner, owners_start) = json.loads(pid_file.read_text())
        return Identity(int(child), str(its_start)), Identity(int(owner), str(owners_start))
    except (FileNotFoundError, ValueError, TypeError):
        return None
