"""Makes the late forms of what is published, newest period first, in processes of their own, and stores them.

Redelivery: a form is made from published bytes only and stored once; made twice, by two reporters or by a reader's
request that could not wait, it is the same and the first one stands. A crash leaves it to be made at the next step.
"""

import asyncio
import multiprocessing
import os
import signal
import threading
import time
from concurrent.futures import BrokenExecutor, Executor, ProcessPoolExecutor
from typing import Any

import asyncpg

from services.reporter.forms import catalogue, late
from services.reporter.store import File
from shared.logging import get_logger

log = get_logger()
_NAMES = [form.file for form in catalogue.LATE]
_MISSING = """SELECT p.id FROM publication p
    WHERE (SELECT count(*) FROM publication_file f WHERE f.publication = p.id AND f.name = ANY($1)) < cardinality($1)
        AND p.id <> ALL($2) AND ($3::text IS NULL OR p.id = $3)
    ORDER BY p.period_ends DESC, p.period DESC, p.department = 'overview' DESC, p.made_at, p.id LIMIT $4"""
LOCK = 2012_0015
"""With the publication's hash: one worker makes its forms. Of the session, for no transaction may stay idle so long."""


def workers(count: int, *, tasks: int | None = None) -> ProcessPoolExecutor:
    """Spawned, as the service has threads. They give way to other work, and leave Ctrl-C to the service.

    `tasks`: after so many a worker ends, and gives its memory back.
    """
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(count, mp_context=context, initializer=_begin, max_tasks_per_child=tasks)


def dismiss(executor: Executor) -> None:
    """Ends the workers at once, whatever they are at: a form half made is made anew after the next start."""
    executor.shutdown(wait=False, cancel_futures=True)
    for worker in multiprocessing.active_children():
        worker.terminate()


def _begin() -> None:
    os.nice(10)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_the_service, daemon=True).start()


def _end_with_the_service() -> None:
    """A killed service ends no workers, and they, each holding the other's pipe, would wait for ever."""
    service = multiprocessing.parent_process()
    if service is not None:
        service.join()
        os._exit(1)


class Making:
    """`count` of workers at once; `base`: where readers reach the pages."""

    def __init__(self, pool: asyncpg.Pool, executor: Executor, *, count: int, base: str) -> None:
        self.pool, self.executor, self.count, self.base = pool, executor, count, base
        self.failed: set[str] = set()

    async def step(self) -> int:
        """Makes the forms of as many publications as there are workers. Returns how many; 0 when none is missing."""
        return sum(await asyncio.gather(*(self._next() for _ in range(self.count))))

    async def complete(self, id: str) -> None:
        """The forms of one publication, for a reader who asks before their turn has come."""
        async with self.pool.acquire() as connection:
            await self._make(connection, id)

    async def _next(self) -> int:
        async with self.pool.acquire() as connection:
            for row in await connection.fetch(_MISSING, _NAMES, list(self.failed), None, 8 * self.count):
                id = row["id"]
                if await connection.fetchval("SELECT pg_try_advisory_lock($1, hashtext($2))", LOCK, id):
                    try:
                        return await self._take(connection, id)
                    finally:
                        await connection.execute("SELECT pg_advisory_unlock($1, hashtext($2))", LOCK, id)
        return 0

    async def _take(self, connection: Any, id: str) -> int:
        if not await connection.fetch(_MISSING, _NAMES, list(self.failed), id, 1):
            return 1  # another worker was done with it before we had the lock: look for the next one
        try:
            await self._make(connection, id)
        except (BrokenExecutor, asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
            raise  # the workers' or the database's fault, and none of this publication
        except Exception:
            self.failed.add(id)  # the others shall not wait for it; it is tried again after a restart
            log.exception("form.failed", report=id)
        return 1

    async def _make(self, connection: Any, id: str) -> None:
        began = time.monotonic()
        given = await connection.fetch(
            "SELECT name, content, sha256 FROM publication_file WHERE publication = $1 AND name = ANY($2)",
            id,
            ["report.html", "report.json"],
        )
        files = {row["name"]: row["content"] for row in given}
        hashes = {row["name"]: row["sha256"] for row in given}
        page, document = files["report.html"], files["report.json"]
        stylesheet = await connection.fetchval("SELECT content FROM asset WHERE name = $1", late.stylesheet_of(page))
        if stylesheet is None:
            raise LookupError(f"the style sheet of {id} is not kept")
        loop = asyncio.get_running_loop()
        made = await loop.run_in_executor(self.executor, late.make, id, page, document, stylesheet, self.base)
        types = {form.file: form.media_type for form in catalogue.LATE}
        stored = [File(name, types[name], content) for name, content in made.items()]
        await connection.executemany(
            """INSERT INTO publication_file (publication, name, media_type, sha256, content)
            SELECT $1, $2, $3, $4, $5 WHERE EXISTS (  -- not if a name was taken out of it meanwhile
                SELECT FROM publication_file WHERE publication = $1 AND name = 'report.json' AND sha256 = $6)
            ON CONFLICT DO NOTHING""",
            [(id, f.name, f.media_type, f.sha256, f.content, hashes["report.json"]) for f in stored],
        )
        log.info(
            "forms.made",
            report=id,
            sha256={file.name: file.sha256 for file in stored},
            duration=int((time.monotonic() - began) * 1e9),
        )
