"""The pages over HTTP, read-only. Published ones are served as the bytes that were published."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.responses import Response

from services.reporter import (
    addresses,
    evidence_site,
    forms_site,
    live_site,
    paths,
    succession,
    succession_pages,
)
from services.reporter.evidence import Records
from services.reporter.forms.catalogue import BY_SUFFIX, DOWNLOADS, METADATA
from services.reporter.headers import Headers
from services.reporter.live import ERRORS, Pages
from services.reporter.negotiation import BY_TYPE, HTML, JSON, answer, made, preferred, split_suffix
from services.reporter.publication import OVERVIEW
from services.reporter.returns import site as returns_site
from services.reporter.returns.handling import Site
from services.reporter.shelf import Issue, Shelf, Stored, Unavailable
from services.reporter.stylesheets import Assets
from shared.departments import Register
from shared.periods import Period
from shared.times import london_day

_ALTERNATES = [form for form in DOWNLOADS if form is not METADATA]
FOREVER = "public, max-age=31536000, immutable"


def add_to(
    app: FastAPI,
    *,
    shelf: Shelf,
    records: Records,
    register: Register,
    assets: Assets,
    sample: bool,
    now: Callable[[], datetime],
    contact: str = "",
    url: str = "",
    people: Callable[[FastAPI, Pages], Site] | None = None,
) -> None:
    """Adds the pages, their error pages and their headers to an app.

    `people`: adds signing in, where there is a provider, and gives what the pages of those who have signed in need.
    """
    pages = Pages(stylesheet=assets.stylesheet, sample=sample)
    signed_in = people(app, pages) if people else None
    if signed_in is not None:
        returns_site.add_to(app, signed_in)
    today = _today(now)

    async def unpublished(request: Request, department: str) -> None:
        if signed_in is None:
            raise HTTPException(404)
        visitor = await signed_in.visits.required(request)
        signed_in.allow(visitor.person.sees(department))

    forms_site.add_to(app, pages, shelf=shelf, register=register, base=url.rstrip("/"))
    live_site.add_to(app, pages, shelf=shelf, register=register, now=now, contact=contact)
    evidence_site.add_to(
        app, pages, shelf=shelf, records=records, register=register, today=today, unpublished=unpublished
    )

    def get(path: str) -> Callable[[Callable[..., Awaitable[Response]]], Callable[..., Awaitable[Response]]]:
        return app.api_route(path, methods=["GET", "HEAD"], include_in_schema=False)

    async def published(
        request: Request, department: str, *, period: str | None, revision: int | None, suffix: str | None
    ) -> Response:
        form = BY_SUFFIX[suffix] if suffix else BY_TYPE[preferred(request.headers.get("accept"), tuple(BY_TYPE))]
        if period is not None:
            paths.period(period)
        stored = await shelf.file(department, period, revision, form.file)
        if stored is None:
            raise HTTPException(404)
        return answer(
            request.headers,
            stored.content,
            media_type=stored.media_type,
            sha256=stored.sha256,
            immutable=revision is not None,
            modified=stored.issue.published_at.astimezone(UTC),
            headers={
                "content-disposition": f'inline; filename="{stored.issue.id.replace("/", "-")}.{form.suffix}"',
                "link": _links(stored, await shelf.issues(department)),
            },
        )

    @get("/")
    async def front(request: Request) -> Response:
        visitor = await signed_in.visits.visitor(request) if signed_in is not None else None
        if signed_in is not None and visitor is not None:
            return await returns_site.tasks(signed_in, visitor)
        return await latest_overview(request)

    @get("/overview")
    async def latest_overview(request: Request) -> Response:
        try:
            return await published(request, OVERVIEW, period=None, revision=None, suffix=None)
        except HTTPException:
            return made(request.headers, pages.nothing_yet())

    @get("/overview/{period}")
    async def overview(request: Request, period: str) -> Response:
        name, suffix = split_suffix(period)
        return await published(request, OVERVIEW, period=name, revision=None, suffix=suffix)

    @get("/overview/{period}/{revision}")
    async def overview_revision(request: Request, period: str, revision: str) -> Response:
        number, suffix = paths.revision(revision)
        return await published(request, OVERVIEW, period=period, revision=number, suffix=suffix)

    @get("/departments/{code}")
    async def department(request: Request, code: str) -> Response:
        name, suffix = split_suffix(code)
        ended = succession.dissolved(register, name, today()) if register.has_department(name) else None
        if ended is not None and suffix is None and preferred(request.headers.get("accept")) == HTML:
            issues = await shelf.issues(name)
            if issues:
                return made(request.headers, pages.render("ended.html", succession_pages.ended(register, name, issues)))
        return await published(request, paths.department(name), period=None, revision=None, suffix=suffix)

    @get("/departments/{code}/{period}")
    async def report(request: Request, code: str, period: str) -> Response:
        name, suffix = split_suffix(period)
        return await published(request, paths.department(code), period=name, revision=None, suffix=suffix)

    @get("/departments/{code}/{period}/{revision}")
    async def report_revision(request: Request, code: str, period: str, revision: str) -> Response:
        number, suffix = paths.revision(revision)
        return await published(request, paths.department(code), period=period, revision=number, suffix=suffix)

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


def _today(now: Callable[[], datetime]) -> Callable[[], date]:
    return lambda: london_day(now())


def problem(request: Request, pages: Pages, status: int, headers: Mapping[str, str] | None = None) -> Response:
    """A page for people; RFC 9457 for programs that ask for JSON, by Accept or by suffix."""
    sent = {"cache-control": "no-store", "vary": "Accept", **(headers or {})}
    wanted = preferred(request.headers.get("accept"))
    if wanted == JSON or request.url.path.endswith(".json"):
        body = {"type": "about:blank", "title": ERRORS.get(status, ERRORS[500])[0], "status": status}
        return JSONResponse(body, status_code=status, media_type="application/problem+json", headers=sent)
    return Response(pages.error(status), status_code=status, media_type="text/html; charset=utf-8", headers=sent)


def _links(stored: Stored, issues: Sequence[Issue]) -> str:
    """Itself, its JSON, the latest revision, and the periods before and after, newest revisions."""
    issue = stored.issue
    this = addresses.publication(issue.department, issue.period, issue.revision)
    found = [
        f'<{this}>; rel="canonical"',
        *(f'<{this}.{f.suffix}>; rel="alternate"; type="{f.media_type.partition(";")[0]}"' for f in _ALTERNATES),
        f'<{this}.{METADATA.suffix}>; rel="describedby"; type="{METADATA.media_type}"',
        f'<{addresses.publication(issue.department, issue.period)}>; rel="latest-version"',
    ]
    for relation, period in neighbours(issue.period, [other.period for other in issues]):
        found.append(f'<{addresses.publication(issue.department, period)}>; rel="{relation}"')
    return ", ".join(found)


def neighbours(period: str, others: Iterable[str]) -> list[tuple[str, str]]:
    """`prev` and `next` among published periods of the same length, whether or not they follow at once."""
    this = Period.parse(period)
    alike = {p for p in map(Period.parse, others) if bool(p.quarter) == bool(this.quarter)}
    before, after = [p for p in alike if p < this], [p for p in alike if p > this]
    found = [("prev", str(max(before)))] if before else []
    return found + ([("next", str(min(after)))] if after else [])
