"""What the pages of rounds and returns share: who looks, what is asked, and how it is answered."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, TypeAlias

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from services.reporter import paths
from services.reporter.live import Pages
from services.reporter.model import Report
from services.reporter.returns import views
from services.reporter.returns.desk import Asked, Desk
from services.reporter.returns.speaking import Submission, submission
from services.reporter.returns.states import State
from services.reporter.signing_in.people import Person
from services.reporter.signing_in.visits import Visitor, Visits, private
from shared.departments import Register
from shared.events.base import Data

Handler: TypeAlias = Callable[..., Awaitable[Response]]
Route: TypeAlias = Callable[[str], Callable[[Handler], Handler]]
"""The address of a page → the decorator of its handler."""


class Site:
    """What the handlers share."""

    def __init__(self, pages: Pages, *, visits: Visits, desk: Desk, register: Register) -> None:
        self.pages, self.visits, self.desk, self.register = pages, visits, desk, register

    def now(self) -> datetime:
        return self.visits.now()

    def page(self, template: str, visitor: Visitor, *, title: str, status: int = 200, **view: Any) -> Response:
        role = views.who(visitor.person, self.register, self.now())
        content = self.pages.render(
            f"returns/{template}", {"nav": "tasks", "title": title, "visitor": visitor, "role": role, **view}
        )
        return private(content, status=status)

    async def asked(self, period: str) -> Asked:
        """The round of a period. Raises HTTPException(404) where none was opened."""
        key = paths.period(period)
        found = next((asked for asked in await self.desk.rounds() if str(asked.period) == key), None)
        if found is None:
            raise HTTPException(404)
        return found

    async def states(self, asked: Asked) -> dict[str, State]:
        key = str(asked.period)
        return views.states(
            asked,
            self.register,
            statuses=await self.desk.statuses(key),
            drafts=await self.desk.drafts(key),
            published=await self.desk.published(key),
            now=self.now(),
        )

    async def answerable(self, period: str, department: str) -> Asked:
        """Raises HTTPException(404) for a department that has no return in the round."""
        asked = await self.asked(period)
        if department not in {d.code for d in self.register.answerable(asked.period.last_day)}:
            raise HTTPException(404)
        return asked

    async def report(self, period: str, department: str) -> Report | None:
        """As it would be published now; None while the figures are still being counted."""
        found = (await self.desk.as_now(period, self.now())).get(department)
        return found if isinstance(found, Report) else None

    def allow(self, allowed: bool) -> None:
        if not allowed:
            raise HTTPException(403)


def see_other(address: str) -> Response:
    return RedirectResponse(address, status_code=303, headers={"cache-control": "no-store"})


def said(name: str, subject: str, data: Data, person: Person, key: str, now: datetime) -> Submission:
    """What a person does, in their sender's name."""
    return submission(name, subject, data, sender=person.sender, key=key, at=now, by=person.subject)
