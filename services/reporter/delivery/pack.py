"""The pack: the overview and every department's report as one PDF, made of what is published and kept beside it."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import Executor

import asyncpg

from services.reporter.forms.late import stylesheet_of
from services.reporter.store import File

NAME = "pack.pdf"


class Packing:
    """Made once for each revision of the overview, in a worker process; `base`: where its links lead."""

    def __init__(self, pool: asyncpg.Pool, executor: Executor, *, base: str) -> None:
        self.pool, self.executor, self.base = pool, executor, base

    async def __call__(self, overview: str) -> bytes:
        """`overview`: the id of the publication. Raises LookupError where one of the pages or style sheets is gone."""
        async with self.pool.acquire() as connection:
            kept: bytes | None = await connection.fetchval(
                "SELECT content FROM publication_file WHERE publication = $1 AND name = $2", overview, NAME
            )
            if kept is not None:
                return kept
            pages = await connection.fetch(
                """SELECT * FROM (
                    SELECT DISTINCT ON (p.department) p.department, p.title, f.content
                    FROM publication p JOIN publication_file f ON f.publication = p.id AND f.name = 'report.html'
                    WHERE p.period = (SELECT period FROM publication WHERE id = $1)
                        AND (p.id = $1 OR p.department <> 'overview')
                    ORDER BY p.department, p.revision DESC) AS newest
                ORDER BY department <> 'overview', title""",
                overview,
            )
            sheets = {
                row["name"]: row["content"]
                for row in await connection.fetch(
                    "SELECT name, content FROM asset WHERE name = ANY($1)",
                    list({stylesheet_of(row["content"]) for row in pages}),
                )
            }
        dressed = [(row["content"], sheets[stylesheet_of(row["content"])]) for row in pages]
        loop = asyncio.get_running_loop()
        content = await loop.run_in_executor(self.executor, make, dressed, overview, self.base)
        file = File(NAME, "application/pdf", content)
        await self.pool.execute(
            """INSERT INTO publication_file (publication, name, media_type, sha256, content) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT DO NOTHING""",
            overview,
            file.name,
            file.media_type,
            file.sha256,
            file.content,
        )
        return content


def make(dressed: Sequence[tuple[bytes, bytes]], id: str, base: str) -> bytes:
    """In a worker process, which alone loads the libraries. The overview comes first."""
    from services.reporter.forms import pdf

    return pdf.pack(dressed[0], dressed[1:], id=f"{id}/pack", base=base)
