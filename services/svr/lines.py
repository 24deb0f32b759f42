"""Files of events or notices, a line at a time, whatever their size."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import ijson
import orjson

from services.ingest.decoding import MAX_BYTES


class Broken(Exception):
    """A package that cannot be read to its end; the message says in one line which, and where."""


def lines(path: Path) -> Iterator[bytes]:
    """The events or releases of a file: its lines, or the members of `releases` of one OCDS package (`.json`).

    `-` is standard input. A line over the limit is cut just past it, so that it is refused without being held.
    Raises Broken.
    """
    if str(path) == "-":
        yield from lines_in(sys.stdin.buffer)
        return
    with path.open("rb") as file:
        if path.suffix == ".json" and _is_package(file):
            try:
                for release in ijson.items(file, "releases.item", use_float=True):
                    yield orjson.dumps(release)
            except ijson.JSONError as fault:
                reason = str(fault).removeprefix("b'").partition("\n")[0].partition("\\n")[0]
                raise Broken(f"{path} is no package that can be read to its end: {reason}") from None
        else:
            yield from lines_in(file)


def lines_in(file: BinaryIO) -> Iterator[bytes]:
    """The lines of an open file that are not empty."""
    while piece := file.readline(MAX_BYTES + 2):
        line = piece.rstrip(b"\r\n")
        while not piece.endswith(b"\n") and len(piece) > MAX_BYTES:
            piece = file.readline(MAX_BYTES + 2)
        if line.strip():
            yield line


def is_cloudevent(line: bytes) -> bool:
    """Whether a line is meant as a CloudEvent; anything that is no bare OCDS release is sent as one, to be judged."""
    return b'"specversion"' in line or b'"ocid"' not in line


def _is_package(file: BinaryIO) -> bool:
    """Whether the file is one JSON object spread over lines, or a package on a single line."""
    head = file.read(MAX_BYTES)
    file.seek(0)
    return b'"releases"' in head and head.lstrip().startswith(b"{")
