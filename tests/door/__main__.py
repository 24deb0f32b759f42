"""python -m tests.door: the matrix of attempts and refusals, then the throughput of each way in."""

import asyncio
import shutil
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.progress import track
from rich.table import Table

from tests.door.attempts import ATTEMPTS, quietly
from tests.door.house import Door, door, heartbeat
from tests.door.throughput import measure

out, err = Console(width=130), Console(stderr=True)


async def attempted(house: Door) -> bool:
    """Prints the matrix. Returns whether everything came out as it must, and nothing good was lost."""
    shown = Table("Way", "Attempt", "Must be", "Was", title="The door")
    right = 0
    await house.post(heartbeat("before"))
    idle, _ = house.memory()
    for attempt in track(ATTEMPTS, "Trying", console=err, disable=not err.is_terminal):
        found = await quietly(attempt, house)
        right += found == attempt.expected
        colour = "green" if found == attempt.expected else "bold red"
        shown.add_row(attempt.way, attempt.name, attempt.expected, f"[{colour}]{found}[/]")
    await house.post(heartbeat("after"))
    kept = [await house.recorded(id) for id in ("before", "after")]
    now, peak = house.memory()
    out.print(shown)
    out.print(
        f"{right} of {len(ATTEMPTS)} as they must be; events sent before and after: {kept.count(True)} of 2 recorded"
    )
    out.print(f"ingest's memory: {idle} MiB before, {peak} MiB at most, {now} MiB after")
    return right == len(ATTEMPTS) and all(kept)


def main() -> int:
    folder = Path(tempfile.mkdtemp(prefix="svr-door-"))
    folder.chmod(0o711)  # PostgreSQL does not run as root
    try:
        with door(folder / "attempts") as house:
            sound = asyncio.run(attempted(house))
        out.print(measure(folder, say=err.print))
    finally:
        shutil.rmtree(folder)
    return 0 if sound else 1


if __name__ == "__main__":
    sys.exit(main())
