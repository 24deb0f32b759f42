"""The pages made on demand: mapping, successors, buyers, examples, capability, rules. A shelf in memory."""

import hashlib
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime

import httpx
import orjson
import pytest
from fastapi import FastAPI

from services.reporter import capability_page, examples, methodology, site, unattributed
from services.reporter.evidence import Buyer, CountedItems
from services.reporter.item_pages import counted_items
from services.reporter.item_pages import table as items
from services.reporter.report import build
from services.reporter.revisions import canonical
from services.reporter.shelf import Stored
from services.reporter.site import neighbours
from services.reporter.stylesheets import Assets
from shared.departments import Mark, load_register
from shared.rules import load_rules
from tests.unit.reporter.examples import ALL_NAMES, PUBLISH_AT, names
from tests.unit.reporter.test_mapping import small
from tests.unit.reporter.test_rendering import Page
from tests.unit.reporter.test_site import DELIVERED, SAID, MemoryRecords, MemoryShelf, issue, told

REGISTER = load_register()
TODAY = date(2026, 10, 20)
HTML = {"accept": "text/html"}


class ReportShelf(MemoryShelf):
    """Real documents of Q1 for DBT and DSIT, and of Q2 for BIST."""

    async def file(self, department: str, period: str | None, revision: int | None, name: str) -> Stored | None:
        stored = await super().file(department, period, revision, name)
        if stored is None or department == "overview" or not name.endswith(".json"):
            return stored
        code, period = stored.issue.department, stored.issue.period
        called = names(code, code.upper()) if code != "bist" else ALL_NAMES["bist"]
        content = canonical(build(small(code, period, 7, 2, 1), history=[], names=called, published_at=PUBLISH_AT))
        return Stored(stored.issue, stored.media_type, content, hashlib.sha256(content).hexdigest())


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    issues = [issue("dbt", "2026-27-q1"), issue("dsit", "2026-27-q1"), issue("bist"), issue("dwp"), issue("overview")]
    app = FastAPI()
    site.add_to(
        app,
        shelf=ReportShelf(all=issues),
        records=MemoryRecords(),
        register=REGISTER,
        assets=Assets({}, "/assets/app-1.css"),
        sample=True,
        now=lambda: datetime(2026, 10, 20, tzinfo=UTC),
    )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://reports.test") as client:
        yield client


async def test_a_period_as_mapped_now_stands_beside_the_reports_as_they_were(client: httpx.AsyncClient) -> None:
    """Each department's figures, their sum, links to the reports, and no rating of the whole."""
    page = Page((await client.get("/departments/bist/2026-27-q1/mapped", headers=HTML)).content)
    rows = {row[0]: row[1:] for row in page.table("side by side")}
    assert rows["Measure"] == ["DBT", "DSIT", "Together"]
    assert rows["Considered before the start"] == ["7 of 91 unknown", "7 of 91 unknown", "78%14 of 182 unknown"]
    assert "not rated: combined figures" in page.text
    assert {"/departments/dbt/2026-27-q1", "/departments/dsit/2026-27-q1"} <= {a.get("href") for _, a in page.tags}


async def test_its_json_says_the_same(client: httpx.AsyncClient) -> None:
    """By suffix and by Accept."""
    by_suffix = await client.get("/departments/bist/2026-27-q1/mapped.json")
    by_accept = await client.get("/departments/bist/2026-27-q1/mapped", headers={"accept": "application/json"})
    said = orjson.loads(by_suffix.content)
    assert by_accept.content == by_suffix.content
    assert (said["rating"], said["mapped_on"], said["figures"]["considered-in-time"]["numerator"]) == (
        "not rated: combined figures",
        "2026-10-20",
        14,
    )


async def test_what_is_no_more_is_sent_on_to_who_answers_now(client: httpx.AsyncClient) -> None:
    """Not for ever: departments may change again."""
    answer = await client.get("/departments/dsit/2026-27-q1/mapped.json")
    assert (answer.status_code, answer.headers["location"]) == (307, "/departments/bist/2026-27-q1/mapped.json")


@pytest.mark.parametrize("path", ["/departments/nobody/2026-27-q1/mapped", "/departments/dwp/2026-27-q1/mapped"])
async def test_nothing_to_map_is_not_found(client: httpx.AsyncClient, path: str) -> None:
    """No such department, or no report of the period."""
    assert (await client.get(path)).status_code == 404


async def test_the_page_of_a_department_that_is_no_more_says_who_took_over(client: httpx.AsyncClient) -> None:
    """And keeps its reports as they were; one that exists has its latest report there."""
    page = Page((await client.get("/departments/dsit", headers=HTML)).content)
    assert "Its last day was 21 July 2026. Its work was taken over by (source: secondary):" in page.text
    hrefs = [attrs.get("href") for _, attrs in page.tags]
    assert {"/departments/bist", "/departments/dcms", "/departments/dsit/2026-27-q1"} <= set(hrefs)
    assert (await client.get("/departments/bist", headers=HTML)).text == "report.html of bist/2026-27-q2/r1"
    assert (await client.get("/departments/dsit/2026-27-q1")).text == "report.html of dsit/2026-27-q1/r1"


async def test_the_list_of_departments_keeps_those_that_are_no_more_apart(client: httpx.AsyncClient) -> None:
    """With their successors."""
    page = Page((await client.get("/departments", headers=HTML)).content)
    assert len(page.table("latest report of each")) == 3
    assert len(page.table("no more")) == 3


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/unattributed", "Example Museums Group"),
        ("/examples", "2 shown"),
        ("/examples?strand=social", "1 of 2 shown"),
        ("/examples?service=Rivers+%26+banks&strand=economic", "No example fits."),
        ("/capability", "12 participants on record since 5 November 2024."),
        ("/methodology", "The rules of law and policy"),
        ("/accessibility", "They are meant to be read by everybody"),
        ("/contact", "Nobody has been named yet"),
        ("/departments/bist/2026-27-q2/evidence/delivered", "Less than was due, since 1 August 2026"),
        ("/procurements/ocds-h6vhtk-06e0b1", "Less than was due"),
    ],
)
async def test_each_page_says_what_it_is_for(client: httpx.AsyncClient, path: str, words: str) -> None:
    """200, with the banner of a demonstration and unique ids."""
    answer = await client.get(path, headers=HTML)
    page = Page(answer.content)
    assert answer.status_code == 200
    assert words in " ".join(page.text.split())
    assert "Sample data – figures are invented" in page.text
    assert len(page.ids) == len(set(page.ids))


async def test_what_departments_wrote_is_text(client: httpx.AsyncClient) -> None:
    """Also where it is a filter."""
    text = (await client.get("/examples")).text
    assert "planted &lt;nine&gt; kilometres" in text
    assert 'href="/examples?service=Rivers+%26+banks"' in text


def test_examples_are_filtered_by_service_and_kind_and_each_link_keeps_the_other_choice() -> None:
    """The newest first; a department that is no more keeps its last name."""
    found = examples.read(SAID["example.shared"], REGISTER, TODAY)
    assert [(e.title, e.department) for e in found] == [
        ("Clean rooms", "Department for Science, Innovation and Technology"),
        ("River management", "Department for Environment, Food and Rural Affairs"),
    ]
    view = examples.view(found, service="Cleaning")
    assert [e["title"] for e in view["examples"]] == ["Clean rooms"]
    assert [(f["address"], f["chosen"]) for f in view["strands"][:2]] == [
        ("/examples?service=Cleaning", True),
        ("/examples?service=Cleaning&strand=economic", False),
    ]


@pytest.mark.parametrize(
    ("academy", "words"),
    [
        ([], "No participant is on record. The aim was 1,500 participants by 2015 to 2016."),
        (
            [(date(2014, 6, 1), 700), (date(2016, 3, 31), 500), (date(2016, 4, 1), 400)],
            "1,600 participants on record since 1 June 2014. The aim was 1,500 participants by 2015 to 2016. "
            "1,200 are on record by the end of that year.",
        ),
        (
            [(date(2025, 1, 2), 2000)],
            "2,000 participants on record since 2 January 2025. The aim was 1,500 participants by 2015 to 2016. The "
            "record begins after that, so it does not tell whether the aim was met by then.",
        ),
    ],
)
def test_the_academy_is_held_to_its_aim_only_as_far_as_the_record_goes(
    academy: list[tuple[date, int]], words: str
) -> None:
    """Cumulative, by financial year."""
    assert capability_page.academy_words(academy) == words


def test_participants_add_up_over_the_years() -> None:
    """A year of their own, and so far."""
    table = capability_page.by_year([(date(2016, 4, 1), 5), (date(2015, 4, 1), 2), (date(2016, 3, 31), 1)])
    assert [[cell["text"] for cell in row] for row in table.rows] == [
        ["2015 to 2016", "3", "3"],
        ["2016 to 2017", "5", "8"],
    ]


def test_champions_and_strategies_are_what_is_on_record() -> None:
    """Of the reports of one period; other programmes are no participants of the academy."""
    reports = [build(small("dwp", "2026-27-q2", 7, 2), history=[], names=ALL_NAMES["dwp"], published_at=PUBLISH_AT)]
    other = told(
        "dwp", "training.completed", {"programme": "masterclass", "completed_on": "2025-05-05", "participants": 9}
    )
    view = capability_page.view(reports, [*SAID["training.completed"], other])
    assert view["champions"] == "a champion is on record for 1 of 1 department"
    assert [row[1]["text"] for row in view["tables"]["academy"].rows] == ["12"]
    assert [row[1]["text"] for row in view["tables"]["programmes"].rows] == ["12", "9", "[x]", "[x]", "[x]"]


def test_a_buyer_has_its_values_apart_and_the_event_that_attributes_it() -> None:
    """Gross and net are never added; what is missing is said."""
    buyers = [
        Buyer("Museums", ("GB-FTS-1", "GB-FTS-2"), 3, 50_000_00, 1_000_00, 1, date(2026, 1, 5), date(2026, 2, 6)),
        Buyer(None, (), 1, 0, 0, 1, None, None),
    ]
    view = unattributed.view(buyers)
    assert view["table"].caption == "2 buyers, 4 procurements"
    assert [str(row[3]["html"]) for row in view["table"].rows] == [
        "£50,000<br>£1,000 net of VAT<br>1 procurement without a value",
        "1 procurement without a value",
    ]
    assert orjson.loads(view["words"])["data"] == {
        "buyer_id": "GB-FTS-1",
        "buyer_name": "Museums",
        "department": "DEPARTMENT-CODE",
    }


def test_every_rule_stands_with_its_source_and_mark() -> None:
    """As many rows as rules; each unconfirmed one has its tag."""
    rules = load_rules()
    tables = methodology.view(rules, REGISTER)["rules"]
    assert [len(t.rows) for t in tables[:5]] == [
        len(rules.thresholds),
        len(rules.statutes),
        len(rules.policies),
        3,
        len(REGISTER.changes),
    ]
    marks = [t.central_mark for t in rules.thresholds] + [t.sub_central_mark for t in rules.thresholds]
    shown = [str(cell["html"]) for row in tables[0].rows for cell in row if "html" in cell]
    assert sum("Unconfirmed" in cell for cell in shown) == marks.count(Mark.UNCONFIRMED)
    assert all("govuk-tag--yellow" in cell for cell in shown if "Unconfirmed" in cell)
    unconfirmed = {b.names[-1].text for b in REGISTER.bodies() if b.mark is Mark.UNCONFIRMED}
    assert unconfirmed <= {row[0]["text"] for row in tables[6].rows}


def test_items_are_listed_by_procurement_with_their_time() -> None:
    """The value of the first that has one, as they are of one procurement."""
    rows = [CountedItems("ocds-1", "Cleaning", (DELIVERED,))]
    table = counted_items("DWP", "2026-27-q2", "delivered", rows, after="", address="/x", back="/")["table"]
    assert [str(cell.get("text") or cell["html"].striptags()) for cell in table.rows[0]] == [
        "ocds-1",
        "Cleaning",
        "Less than was due, since 1 August 2026",
        "£5.00m",
    ]


def test_an_items_question_is_named_for_what_it_is() -> None:
    """The rating of a contract's indicator is no commitment; an end that nobody told is not known."""
    rating = replace(DELIVERED, question="kpi-rating", answer="kpi-good", past=date(9999, 12, 31), gross=None)
    once = replace(
        DELIVERED, question="details-notice", answer="details-notice-late", past=None, first=date(2026, 9, 1)
    )
    assert [
        [str(cell.get("text") or cell["html"].striptags()) for cell in row] for row in items([once, rating]).rows
    ] == [
        ["Indicator of the contract", "Good", "dwp", "1 August 2026", "End not known", "[x]"],
        ["Details notice", "Details notice late", "dwp", "1 September 2026", "That day only", "£5.00m"],
    ]


def test_the_periods_before_and_after_are_the_nearest_published_of_the_same_length() -> None:
    """Gaps are stepped over; a year is no neighbour of a quarter."""
    published = ["2025-26-q1", "2025-26-q4", "2026-27-q2", "2026-27-q3", "2026-27", "2025-26"]
    assert neighbours("2026-27-q2", published) == [("prev", "2025-26-q4"), ("next", "2026-27-q3")]
    assert neighbours("2026-27", published) == [("prev", "2025-26")]
    assert neighbours("2025-26-q1", ["2025-26-q1"]) == []


async def test_the_links_of_a_report_name_its_neighbours() -> None:
    """As headers, for they change after publication."""
    shelf = MemoryShelf(all=[issue(), issue(period="2026-27-q1")])
    app = FastAPI()
    site.add_to(
        app, shelf=shelf, records=MemoryRecords(), register=REGISTER, assets=Assets({}, "/a.css"), sample=False,
        now=lambda: datetime(2026, 10, 20, tzinfo=UTC),
    )  # fmt: skip
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://reports.test") as client:
        links = (await client.get("/departments/dwp/2026-27-q2")).headers["link"]
    assert links.endswith('</departments/dwp/2026-27-q1>; rel="prev"')
