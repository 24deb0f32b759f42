"""A request's body: whole, decompressed, within its size; endless, slow and broken ones are given up early."""

import asyncio
import gzip
import zlib
from collections.abc import AsyncIterator, Iterable
from typing import Any

import pytest
from fastapi import Request

from services.ingest.answers import HttpProblem
from services.ingest.bodies import LINGER, PIECE, Patience, pieces

PATIENT = Patience()
AT_ONCE = Patience(grace=0.05, pace=10**9, longest=1)


def request(body: Iterable[bytes] | AsyncIterator[bytes], **headers: str) -> Request:
    """`body` ends; an asynchronous one may stop coming."""
    source = _each(body)

    async def receive() -> dict[str, Any]:
        piece = await anext(source, None)
        return {"type": "http.request", "body": piece or b"", "more_body": piece is not None}

    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "method": "POST", "headers": raw}, receive)


async def _each(body: Iterable[bytes] | AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    if isinstance(body, AsyncIterator):
        async for piece in body:
            yield piece
    else:
        for piece in body:
            yield piece


async def read(asked: Request, *, largest: int = 10**6, patience: Patience = PATIENT) -> bytes:
    found = [piece async for piece in pieces(asked, largest=largest, patience=patience)]
    assert all(len(piece) <= PIECE for piece in found)
    return b"".join(found)


async def refused(asked: Request, *, largest: int = 10**6, patience: Patience = PATIENT) -> tuple[int, str]:
    with pytest.raises(HttpProblem) as found:
        await read(asked, largest=largest, patience=patience)
    return found.value.status, found.value.body["detail"]


def sliced(raw: bytes, size: int) -> list[bytes]:
    return [raw[start : start + size] for start in range(0, len(raw), size)]


@pytest.mark.parametrize("size", [1, 1_000, 10**6])
@pytest.mark.parametrize("encoding", ["gzip", "x-gzip", " GZIP "])
async def test_gzip_is_undone(size: int, encoding: str) -> None:
    """Wherever its pieces end, and of every member of it."""
    raw = b"".join(b"%d," % number for number in range(20_000))
    packed = gzip.compress(raw[:50_000]) + gzip.compress(raw[50_000:])
    assert await read(request(sliced(packed, size), content_encoding=encoding)) == raw


async def test_a_body_without_encoding_is_taken_as_it_is() -> None:
    """In pieces no larger than any other."""
    assert await read(request([b"x" * 200_000])) == b"x" * 200_000


@pytest.mark.parametrize("encoding", ["br", "deflate", "zstd", "gzip, gzip"])
async def test_another_encoding_is_not_taken(encoding: str) -> None:
    """415, saying what is."""
    asked = request([b""], content_encoding=encoding)
    assert await refused(asked) == (415, f"content encoding {encoding!r}: send gzip, or none")


async def test_a_gzip_bomb_is_given_up_at_the_limit() -> None:
    """A thousand million bytes in a million: of them no more is ever made than the limit and a piece."""
    packer = zlib.compressobj(9, wbits=31)
    bomb = b"".join(packer.compress(bytes(10**7)) for _ in range(100))
    made: list[int] = []

    async def inflate() -> None:
        async for piece in pieces(request([bomb], content_encoding="gzip"), largest=10**6, patience=PATIENT):
            made.append(len(piece))  # noqa: PERF401 - what was made before the fault counts

    with pytest.raises(HttpProblem) as found:
        await inflate()
    assert (found.value.status, sum(made) <= 10**6) == (413, True)


async def test_a_length_beyond_the_limit_is_refused_and_its_sender_may_finish() -> None:
    """One that is cut off while it sends sees a broken connection, and no answer; but it cannot send for ever."""
    read = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal read
        while True:
            read += 1
            yield bytes(2**20)

    assert (await refused(request(endless(), content_length=str(2**40))))[0] == 413
    assert read == LINGER // 2**20 + 1


@pytest.mark.parametrize(
    ("raw", "detail"),
    [(b"{}", "the body is no gzip"), (gzip.compress(b"x" * 999)[:-9], "breaks off"), (b"", "breaks off")],
)
async def test_what_is_no_gzip_is_refused(raw: bytes, detail: str) -> None:
    """400: it cannot be read at all."""
    status, found = await refused(request([raw] if raw else [], content_encoding="gzip"))
    assert (status, detail in found) == (400, True)


async def test_a_body_that_stops_coming_is_given_up() -> None:
    """408; its connection is closed."""

    async def stops() -> AsyncIterator[bytes]:
        yield b"x"
        await asyncio.Event().wait()

    with pytest.raises(HttpProblem) as found:
        await read(request(stops()), patience=AT_ONCE)
    assert (found.value.status, found.value.headers) == (408, {"Connection": "close"})


def test_the_more_has_come_the_longer_we_wait() -> None:
    """A trickle is not enough, and nobody has longer than the longest."""
    patience = Patience(grace=10, pace=1_000, longest=60)
    assert [patience.seconds(received) for received in (0, 1_000, 20_000, 10**9)] == [10, 11, 30, 60]
