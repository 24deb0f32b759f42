"""The addresses of data: the catalogue and its series, feeds, the calendar, schemas, the files of a revision."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import orjson
from fastapi import FastAPI, Request
from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.responses import Response

from services.reporter import addresses, feeds, paths, tables
from services.reporter.forms import catalogue, measures, table
from services.reporter.forms.schemas import SCHEMAS
from services.reporter.live import Pages
from services.reporter.model import Report
from services.reporter.negotiation import made
from services.reporter.publication import OVERVIEW
from services.reporter.shelf import Issue, Listed, Shelf
from services.reporter.tables import Table, head, html, numeric, text
from services.reporter.words import moment, number
from shared.departments import Register
from shared.periods import Period

SCHEMA_TYPE = "application/schema+json"
CSV, METADATA = catalogue.BY_SUFFIX["csv"], catalogue.METADATA


def add_to(app: FastAPI, pages: Pages, *, shelf: Shelf, register: Register, base: str) -> None:
    """`base`: where readers reach the pages, for the links of feeds and of the calendar; no slash at its end."""

    def get(path: str) -> Callable[[Callable[..., Awaitable[Response]]], Callable[..., Awaitable[Response]]]:
        return app.api_route(path, methods=["GET", "HEAD"], include_in_schema=False)

    def feed(request: Request, issues: Sequence[Issue], path: str, title: str) -> Response:
        content = feeds.atom(issues, path=path, title=title, base=base, sample=pages.sample)
        return made(request.headers, content, feeds.ATOM)

    async def gathered(period: str) -> list[Report]:
        stored = await shelf.files(paths.period(period), "report.json")
        if not stored:
            raise HTTPException(404)
        return [Report.model_validate_json(each.content) for each in stored]

    @get("/feed.atom")
    async def everything(request: Request) -> Response:
        return feed(request, await shelf.recent(None), "/feed.atom", feeds.TITLE)

    @get("/departments/{code}/feed.atom")
    async def of_department(request: Request, code: str) -> Response:
        issues = await shelf.recent(paths.department(code))
        if not issues and not register.has_department(code):
            raise HTTPException(404)
        name = issues[0].title if issues else code
        return feed(request, issues, addresses.department(code) + "/feed.atom", f"{feeds.TITLE}: {name}")

    @get("/releases.ics")
    async def calendar(request: Request) -> Response:
        content = feeds.calendar(await shelf.calendar(), base=base, sample=pages.sample)
        return made(request.headers, content, feeds.ICALENDAR)

    @get("/data")
    async def data(request: Request) -> Response:
        periods = await shelf.issues(OVERVIEW)
        newest = {issue.period: issue for issue in reversed(periods)}
        view = {
            "nav": "data",
            "title": "Data",
            "table": _periods([newest[period] for period in dict.fromkeys(issue.period for issue in periods)]),
            "dataset": _dataset(list(newest), base, sample=pages.sample),
            "columns": _columns(),
            "apostrophe": table.APOSTROPHE,
        }
        return made(request.headers, pages.render("data.html", view))

    @get("/data/{period}/measures.csv")
    async def series(request: Request, period: str) -> Response:
        content = table.measures_csv(measures.gathered(await gathered(period)))
        return made(request.headers, content, CSV.media_type)

    @get("/data/{period}/measures.csv-metadata.json")
    async def metadata(request: Request, period: str) -> Response:
        said = await gathered(period)
        content = table.metadata(
            f"/data/{period}/measures.csv",
            title=f"Social value measures of all departments, eight periods to {Period.parse(period).title}",
            modified=max(report.published_at for report in said),
            sample=pages.sample,
        )
        return made(request.headers, content, METADATA.media_type)

    @get("/schemas/{name}/{version}.json")
    async def schema(request: Request, name: str, version: str) -> Response:
        found = SCHEMAS.get(f"{name}/{version}")
        if found is None:
            raise HTTPException(404)
        return made(request.headers, orjson.dumps(found, option=orjson.OPT_INDENT_2), SCHEMA_TYPE)

    async def listed(request: Request, department: str, period: str, revision: str) -> Response:
        number_, suffix = paths.revision(revision)
        files = [] if suffix else await shelf.listing(department, paths.period(period), number_)
        if not files:
            raise HTTPException(404)
        address = addresses.publication(department, period, number_)
        forms = (*catalogue.FORMS, catalogue.PACK) if department == OVERVIEW else catalogue.FORMS
        view = {"nav": "", "title": f"Files of {address.removeprefix('/')}", "table": _files(files, forms, address)}
        return made(request.headers, pages.render("files.html", {**view, "address": address}))

    @get("/departments/{code}/{period}/{revision}/files")
    async def files_of_report(request: Request, code: str, period: str, revision: str) -> Response:
        return await listed(request, paths.department(code), period, revision)

    @get("/overview/{period}/{revision}/files")
    async def files_of_overview(request: Request, period: str, revision: str) -> Response:
        return await listed(request, OVERVIEW, period, revision)


def _files(files: Sequence[Listed], forms: Sequence[catalogue.Form], address: str) -> Table:
    known = {file.name: file for file in files}
    rows = []
    for form in forms:
        file = known.get(form.file)
        place = address if form.suffix == "html" else f"{address}.{form.suffix}"
        size = numeric(number(file.size) if file else "Not made yet")
        sha256 = Markup('<span class="sv-hash">{}</span>').format(file.sha256 if file else "–")
        rows.append([html(tables.link(form.name, place)), text(form.media_type), size, html(sha256)])
    columns = [head("Form"), head("Media type"), head("Bytes", right=True), head("SHA-256")]
    return Table("Files", columns, rows, size="wide")


def _periods(issues: Sequence[Issue]) -> Table:
    rows = []
    for issue in issues:
        csv, overview = f"/data/{issue.period}/measures.csv", addresses.publication(OVERVIEW, issue.period)
        links = [
            tables.link("CSV", csv),
            tables.link("its metadata", f"{csv}-metadata.json"),
            *(
                tables.link(f"overview as {form.name}", f"{overview}.{form.suffix}")
                for form in catalogue.DOWNLOADS
                if form is not catalogue.METADATA
            ),
        ]
        period = Period.parse(issue.period)
        rows.append(
            [
                text(f"{period.title} ({period.months})"),
                text(moment(issue.published_at), nowrap=True),
                html(Markup(" · ").join(links)),
            ]
        )
    return Table("Series of all departments, by period", [head("Period"), head("Updated"), head("Files")], rows)


def _columns() -> Table:
    rows = [[text(c.name), text(c.title), text(c.datatype), text(c.description)] for c in measures.COLUMNS]
    return Table("Columns", [head("Name"), head("Title"), head("Type"), head("Meaning")], rows, size="wide")


def _dataset(periods: Sequence[str], base: str, *, sample: bool) -> Markup:
    """schema.org/Dataset as a data block: no browser runs it, so the content security policy has no say in it."""
    said: dict[str, Any] = {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "name": "Social value measures by department" + (" (sample data)" if sample else ""),
        "description": "What each department is doing to implement the Public Services (Social Value) Act 2012: counts "
        "by measure, department and quarter, with what is unknown and what is excluded.",
        "url": f"{base}/data",
        "inLanguage": "en-GB",
        "isAccessibleForFree": True,
        "distribution": [
            {
                "@type": "DataDownload",
                "name": Period.parse(period).title,
                "encodingFormat": "text/csv",
                "contentUrl": f"{base}/data/{period}/measures.csv",
            }
            for period in periods
        ],
    }
    # `<` is the one character by which text could leave the block.
    return Markup(orjson.dumps(said).decode().replace("<", "\\u003c"))  # noqa: S704 - JSON, and escaped for its place
