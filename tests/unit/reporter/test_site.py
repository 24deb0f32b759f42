"""The pages over HTTP, with a shelf in memory."""

import csv
import hashlib
import io
import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

import httpx
import orjson
import pytest
from fastapi import FastAPI

from services.reporter import site
from services.reporter.evidence import PAGE, Buyer, Counted, CountedItems, Event, Fact, Item, Procurement, Said
from services.reporter.model import Change
from services.reporter.shelf import Entry, Issue, Listed, Planned, Stored, Unavailable
from services.reporter.stylesheets import Assets
from shared.departments import load_register
from shared.status import Rating
from tests.unit.reporter.examples import PUBLISH_AT

HTML = {"accept": "text/html"}


def issue(department: str = "dwp", period: str = "2026-27-q2", revision: int = 1) -> Issue:
    change = Change(what="Considered in time", old="6 of 8", new="7 of 9", text="Considered in time 7 of 9")
    return Issue(
        id=f"{department}/{period}/r{revision}",
        department=department,
        period=period,
        revision=revision,
        published_at=PUBLISH_AT,
        title={"dwp": "Department for Work and Pensions"}.get(department, "2 of 3 departments are rated good"),
        rating=None if department == "overview" else Rating.PARTIAL,
        reason="late event: considered in time 7 of 9" if revision > 1 else None,
        changes=(change,) if revision > 1 else (),
    )


@dataclass
class MemoryShelf:
    """Issues in the order they were put there; the newest last."""

    all: list[Issue] = field(default_factory=list)
    rounds: list[Planned] = field(default_factory=list)
    down: bool = False
    broken: bool = False

    def _look(self) -> list[Issue]:
        if self.down:
            raise Unavailable
        if self.broken:
            raise RuntimeError("a bug")
        return self.all

    async def file(self, department: str, period: str | None, revision: int | None, name: str) -> Stored | None:
        found = [
            i
            for i in self._look()
            if i.department == department and period in (None, i.period) and revision in (None, i.revision)
        ]
        if not found:
            return None
        content = f"{name} of {found[-1].id}".encode()
        media_type = "application/json" if name.endswith(".json") else "text/html; charset=utf-8"
        return Stored(found[-1], media_type, content, hashlib.sha256(content).hexdigest())

    async def files(self, period: str, name: str) -> Sequence[Stored]:
        codes = {i.department for i in self._look() if i.period == period and i.department != "overview"}
        found = [await self.file(code, period, None, name) for code in sorted(codes)]
        return [stored for stored in found if stored is not None]

    async def listing(self, department: str, period: str, revision: int) -> Sequence[Listed]:
        stored = await self.file(department, period, revision, "report.csv")
        return [] if stored is None else [Listed("report.csv", "text/csv", len(stored.content), stored.sha256)]

    async def recent(self, department: str | None) -> Sequence[Issue]:
        return [i for i in reversed(self._look()) if department in (None, i.department)]

    async def calendar(self) -> Sequence[Entry]:
        self._look()
        return [
            Entry("2026-27-q2", PUBLISH_AT, "confirmed", 3, PUBLISH_AT),
            Entry("2025-26", PUBLISH_AT, "cancelled", 1, PUBLISH_AT),
        ]

    async def latest(self) -> Sequence[Issue]:
        return [i for i in self._look() if i.department != "overview"]

    async def issues(self, department: str) -> Sequence[Issue]:
        return [i for i in self._look() if i.department == department]

    async def revised(self) -> Sequence[Issue]:
        return [i for i in self._look() if i.revision > 1]

    async def planned(self) -> Sequence[Planned]:
        self._look()
        return self.rounds

    async def asset(self, name: str) -> bytes | None:
        self._look()
        return b"old" if name == "app-old.css" else None


DELIVERED = Item("delivered", "short", "dwp", date(2026, 8, 1), date(2027, 1, 1), 5_000_000_00, None)


def told(department: str, event: str, value: dict[str, object]) -> Said:
    return Said(department, Fact(f"{event}/urn:x 1", value, "2026-09-01T09:00:00.000000Z", "urn:x", "1"))


SAID = {
    "example.shared": [
        told(
            "defra",
            "example.shared",
            {
                "title": "River management",
                "service": "Rivers & banks",
                "strands": ["environmental", "social"],
                "outcome": "Volunteers planted <nine> kilometres.",
                "ocid": "ocds-1",
            },
        ),
        told(
            "dsit",
            "example.shared",
            {
                "title": "Clean rooms",
                "service": "Cleaning",
                "strands": ["economic"],
                "outcome": "Better jobs.",
                "url": "https://example.org/rooms",
            },
        ),
    ],
    "training.completed": [
        told(
            "dwp",
            "training.completed",
            {"programme": "commissioning-academy", "completed_on": "2024-11-05", "participants": 12},
        ),
    ],
}


class MemoryRecords:
    """One procurement, counted for DWP in any quarter."""

    async def procurement(self, ocid: str) -> Procurement | None:
        if ocid != "ocds-h6vhtk-06e0b1":
            return None
        return Procurement(
            ocid=ocid,
            department="dwp",
            body=None,
            buyer_name="Department for Work & Pensions",
            period="2026-27-q2",
            title="<b>Cleaning</b>",
            started_on=date(2026, 7, 20),
            start_exact=True,
            value_gross=48_200_000_00,
            value_net=None,
            scope="applies",
            scope_reasons=("services",),
            missing=(),
            answers={"considered-in-time": ["before"], "in-scope": ["applies"]},
            concerns=(),
            evidence={"considered-in-time": [("urn:dwp", "c-1")]},
            items=(DELIVERED,),
            unheard=("moj",),
            facts=(
                Fact("title", "<b>Cleaning</b>", "2026-07-20T09:00:00.000000Z", "urn:dwp", "c-1"),
                Fact("dwp:consideration/urn:a", "before", "2026-07-20T09:00:00.000000Z", "urn:dwp", "c-1"),
                Fact("moj:consideration/urn:b", "not ours", "2026-07-20T09:00:00.000000Z", "urn:moj", "c-2"),
            ),
            events=(
                Event(
                    source="urn:dwp",
                    id="c-1",
                    type="uk.gov.social-value.consideration.recorded.v1",
                    sender="dwp",
                    time=PUBLISH_AT,
                    received=PUBLISH_AT,
                    sha256="0" * 64,
                ),
            ),
        )

    async def counted(self, department: str, quarters: Sequence[str], question: str, after: str) -> Sequence[Counted]:
        return [
            Counted(f"ocds-h6vhtk-{n:06}", "=1+1" if n == 0 else None, ("no-record",), None, None, None, 0)
            for n in range(PAGE + 2)
            if f"ocds-h6vhtk-{n:06}" > after
        ][:PAGE]

    async def items(
        self, department: str, first: date, last: date, questions: Sequence[str], after: str
    ) -> Sequence[CountedItems]:
        return [CountedItems("ocds-h6vhtk-06e0b1", None, (DELIVERED,))] if "delivered" in questions else []

    async def unattributed(self) -> Sequence[Buyer]:
        return [
            Buyer("Example Museums Group", ("GB-FTS-1",), 3, 50_000_000_00, 1_000_000_00, 1, date(2026, 1, 5), None),
            Buyer(None, (), 1, 0, 0, 1, None, None),
        ]

    async def said(self, event: str) -> Sequence[Said]:
        return SAID.get(event, [])


@pytest.fixture
def shelf() -> MemoryShelf:
    first, second = issue(), issue(revision=2)
    return MemoryShelf(
        all=[issue("overview"), first, second],
        rounds=[Planned("2026-27-q2", PUBLISH_AT, date(2026, 10, 9), True)],
    )


@pytest.fixture
async def client(shelf: MemoryShelf) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    assets = Assets({"app-1.css": b"body{}"}, "/assets/app-1.css")
    now = datetime(2026, 10, 20, tzinfo=UTC)
    site.add_to(
        app,
        shelf=shelf,
        records=MemoryRecords(),
        register=load_register(),
        assets=assets,
        sample=True,
        now=lambda: now,
        contact="The review team, 1 Example Street",
    )
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://reports.test") as client:
        yield client


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/overview/2026-27-q2.pack.pdf", "pack.pdf of overview/2026-27-q2/r1"),
        ("/overview/2026-27-q2/r1.pack.pdf", "pack.pdf of overview/2026-27-q2/r1"),
        ("/", "report.html of overview/2026-27-q2/r1"),
        ("/overview/2026-27-q2", "report.html of overview/2026-27-q2/r1"),
        ("/overview/2026-27-q2.json", "report.json of overview/2026-27-q2/r1"),
        ("/overview/2026-27-q2/r1", "report.html of overview/2026-27-q2/r1"),
        ("/overview/2026-27-q2/r1.json", "report.json of overview/2026-27-q2/r1"),
        ("/departments/dwp", "report.html of dwp/2026-27-q2/r2"),
        ("/departments/dwp.json", "report.json of dwp/2026-27-q2/r2"),
        ("/departments/dwp/2026-27-q2", "report.html of dwp/2026-27-q2/r2"),
        ("/departments/dwp/2026-27-q2.json", "report.json of dwp/2026-27-q2/r2"),
        ("/departments/dwp/2026-27-q2/r1", "report.html of dwp/2026-27-q2/r1"),
        ("/departments/dwp/2026-27-q2/r1.json", "report.json of dwp/2026-27-q2/r1"),
        ("/departments/dwp/2026-27-q2/r1.pdf", "report.pdf of dwp/2026-27-q2/r1"),
        ("/departments/dwp/2026-27-q2.xlsx", "report.xlsx of dwp/2026-27-q2/r2"),
        ("/departments/dwp.csv", "report.csv of dwp/2026-27-q2/r2"),
        ("/overview/2026-27-q2.csv-metadata.json", "report.csv-metadata.json of overview/2026-27-q2/r1"),
    ],
)
async def test_a_published_page_is_the_bytes_that_were_published(
    client: httpx.AsyncClient, path: str, body: str
) -> None:
    """The latest revision, or the one that is named; HTML, or what the suffix says."""
    answer = await client.get(path)
    assert (answer.status_code, answer.text) == (200, body)


async def test_accept_is_honoured_without_a_suffix(client: httpx.AsyncClient) -> None:
    """And said to matter."""
    answer = await client.get("/departments/dwp/2026-27-q2", headers={"accept": "application/json"})
    assert (answer.text, answer.headers["vary"], answer.headers["content-type"]) == (
        "report.json of dwp/2026-27-q2/r2",
        "Accept",
        "application/json",
    )


async def test_a_suffix_is_stronger_than_accept(client: httpx.AsyncClient) -> None:
    """A link to the JSON is the JSON in a browser too."""
    assert (await client.get("/departments/dwp/2026-27-q2.json", headers=HTML)).text.startswith("report.json")


async def test_what_the_reader_has_is_not_sent_again(client: httpx.AsyncClient) -> None:
    """The tag is the SHA-256 of the content."""
    first = await client.get("/departments/dwp/2026-27-q2")
    assert first.headers["etag"] == f'"{hashlib.sha256(first.content).hexdigest()}"'
    second = await client.get("/departments/dwp/2026-27-q2", headers={"if-none-match": first.headers["etag"]})
    assert (second.status_code, second.content, second.headers["etag"]) == (304, b"", first.headers["etag"])


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"if-modified-since": "Wed, 14 Oct 2026 08:30:00 GMT"}, 304),
        ({"if-modified-since": "Wed, 14 Oct 2026 08:29:59 GMT"}, 200),
        ({"if-modified-since": "Thu, 15 Oct 2026 00:00:00 GMT", "if-none-match": '"other"'}, 200),
        ({"if-modified-since": "yesterday"}, 200),
    ],
)
async def test_a_reader_without_the_tag_may_name_the_time(
    client: httpx.AsyncClient, headers: dict[str, str], status: int
) -> None:
    """RFC 9110: the tag goes first, and a date that is none is not heard."""
    answer = await client.get("/departments/dwp/2026-27-q2", headers=headers)
    assert (answer.status_code, answer.headers["last-modified"]) == (status, "Wed, 14 Oct 2026 08:30:00 GMT")


async def test_a_numbered_revision_may_be_kept_for_ever_and_the_latest_is_asked_for_again(
    client: httpx.AsyncClient,
) -> None:
    """By the reader only: no shared cache."""
    said = [(await client.get(f"/departments/dwp/2026-27-q2{end}")).headers["cache-control"] for end in ("/r1", "")]
    assert said == ["private, max-age=31536000, immutable", "private, no-cache"]


async def test_the_links_of_a_report_name_its_revision_its_json_and_the_latest(client: httpx.AsyncClient) -> None:
    """As headers, since published bytes cannot know of later revisions."""
    assert (await client.get("/departments/dwp/2026-27-q2/r1")).headers["link"] == (
        '</departments/dwp/2026-27-q2/r1>; rel="canonical", '
        '</departments/dwp/2026-27-q2/r1.json>; rel="alternate"; type="application/json", '
        '</departments/dwp/2026-27-q2/r1.pdf>; rel="alternate"; type="application/pdf", '
        '</departments/dwp/2026-27-q2/r1.csv>; rel="alternate"; type="text/csv", '
        '</departments/dwp/2026-27-q2/r1.xlsx>; rel="alternate"; '
        'type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", '
        '</departments/dwp/2026-27-q2/r1.csv-metadata.json>; rel="describedby"; type="application/csvm+json", '
        '</departments/dwp/2026-27-q2>; rel="latest-version"'
    )


@pytest.mark.parametrize(
    "path",
    [
        "/nothing",
        "/departments/nobody",
        "/departments/overview",
        "/departments/dwp/2026-28-q2",
        "/departments/dwp/2026-27-q5",
        "/departments/dwp/2026-27-q1",
        "/departments/dwp/2026-27-q2/r3",
        "/departments/dwp/2026-27-q2/r0",
        "/departments/dwp/2026-27-q2/2",
        "/overview/later",
        "/assets/app-2.css",
    ],
)
async def test_what_is_not_there_is_said_in_the_words_of_gov_uk(client: httpx.AsyncClient, path: str) -> None:
    """404, as a page for people."""
    answer = await client.get(path, headers=HTML)
    assert answer.status_code == 404
    assert "If you typed the web address, check it is correct." in answer.text


async def test_a_program_is_told_as_a_problem(client: httpx.AsyncClient) -> None:
    """RFC 9457, by Accept or by suffix."""
    by_accept = await client.get("/nothing", headers={"accept": "application/json"})
    by_suffix = await client.get("/departments/nobody/2026-27-q2.json")
    for answer in (by_accept, by_suffix):
        assert answer.headers["content-type"] == "application/problem+json"
        assert orjson.loads(answer.content) == {"type": "about:blank", "title": "Page not found", "status": 404}


async def test_a_database_that_does_not_answer_is_503(client: httpx.AsyncClient, shelf: MemoryShelf) -> None:
    """With the time after which to come back."""
    shelf.down = True
    answer = await client.get("/", headers=HTML)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "10")
    assert "Sorry, the service is unavailable" in answer.text


async def test_a_bug_is_500_and_shows_nothing_of_itself(client: httpx.AsyncClient, shelf: MemoryShelf) -> None:
    """Headers and all."""
    shelf.broken = True
    answer = await client.get("/departments", headers=HTML)
    assert answer.status_code == 500
    assert "Sorry, there is a problem with the service" in answer.text
    assert "bug" not in answer.text
    assert "content-security-policy" in answer.headers


@pytest.mark.parametrize("path", ["/", "/methodology", "/nothing", "/assets/app-1.css"])
async def test_every_response_carries_the_policy(client: httpx.AsyncClient, path: str) -> None:
    """One inline script by its hash, nothing from elsewhere."""
    headers = (await client.get(path)).headers
    assert headers["content-security-policy"] == (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; "
        "script-src 'sha256-GUQ5ad8JK5KmEWmROf3LZd9ge94daqNvd8xy9YS1iDw='; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/departments", "Department for Work and Pensions"),
        ("/methodology", "16. Forward look"),
        ("/revisions", "Considered in time: 7 of 9, previously 6 of 8"),
        ("/releases", "Q3 2026 to 2027 (October to December 2026)"),
    ],
)
async def test_the_pages_made_on_demand_say_what_they_are_for(client: httpx.AsyncClient, path: str, words: str) -> None:
    """With the sample banner, as all pages have in a demonstration."""
    answer = await client.get(path)
    assert answer.status_code == 200
    assert words in answer.text
    assert "Sample data – figures are invented" in answer.text


async def test_a_release_that_does_not_come_stays_in_the_calendar(client: httpx.AsyncClient) -> None:
    """On the page as in the file."""
    rows = re.findall(r"<tr.*?</tr>", (await client.get("/releases")).text, re.DOTALL)
    found = [re.sub(r"<[^>]+>|\s+", " ", row).split() for row in rows[1:]]
    assert [words[-1] for words in found] == ["Provisional", "Published", "Cancelled"]


async def test_the_style_sheet_may_be_kept_for_ever_even_an_old_one(client: httpx.AsyncClient) -> None:
    """Its name changes with its content; pages published with an older one keep their looks."""
    for name, content in (("app-1.css", b"body{}"), ("app-old.css", b"old")):
        answer = await client.get(f"/assets/{name}")
        assert (answer.content, answer.headers["cache-control"], answer.headers["content-type"]) == (
            content,
            "public, max-age=31536000, immutable",
            "text/css; charset=utf-8",
        )


async def test_before_the_first_publication_the_overview_says_so(client: httpx.AsyncClient, shelf: MemoryShelf) -> None:
    """And is found."""
    shelf.all.clear()
    answer = await client.get("/")
    assert answer.status_code == 200
    assert "No report has been published yet" in answer.text


async def test_pages_can_only_be_read(client: httpx.AsyncClient) -> None:
    """405 for anything else, HEAD as GET without a body."""
    assert (await client.post("/", headers=HTML)).status_code == 405
    head = await client.head("/departments/dwp/2026-27-q2")
    assert (head.status_code, head.headers["etag"]) == (200, (await client.get("/departments/dwp")).headers["etag"])


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/departments/dwp/2026-27-q2/evidence/considered-in-time", "No record of consideration"),
        ("/departments/dwp/2026-27-q2/evidence/capability", "commissioning-academy"),
        ("/departments/dwp/2026-27-q2/evidence/economic", "Economic well-being"),
        ("/procurements/ocds-h6vhtk-06e0b1", "c-1 from urn:dwp"),
    ],
)
async def test_a_figure_can_be_followed_down_to_its_events(client: httpx.AsyncClient, path: str, words: str) -> None:
    """From the indicator to the procurement, and from its facts to the event that established each."""
    answer = await client.get(path)
    assert answer.status_code == 200
    assert words in answer.text
    assert "may be newer than the" in answer.text


async def test_the_evidence_as_csv_holds_every_page_of_it(client: httpx.AsyncClient) -> None:
    """The page shows 200 and leads on; the file has all, and no formula."""
    address = "/departments/dwp/2026-27-q2/evidence/considered-in-time"
    first = (await client.get(address)).text
    assert f'href="{address}.csv"' in first
    assert f'href="?after=ocds-h6vhtk-{PAGE - 1:06}"' in first
    assert "Next procurements" not in (await client.get(f"{address}?after=ocds-h6vhtk-{PAGE - 1:06}")).text
    answer = await client.get(f"{address}.csv")
    rows = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    assert answer.headers["content-type"].startswith("text/csv")
    assert [row["ocid"] for row in rows] == [f"ocds-h6vhtk-{n:06}" for n in range(PAGE + 2)]
    assert rows[0] == {
        "ocid": "ocds-h6vhtk-000000",
        "title": "'=1+1",
        "answers": "no-record",
        "started_on": "",
        "value_gross_pence": "",
        "value_net_pence": "",
        "events": "0",
    }


async def test_the_items_behind_a_figure_as_csv(client: httpx.AsyncClient) -> None:
    """Each with the time in which it counts."""
    rows = (await client.get("/departments/dwp/2026-27-q2/evidence/delivered.csv")).text.splitlines()
    assert rows[1] == "ocds-h6vhtk-06e0b1,,delivered,short,2026-08-01,2027-01-01,500000000,"


async def test_the_events_behind_capability_as_csv(client: httpx.AsyncClient) -> None:
    """Of that department alone, and none that speaks of a later time than the period."""
    address = "/departments/dwp/{}/evidence/capability.csv"
    rows = (await client.get(address.format("2026-27-q2"))).text.splitlines()
    assert len(rows) == 2
    assert rows[1].startswith("training.completed,2026-09-01T09:00:00.000000Z,")


async def test_who_said_what_of_a_procurement_and_whether_it_counts(client: httpx.AsyncClient) -> None:
    """A department that does not answer for the buyer is shown and not heard; the JSON says the same."""
    page = (await client.get("/procurements/ocds-h6vhtk-06e0b1")).text
    assert "dwp:" not in page
    assert page.count("Not counted</strong>") == 1
    assert re.search(r"<bdi>moj</bdi><br><strong[^>]*>Not counted", page)
    for said in (
        await client.get("/procurements/ocds-h6vhtk-06e0b1.json"),
        await client.get("/procurements/ocds-h6vhtk-06e0b1", headers={"accept": "application/json"}),
    ):
        facts = [(f["name"], f["said_by"], f["counts"]) for f in said.json()["facts"]]
        assert facts == [
            ("title", None, True),
            ("consideration/urn:a", "dwp", True),
            ("consideration/urn:b", "moj", False),
        ]
        assert (said.json()["sample"], said.json()["value_gross"]) == (True, 48_200_000_00)


@pytest.mark.parametrize(
    "path",
    [
        "/departments/dwp/2026-27-q2/evidence/considered-in-time.pdf",
        "/procurements/ocds-h6vhtk-06e0b1.csv",
        "/departments/dwp/2026-27-q2/evidence/nonsense",
        "/departments/nobody/2026-27-q2/evidence/considered-in-time",
        "/procurements/ocds-h6vhtk-none",
    ],
)
async def test_evidence_of_what_is_not_there_is_not_found(client: httpx.AsyncClient, path: str) -> None:
    """An indicator, a department or a procurement that nobody knows."""
    assert (await client.get(path, headers=HTML)).status_code == 404


async def test_a_procurements_facts_lead_to_its_events(client: httpx.AsyncClient) -> None:
    """By an anchor on the same page; markup in them is text."""
    text = (await client.get("/procurements/ocds-h6vhtk-06e0b1")).text
    assert 'href="#event-1"' in text
    assert 'id="event-1"' in text
    assert "<b>Cleaning</b>" not in text
    assert "&lt;b&gt;Cleaning&lt;/b&gt;" in text
