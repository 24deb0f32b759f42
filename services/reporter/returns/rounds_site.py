"""The pages of a round: opening and closing it, who is late, and the overview before it is published."""

import secrets

from fastapi import Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from services.reporter import paths, rendering
from services.reporter.model import Overview
from services.reporter.publication import OVERVIEW
from services.reporter.returns import addresses, opening, views
from services.reporter.returns.drafts import Fault
from services.reporter.returns.handling import Route, Site, said, see_other
from services.reporter.returns.states import is_waiting
from services.reporter.signing_in.visits import Visitor, private
from shared.events.round import RoundClosed
from shared.periods import Period
from shared.times import london_day


def add_to(site: Site, get: Route, post: Route) -> None:
    @get("/rounds/open")
    async def form(request: Request, period: str = "") -> Response:
        visitor = await site.visits.required(request)
        site.allow(visitor.person.opens_rounds)
        known = {asked.period: asked.round for asked in await site.desk.rounds()}
        quarter = Period.of(london_day(site.now()))
        next = quarter if quarter.preceding in known else quarter.preceding
        wanted = Period.parse(paths.period(period)) if period else next
        return _opening(visitor, opening.begun(wanted, known.get(wanted), form=secrets.token_urlsafe(16)), [])

    def _opening(visitor: Visitor, asked: opening.Asked, faults: list[Fault]) -> Response:
        return site.page(
            "open.html",
            visitor,
            title=("Error: " if faults else "") + "Open a round",
            asked=asked,
            status=422 if faults else 200,
            **views.faults(faults),
        )

    @post("/rounds/open")
    async def opened(request: Request) -> Response:
        visitor, form = await site.visits.form(request)
        site.allow(visitor.person.opens_rounds)
        asked = opening.of_form(form.fields)
        checked = opening.opened(asked, today=london_day(site.now()))
        if isinstance(checked, list):
            return _opening(visitor, asked, checked)
        period, data = checked
        await site.desk.say(said("round.opened", str(period), data, visitor.person, asked.form, site.now()))
        return see_other(f"{addresses.round_(str(period))}?sent=opened")

    @get("/rounds/{period}")
    async def round_page(request: Request, period: str, sent: str = "") -> Response:
        visitor = await site.visits.required(request)
        site.allow(visitor.person.sees_all)
        key = paths.period(period)
        known_of = (await site.desk.said(key))[:1]
        known = next((asked for asked in await site.desk.rounds() if str(asked.period) == key), None)
        if known is None and not known_of:
            raise HTTPException(404)
        title = f"Round for {Period.parse(key).title}"
        table = None
        if known is not None:
            table = views.returns(known, site.register, await site.states(known), site.now())
        return site.page(
            "round.html", visitor, title=title, asked=known, table=table, sent=sent, period_key=key, said=known_of,
            address=addresses.round_(key),
        )  # fmt: skip

    @get("/rounds/{period}/overview")
    async def overview(request: Request, period: str) -> Response:
        visitor = await site.visits.required(request)
        site.allow(visitor.person.sees_all)
        key = str((await site.asked(period)).period)
        found = (await site.desk.as_now(key, site.now())).get(OVERVIEW)
        if not isinstance(found, Overview):
            return site.page("counting.html", visitor, title="The overview is not ready yet")
        content = rendering.preview_html(found, stylesheet=site.pages.stylesheet, visitor=visitor)
        return private(content)

    @get("/rounds/{period}/close")
    async def confirm(request: Request, period: str) -> Response:
        visitor = await site.visits.required(request)
        site.allow(visitor.person.opens_rounds)
        asked = await site.asked(period)
        found = await site.states(asked)
        waiting = sum(is_waiting(state) for state in found.values())
        return site.page(
            "close.html", visitor, title=f"Close the round for {asked.period.title}", asked=asked, waiting=waiting,
            address=addresses.round_(str(asked.period)), form_id=secrets.token_urlsafe(16),
        )  # fmt: skip

    @post("/rounds/{period}/close")
    async def closed(request: Request, period: str) -> Response:
        visitor, form = await site.visits.form(request)
        site.allow(visitor.person.opens_rounds)
        asked = await site.asked(period)
        key = form.text("form")[:64]
        if not key.replace("-", "").replace("_", "").isalnum() or not key.isascii():
            raise HTTPException(400)
        data = RoundClosed(closed_on=london_day(site.now()))
        await site.desk.say(said("round.closed", str(asked.period), data, visitor.person, key, site.now()))
        return see_other(f"{addresses.round_(str(asked.period))}?sent=closed")
