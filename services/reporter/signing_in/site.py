"""The addresses of signing in and out. Without a provider there is nothing to sign in to, and the site is read-only."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI, Request
from starlette.responses import RedirectResponse, Response

from services.reporter.live import Pages
from services.reporter.signing_in.cookies import PENDING_FOR, safe_next
from services.reporter.signing_in.people import Denied, Person
from services.reporter.signing_in.provider import Provider, Unreachable
from services.reporter.signing_in.visits import SignInNeeded, Visits, private
from shared.logging import fault_fields, get_logger

log = get_logger()
CALLBACK = "/sign-in/callback"


def add_to(
    app: FastAPI,
    pages: Pages,
    *,
    visits: Visits,
    provider: Provider,
    known: Callable[[Mapping[str, Any]], Person],
) -> None:
    """`known`: the claims of an ID token → who it is; raises Denied."""

    def get(path: str) -> Callable[[Callable[..., Awaitable[Response]]], Callable[..., Awaitable[Response]]]:
        return app.api_route(path, methods=["GET", "HEAD"], include_in_schema=False)

    @get("/sign-in")
    async def sign_in(request: Request, next: str = "/") -> Response:
        wanted = safe_next(next)
        if await visits.visitor(request) is not None:
            return _to(wanted)
        try:
            address, pending = await provider.begin(wanted, visits.now())
        except Unreachable as fault:
            return _unreachable(fault)
        response = _to(address)
        visits.set_cookie(response, "sign-in", pending.to_text(), seconds=int(PENDING_FOR.total_seconds()))
        return response

    def _unreachable(fault: Unreachable) -> Response:
        log.warning("dependency.unreachable", dependency="OpenID provider", **fault_fields(fault))
        return private(pages.error(503), status=503)

    @get(CALLBACK)
    async def callback(request: Request) -> Response:
        try:
            pending = visits.pending(request)
            person = known(await provider.finish(pending, request.query_params, visits.now()))
        except Unreachable as fault:
            return _unreachable(fault)
        except Denied as fault:
            log.warning("sign-in.refused", reason=str(fault))
            response = private(
                pages.render("signing_in/refused.html", {"nav": "", "title": "You are not signed in"}), status=403
            )
            visits.drop_cookie(response, "sign-in")
            return response
        before = visits.read_cookie(request, "session")
        if before:
            await visits.sessions.end(before)
        response = _to(pending.next)
        visits.set_cookie(response, "session", await visits.sessions.begin(person, visits.now()))
        visits.drop_cookie(response, "sign-in")
        log.info("sign-in.done", role=person.role.value, sender=person.sender)
        return response

    @app.post("/sign-out", include_in_schema=False)
    async def sign_out(request: Request) -> Response:
        visitor, _ = await visits.form(request)
        await visits.sessions.end(visitor.session)
        response = _to("/signed-out")
        visits.drop_cookie(response, "session")
        return response

    @get("/signed-out")
    async def signed_out() -> Response:
        return private(pages.render("signing_in/signed_out.html", {"nav": "", "title": "You have signed out"}))

    async def needed(_request: Request, fault: Exception) -> Response:
        if not isinstance(fault, SignInNeeded):
            raise fault
        return _to(f"/sign-in?next={quote(fault.next)}")

    app.add_exception_handler(SignInNeeded, needed)


def _to(address: str) -> Response:
    return RedirectResponse(address, status_code=303, headers={"cache-control": "no-store"})
