"""The pages over HTTP, read-only. Published ones are served as the bytes that were published."""

import hashlib
import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.responses import Response

from services.reporter import addresses, evidence_pages, negotiation
from services.reporter.evidence import QUESTIONS, Records
from services.reporter.headers import Headers
from services.reporter.live import ERRORS, Pages
from services.reporter.negotiation import HTML, JSON, answer, preferred, split_suffix
from services.reporter.publication import OVERVIEW
from services.reporter.shelf import Shelf, Stored, Unavailable
from services.reporter.stylesheets import Assets
from shared.periods import Period

FILES = {HTML: "report.html", JSON: "report.json"}
FOREVER = "public, max-age=31536000, immutable"


def add_to(
    app: FastAPI, *, shelf: Shelf, records: Records, assets: Assets, sample: bool, now: Callable[[], datetime]
) -> None:
    """Adds the pages, their error pages and their headers to an app."""
    pages = Pages(stylesheet=assets.stylesheet, sample=sample)

    def get(path: str) -> Callable[[Callable[..., Awaitable[Response]]], Callable[..., Awaitable[Response]]]:
        return app.api_route(path, methods=["GET", "HEAD"], include_in_schema=False)

    def made(request: Request, content: bytes) -> Response:
        sha256 = hashlib.sha256(content).hexdigest()
        return answer(request.headers, content, media_type="text/html; charset=utf-8", sha256=sha256)

    async def published(
        request: Request, department: str, *, period: str | None, revision: int | None, suffix: str | None
    ) -> Response:
        wanted = negotiation.SUFFIXES[suffix] if suffix else preferred(request.headers.get("accept"))
        if period is not None:
            _period(period)
        stored = await shelf.file(department, period, revision, FILES[wanted])
        if stored is None:
            raise HTTPException(404)
        return answer(
            request.headers,
            stored.content,
            media_type=stored.media_type,
            sha256=stored.sha256,
            immutable=revision is not None,
            headers={
                "link": _links(stored),
                "last-modified": stored.issue.published_at.strftime("%a, %d %b %Y %H:%M:%S GMT"),
            },
        )

    @get("/")
    async def latest_overview(request: Request) -> Response:
        try:
            return await published(request, OVERVIEW, period=None, revision=None, suffix=None)
        except HTTPException:
            return made(request, pages.nothing_yet())

    @get("/overview/{period}")
    async def overview(request: Request, period: str) -> Response:
        name, suffix = split_suffix(period)
        return await published(request, OVERVIEW, period=name, revision=None, suffix=suffix)

    @get("/overview/{period}/{revision}")
    async def overview_revision(request: Request, period: str, revision: str) -> Response:
        number, suffix = _revision(revision)
        return await published(request, OVERVIEW, period=period, revision=number, suffix=suffix)

    @get("/departments")
    async def departments(request: Request) -> Response:
        return made(request, pages.departments(await shelf.latest()))

    @get("/departments/{code}")
    async def department(request: Request, code: str) -> Response:
        name, suffix = split_suffix(code)
        return await published(request, _department(name), period=None, revision=None, suffix=suffix)

    @get("/departments/{code}/{period}")
    async def report(request: Request, code: str, period: str) -> Response:
        name, suffix = split_suffix(period)
        return await published(request, _department(code), period=name, revision=None, suffix=suffix)

    @get("/departments/{code}/{period}/{revision}")
    async def report_revision(request: Request, code: str, period: str, revision: str) -> Response:
        number, suffix = _revision(revision)
        return await published(request, _department(code), period=period, revision=number, suffix=suffix)

    @get("/departments/{code}/{period}/evidence/{question}")
    async def evidence(request: Request, code: str, period: str, question: str, after: str = "") -> Response:
        issue = await shelf.file(_department(code), _period(period), None, FILES[JSON])
        if issue is None or question not in QUESTIONS:
            raise HTTPException(404)
        quarters = [str(quarter) for quarter in Period.parse(period).quarters]
        rows = await records.counted(code, quarters, question, after)
        view = evidence_pages.counted(code, issue.issue.title, period, question, rows, after=after)
        return made(request, pages.evidence(view))

    @get("/procurements/{ocid:path}")
    async def procurement(request: Request, ocid: str) -> Response:
        found = await records.procurement(ocid)
        if found is None:
            raise HTTPException(404)
        report = await shelf.file(found.department, found.period, None, FILES[JSON]) if found.period else None
        published = report.issue.title if report else None
        return made(request, pages.procurement(evidence_pages.procurement(found, published=published)))

    @get("/methodology")
    async def methodology(request: Request) -> Response:
        return made(request, pages.methodology())

    @get("/revisions")
    async def revisions(request: Request) -> Response:
        return made(request, pages.revisions(await shelf.revised()))

    @get("/releases")
    async def releases(request: Request) -> Response:
        return made(request, pages.releases(await shelf.planned(), now()))

    @get("/assets/{name}")
    async def asset(name: str) -> Response:
        content = assets.files.get(name)
        if content is None:
            content = await shelf.asset(name)
        if content is None:
            raise HTTPException(404)
        return Response(content, media_type="text/css; charset=utf-8", headers={"cache-control": FOREVER})

    async def refused(request: Request, fault: Exception) -> Response:
        return problem(request, pages, fault.status_code if isinstance(fault, HTTPException) else 500)

    async def unavailable(request: Request, _fault: Exception) -> Response:
        return problem(request, pages, 503, {"retry-after": "10"})

    app.add_exception_handler(HTTPException, refused)
    app.add_exception_handler(Unavailable, unavailable)
    app.add_middleware(Headers, failed=lambda scope: problem(Request(scope), pages, 500))


def problem(request: Request, pages: Pages, status: int, headers: Mapping[str, str] | None = None) -> Response:
    """A page for people; RFC 9457 for programs that ask for JSON, by Accept or by suffix."""
    sent = {"cache-control": "no-store", "vary": "Accept", **(headers or {})}
    wanted = preferred(request.headers.get("accept"))
    if wanted == JSON or request.url.path.endswith(".json"):
        body = {"type": "about:blank", "title": ERRORS.get(status, ERRORS[500])[0], "status": status}
        return JSONResponse(body, status_code=status, media_type="application/problem+json", headers=sent)
    return Response(pages.error(status), status_code=status, media_type="text/html; charset=utf-8", headers=sent)


def _period(text: str) -> str:
    try:
        return str(Period.parse(text))
    except ValueError as fault:
        raise HTTPException(404) from fault


def _department(code: str) -> str:
    """The overview has addresses of its own."""
    if code == OVERVIEW:
        raise HTTPException(404)
    return code


def _revision(name: str) -> tuple[int, str | None]:
    """`r2.json` → (2, `json`)."""
    stem, suffix = split_suffix(name)
    if not re.fullmatch(r"r[1-9][0-9]{0,5}", stem):
        raise HTTPException(404)
    return int(stem[1:]), suffix


def _links(stored: Stored) -> str:
    issue = stored.issue
    this = addresses.publication(issue.department, issue.period, issue.revision)
    latest = addresses.publication(issue.department, issue.period)
    return (
        f'<{this}>; rel="canonical", <{this}.json>; rel="alternate"; type="application/json", '
        f'<{latest}>; rel="latest-version"'
    )
