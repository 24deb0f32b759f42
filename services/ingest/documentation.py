"""The contracts as ingest serves them: OpenAPI, AsyncAPI, JSON Schemas, and pages of our own that explain them.

The pages need no script and nothing from elsewhere, and everything in them is escaped.
"""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
from fastapi import APIRouter, FastAPI, HTTPException
from fastapi.responses import HTMLResponse, JSONResponse, Response
from markupsafe import Markup, escape

from services.ingest import openapi
from services.ingest.explanations import EXPLANATIONS
from services.ingest.problems import TITLES
from shared.contracts import asyncapi, published, schemas
from shared.departments import Register
from shared.events.catalogue import CATALOGUE, SUBJECTS

PAGES = Path(__file__).parent / "pages"
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
_CODE = re.compile(r"`([^`]+)`")
SCHEMA_JSON = "application/schema+json"


def install(app: FastAPI, register: Register) -> None:
    """The routes, and the completed OpenAPI document in place of the framework's."""
    app.include_router(router(app, register))
    theirs = app.openapi
    app.openapi = cache(lambda: openapi.complete(theirs()))  # type: ignore[method-assign]


def words(text: str) -> Markup:
    """Text of a document as HTML: what stands in backticks is code."""
    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704 - escaped before


def router(app: FastAPI, register: Register) -> APIRouter:
    api = APIRouter(include_in_schema=False)
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(PAGES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["words"] = words
    environment.filters["pretty"] = lambda value: json.dumps(value, indent=2, ensure_ascii=False)

    @cache
    def channels() -> dict[str, Any]:
        return asyncapi.document([sender.code for sender in register.senders()])

    def page(name: str, **values: Any) -> HTMLResponse:
        return HTMLResponse(environment.get_template(name).render(**values), headers=HEADERS)

    @api.get("/docs")
    async def http_page() -> HTMLResponse:
        document = app.openapi()
        return page("http.html", document=document, described=lambda value: openapi.described(value, document))

    @api.get("/asyncapi")
    async def kafka_page() -> HTMLResponse:
        document = channels()
        return page("kafka.html", document=document, described=lambda value: openapi.described(value, document))

    @api.get("/asyncapi.json")
    async def kafka_document() -> JSONResponse:
        return JSONResponse(channels())

    @api.get("/events")
    async def events_page() -> HTMLResponse:
        rows = [
            (row, SUBJECTS[row.kind][1] if row.kind else "that of the event withdrawn") for row in CATALOGUE.values()
        ]
        return page("events.html", rows=rows, address=schemas.address, examples=published.examples())

    @api.get("/schemas/{name}/v1.json")
    async def schema(name: str) -> Response:
        row = next((row for row in CATALOGUE.values() if row.name == name), None)
        if row is None:
            raise HTTPException(404, "no type of the catalogue has this name")
        return Response(json.dumps(schemas.schema(row), indent=2, sort_keys=True) + "\n", media_type=SCHEMA_JSON)

    @api.get("/problems")
    async def problems_page() -> HTMLResponse:
        return page("problems.html", titles=TITLES, explanations=EXPLANATIONS)

    @api.get("/problems/{slug}")
    async def problem_page(slug: str) -> HTMLResponse:
        if slug not in EXPLANATIONS:
            raise HTTPException(404, "no problem has this name")
        return page("problem.html", slug=slug, title=TITLES[slug], explanation=EXPLANATIONS[slug])

    @api.get("/documentation.css")
    async def stylesheet() -> Response:
        return Response((PAGES / "documentation.css").read_bytes(), media_type="text/css")

    return api
