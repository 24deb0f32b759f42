"""Who sees what: every address and every form, as each of those who may come."""

import re
from collections.abc import Mapping

import pytest
from fastapi.routing import APIRoute

from services.reporter.signing_in.people import Person
from tests.unit.reporter.examples import PERIOD
from tests.unit.reporter.returns.memory import DWP, MOJ, PM, REVIEW, Running, hidden, running
from tests.unit.reporter.test_site import MemoryShelf, issue

WHO: dict[str, Person | None] = {"nobody": None, "dwp": DWP, "moj": MOJ, "pm": PM, "review": REVIEW}
EVIDENCE = f"/departments/dwp/{PERIOD}/evidence/consultation"
SIGN_IN = 303
"""Sent to sign in."""

# Status for: nobody, the department itself, another one, the Prime Minister's office, the review team.
PAGES = {
    "/": (200, 200, 200, 200, 200),
    "/overview": (200, 200, 200, 200, 200),
    "/departments": (200, 200, 200, 200, 200),
    "/methodology": (200, 200, 200, 200, 200),
    "/signed-out": (200, 200, 200, 200, 200),
    "/rounds/open": (SIGN_IN, 403, 403, 200, 403),
    f"/rounds/{PERIOD}": (SIGN_IN, 403, 403, 200, 200),
    f"/rounds/{PERIOD}/overview": (SIGN_IN, 403, 403, 200, 200),
    f"/rounds/{PERIOD}/close": (SIGN_IN, 403, 403, 200, 403),
    f"/returns/{PERIOD}/dwp": (SIGN_IN, 200, 403, 200, 200),
    f"/returns/{PERIOD}/dwp/report": (SIGN_IN, 200, 403, 200, 200),
    f"/returns/{PERIOD}/dwp/statement": (SIGN_IN, 200, 403, 403, 403),
    f"/returns/{PERIOD}/dwp/sign": (SIGN_IN, 303, 403, 403, 403),  # nothing is written yet: back to the form
    f"/returns/{PERIOD}/dwp/withdraw": (SIGN_IN, 404, 403, 403, 403),  # nothing is signed yet
    EVIDENCE: (SIGN_IN, 200, 403, 200, 200),
    "/procurements/ocds-h6vhtk-06e0b1": (SIGN_IN, 200, 403, 200, 200),
}
FORMS = {
    "/sign-out": (403, 303, 303, 303, 303),
    "/rounds/open": (403, 403, 403, 422, 403),
    f"/rounds/{PERIOD}/close": (403, 403, 403, 400, 403),
    f"/returns/{PERIOD}/dwp/statement": (403, 303, 403, 403, 403),
    f"/returns/{PERIOD}/dwp/sign": (403, 303, 403, 403, 403),
    f"/returns/{PERIOD}/dwp/withdraw": (403, 404, 403, 403, 403),
}


@pytest.fixture
def site() -> Running:
    return running()


@pytest.fixture(scope="module")
def unchanged() -> Running:
    """For those who only look."""
    return running()


def matrix(table: Mapping[str, tuple[int, ...]]) -> list[tuple[str, str, int]]:
    return [(path, who, status) for path, row in table.items() for who, status in zip(WHO, row, strict=True)]


@pytest.mark.parametrize(("path", "who", "status"), matrix(PAGES))
async def test_pages(unchanged: Running, path: str, who: str, status: int) -> None:
    """Open, one's own, or none of one's business; a page that refuses is a page."""
    answer = await unchanged.browser(WHO[who]).get(path)
    assert answer.status_code == status
    if status == SIGN_IN and who == "nobody":
        assert answer.headers["location"] == f"/sign-in?next={path}"
    if status == 403:
        assert "You cannot see this page or do this" in answer.text


@pytest.mark.parametrize(("path", "who", "status"), matrix(FORMS))
async def test_forms(site: Running, path: str, who: str, status: int) -> None:
    """An empty form of a page of ours: what is refused says nothing to anybody."""
    assert (await site.browser(WHO[who]).post(path, {})).status_code == status
    assert site.desk.sent == []


@pytest.mark.parametrize("path", sorted(FORMS))
@pytest.mark.parametrize(
    ("fields", "headers"),
    [
        ({"token": ""}, {}),
        ({"token": "0" * 64}, {}),
        ({}, {"origin": "https://elsewhere.test"}),
        ({}, {"origin": "null"}),
        ({}, {"origin": ""}),
        ({}, {"origin": "https://reports.test.elsewhere.test"}),
    ],
)
async def test_a_form_that_no_page_of_ours_sent_is_refused(
    site: Running, path: str, fields: dict[str, str], headers: dict[str, str]
) -> None:
    """Without the session's own token, or from another origin."""
    for person in (DWP, PM):
        answer = await site.browser(person).post(path, fields, **headers)
        assert answer.status_code == 403
    assert site.desk.sent == []
    assert set(site.sessions.people) == {DWP.subject, PM.subject}


async def test_the_token_of_another_session_is_refused(site: Running) -> None:
    """Each session has its own."""
    answer = await site.browser(DWP).post("/sign-out", {"token": site.browser(MOJ).token})
    assert answer.status_code == 403


@pytest.mark.parametrize("cookie", ["", "x", "dwp-1", "dwp-1.", "dwp-1." + "0" * 64, ".", "dwp-2"])
async def test_a_session_that_we_did_not_sign_is_nobodys(site: Running, cookie: str) -> None:
    """Even where the id is right."""
    site.browser(DWP)
    nobody = site.browser(None)
    nobody.client.cookies.set("__Host-session", cookie)
    assert (await nobody.get(f"/returns/{PERIOD}/dwp")).status_code == SIGN_IN


async def test_every_address_is_in_the_matrix(site: Running) -> None:
    """A new page for those who have signed in has to be decided on."""
    public = re.compile(
        "/(departments|overview|methodology|revisions|releases|accessibility|contact|assets|procurements|unattributed|"
        "examples|capability|sectors|feed|data|schemas|problems|v1|health)"
    )
    own = {"/sign-in", "/sign-in/callback", "/sign-out", "/signed-out", "/"}
    tested = {path.replace(PERIOD, "{period}").replace("/dwp", "/{code}") for path in {*PAGES, *FORMS}}
    found = {route.path for route in site.app.routes if isinstance(route, APIRoute)}
    assert {path for path in found - tested - own if not public.match(path)} == set()


async def test_pages_for_one_person_are_kept_by_nobody_and_send_forms_to_us_only(site: Running) -> None:
    """no-store; form-action 'self' here and 'none' on public pages; no inline script or style is allowed."""
    private = await site.browser(DWP).get(f"/returns/{PERIOD}/dwp/statement")
    assert private.headers["cache-control"] == "no-store"
    assert "form-action 'self'" in private.headers["content-security-policy"]
    assert private.headers["referrer-policy"] == "same-origin"  # else browsers send the origin `null`
    public = await site.browser(None).get("/departments")
    assert "form-action 'none'" in public.headers["content-security-policy"]
    assert public.headers["referrer-policy"] == "no-referrer"
    for answer in (private, public):
        assert answer.headers.get_list("content-security-policy")[1:] == []
        assert "unsafe" not in answer.headers["content-security-policy"]


async def test_names_are_text(site: Running) -> None:
    """Also the name of who has signed in."""
    text = (await site.browser(DWP).get("/")).text
    assert "Robin &lt;Marsh&gt;" in text
    assert "<Marsh>" not in text


async def test_signing_out_ends_the_session(site: Running) -> None:
    """At the server, whatever the browser keeps."""
    browser = site.browser(DWP)
    token = hidden((await browser.get("/")).text, "token")
    answer = await browser.post("/sign-out", {"token": token})
    assert answer.headers["location"] == "/signed-out"
    assert site.sessions.people == {}


async def test_without_a_period_published_there_is_no_evidence_for_the_public() -> None:
    """Once it is out, it is open to all."""
    site = running(shelf=MemoryShelf(all=[issue("dwp")]))
    assert (await site.browser(None).get(EVIDENCE)).status_code == 200
    assert (await site.browser(MOJ).get("/procurements/ocds-h6vhtk-06e0b1")).status_code == 200


async def test_a_form_too_long_is_not_read_to_its_end(site: Running) -> None:
    """413."""
    answer = await site.browser(DWP).post(f"/returns/{PERIOD}/dwp/statement", {"statement": "x" * 500_000})
    assert answer.status_code == 413
