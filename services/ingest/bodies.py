"""The body of a request, in pieces: decompressed, within a size, and not slower than anybody honest sends."""

import asyncio
import zlib
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass

from fastapi import Request
from starlette.requests import ClientDisconnect

from services.ingest.answers import HttpProblem

PIECE = 65_536
"""Bytes that are decompressed at once: a gzip bomb never stands in memory as more."""
LINGER = 64 * 2**20
"""Bytes of a body too large that are still read, and thrown away."""
CLOSE = {"Connection": "close"}


@dataclass(frozen=True, slots=True)
class Patience:
    """How long we wait for a body, our own work not counted: `grace` seconds and one more for every `pace` bytes that
    came, but never longer than `longest`.
    """

    grace: float = 10.0
    pace: int = 4_096
    longest: float = 120.0

    def seconds(self, received: int) -> float:
        return min(self.longest, self.grace + received / self.pace)


async def pieces(request: Request, *, largest: int, patience: Patience) -> AsyncIterator[bytes]:
    """The body, decompressed, in pieces of at most 64 KiB. Raises HttpProblem: 400, 408, 413 or 415."""
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("identity", "gzip", "x-gzip"):
        detail = f"content encoding {encoding!r}: send gzip, or none"
        raise HttpProblem(415, "unsupported-media-type", detail, headers={"Accept-Encoding": "gzip", **CLOSE})
    given = request.headers.get("content-length", "")
    total = int(given) if given.isdecimal() and int(given) > largest else 0
    source = _received(request, patience)
    if total <= largest:
        async for piece in source if encoding == "identity" else _gunzipped(source):
            total += len(piece)
            if total > largest:
                break
            yield piece
            await asyncio.sleep(0)  # others have their turn, also while one body comes fast
    if total > largest:
        await _discard(source)
        raise _too_large(largest)


async def _discard(source: AsyncIterator[bytes]) -> None:
    """A sender that is cut off while it sends sees a broken connection and no answer: it may finish, within reason."""
    left = LINGER
    with suppress(HttpProblem):
        async for piece in source:
            left -= len(piece)
            if left < 0:
                return


def _too_large(largest: int) -> HttpProblem:
    detail = f"at most {largest} bytes (decompressed) in one request; send several"
    return HttpProblem(413, "body-too-large", detail, headers=CLOSE)


async def _received(request: Request, patience: Patience) -> AsyncIterator[bytes]:
    loop, waited, received = asyncio.get_running_loop(), 0.0, 0
    stream = request.stream()
    while True:
        began = loop.time()
        try:
            async with asyncio.timeout(patience.seconds(received) - waited):
                piece = await anext(stream, None)
        except TimeoutError:
            detail = f"{received} bytes in {waited + loop.time() - began:.0f} seconds"
            raise HttpProblem(408, "too-slow", detail, headers=CLOSE) from None
        except ClientDisconnect:
            raise HttpProblem(400, "bad-request", "the connection broke off", headers=CLOSE) from None
        if piece is None:
            return
        waited += loop.time() - began
        received += len(piece)
        for start in range(0, len(piece), PIECE):
            yield piece[start : start + PIECE]


async def _gunzipped(source: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Every member of a gzip stream."""
    inflating = zlib.decompressobj(wbits=31)
    try:
        async for piece in source:
            left = piece
            while left:
                if inflating.eof:
                    inflating = zlib.decompressobj(wbits=31)
                yield inflating.decompress(left, PIECE)
                left = inflating.unused_data if inflating.eof else inflating.unconsumed_tail
    except zlib.error as fault:
        raise HttpProblem(400, "bad-request", f"the body is no gzip: {fault}", headers=CLOSE) from None
    if not inflating.eof:
        raise HttpProblem(400, "bad-request", "the gzip stream breaks off", headers=CLOSE)
