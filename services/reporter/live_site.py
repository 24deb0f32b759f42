"""The addresses of the pages that are made when they are asked for, from what is published and from the rules."""

from collections.abc import Awaitable, Callable
from datetime import datetime

from fastapi import FastAPI, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from services.reporter import methodology, methods, sector_pages, sectors, succession_pages
from services.reporter.live import Pages
from services.reporter.model import Overview
from services.reporter.negotiation import made
from services.reporter.publication import OVERVIEW
from services.reporter.shelf import Shelf
from shared.departments import Register
from shared.rules import load_rules
from shared.times import london_day


def add_to(
    app: FastAPI, pages: Pages, *, shelf: Shelf, register: Register, now: Callable[[], datetime], contact: str
) -> None:
    rules = load_rules()

    def get(path: str) -> Callable[[Callable[..., Awaitable[Response]]], Callable[..., Awaitable[Response]]]:
        return app.api_route(path, methods=["GET", "HEAD"], include_in_schema=False)

    @get("/departments")
    async def departments(request: Request) -> Response:
        view = succession_pages.departments(register, await shelf.latest(), london_day(now()))
        return made(request.headers, pages.render("departments.html", view))

    @get("/methodology")
    async def present_method(request: Request) -> Response:
        return made(request.headers, pages.render("methodology.html", methodology.view(rules, register)))

    @get("/methodology/v{number}")
    async def method(request: Request, number: str) -> Response:
        if not number.isdecimal() or int(number) not in methods.versions():
            raise HTTPException(404)
        return made(request.headers, pages.render("methodology/version.html", methodology.version(int(number))))

    @get("/sectors/{code}")
    async def sector(request: Request, code: str) -> Response:
        issues = await shelf.issues(OVERVIEW)
        found = []
        for period in list(dict.fromkeys(issue.period for issue in issues))[: sector_pages.SHOWN]:
            stored = await shelf.file(OVERVIEW, period, None, "report.json")
            if stored is not None:
                said = Overview.model_validate_json(stored.content)
                found += [said] if any(each.id == code for each in said.comparators) else []
        if code not in sectors.BESIDE or not found:
            raise HTTPException(404)
        return made(request.headers, pages.render("sector.html", sector_pages.view(code, found)))

    @get("/revisions")
    async def revisions(request: Request) -> Response:
        return made(request.headers, pages.revisions(await shelf.revised()))

    @get("/releases")
    async def releases(request: Request) -> Response:
        return made(request.headers, pages.releases(await shelf.planned(), await shelf.calendar(), now()))

    @get("/accessibility")
    async def accessibility(request: Request) -> Response:
        view = {"nav": "", "title": "Accessibility", "contact": contact}
        return made(request.headers, pages.render("accessibility.html", view))

    @get("/contact")
    async def contacts(request: Request) -> Response:
        return made(request.headers, pages.render("contact.html", {"nav": "", "title": "Contact", "contact": contact}))
