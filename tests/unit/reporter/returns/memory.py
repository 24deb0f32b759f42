"""The site with people signed in, on a desk and sessions in memory."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx
from fastapi import FastAPI

from services.reporter import site
from services.reporter.live import Pages
from services.reporter.model import Overview, Report
from services.reporter.returns.desk import Asked, Published, as_now
from services.reporter.returns.drafts import Draft
from services.reporter.returns.handling import Site
from services.reporter.returns.speaking import Submission
from services.reporter.signing_in import people
from services.reporter.signing_in import site as sign_in_site
from services.reporter.signing_in.cookies import Signer
from services.reporter.signing_in.people import Person
from services.reporter.signing_in.provider import Client, Provider
from services.reporter.signing_in.visits import Visits
from services.reporter.stylesheets import Assets
from shared.departments import load_register
from shared.events.catalogue import Role
from shared.periods import Period
from shared.status import Status
from tests.unit.reporter.examples import PERIOD, round_of, status
from tests.unit.reporter.test_site import MemoryRecords, MemoryShelf

URL = "https://reports.test"
NOW = datetime(2026, 10, 8, 9, tzinfo=UTC)
REGISTER = load_register()
SIGNER = Signer("secret")
DWP = Person("dwp-1", "Robin <Marsh>", Role.DEPARTMENT, "dwp")
MOJ = Person("moj-1", "Ash", Role.DEPARTMENT, "moj")
PM = Person("pm-1", "Alex", Role.PM_OFFICE, "pm-office")
REVIEW = Person("review-1", "Sam", Role.REVIEW_TEAM, "review-team")


@dataclass
class MemorySessions:
    people: dict[str, Person] = field(default_factory=dict)

    async def begin(self, person: Person, now: datetime) -> str:
        id = f"session-{len(self.people)}"
        self.people[id] = person
        return id

    async def find(self, id: str, now: datetime) -> Person | None:
        return self.people.get(id)

    async def end(self, id: str) -> None:
        self.people.pop(id, None)


@dataclass
class MemoryDesk:
    """A round for `PERIOD` with a status of every department, nothing published, and whatever is put there."""

    held: dict[str, Status] = field(default_factory=dict)
    kept: dict[str, Draft] = field(default_factory=dict)
    sent: list[Submission] = field(default_factory=list)

    def __post_init__(self) -> None:
        period = Period.parse(PERIOD)
        for department in REGISTER.answerable(period.last_day):
            said = status(statement=None, office_holder=None, round=round_of(period))
            self.held[department.code] = said.model_copy(update={"department": department.code})

    async def rounds(self) -> Sequence[Asked]:
        period = Period.parse(PERIOD)
        return [Asked(period, round_of(period))]

    async def statuses(self, period: str) -> Mapping[str, Status]:
        return self.held if period == PERIOD else {}

    async def published(self, period: str) -> Mapping[str, Published]:
        return {}

    async def drafts(self, period: str) -> Mapping[str, Draft]:
        return self.kept

    async def save(self, draft: Draft, *, by: str, now: datetime) -> Draft | None:
        held = self.kept.get(draft.department)
        if draft.version != (held.version if held else 0):
            return None
        self.kept[draft.department] = draft.model_copy(update={"version": draft.version + 1})
        return self.kept[draft.department]

    async def say(self, submission: Submission) -> bool:
        known = {(said.source, said.id) for said in self.sent}
        if (submission.source, submission.id) in known:
            return False
        self.sent.append(submission)
        return True

    async def said(self, subject: str) -> Sequence[Submission]:
        return [said for said in reversed(self.sent) if said.subject == subject]

    async def as_now(self, period: str, now: datetime) -> Mapping[str, Report | Overview]:
        statuses = list((await self.statuses(period)).values())
        return as_now(period, statuses, issued={}, revised={}, register=REGISTER, now=now, sample=True)


class Browser:
    """One person's, or nobody's: it keeps the session's cookie and sends forms as a browser does."""

    def __init__(self, app: FastAPI, sessions: MemorySessions, person: Person | None) -> None:
        cookies = {}
        if person is not None:
            sessions.people[person.subject] = person
            cookies = {"__Host-session": SIGNER.signed("session", person.subject)}
        self.client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=URL, cookies=cookies)
        self.person = person

    @property
    def token(self) -> str:
        return SIGNER.mark("form", self.person.subject if self.person else "nobody")

    async def get(self, path: str) -> httpx.Response:
        return await self.client.get(path, headers={"accept": "text/html"})

    async def post(self, path: str, fields: Mapping[str, str], **headers: str) -> httpx.Response:
        data = {"token": self.token, **fields}
        return await self.client.post(path, data=data, headers={"origin": URL, "accept": "text/html", **headers})


@dataclass
class Running:
    app: FastAPI
    desk: MemoryDesk
    sessions: MemorySessions

    def browser(self, person: Person | None) -> Browser:
        return Browser(self.app, self.sessions, person)


def running(*, now: datetime = NOW, shelf: MemoryShelf | None = None) -> Running:
    app, desk, sessions = FastAPI(), MemoryDesk(), MemorySessions()

    def add(app: FastAPI, pages: Pages) -> Site:
        visits = Visits(sessions, SIGNER, url=URL, now=lambda: now)
        provider = Provider(Client("http://127.0.0.1:9", "site", "secret", URL + sign_in_site.CALLBACK))
        sign_in_site.add_to(app, pages, visits=visits, provider=provider, known=known)
        return Site(pages, visits=visits, desk=desk, register=REGISTER)

    site.add_to(
        app,
        shelf=shelf or MemoryShelf(),
        records=MemoryRecords(),
        register=REGISTER,
        assets=Assets({}, "/assets/app-1.css"),
        sample=True,
        now=lambda: now,
        url=URL,
        people=add,
    )
    return Running(app, desk, sessions)


def known(claims: Mapping[str, Any]) -> Person:
    return people.person(claims, role_claim="role", department_claim="department", register=REGISTER)


def hidden(page: str, name: str) -> str:
    """The value of a field."""
    found = re.search(rf'name="{name}"[^>]* value="([^"]*)"', page)
    assert found is not None, name
    return found[1]
