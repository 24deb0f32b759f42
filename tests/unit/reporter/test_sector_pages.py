"""A sector beside central government."""

from collections.abc import Sequence

import httpx
import pytest
from fastapi import FastAPI

from services.reporter import rendering, sector_pages, site
from services.reporter.model import Overview
from services.reporter.revisions import canonical
from services.reporter.shelf import Stored
from services.reporter.stylesheets import Assets
from shared.departments import load_register
from shared.status import Status
from tests.unit.reporter.examples import PUBLISH_AT
from tests.unit.reporter.test_rendering import CSS, Page
from tests.unit.reporter.test_sectors import build, sector
from tests.unit.reporter.test_site import MemoryRecords, MemoryShelf, issue


def answer(*sectors: Status) -> str:
    said = build(*sectors)
    central, other = said.comparators
    return sector_pages.answer(central, other)


@pytest.mark.parametrize(
    ("before", "late", "words"),
    [
        (30, 0, "On what is on record, central government is the weaker"),
        (1, 40, "On what is on record, local authorities are the weaker"),
        (9, 0, "Not enough data to tell: of local authorities too little is on record."),
        (0, 0, "Not enough data to tell: of local authorities too little is on record."),
    ],
)
def test_the_weaker_is_named_only_where_both_have_a_percentage(before: int, late: int, words: str) -> None:
    """Nine of nine is no percentage, and nothing known is no zero."""
    assert answer(sector("local-authority", before, late, 4)).startswith(words)


def test_the_page_holds_the_numbers_of_the_overview() -> None:
    """Each beside central government's, the unknown in rows of their own; what is not available is marked."""
    said = build(sector("local-authority", 6, 1, 4), sector("health", 0, 0, 31))
    view = sector_pages.view("health", [said])
    page = Page(rendering.page("sector.html", stylesheet=CSS, **view))
    rows = {row[0]: row[1:3] for row in page.table("Central government and health bodies")[1:]}
    main = said.comparators[0].figures["considered-in-time"]
    assert rows["Considered before start"] == [f"{main.percent}% {main.numerator} of {main.denominator}", "[x]"]
    assert rows["No record, or order unknown"] == [str(main.unknown), "31"]
    assert "Local authorities" in page.text


class WithOverview(MemoryShelf):
    """Its overview tells of health bodies."""

    async def file(self, department: str, period: str | None, revision: int | None, name: str) -> Stored | None:
        found = await super().file(department, period, revision, name)
        if found is None or (department, name) != ("overview", "report.json"):
            return found
        said: Overview = build(sector("health", 0, 0, 31))
        return Stored(found.issue, found.media_type, canonical(said), found.sha256)


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/sectors/health", 200, "Health bodies beside central government"),
        ("/sectors/health/2026-27-q2/evidence/considered-in-time", 200, "ocds-h6vhtk-000001"),
        ("/sectors/health/2026-27-q2/evidence/considered-in-time.csv", 200, "ocds-h6vhtk-000001"),
        ("/sectors/local-authority", 404, "not found"),
        ("/sectors/central-government", 404, "not found"),
        ("/sectors/dwp/2026-27-q2/evidence/considered-in-time", 404, "not found"),
        ("/sectors/health/2026-27-q1/evidence/considered-in-time", 404, "not found"),
        ("/methodology/v1", 200, "This is the first version."),
        ("/methodology/v0", 404, "not found"),
        ("/methodology/v2", 404, "not found"),
        ("/methodology/vx", 404, "not found"),
    ],
)
async def test_the_addresses(path: str, status: int, words: str) -> None:
    """Evidence of a sector is out with the overview that names it."""
    app = FastAPI()
    issues: Sequence[str] = ("overview", "dwp")
    site.add_to(
        app,
        shelf=WithOverview(all=[issue(code) for code in issues]),
        records=MemoryRecords(),
        register=load_register(),
        assets=Assets({}, CSS),
        sample=False,
        now=lambda: PUBLISH_AT,
    )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://reports.test") as client:
        said = await client.get(path, headers={"accept": "text/html"})
    assert said.status_code == status
    assert words in said.text
