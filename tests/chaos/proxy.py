"""A TCP proxy before PostgreSQL that can lose a connection in the middle of a COMMIT."""

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from enum import StrEnum

from deploy.local.ports import HOST, free_port

COMMIT = b"COMMIT;\x00"  # as asyncpg sends it: a simple query
AT_ONCE = 65_536


class Cut(StrEnum):
    """On which side of the COMMIT the connection breaks; the client is told neither."""

    BEFORE = "the server never hears of it"
    AFTER = "the server has committed and its answer is lost"


class Proxy:
    """Passes everything on to the port that `upstream` names at the time, but for the cuts that it is asked for."""

    def __init__(self, upstream: Callable[[], int]) -> None:
        self.upstream = upstream
        self.port = free_port()
        self.asked: deque[Cut] = deque()
        self.cuts = 0
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, HOST, self.port)

    def stop(self) -> None:
        if self._server is not None:
            self._server.close()

    async def cut(self, *cuts: Cut) -> None:
        """Returns when as many COMMITs have lost their connection."""
        wanted = self.cuts + len(cuts)
        self.asked.extend(cuts)
        while self.cuts < wanted:  # noqa: ASYNC110 - a client's doing
            await asyncio.sleep(0.05)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            server_reader, server_writer = await asyncio.open_connection(HOST, self.upstream())
        except OSError:
            writer.transport.abort()
            return
        link = _Link(self, writer, server_writer)
        await asyncio.gather(link.to_server(reader), link.to_client(server_reader))


class _Link:
    def __init__(self, proxy: Proxy, client: asyncio.StreamWriter, server: asyncio.StreamWriter) -> None:
        self.proxy, self.client, self.server = proxy, client, server
        self.silenced = False

    async def to_server(self, reader: asyncio.StreamReader) -> None:
        with suppress(ConnectionError):
            while data := await reader.read(AT_ONCE):
                if COMMIT in data and self.proxy.asked:
                    if self.proxy.asked.popleft() is Cut.BEFORE:
                        self._break()
                        return
                    self.silenced = True
                self.server.write(data)
                await self.server.drain()
        self.server.close()

    async def to_client(self, reader: asyncio.StreamReader) -> None:
        with suppress(ConnectionError):
            while data := await reader.read(AT_ONCE):
                if self.silenced:
                    self._break()
                    return
                self.client.write(data)
                await self.client.drain()
        self.client.close()

    def _break(self) -> None:
        self.proxy.cuts += 1
        self.client.transport.abort()
        self.server.transport.abort()
