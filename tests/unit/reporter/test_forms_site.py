"""Feeds, calendar, data and schemas over HTTP."""

import json
import re
from collections.abc import Sequence

import httpx
import jsonschema
import pytest

from services.reporter import rendering
from services.reporter.model import Overview, Report
from services.reporter.shelf import Stored
from tests.unit.reporter import test_site
from tests.unit.reporter.forms.reading import csv_rows
from tests.unit.reporter.test_rendering import Page, report, the_overview
from tests.unit.reporter.test_site import MemoryShelf

shelf = test_site.shelf
client = test_site.client


@pytest.fixture
async def with_report(shelf: MemoryShelf, client: httpx.AsyncClient) -> httpx.AsyncClient:
    """A shelf that holds a whole report."""
    content = rendering.report_json(report())

    async def files(period: str, name: str) -> Sequence[Stored]:
        return [Stored(shelf.all[1], "application/json", content, "0" * 64)] if period == "2026-27-q2" else []

    shelf.files = files  # type: ignore[method-assign]
    return client


@pytest.mark.parametrize(
    ("path", "media_type", "words"),
    [
        ("/feed.atom", "application/atom+xml", "tag:social-value.gov.uk,2026:report/dwp/2026-27-q2/r2"),
        ("/departments/dwp/feed.atom", "application/atom+xml", "Department for Work and Pensions"),
        ("/releases.ics", "text/calendar; charset=utf-8", "SEQUENCE:3"),
        ("/data", "text/html; charset=utf-8", "/data/2026-27-q2/measures.csv"),
        ("/data/2026-27-q2/measures.csv", "text/csv; charset=utf-8; header=present", "considered-in-time"),
        ("/data/2026-27-q2/measures.csv-metadata.json", "application/csvm+json", "/data/2026-27-q2/measures.csv"),
        ("/schemas/report/1.json", "application/schema+json", "uk.gov.social-value/report/1"),
        ("/departments/dwp/2026-27-q2/r1/files", "text/html; charset=utf-8", "report.csv"),
        ("/overview/2026-27-q2/r1/files", "text/html; charset=utf-8", "Not made yet"),
    ],
)
async def test_what_there_is_for_programs(
    with_report: httpx.AsyncClient, path: str, media_type: str, words: str
) -> None:
    """Each in its media type, with a tag."""
    answer = await with_report.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, media_type)
    assert words.replace("report.csv", ".csv") in answer.text
    assert answer.headers["etag"]


@pytest.mark.parametrize(
    "path",
    [
        "/departments/nobody/feed.atom",
        "/data/2026-27-q1/measures.csv",
        "/data/later/measures.csv",
        "/schemas/report/2.json",
        "/departments/dwp/2026-27-q2/r9/files",
        "/departments/dwp/2026-27-q2/r1.pdf/files",
    ],
)
async def test_what_there_is_not(with_report: httpx.AsyncClient, path: str) -> None:
    """404."""
    assert (await with_report.get(path)).status_code == 404


async def test_a_figure_of_government_leads_to_each_department(with_report: httpx.AsyncClient) -> None:
    """With the numbers of its report; of what is no indicator, or not out, there is none."""
    answer = await with_report.get("/overview/2026-27-q2/evidence/considered-in-time")
    rows = Page(answer.content).table("departments’ figures")[1:]
    main = report().figures["considered-in-time"]
    numbers = [main.population, main.numerator, main.denominator, main.unknown]
    assert rows == [["Work and Pensions", *map(str, numbers), f"{main.percent}%"]]
    assert 'href="/departments/dwp/2026-27-q2/evidence/considered-in-time"' in answer.text
    for path in ("/overview/2026-27-q2/evidence/social", "/overview/2026-27-q1/evidence/considered-in-time"):
        assert (await with_report.get(path)).status_code == 404


async def test_the_series_holds_eight_periods(with_report: httpx.AsyncClient) -> None:
    """Of every department."""
    rows = csv_rows((await with_report.get("/data/2026-27-q2/measures.csv")).content)
    assert len({row["period"] for row in rows if row["measure"] == "considered-in-time"}) == 8


async def test_the_data_block_is_json_and_cannot_be_left(client: httpx.AsyncClient) -> None:
    """schema.org/Dataset; the one script that runs is GOV.UK's."""
    text = (await client.get("/data")).text
    (block,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', text, re.DOTALL)
    assert json.loads(block)["@type"] == "Dataset"
    assert "<" not in block
    assert len(re.findall(r"<script", text)) == 2


@pytest.mark.parametrize(("name", "said"), [("report", report()), ("overview", the_overview())])
async def test_what_is_published_agrees_with_its_schema(
    client: httpx.AsyncClient, name: str, said: Report | Overview
) -> None:
    """The one that is served."""
    schema = (await client.get(f"/schemas/{name}/1.json")).json()
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(json.loads(rendering.report_json(said)), schema, cls=jsonschema.Draft202012Validator)
