"""The hash chain over the ledger: what a block's hash covers, and what it shows to have been changed. Pure.

A line is a JSON array: `event` or `conflict`, the position, source and id, the envelope, the SHA-256 of the content and
that of the body as it is stored; or `erasure`, with the position of the row that a name was taken out of, and the
hashes of its body before and since. A block's hash covers the hash of the block before it and its own lines.
"""

import hashlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from shared import times
from shared.envelope import Event

GENESIS = "0" * 64
"""Stands for the hash of a block before the first."""


@dataclass(frozen=True, slots=True)
class Block:
    number: int
    previous: str
    hash: str
    lines: str

    @property
    def positions(self) -> list[int]:
        return [position_of(line) for line in self.lines.split("\n")]


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of the ledger as it stands now, and the line that is to be said of it.

    `erased`: the hash of the body that an erasure has put in the place of the one that was sealed.
    """

    position: int
    source: str
    id: str
    sha256: str
    body: str
    line: str
    erased: str | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """`row` names the event (source and id) or the block; `what` says in words how it differs."""

    row: str
    what: str


def link(previous: str, lines: str) -> str:
    """The hash of a block."""
    return hashlib.sha256(f"{previous}\n{lines}".encode()).hexdigest()


def position_of(line: str) -> int:
    position: int = orjson.loads(line)[1]
    return position


def block_faults(block: Block, *, number: int, previous: str) -> Iterator[Fault]:
    """Whether the block is the one that follows the block with the hash `previous`, and is whole."""
    if block.number != number:
        yield Fault(f"block {number}", f"is missing: block {block.number} follows")
    elif block.previous != previous:
        yield Fault(f"block {number}", "does not follow the block before it")
    if link(block.previous, block.lines) != block.hash:
        yield Fault(f"block {block.number}", "its lines are not those that its hash was made of")


def entry_faults(block: Block, found: Mapping[int, Entry]) -> Iterator[Fault]:
    """What stands otherwise in the ledger than the block says. `found`: the ledger's rows by position."""
    for line in block.lines.split("\n"):
        said = orjson.loads(line)
        entry = found.get(said[1])
        if entry is None:
            yield Fault(row(said[2], said[3]), f"is no longer in the ledger; it was sealed in block {block.number}")
        elif entry.line != line:
            yield Fault(row(said[2], said[3]), f"was changed: {', '.join(_changed(said, orjson.loads(entry.line)))}")
        elif not _is_sound(entry, said):
            yield Fault(row(said[2], said[3]), "its body does not have the hash or the attributes that stand beside it")


def unsealed_faults(entries: Collection[Entry]) -> Iterator[Fault]:
    """Rows at positions that were settled when the chain passed them, and that the chain does not know."""
    for entry in entries:
        yield Fault(row(entry.source, entry.id), "was put into the ledger behind the chain's back")


def row(source: str, id: str) -> str:
    return f"{source} {id}"


_COLUMNS = {
    "event": ("kind", "position", "source", "id", "type", "subject", "sender", "time", "received", "sha256", "body",
              "partition", "offset"),
    "conflict": ("kind", "position", "source", "id", "sender", "time", "sha256", "body", "partition", "offset"),
    "erasure": ("kind", "position", "source", "id", "entry", "body", "erased", "reason", "at"),
}  # fmt: skip


def _changed(said: list[Any], now: list[Any]) -> list[str]:
    if said[0] != now[0]:
        return ["kind"]
    return [name for name, one, other in zip(_COLUMNS[said[0]], said, now, strict=True) if one != other]


def _is_sound(entry: Entry, said: list[Any]) -> bool:
    """Reckoned here from the stored body, and not taken from what the database says of it."""
    line = dict(zip(_COLUMNS[said[0]], said, strict=True))
    if line["kind"] == "erasure":
        return True  # it has no body
    if hashlib.sha256(entry.body.encode()).hexdigest() != (entry.erased or line["body"]):
        return False
    try:
        event = Event.from_json(entry.body.encode())
    except (ValueError, KeyError, TypeError):
        return False
    attributes = {
        "source": event.source,
        "id": event.id,
        "type": event.type,
        "subject": event.subject,
        "sender": event.sender,
        "time": times.text(event.time),
        "received": times.text(event.received),
        **({} if entry.erased else {"sha256": event.sha256}),
    }
    return all(line[name] == value for name, value in attributes.items() if name in line)


class Horizon:
    """Up to which position nothing can come any more, although positions are drawn before they are committed.

    Whoever inserts holds a lock on the table until the end. So once all who held one when a position was the last drawn
    have let go, every row up to it is there, or never will be.
    """

    def __init__(self) -> None:
        self.settled = 0
        self._drawn = 0
        self._writers: frozenset[str] = frozenset()

    def observe(self, drawn: int, writers: frozenset[str]) -> None:
        """`drawn`: the last position drawn, looked up *before* `writers`, the transactions that hold a lock."""
        if not self._writers & writers:
            self.settled = max(self.settled, self._drawn)
            self._drawn, self._writers = drawn, writers
            if not writers:
                self.settled = drawn
