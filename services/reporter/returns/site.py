"""The pages of those who have signed in: their tasks, the rounds, the returns."""

from collections.abc import Callable

from fastapi import FastAPI
from starlette.responses import Response

from services.reporter.returns import addresses, returns_site, rounds_site, views
from services.reporter.returns.handling import Handler, Site
from services.reporter.returns.states import is_waiting
from services.reporter.signing_in.visits import Visitor

SHOWN = 8
"""Rounds on the page of tasks: two years of quarters."""


def add_to(app: FastAPI, site: Site) -> None:
    def get(path: str) -> Callable[[Handler], Handler]:
        return app.api_route(path, methods=["GET", "HEAD"], include_in_schema=False)

    def post(path: str) -> Callable[[Handler], Handler]:
        return app.post(path, include_in_schema=False)

    rounds_site.add_to(site, get, post)
    returns_site.add_to(site, get, post)


async def tasks(site: Site, visitor: Visitor) -> Response:
    """Who is signed in, and what waits for them."""
    person = visitor.person
    rounds = (await site.desk.rounds())[:SHOWN]
    if person.sees_all:
        found = [(asked, await site.states(asked)) for asked in rounds]
        return site.page("tasks.html", visitor, title="Your tasks", table=views.rounds(found), waiting=[])
    mine = [(asked, (await site.states(asked)).get(person.sender)) for asked in rounds]
    own = [(asked, state) for asked, state in mine if state is not None]
    waiting = [
        (asked, state, addresses.return_(str(asked.period), person.sender))
        for asked, state in own
        if is_waiting(state) and asked.round.closed_on is None
    ]
    table = views.own_returns(person.sender, own)
    return site.page("tasks.html", visitor, title="Your tasks", table=table, waiting=waiting)
