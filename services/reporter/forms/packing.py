"""The pack: the overview and every department's report as one PDF, made of what is published and kept beside it.

What belongs to an overview is what was published when it was: a pack made years later is the same.
"""

import asyncio
from collections.abc import Sequence
from concurrent.futures import Executor
from typing import NamedTuple

import asyncpg

from services.reporter import tables
from services.reporter.forms.catalogue import PACK
from services.reporter.forms.late import stylesheet_of
from services.reporter.model import Overview
from services.reporter.store import File
from services.reporter.tables import Table, head, html, numeric
from shared.status import Rating

_PAGES = """SELECT DISTINCT ON (p.department) p.title, p.rating, f.content AS page
    FROM publication p JOIN publication_file f ON f.publication = p.id AND f.name = 'report.html'
    JOIN publication o ON o.id = $1 AND o.period = p.period AND p.made_at <= o.made_at
    WHERE p.department <> 'overview' ORDER BY p.department, p.revision DESC"""


class Part(NamedTuple):
    """A department's report as it was published."""

    title: str
    rating: Rating
    page: bytes
    stylesheet: bytes


class Packing:
    """Made once for each revision of the overview, in a worker process; `base`: where its links lead."""

    def __init__(self, pool: asyncpg.Pool, executor: Executor, *, base: str) -> None:
        self.pool, self.executor, self.base = pool, executor, base
        self._one = asyncio.Lock()

    async def __call__(self, overview: str) -> bytes:
        """`overview`: the id of the publication. Raises LookupError where one of the style sheets is gone."""
        async with self._one:  # whoever asks meanwhile finds it kept
            kept: bytes | None = await self._file(overview, PACK.file)
            return kept if kept is not None else await self._make(overview)

    async def _make(self, overview: str) -> bytes:
        page, document = await self._file(overview, "report.html"), await self._file(overview, "report.json")
        if page is None or document is None:
            raise LookupError(f"{overview} is not published")
        rows = await self.pool.fetch(_PAGES, overview)
        names = {stylesheet_of(content) for content in (page, *(row["page"] for row in rows))}
        assets = await self.pool.fetch("SELECT name, content FROM asset WHERE name = ANY($1)", list(names))
        sheets = {asset["name"]: asset["content"] for asset in assets}
        parts = [
            Part(row["title"], Rating(row["rating"]), row["page"], sheets[stylesheet_of(row["page"])])
            for row in sorted(rows, key=lambda row: row["title"].casefold())
        ]
        loop = asyncio.get_running_loop()
        content = await loop.run_in_executor(
            self.executor, make, document, page, sheets[stylesheet_of(page)], parts, self.base
        )
        file = File(PACK.file, PACK.media_type, content)
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

    async def _file(self, publication: str, name: str) -> bytes | None:
        content: bytes | None = await self.pool.fetchval(
            "SELECT content FROM publication_file WHERE publication = $1 AND name = $2", publication, name
        )
        return content


def make(document: bytes, page: bytes, stylesheet: bytes, parts: Sequence[Part], base: str) -> bytes:
    """The overview as JSON and as a page with its style sheet, and the reports. Pure; in a worker process."""
    from services.reporter import rendering
    from services.reporter.forms import pdf

    said = Overview.model_validate_json(document)
    title = f"Social value reports of all departments, {said.period.title}"

    def contents(places: Sequence[pdf.Place]) -> pdf.Sheet:
        view = {"o": said, "period": said.period, "title": title, "table": _contents(parts, places)}
        return pdf.Sheet(rendering.page("pack.html", stylesheet="", **view), stylesheet)

    return pdf.pack(
        pdf.Sheet(page, stylesheet),
        contents,
        [pdf.Sheet(part.page, part.stylesheet) for part in parts],
        id=f"{said.id}/pack",
        base=base,
        title=title,
    )


def _contents(parts: Sequence[Part], places: Sequence[tuple[str, int]]) -> Table:
    rows = [
        [
            html(tables.link(part.title, f"#{anchor}")),
            html(tables.rating_tag(part.rating)),
            numeric(str(page)),
        ]
        for part, (anchor, page) in zip(parts, places, strict=True)
    ]
    columns = [head("Department"), head("Status"), head("Page", right=True)]
    return Table("The departments’ reports", columns, rows)
