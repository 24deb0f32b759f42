"""Publications as bytes: the same every time, escaped, and with one set of numbers."""

import base64
import hashlib
import json
import re
import subprocess
import sys
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import meta, nodes
from pydantic import BaseModel

from services.reporter import rendering
from services.reporter.model import Overview, PeriodWords, Report
from services.reporter.overview import overview
from services.reporter.report import build
from services.reporter.revisions import changes
from shared.status import Attention, Capability, Statement
from tests.unit.reporter.examples import (
    ALL_NAMES,
    DWP,
    PUBLISH_AT,
    considered,
    government,
    history,
    silent,
    status,
)

CSS = "/assets/app-0.css"


def report(**more: object) -> Report:
    return build(status(**more), history=history(), names=DWP, published_at=PUBLISH_AT)  # type: ignore[arg-type]


def the_overview(sample: bool = False) -> Overview:
    now, before = government()
    return overview(now, histories=before, names=ALL_NAMES, published_at=PUBLISH_AT, sample=sample)


class Page(HTMLParser):
    """The tables (caption → rows of cells), ids, tags and visible text of a page."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.tables: dict[str, list[list[str]]] = {}
        self.ids: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self._caption: str | None = None
        self._cell: str | None = None
        self._rows: list[list[str]] = []
        self._skip = 0
        self.feed(page.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.append((tag, found))
        if found.get("id"):
            self.ids.append(str(found["id"]))
        if tag in ("script", "style"):
            self._skip += 1
        if tag == "table":
            self._rows = []
        elif tag == "caption":
            self._caption = ""
        elif tag == "tr":
            self._rows.append([])
        elif tag in ("td", "th"):
            self._cell = ""

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style"):
            self._skip -= 1
        if tag == "table":
            self.tables[(self._caption or "").strip()] = self._rows
        elif tag in ("td", "th") and self._cell is not None:
            self._rows[-1].append(" ".join(self._cell.split()))
            self._cell = None

    def handle_data(self, data: str) -> None:
        if self._skip:
            return
        self.text += data
        if self._cell is not None:
            self._cell += data
        elif self._caption is not None and not self._rows:
            self._caption += data

    def table(self, words: str) -> list[list[str]]:
        return next(rows for caption, rows in self.tables.items() if words in caption)


def html(said: Report) -> Page:
    return Page(rendering.report_html(said, stylesheet=CSS))


def test_the_main_table_says_what_the_json_says() -> None:
    """Every number of eight quarters, read back from both."""
    said = report()
    rows = html(said).table("Main measures")[1:]
    document = json.loads(rendering.report_json(said))
    expected = []
    for quarter in document["series"]:
        main, second = quarter["figures"]["considered-in-time"], quarter["figures"]["consultation"]
        expected.append(
            [
                str(main[key]) for key in ("population", "numerator", "denominator", "unknown")
            ] + [str(main["answers"]["no-record"]), f"{main['percent']}%", f"{second['percent']}%"]
        )  # fmt: skip
    assert [row[1:] for row in rows] == expected
    assert rows[-1][0] == "Q2 2026 to 2027 [p]"


def test_the_tests_the_strands_and_the_bodies_say_what_the_json_says() -> None:
    """As do the tables of section 2 and 3."""
    said = report()
    page, document = html(said), json.loads(rendering.report_json(said))
    assert [row[2:7] for row in page.table("Tests, with the section")[1:]] == [
        [
            *(str(test["figure"][key]) for key in ("numerator", "denominator", "unknown")),
            str(sum(test["figure"]["excluded"].values())),
            f"{test['figure']['percent']}%",
        ]
        for test in document["tests"]
    ]
    assert [row[:4] for row in page.table("kind of well-being")[1:]] == [
        [strand["title"], *(str(strand["figure"][key]) for key in ("numerator", "denominator", "unknown"))]
        for strand in document["strands"]
    ]
    assert page.table("bodies")[1:] == [
        [body["name"], *(str(body[key]) for key in ("in_scope", "considered_before", "other", "unknown"))]
        for body in document["bodies"]
    ]


def test_the_overviews_table_says_what_the_json_says() -> None:
    """Percentages where the denominator allows, counts below ten, [x] where nothing is known."""
    said = the_overview()
    rows = Page(rendering.overview_html(said, stylesheet=CSS)).table("Departments, worst first")[1:]
    expected = []
    for row in json.loads(rendering.report_json(said))["standings"]:
        main = row["figures"]["considered-in-time"]
        counts = f"{main['numerator']} of {main['denominator']}" if main["denominator"] else "[x]"
        expected.append([row["label"], f"{main['percent']}% {counts}" if main["percent"] is not None else counts])
    assert [[row[0], row[3]] for row in rows] == expected


def test_the_same_report_gives_the_same_bytes_in_another_process() -> None:
    """Whatever the seed of Python's hashes."""
    code = (
        "from tests.unit.reporter.test_rendering import *; import hashlib;"
        "print(hashlib.sha256(rendering.report_html(report(), stylesheet=CSS) + rendering.report_json(report())"
        " + rendering.overview_html(the_overview(), stylesheet=CSS)).hexdigest())"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": seed}
        ).stdout
        for seed in ("1", "2")
    }
    assert len(digests) == 1


@pytest.mark.parametrize(
    "said", [report(), build(silent("ukef"), history=[], names=ALL_NAMES["ukef"], published_at=PUBLISH_AT)]
)
def test_ids_are_unique_and_nothing_is_styled_in_place(said: Report) -> None:
    """The policy allows no style attribute; two things with one id would break labels."""
    page = html(said)
    assert len(page.ids) == len(set(page.ids))
    assert [tag for tag, attrs in page.tags if "style" in attrs or any(a.startswith("on") for a in attrs)] == []


def test_ids_are_unique_in_the_overview() -> None:
    """A sparkline for each department."""
    page = Page(rendering.overview_html(the_overview(), stylesheet=CSS))
    assert len(page.ids) == len(set(page.ids))


def test_the_page_names_the_hash_of_the_json_beside_it() -> None:
    """So that a reader can check the file."""
    said = report()
    assert hashlib.sha256(rendering.report_json(said)).hexdigest() in html(said).text


def test_sample_data_is_marked_and_real_data_is_not() -> None:
    """On both kinds of page."""
    words = b"Sample data \xe2\x80\x93 figures are invented"
    marked = build(status(), history=[], names=DWP, published_at=PUBLISH_AT, sample=True)
    pages = [
        rendering.report_html(marked, stylesheet=CSS),
        rendering.overview_html(the_overview(sample=True), stylesheet=CSS),
        rendering.report_html(report(), stylesheet=CSS),
        rendering.overview_html(the_overview(), stylesheet=CSS),
    ]
    assert [words in page for page in pages] == [True, True, False, False]


def test_a_silent_department_is_not_shown_as_zero() -> None:
    """Its row of the period is not available, and the page says that absence is no evidence."""
    page = html(build(silent("ukef"), history=[], names=ALL_NAMES["ukef"], published_at=PUBLISH_AT))
    assert page.table("Main measures")[-1][1:] == ["[x]"] * 7
    assert "no evidence that the duty was met. It is not evidence of a breach." in page.text


def test_not_enough_data_is_grey() -> None:
    """Neither red nor good."""
    page = rendering.overview_html(the_overview(), stylesheet=CSS).decode()
    assert re.search(r'govuk-tag--grey sv-tag">Not enough data<', page)


def test_a_denominator_below_ten_prints_counts_everywhere() -> None:
    """No percentage of the measure is on the page."""
    said = build(
        status(main=considered(7, 2, 0, 2), reason="Few.", groups=()), history=[], names=DWP, published_at=PUBLISH_AT
    )
    page = html(said)
    assert page.table("Main measures")[-1][-2:] == ["7 of 9", "7 of 9"]
    assert "78%" not in page.text


def test_revisions_are_shown_with_their_reason() -> None:
    """In a banner, in the list, and with old and new values."""
    first, now = report(), status(main=considered(51, 4, 3, 6, order=1, urgent=2))
    second = build(
        now, history=history(), names=DWP, published_at=PUBLISH_AT, previous=first, reason="late event: one more",
        changes=changes(now, first),
    )  # fmt: skip
    page = html(second)
    assert page.table("Revisions of this report")[1][0::2] == ["r2", "late event: one more"]
    assert page.table("What the revision changed")[1] == ["Considered in time", "50 of 57", "51 of 58"]
    assert "Revision 2, published 14 October 2026, 9:30am: Late event: one more." in page.text


anything = st.text(st.characters(codec="utf-8"), min_size=1, max_size=60)


@settings(max_examples=60, deadline=None)
@given(name=anything, title=anything, words=anything, concern=anything)
def test_whatever_others_wrote_is_shown_and_never_interpreted(name: str, title: str, words: str, concern: str) -> None:
    """Any script, any markup: the page has the tags it has with harmless words, and the words are there."""

    def page(name: str, title: str, words: str, concern: str) -> Page:
        items = (Attention(ocid="ocds-h6vhtk-1", title=title, started_on=None, value_pence=1, concerns=(concern,)),)
        signed = status().statement
        assert signed is not None
        statement = Statement(**dict(signed) | {"statement": words, "signed_by": name, "comment": title})
        return html(
            build(
                status(statement=statement, attention=items, attention_total=1, reason=words),
                history=[],
                names=DWP.model_copy(update={"name": name}),
                published_at=PUBLISH_AT,
            )
        )

    shown, plain = page(name, title, words, concern), page("a", "a", "a", "a")
    assert [tag for tag, _ in shown.tags] == [tag for tag, _ in plain.tags]
    for text in (name, title, words, concern):
        assert _readable(text) in _readable(shown.text)


def _readable(text: str) -> str:
    """What HTML keeps of it: no NUL, one kind of line end."""
    return "".join(text.replace("\r\n", "\n").replace("\r", "\n").split()).replace("\0", "\ufffd")


def test_markup_in_every_place_is_escaped() -> None:
    """As an example that a person can read."""
    evil = "<script>alert(1)</script>"
    page = rendering.report_html(
        build(
            status(
                reason=evil,
                attention=(Attention(ocid=evil, title=evil, started_on=None, value_pence=None, concerns=(evil, evil)),),
                attention_total=1,
            ),
            history=[],
            names=DWP.model_copy(update={"name": evil, "head_title": evil}),
            published_at=PUBLISH_AT,
        ),
        stylesheet=CSS,
    ).decode()
    assert page.count("<script") == 1  # GOV.UK's own


def test_the_policys_hash_is_that_of_the_pages_own_script() -> None:
    """Computed from what is served."""
    script = re.search(r"<script>(.*?)</script>", rendering.report_html(report(), stylesheet=CSS).decode(), re.DOTALL)
    assert script is not None
    digest = base64.b64encode(hashlib.sha256(script[1].encode()).digest()).decode()
    assert rendering.script_hash() == f"sha256-{digest}" == "sha256-GUQ5ad8JK5KmEWmROf3LZd9ge94daqNvd8xy9YS1iDw="


def test_the_templates_name_nothing_that_is_not_given() -> None:
    """GOV.UK's macros need a forgiving environment, so a misspelt name would stay silent: here it does not."""
    given = (
        "addresses ARROWS NO_EVIDENCE stylesheet title description nav sample period r rating_change figure1 figure2 "
        "beside tables missing challenged comparators earlier_methods changes change_table download rounding silent o "
        "standings statements reason table words indicators groups method caption back indicator more ocid rows "
        "answers facts events items examples services strands chosen address contact academy champions strategies "
        "marked m buyers ended issues rules dataset columns apostrophe downloads late "
        "visitor role preview fault_list faults asked waiting sent period_key said state published public statement "
        "pending writes address form_id saved changed name draft outcomes actions disputes figures signed titles "
        "promised version versions latest answer known series others table mail link pack line lines csv "
        "unheard withdrawable"
    )
    views = set(given.split())
    env = rendering.environment()
    for path in sorted(rendering.TEMPLATES.rglob("*.html")):
        tree = env.parse(path.read_text())
        imported = {name for node in tree.find_all(nodes.FromImport) for name in node.names}
        imported |= {node.target for node in tree.find_all(nodes.Import)}
        imported |= {
            node.target.name for node in tree.find_all(nodes.AssignBlock) if isinstance(node.target, nodes.Name)
        }
        assert meta.find_undeclared_variables(tree) - imported - {"__builtins__"} <= views, path.name


def test_the_templates_name_no_field_that_is_not_there() -> None:
    """Of the report, the overview, the period and what they hold directly."""
    models: dict[str, type[BaseModel]] = {"r": Report, "o": Overview, "period": PeriodWords, "c": Capability}
    env = rendering.environment()
    for path in sorted(rendering.TEMPLATES.rglob("*.html")):
        if path.name in ("charts.html", "methodology.html"):
            continue  # `r`, `c` and `i` are a rule, a chart and an indicator there
        for node in env.parse(path.read_text()).find_all(nodes.Getattr):
            if isinstance(node.node, nodes.Name) and node.node.name in models:
                assert node.attr in models[node.node.name].model_fields, f"{path.name}: {node.node.name}.{node.attr}"
