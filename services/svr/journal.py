"""How far a file has been acknowledged, so that a submission that broke off goes on where it stopped."""

import hashlib
import os
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path
from typing import Self

import orjson


def directory() -> Path:
    """Where journals are kept: with this user's other state (XDG base directories)."""
    return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "svr" / "submitted"


class Journal:
    """Of one file, as one sender sends it to one address. What is kept is a count and a hash, never what was sent."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lines = 0
        self._hash = hashlib.sha256()

    @classmethod
    def of(cls, where: Path, *, target: str, sender: str, file: Path) -> Self:
        name = hashlib.sha256("\n".join((target, sender, str(file.resolve()))).encode()).hexdigest()[:32]
        return cls(where / f"{name}.json")

    def resume(self, lines: Iterable[bytes]) -> int:
        """How many lines of the beginning are acknowledged; 0 where they are not those that were sent before."""
        try:
            held = orjson.loads(self.path.read_bytes())
        except (OSError, ValueError):
            return 0
        read = 0
        for line in islice(lines, held["lines"]):
            self._take(line)
            read += 1
        if (read, self._hash.hexdigest()) != (held["lines"], held["sha256"]):
            self._hash = hashlib.sha256()
            return 0
        self.lines = read
        return read

    def acknowledged(self, lines: Sequence[bytes]) -> None:
        """The next lines are safe. A crash while this is written leaves the journal as it was."""
        for line in lines:
            self._take(line)
        self.lines += len(lines)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self.path.with_suffix(".new")
        fresh.write_bytes(orjson.dumps({"lines": self.lines, "sha256": self._hash.hexdigest()}))
        fresh.replace(self.path)

    def _take(self, line: bytes) -> None:
        self._hash.update(line + b"\n")
