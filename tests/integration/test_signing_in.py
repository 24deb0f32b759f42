"""Signing in: the site on the real PostgreSQL, a provider over HTTP, and everything that may be forged between them."""

from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import asyncpg
import httpx
import pytest
from fastapi import FastAPI
from joserfc.jwk import ECKey

from deploy.local.provider import CLIENT_ID, LocalProvider
from services.reporter import site
from services.reporter.archive import Archive
from services.reporter.live import Pages
from services.reporter.returns.handling import Site
from services.reporter.signing_in import site as sign_in_site
from services.reporter.signing_in.cookies import PENDING_FOR, Signer
from services.reporter.signing_in.provider import Client, Provider
from services.reporter.signing_in.sessions import Lifetime, Sessions, StoredSessions
from services.reporter.signing_in.visits import Visits
from services.reporter.stylesheets import Assets
from shared.database import connect, migrate
from tests.unit.reporter.examples import PERIOD
from tests.unit.reporter.returns.memory import REGISTER, MemoryDesk, MemorySessions, hidden, known
from tests.unit.reporter.test_site import MemoryRecords, MemoryShelf

URL = "http://127.0.0.1:8000"
SECRET = "the site's secret with the provider"
RETURN = f"/returns/{PERIOD}/dwp"
ACCOUNTS = {
    "dwp": {"name": "Robin Marsh", "role": "department", "department": "dwp", "who": "DWP"},
    "moj": {"name": "Ash Lane", "role": "department", "department": "moj", "who": "MoJ"},
    "pm-office": {"name": "Alex Carey", "role": "pm-office", "who": "PM"},
    "stranger": {"name": "Nobody", "role": "visitor", "who": "?"},
    "two": {"name": "Two", "role": "pm-office department", "who": "?"},
    "elsewhere": {"name": "Else", "role": "department", "department": "atlantis", "who": "?"},
}


@dataclass
class Clock:
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def provider() -> Iterator[LocalProvider]:
    local = LocalProvider(site=URL, secret=SECRET, accounts=ACCOUNTS)
    local.start()
    yield local
    local.stop()


@pytest.fixture
async def pool(database: str) -> AsyncIterator[asyncpg.Pool]:
    await migrate(database, schema="reporter", package="services.reporter.migrations")
    pool = await connect(database, service="test", schema="reporter")
    yield pool
    await pool.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


def site_with(sessions: Sessions, provider: LocalProvider, clock: Clock) -> FastAPI:
    app = FastAPI()

    def add(app: FastAPI, pages: Pages) -> Site:
        visits = Visits(sessions, Signer(SECRET), url=URL, now=clock)
        client = Client(provider.url, CLIENT_ID, SECRET, URL + sign_in_site.CALLBACK)
        sign_in_site.add_to(app, pages, visits=visits, provider=Provider(client), known=known)
        return Site(pages, visits=visits, desk=MemoryDesk(), register=REGISTER)

    site.add_to(
        app,
        shelf=MemoryShelf(),
        records=MemoryRecords(),
        register=REGISTER,
        assets=Assets({}, "/assets/app-1.css"),
        sample=True,
        now=clock,
        url=URL,
        people=add,
    )
    return app


@pytest.fixture
async def browser(pool: asyncpg.Pool, provider: LocalProvider, clock: Clock) -> AsyncIterator[httpx.AsyncClient]:
    """With sessions in the database."""
    archive = Archive()
    archive.pool = pool
    app = site_with(StoredSessions(archive, Lifetime()), provider, clock)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=URL) as client:
        yield client


@pytest.fixture
def app(provider: LocalProvider, clock: Clock) -> FastAPI:
    return site_with(MemorySessions(), provider, clock)


@pytest.fixture
async def guest(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """With sessions in memory, for what lets nobody in."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=URL) as client:
        yield client


async def choose(browser: httpx.AsyncClient, account: str, next: str = RETURN) -> str:
    """From the site to the provider and back: the address to which it sends the browser."""
    begun = await browser.get("/sign-in", params={"next": next})
    assert begun.status_code == 303
    async with httpx.AsyncClient() as outside:
        page = (await outside.get(begun.headers["location"])).raise_for_status().text
        fields = {name: hidden(page, name) for name in ("state", "nonce", "code_challenge")}
        address = urlsplit(begun.headers["location"])
        chosen = await outside.post(
            f"{address.scheme}://{address.netloc}/authorize", data={**fields, "account": account}
        )
    assert chosen.status_code == 303
    return chosen.headers["location"].removeprefix(URL)


async def sign_in(browser: httpx.AsyncClient, account: str, next: str = RETURN) -> httpx.Response:
    return await browser.get(await choose(browser, account, next))


async def test_a_department_signs_in_and_comes_to_where_it_wanted(browser: httpx.AsyncClient) -> None:
    """Its return, and nobody else's; the cookie is out of reach of scripts and of other sites."""
    assert (await browser.get(RETURN)).headers["location"] == f"/sign-in?next={RETURN}"
    back = await sign_in(browser, "dwp")
    assert (back.status_code, back.headers["location"]) == (303, RETURN)
    cookie = next(c for c in back.headers.get_list("set-cookie") if c.startswith("session="))
    assert {"HttpOnly", "SameSite=lax", "Path=/"} <= set(cookie.split("; "))
    assert (await browser.get(RETURN)).status_code == 200
    assert (await browser.get(f"/returns/{PERIOD}/moj")).status_code == 403
    assert "Robin Marsh" in (await browser.get("/")).text


async def test_the_database_holds_no_key_to_a_session(browser: httpx.AsyncClient, pool: asyncpg.Pool) -> None:
    """Only the hash of what the browser has."""
    await sign_in(browser, "dwp")
    (row,) = await pool.fetch("SELECT * FROM session")
    id = browser.cookies["session"].rpartition(".")[0]
    assert id not in str(dict(row))
    assert (row["sender"], row["role"], row["subject"]) == ("dwp", "department", "dwp")


async def test_signing_in_again_is_a_new_session(browser: httpx.AsyncClient, pool: asyncpg.Pool) -> None:
    """Two sign-ins begun in one browser: the second to end takes the place of the first, which is no more."""
    first = await choose(browser, "dwp")
    begun = browser.cookies["sign-in"]
    await sign_in(browser, "pm-office")
    old = browser.cookies["session"]
    browser.cookies.set("sign-in", begun, domain="127.0.0.1")
    await browser.get(first)
    assert browser.cookies["session"] != old
    assert [row["sender"] for row in await pool.fetch("SELECT sender FROM session")] == ["dwp"]


async def test_signing_out_ends_it_for_every_copy_of_the_cookie(browser: httpx.AsyncClient) -> None:
    """At the server."""
    await sign_in(browser, "dwp")
    kept = browser.cookies["session"]
    token = hidden((await browser.get("/")).text, "token")
    await browser.post("/sign-out", data={"token": token}, headers={"origin": URL})
    browser.cookies.set("session", kept)
    assert (await browser.get(RETURN)).status_code == 303


@pytest.mark.parametrize(
    ("idle", "kept"), [(timedelta(minutes=30) - timedelta(seconds=1), True), (timedelta(minutes=30), False)]
)
async def test_an_idle_session_ends(browser: httpx.AsyncClient, clock: Clock, idle: timedelta, kept: bool) -> None:
    """Thirty minutes after it was last used, not a second earlier."""
    await sign_in(browser, "dwp")
    clock.now += idle
    assert ((await browser.get(RETURN)).status_code == 200) is kept


async def test_a_session_in_use_ends_after_its_day(browser: httpx.AsyncClient, clock: Clock) -> None:
    """Eight hours, however busy."""
    await sign_in(browser, "dwp")
    for _ in range(23):
        clock.now += timedelta(minutes=20)
        assert (await browser.get(RETURN)).status_code == 200
    clock.now += timedelta(minutes=20)
    assert (await browser.get(RETURN)).status_code == 303


async def refused(guest: httpx.AsyncClient, address: str) -> None:
    """403 in the words of GOV.UK, and no session."""
    answer = await guest.get(address)
    assert answer.status_code == 403
    assert "You are not signed in" in answer.text
    assert not any(cookie.startswith("session=") for cookie in answer.headers.get_list("set-cookie"))


def changed(address: str, **query: str) -> str:
    parts = urlsplit(address)
    return f"{parts.path}?{httpx.QueryParams({**dict(parse_qsl(parts.query)), **query})}"


@pytest.mark.parametrize(
    "query", [{"state": "forged"}, {"state": ""}, {"iss": "https://elsewhere.test"}, {"code": "forged"}, {"code": ""}]
)
async def test_what_comes_back_must_be_what_was_asked_for(guest: httpx.AsyncClient, query: dict[str, str]) -> None:
    """The state, the issuer and the code."""
    await refused(guest, changed(await choose(guest, "dwp"), **query))


async def test_another_browser_cannot_use_the_code(guest: httpx.AsyncClient, app: FastAPI) -> None:
    """Nor can it be made to sign in as somebody else: it has not begun."""
    address = await choose(guest, "pm-office")
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=URL) as victim:
        await refused(victim, address)
        await choose(victim, "dwp")
        await refused(victim, address)


async def test_a_code_counts_once(guest: httpx.AsyncClient) -> None:
    """Sent again it is refused, even with the cookie of the beginning."""
    address = await choose(guest, "dwp")
    begun = guest.cookies["sign-in"]
    await guest.get(address)
    guest.cookies.clear()
    guest.cookies.set("sign-in", begun)
    await refused(guest, address)


async def test_a_sign_in_that_took_too_long_begins_anew(guest: httpx.AsyncClient, clock: Clock) -> None:
    """Ten minutes."""
    address = await choose(guest, "dwp")
    clock.now += PENDING_FOR + timedelta(seconds=1)
    await refused(guest, address)


Forging = Callable[[LocalProvider], Any]


def forging(provider: LocalProvider, forge: Callable[[str, str], str]) -> None:
    """Its tokens are made so from now on."""
    setattr(provider, "id_token", forge)  # noqa: B010 - a method in place of another


def claims(**said: Any) -> Forging:
    def forge(provider: LocalProvider) -> None:
        honest = provider.id_token
        forging(provider, lambda a, n: honest(a, **{"nonce": n, **said}))

    return forge


def of_another_key(provider: LocalProvider) -> None:
    """Signed by a key that the provider does not publish."""
    honest, theirs = provider.id_token, ECKey.generate_key("P-256", {"kid": str(provider.key.kid)})
    published = provider.key

    def forge(account: str, nonce: str) -> str:
        provider.key = theirs
        try:
            return honest(account, nonce)
        finally:
            provider.key = published

    forging(provider, forge)


def unsigned(provider: LocalProvider) -> None:
    """`alg: none`."""
    honest = provider.id_token
    header = "eyJhbGciOiJub25lIn0"
    forging(provider, lambda a, n: ".".join([header, honest(a, n).split(".")[1], ""]))


def with_another_proof(provider: LocalProvider) -> None:
    """The code was asked for with another challenge: somebody else's code in this guest."""
    for code, held in provider.codes.items():
        provider.codes[code] = replace(held, challenge="another")


@pytest.mark.parametrize(
    "forge",
    [
        claims(nonce="forged"),
        claims(nonce=None),
        claims(aud="another-client"),
        claims(aud=[CLIENT_ID, "another"], azp="another"),
        claims(iss="https://elsewhere.test"),
        claims(exp=int(datetime.now(UTC).timestamp()) - 120),
        claims(sub=""),
        claims(role=None),
        claims(role=["pm-office", "department"]),
        claims(department="overview"),
        of_another_key,
        unsigned,
        with_another_proof,
    ],
    ids=["nonce", "no nonce", "audience", "party", "issuer", "expired", "nobody", "no role", "two roles",
         "no department", "another key", "unsigned", "another proof"],
)  # fmt: skip
async def test_a_token_that_proves_nothing_lets_nobody_in(
    guest: httpx.AsyncClient, provider: LocalProvider, forge: Forging
) -> None:
    """Each claim is held against what was asked for."""
    address = await choose(guest, "dwp")
    forge(provider)
    await refused(guest, address)


@pytest.mark.parametrize("account", ["stranger", "two", "elsewhere"])
async def test_an_account_that_we_do_not_know(guest: httpx.AsyncClient, account: str) -> None:
    """A good token of somebody with no role of ours, or of no department."""
    await refused(guest, await choose(guest, account))


@pytest.mark.parametrize(
    "next", ["https://elsewhere.test/", "//elsewhere.test", "/\\elsewhere.test", "\\\\elsewhere.test",
             "/\t/elsewhere.test", "javascript:alert(1)", "elsewhere.test", "", "/a\r\nset-cookie: x=1"]
)  # fmt: skip
async def test_nobody_is_sent_elsewhere(guest: httpx.AsyncClient, next: str) -> None:
    """Whatever the address says: to the front page."""
    assert (await sign_in(guest, "dwp", next)).headers["location"] == "/"


async def test_a_provider_that_does_not_answer(guest: httpx.AsyncClient, provider: LocalProvider) -> None:
    """503 at either end; published pages stay as they are."""
    address = await choose(guest, "dwp")
    provider.stop()
    assert (await guest.get(address)).status_code == 503
    assert (await guest.get("/departments")).status_code == 200
