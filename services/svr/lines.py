"""Files of events or notices, a line at a time, whatever their size."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import ijson
import orjson

from services.ingest.decoding import MAX_BYTES


def lines(path: Path) -> Iterator[bytes]:
    """The events or releases of a file: its lines, or the members of `releases` of one OCDS package (`.json`).

    `-` is standard input. A line over the limit is cut just past it, so that it is refused without being held.
    """
    if str(path) == "-":
        yield from _of(sys.stdin.buffer)
        return
    with path.open("rb") as file:
        if path.suffix == ".json" and _is_package(file):
            for release in ijson.items(file, "releases.item", use_float=True):
                yield orjson.dumps(release)
        else:
            yield from _of(file)


def _of(file: BinaryIO) -> Iterator[bytes]:
    while piece := file.readline(MAX_BYTES + 2):
        line = piece.rstrip(b"\r\n")
        while not piece.endswith(b"\n") and len(piece) > MAX_BYTES:
            piece = file.readline(MAX_BYTES + 2)
        if line.strip():
            yield line


def _is_package(file: BinaryIO) -> bool:
    """Whether the file is one JSON object spread over lines, or a package on a single line."""
    head = file.read(MAX_BYTES)
    file.seek(0)
    return b'"releases"' in head and head.lstrip().startswith(b"{")
