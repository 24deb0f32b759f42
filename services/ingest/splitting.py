"""A long JSON text → its parts as raw bytes, piece by piece: a batch, an OCDS package, JSON lines. Pure.

Each part goes to `accept` as it came, so a batch's event is read by the same strict decoder as one sent alone, and one
faulty release does not make its package unreadable. What stands around the parts is kept (it is small), and judged by
the same decoder at the end.
"""

import re
from dataclasses import dataclass

import orjson

from services.ingest import decoding
from services.ingest.problems import Problem, problem

MOST = decoding.MAX_BYTES + 1
"""Bytes kept of one part: one more than any event may have, so that it is refused as too large."""
RECORD = 8_000_000
"""Bytes of a record, which holds every release of one procurement."""
TAIL = 256
"""Bytes before a list in which its name is looked for."""
DEEPEST = 1_000
_TEXT = rb'[^"\\]*+(?:\\.[^"\\]*+)*+'
_IN_STRING = re.compile(_TEXT, re.DOTALL)
# Up to the next bracket (or, between parts, comma), strings and all; or to the quote of a string that goes on beyond.
_INSIDE = re.compile(rb'(?:[^"{}\[\]]++|"%b")*+' % _TEXT, re.DOTALL)
_BETWEEN = re.compile(rb'(?:[^"{}\[\],]++|"%b")*+' % _TEXT, re.DOTALL)
_LISTED = re.compile(rb'[{,]\s*"(releases|records)"\s*:\s*\Z')
_CLOSES = {ord("{"): ord("}"), ord("["): ord("]")}


@dataclass(frozen=True, slots=True)
class Part:
    """`pointer` is its place in what was sent."""

    pointer: str
    raw: bytes


class Broken(Exception):
    """What was sent is no JSON, or not of the shape that was promised. Carries the problem."""

    def __init__(self, found: Problem) -> None:
        super().__init__(found.detail)
        self.problem = found


class Document:
    """One JSON document: an array of parts, an object with a list of `releases` or `records`, or one part by itself."""

    def __init__(self) -> None:
        self.listed: str | None = None
        """The member whose array holds the parts; "" when the document is that array."""
        self._stack = bytearray()
        self._in_string = self._escaped = False
        self._at: int | None = None  # depth within the array of parts
        self._index = self._read = self._began = 0
        self._part: bytearray | None = None
        self._around = bytearray()

    def feed(self, piece: bytes) -> list[Part]:
        """The parts that end in this piece. Raises Broken."""
        found: list[Part] = []
        kept = place = 0  # what stands before `kept` has been put away already
        while place < len(piece):
            if self._in_string:
                place = self._through_string(piece, place)
                continue
            between = self._part is None and self._at == len(self._stack)
            skipped = (_BETWEEN if between else _INSIDE).match(piece, place)
            mark = skipped.end() if skipped else place
            if mark == len(piece):
                break
            place, byte = mark + 1, piece[mark]
            if byte == ord('"'):
                self._in_string = True
            elif byte == ord(","):
                self._index += 1
            elif byte in _CLOSES:
                if between:
                    self._keep(piece[kept:mark])
                    self._part, kept, self._began = bytearray(), mark, self._read + mark
                if len(self._stack) == DEEPEST:
                    raise self.broken(f"nested deeper than {DEEPEST} levels", self._read + mark)
                self._stack.append(_CLOSES[byte])
                if self._at is None and byte == ord("["):
                    self._keep(piece[kept:mark])
                    kept = mark
                    self._opened_list()
            else:
                if not self._stack or self._stack.pop() != byte:
                    raise self.broken(f"{chr(byte)} closes nothing", self._read + mark)
                if self._part is not None and len(self._stack) == self._at:
                    self._keep(piece[kept:place])
                    found.append(Part(f"{self._prefix}/{self._index}", bytes(self._part)))
                    self._part, kept = None, place
                    self._keep(b"{}")
                elif self._at is not None and len(self._stack) < self._at:
                    self._at = -1  # the one list is read
        self._keep(piece[kept:])
        self._read += len(piece)
        return found

    def end(self) -> list[Part]:
        """What is left: the whole, if it holds no list; else the members of the list that are neither object nor array.

        Raises Broken for faults in what stands around the parts.
        """
        if self._part is not None:
            raise self.broken("the body ends within it", self._began)
        if self.listed is None:
            return [Part("", bytes(self._around))]
        try:
            around = decoding.decode(bytes(self._around))
        except decoding.NotJson as refused:
            outside = "of what stands around its parts, each of them written {}"
            raise Broken(problem("not-json", "", f"{refused.problem.detail}, {outside}")) from None
        if self.listed and (other := {"releases", "records"} - {self.listed}) & around.keys():
            raise Broken(problem("invalid-data", f"/{other.pop()}", f"stands beside {self.listed}; send one of them"))
        items = enumerate(around[self.listed] if self.listed else around)
        return [Part(f"{self._prefix}/{index}", orjson.dumps(item)) for index, item in items if item != {}]

    def broken(self, detail: str, offset: int) -> Broken:
        pointer = f"{self._prefix}/{self._index}" if self.listed is not None else ""
        return Broken(problem("not-json", pointer, f"byte {offset}: {detail}"))

    @property
    def _prefix(self) -> str:
        return f"/{self.listed}" if self.listed else ""

    def _through_string(self, piece: bytes, place: int) -> int:
        if self._escaped:
            self._escaped = False
            place += 1
        match = _IN_STRING.match(piece, place)
        end = match.end() if match else place
        if end < len(piece):
            if piece[end] == ord('"'):
                self._in_string = False
            else:
                self._escaped = True  # a backslash ends the piece
        return end + 1

    def _opened_list(self) -> None:
        name = _LISTED.search(self._around[-TAIL:]) if len(self._stack) == 2 else None
        if name is not None or len(self._stack) == 1:
            self.listed = name[1].decode() if name is not None else ""
            self._at = len(self._stack)

    def _keep(self, some: bytes) -> None:
        if self._part is not None:
            most = RECORD + 1 if self.listed == "records" else MOST
            self._part += some[: most - len(self._part)]
        else:
            self._around += some
            if len(self._around) > MOST:
                raise Broken(problem("too-large", "", f"more than {decoding.MAX_BYTES} bytes apart from its parts"))


class Lines:
    """JSON lines (each ends with LF), or an RFC 7464 sequence (each begins with RS). Blank ones are skipped."""

    def __init__(self, separator: bytes = b"\n") -> None:
        self.listed = ""
        self._separator = separator
        # Millions of blank lines are passed over without a step of ours for each.
        self._line_with_text = re.compile(rb"[^\s%b][^%b]*" % (separator, separator))
        self._line = bytearray()
        self._index = 0

    def feed(self, piece: bytes) -> list[Part]:
        first, ended, rest = piece.partition(self._separator)
        self._keep(first)
        if not ended:
            return []
        found = self.end()
        whole, _, last = rest.rpartition(self._separator)
        for line in self._line_with_text.finditer(whole):
            self._keep(line[0])
            found += self.end()
        self._keep(last)
        return found

    def end(self) -> list[Part]:
        line = bytes(self._line).strip()
        self._line.clear()
        if not line:
            return []
        self._index += 1
        return [Part(f"/{self._index - 1}", line)]

    def _keep(self, some: bytes) -> None:
        self._line += some[: MOST - len(self._line)]


def releases_of(record: Part) -> list[tuple[Part, Problem | None]]:
    """The releases that a record embeds in full; a problem beside what is none, its pointer relative to the part.

    A compiled release is a summary of events and no event; a link is for somebody else to follow.
    """
    try:
        value = decoding.decode(record.raw, limit=RECORD)
    except decoding.NotJson as refused:
        return [(record, refused.problem)]
    releases = value.get("releases") if isinstance(value, dict) else None
    if not isinstance(releases, list) or not releases:
        reason = "embeds no releases: compiledRelease is a summary, not an event; send the releases themselves"
        return [(record, problem("invalid-data", "", reason))]
    found: list[tuple[Part, Problem | None]] = []
    for index, release in enumerate(releases):
        part = Part(f"{record.pointer}/releases/{index}", orjson.dumps(release))
        linked = not isinstance(release, dict) or ("ocid" not in release and "url" in release)
        found.append((part, problem("invalid-data", "", "a link; embed the release in full") if linked else None))
    return found
