"""The addresses of what is read live from the records: evidence, procurements, buyers, examples, capability."""

from collections.abc import Awaitable, Callable
from datetime import date

from fastapi import FastAPI, Request
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from services.reporter import (
    addresses,
    capability_page,
    evidence_files,
    evidence_pages,
    examples,
    item_pages,
    mapped_page,
    mapping,
    paths,
    sectors,
    succession,
    unattributed,
)
from services.reporter.evidence import ITEMS, QUESTIONS, Records
from services.reporter.forms.catalogue import BY_SUFFIX
from services.reporter.live import Pages
from services.reporter.model import Report
from services.reporter.negotiation import JSON, made, preferred, split_suffix
from services.reporter.publication import OVERVIEW
from services.reporter.revisions import canonical
from services.reporter.shelf import Shelf
from shared.departments import Register
from shared.indicators import BY_ID
from shared.periods import Period

DOCUMENT = "report.json"
CSV = BY_SUFFIX["csv"]


def add_to(
    app: FastAPI,
    pages: Pages,
    *,
    shelf: Shelf,
    records: Records,
    register: Register,
    today: Callable[[], date],
    unpublished: Callable[[Request, str], Awaitable[None]],
) -> None:
    """`unpublished`: lets those pass who may see a department's records before publication; raises for others."""

    def get(path: str) -> Callable[[Callable[..., Awaitable[Response]]], Callable[..., Awaitable[Response]]]:
        return app.api_route(path, methods=["GET", "HEAD"], include_in_schema=False)

    async def reports(period: str) -> list[Report]:
        return [Report.model_validate_json(stored.content) for stored in await shelf.files(period, DOCUMENT)]

    @get("/departments/{code}/{period}/evidence/{question}")
    async def evidence(request: Request, code: str, period: str, question: str, after: str = "") -> Response:
        issue = await shelf.file(paths.department(code), paths.period(period), None, DOCUMENT)
        if issue is None:
            if not register.has_department(code):
                raise HTTPException(404)
            await unpublished(request, code)
        name = issue.issue.title if issue else register.department(code).name(Period.parse(period).last_day)
        address, back = addresses.evidence(code, period, question), addresses.publication(code, period)
        return await behind(request, code, name, period, question, after, address=address, back=back)

    @get("/overview/{period}/evidence/{question}")
    async def across(request: Request, period: str, question: str) -> Response:
        said = await reports(paths.period(period))
        if question not in BY_ID or not said:
            raise HTTPException(404)
        return made(request.headers, pages.render("across.html", evidence_pages.across(period, question, said)))

    @get("/sectors/{code}/{period}/evidence/{question}")
    async def sector_evidence(request: Request, code: str, period: str, question: str, after: str = "") -> Response:
        """Out with the overview that names the sector."""
        if code not in sectors.BESIDE or await shelf.file(OVERVIEW, paths.period(period), None, DOCUMENT) is None:
            raise HTTPException(404)
        address, back = addresses.sector_evidence(code, period, question), addresses.sector(code)
        return await behind(request, code, sectors.TITLES[code], period, question, after, address=address, back=back)

    async def behind(
        request: Request, code: str, name: str, period: str, asked: str, after: str, *, address: str, back: str
    ) -> Response:
        question, suffix = split_suffix(asked)
        if question not in QUESTIONS or suffix not in (None, "csv"):
            raise HTTPException(404)
        time = Period.parse(period)
        if suffix is not None:
            return made(request.headers, await evidence_files.evidence(records, code, time, question), CSV.media_type)
        if question == "capability":
            told = await evidence_files.capability(records, code, time)
            view = evidence_pages.capability(name, period, told, address=address, back=back)
        elif question in ITEMS:
            items = await records.items(code, time.first_day, time.last_day, ITEMS[question], after)
            view = item_pages.counted_items(name, period, question, items, after=after, address=address, back=back)
        else:
            rows = await records.counted(code, [str(quarter) for quarter in time.quarters], question, after)
            view = evidence_pages.counted(name, period, question, rows, after=after, address=address, back=back)
        return made(request.headers, pages.render("evidence.html", view))

    @get("/procurements/{ocid:path}")
    async def procurement(request: Request, ocid: str) -> Response:
        stem, suffix = split_suffix(ocid)
        found = await records.procurement(stem)
        if found is None or suffix not in (None, "json"):
            raise HTTPException(404)
        # One that has not started is part of any report; one that nobody answers for, of the overview.
        answers = found.department if register.has_department(found.department) else OVERVIEW
        report = await shelf.file(answers, found.period, None, DOCUMENT)
        if report is None:
            await unpublished(request, found.department)
        if (JSON if suffix else preferred(request.headers.get("accept"))) == JSON:
            return made(request.headers, evidence_files.procurement(found, sample=pages.sample), JSON)
        view = evidence_pages.procurement(found, published=report.issue.title if report and found.period else None)
        return made(request.headers, pages.render("procurement.html", view))

    @get("/departments/{code}/{period}/mapped")
    async def mapped(request: Request, code: str, period: str) -> Response:
        return await as_mapped(request, code, period, preferred(request.headers.get("accept")))

    @get("/departments/{code}/{period}/mapped.json")
    async def mapped_json(request: Request, code: str, period: str) -> Response:
        return await as_mapped(request, code, period, JSON)

    async def as_mapped(request: Request, code: str, period: str, form: str) -> Response:
        """Of a department that is no more: sent on to the one that answers for most of its work today."""
        period, on = paths.period(period), today()
        if not register.has_department(code):
            raise HTTPException(404)
        present = register.answerable_for(code, on)
        if present != code:
            address = addresses.mapped(present, period) + (".json" if form == JSON else "")
            return RedirectResponse(address, status_code=307)
        said = {report.department.code: report for report in await reports(period)}
        codes = mapping.belonging(said, code, register=register, on=on)
        if not codes:
            raise HTTPException(404)
        found = mapping.mapped(
            succession.names_on(register, code, on),
            [mapping.portion_of(said[each]) for each in codes],
            period=Period.parse(period),
            on=on,
            sample=pages.sample,
        )
        if form == JSON:
            return made(request.headers, canonical(found), JSON)
        return made(request.headers, pages.render("mapped.html", mapped_page.view(found)))

    @get("/unattributed")
    async def buyers(request: Request) -> Response:
        return made(request.headers, pages.render("unattributed.html", unattributed.view(await records.unattributed())))

    @get("/examples")
    async def shared_examples(request: Request, service: str = "", strand: str = "") -> Response:
        found = examples.read(await records.said("example.shared"), register, today())
        return made(
            request.headers, pages.render("examples.html", examples.view(found, service=service, strand=strand))
        )

    @get("/capability")
    async def capability(request: Request) -> Response:
        newest = await shelf.file(OVERVIEW, None, None, DOCUMENT)
        said = await reports(newest.issue.period) if newest else []
        trained = await records.said("training.completed")
        return made(request.headers, pages.render("capability.html", capability_page.view(said, trained)))
