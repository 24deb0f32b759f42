"""RFC 9457 problems as HTTP answers: ours, and in place of the framework's own."""

from collections.abc import Mapping
from typing import Any

import orjson
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from services.ingest.models import ProblemBody
from services.ingest.problems import TITLES, Problem

PROBLEM = "application/problem+json"
SLUGS = {404: "not-found", 405: "method-not-allowed"}
MEANINGS: Mapping[int, str] = {
    400: "The request cannot be read; nothing was taken",
    401: "No credential, or one that is not valid",
    403: "The token's scope does not allow this",
    404: "No event of yours has this source and id",
    408: "The body came too slowly; send it again",
    413: "The body is too large; send several",
    415: "Not a media type or a content encoding that is taken here",
    422: "Refused, with a pointer to each fault",
    429: "Too much at once; Retry-After says when to go on",
    503: "Kafka or the aggregator does not answer; Retry-After says when to try again",
}


class HttpProblem(Exception):
    """An answer that is a problem; raised within a request, turned into its response by `install`."""

    def __init__(
        self,
        status: int,
        slug: str,
        detail: str,
        *,
        headers: Mapping[str, str] | None = None,
        errors: tuple[Mapping[str, str], ...] = (),
    ) -> None:
        super().__init__(detail)
        self.status, self.headers = status, dict(headers or {})
        self.body: dict[str, Any] = {
            "status": status,
            "type": f"/problems/{slug}",
            "title": TITLES[slug],
            "detail": detail,
            "errors": list(errors),
        }


def later(status: int, slug: str, detail: str, *, seconds: float = 5) -> HttpProblem:
    """429 or 503: `Retry-After` is in whole seconds, at least one."""
    return HttpProblem(status, slug, detail, headers={"Retry-After": str(max(1, int(seconds + 0.999)))})


def refusal(found: Problem) -> HttpProblem:
    """422: what acceptance said of the body."""
    errors = tuple({"pointer": e.pointer, "detail": e.detail} for e in found.errors)
    return HttpProblem(422, found.slug, found.detail, errors=errors)


def json_answer(status: int, body: Any) -> Response:
    return Response(orjson.dumps(body), status_code=status, media_type="application/json")


def responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """For a route's `responses`: these statuses are answered with problems."""
    return {status: {"model": ProblemBody, "description": MEANINGS[status]} for status in statuses}


def install(app: FastAPI) -> None:
    """Every answer that is no success is a problem, also for unknown addresses and methods; the OpenAPI says so."""

    async def answer(_request: Request, found: Exception) -> Response:
        told = _problem_of(found)
        return Response(orjson.dumps(told.body), told.status, media_type=PROBLEM, headers=told.headers)

    for kind in (HttpProblem, HTTPException, RequestValidationError, Exception):
        app.add_exception_handler(kind, answer)
    theirs = app.openapi

    def openapi() -> dict[str, Any]:
        document = theirs()
        for path in document["paths"].values():
            for operation in path.values():
                for status, response in operation["responses"].items():
                    content = response.get("content", {})
                    if status >= "4" and "application/json" in content:
                        content[PROBLEM] = content.pop("application/json")
        return document

    app.openapi = openapi  # type: ignore[method-assign]


def _problem_of(found: Exception) -> HttpProblem:
    if isinstance(found, HttpProblem):
        return found
    if isinstance(found, HTTPException):
        slug = SLUGS.get(found.status_code, "bad-request")
        return HttpProblem(found.status_code, slug, str(found.detail), headers=found.headers)
    if isinstance(found, RequestValidationError):
        errors = tuple({"pointer": "", "detail": f"{error['loc'][-1]}: {error['msg']}"} for error in found.errors())
        return HttpProblem(400, "bad-request", "see errors", errors=errors)
    return HttpProblem(500, "internal", "It stands in our logs. Send it again later: repeats are harmless.")
