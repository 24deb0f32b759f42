"""The contracts as ingest serves them: the documents, the schemas, and pages that need nothing from elsewhere."""

import re
from collections.abc import AsyncIterator
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import httpx
import jsonschema
import pytest
import pytest_asyncio

from services.ingest import problems
from services.ingest.app import create_app
from services.ingest.documentation import words
from services.ingest.explanations import EXPLANATIONS
from services.ingest.problems import TITLES
from services.ingest.settings import Settings
from shared.contracts import asyncapi
from shared.contracts.schemas import address, schema
from shared.events.catalogue import CATALOGUE
from shared.serving import Halt
from tests.unit.ingest.examples import REGISTER

PAGES = ["/docs", "/asyncapi", "/events", "/problems", *(f"/problems/{slug}" for slug in TITLES)]


@pytest_asyncio.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(create_app(Settings(), Halt()))
    async with httpx.AsyncClient(transport=transport, base_url="http://ingest") as found:
        yield found


class Page(HTMLParser):
    """Every start tag with its attributes, in order; and that each is closed."""

    VOID = frozenset({"meta", "link"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_is_whole_and_needs_nothing_from_elsewhere(client: httpx.AsyncClient, path: str) -> None:
    """No script, no style but our own sheet, and a policy that would stop any."""
    response = await client.get(path)
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert response.headers["content-security-policy"].startswith("default-src 'none'; style-src 'self'")
    page = Page(response.text)
    assert page.open == []
    assert {"script", "style", "img", "iframe", "form"}.isdisjoint(tag for tag, _ in page.tags)
    assert not any("style" in attributes or any(n.startswith("on") for n in attributes) for _, attributes in page.tags)
    assert [link["href"] for link in page.all("link")] == ["/documentation.css"]
    assert all((link["href"] or "").startswith(("/", "#")) for link in page.all("a"))


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_can_be_found_through_by_anyone(client: httpx.AsyncClient, path: str) -> None:
    """Language, landmarks, headings in order, captions, scopes, ids that are one thing's only."""
    page = Page((await client.get(path)).text)
    names = [tag for tag, _ in page.tags]
    assert page.all("html") == [{"lang": "en-GB"}]
    assert [names.count(tag) for tag in ("h1", "main", "header", "footer", "nav")] == [1] * 5
    assert page.all("a")[0] == {"class": "skip", "href": "#main"}
    levels = [int(tag[1]) for tag in names if re.fullmatch(r"h[1-6]", tag)]
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert names.count("caption") == names.count("table")
    assert all(cell.get("scope") in ("col", "row") for cell in page.all("th"))
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert all(each["aria-labelledby"] in ids for _, each in page.tags if "aria-labelledby" in each)


async def test_every_link_of_the_pages_leads_somewhere(client: httpx.AsyncClient) -> None:
    """Pages, documents and schemas."""
    links = {link["href"] or "" for path in PAGES for link in Page((await client.get(path)).text).all("a")}
    paths = sorted(link for link in {*links, "/documentation.css"} if link.startswith("/"))
    assert {path: (await client.get(path)).status_code for path in paths} == dict.fromkeys(paths, 200)


async def test_the_documents_are_served(client: httpx.AsyncClient) -> None:
    """As they are generated."""
    senders = [sender.code for sender in REGISTER.senders()]
    assert (await client.get("/asyncapi.json")).json() == asyncapi.document(senders)
    assert (await client.get("/openapi.json")).json() == create_app(Settings(), Halt()).openapi()


async def test_the_schemas_are_served_where_they_say(client: httpx.AsyncClient) -> None:
    """Each at its `$id`, with a title and a description."""
    for row in CATALOGUE.values():
        response = await client.get(address(row))
        assert response.headers["content-type"] == "application/schema+json"
        assert response.json() == schema(row)
        assert response.json()["$id"] == address(row)
        assert all(response.json()[word] for word in ("title", "description"))


@pytest.mark.parametrize("path", ["/schemas/dream/v1.json", "/schemas/heartbeat/v2.json", "/problems/dream", "/redoc"])
async def test_what_is_not_there_is_a_problem(client: httpx.AsyncClient, path: str) -> None:
    """404, as a problem whose own page is there."""
    response = await client.get(path)
    assert (response.status_code, response.json()["type"]) == (404, "/problems/not-found")


async def test_the_openapi_document_holds_together() -> None:
    """Every example is an event of its schema; every reference leads somewhere; all of /v1 asks who you are."""
    document = create_app(Settings(), Halt()).openapi()
    for reference in re.findall(r"'\$ref': '(#[^']+)'", str(document)):
        place = document
        for step in reference.removeprefix("#/").split("/"):
            place = place[step]
    content = document["paths"]["/v1/events"]["post"]["requestBody"]["content"]
    for media in ("application/cloudevents+json", "application/cloudevents-batch+json"):
        validator = jsonschema.Draft202012Validator({**content[media]["schema"], "components": document["components"]})
        for example in content[media]["examples"].values():
            validator.validate(example["value"])
    assert {f"{row.name}.v1" for row in CATALOGUE.values()} == content["application/cloudevents+json"][
        "examples"
    ].keys()
    for path, operations in document["paths"].items():
        assert all(("security" in each) == path.startswith("/v1/") for each in operations.values())


def test_every_problem_is_explained() -> None:
    """Also those that are added: a slug has a title in problems.py and its explanation in explanations.py."""
    assert EXPLANATIONS.keys() == TITLES.keys()


def test_every_slug_in_use_has_a_title() -> None:
    """Read out of the source: nobody makes up a slug on the way."""
    folder = Path(problems.__file__).parent
    made = re.compile(r"(?:problem|Problem|later|HttpProblem)\(\s*(?:\d{3},\s*)?\"([a-z-]+)\"")
    used = {slug for path in folder.glob("*.py") for slug in made.findall(path.read_text("utf-8"))}
    assert used
    assert used <= TITLES.keys()


def test_what_stands_in_backticks_is_code_and_all_of_it_is_escaped() -> None:
    """As the documents write names of things."""
    assert str(words("`type` <b> `a<b`")) == "<code>type</code> &lt;b&gt; <code>a&lt;b</code>"
