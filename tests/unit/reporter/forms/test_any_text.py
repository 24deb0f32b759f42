"""Property: any department name, statement or title, in any script, renders in every form and is escaped."""

import json

from hypothesis import example, given, settings
from hypothesis import strategies as st

from services.reporter import rendering
from services.reporter.forms import early, spreadsheet
from services.reporter.model import Report
from services.reporter.report import build
from shared.status import Attention, Statement
from tests.unit.reporter.examples import DWP, PUBLISH_AT, status
from tests.unit.reporter.forms.examples import assets, paper
from tests.unit.reporter.forms.reading import csv_rows, pdf, sheets
from tests.unit.reporter.test_rendering import Page

anything = st.text(st.characters(codec="utf-8"), min_size=1, max_size=60)


def report(name: str, title: str, words: str) -> Report:
    signed = status().statement
    assert signed is not None
    return build(
        status(
            statement=Statement(**dict(signed) | {"statement": words, "comment": title}),
            attention=(Attention(ocid="ocds-1", title=title, started_on=None, value_pence=1, concerns=(words,)),),
            attention_total=1,
        ),
        history=[],
        names=DWP.model_copy(update={"name": name}),
        published_at=PUBLISH_AT,
    )


@settings(max_examples=12, deadline=None)
@given(name=anything, title=anything, words=anything)
@example(name="وزارة العمل والمعاشات", title="רכש <b>חברתי</b>", words="‮reversed‬ ‏שלום")
@example(name="Adran Waith a Phensiynau", title="👩‍👩‍👧‍👦 🏴󠁧󠁢󠁷󠁬󠁳󠁿 é̂̃", words="=1+1\n<script>alert(1)</script>")
@example(name="労働年金省", title="काम और पेंशन", words="กระทรวง ᚠᚢᚦ 𝔖𝔬𝔠𝔦𝔞𝔩 𐌰")
@example(name="\x00\x01\x0b\x1f\x7f\ufffe\uffff", title="\t", words="\r\n\u2028")
def test_any_text_renders_in_every_form(name: str, title: str, words: str) -> None:
    """The page has the tags it has with harmless words; CSV, spreadsheet and JSON give the text back; PDF is made."""
    said = report(name, title, words)
    made = rendering.published(said, stylesheet=assets().stylesheet)
    plain = rendering.published(report("a", "a", "a"), stylesheet=assets().stylesheet)
    assert [tag for tag, _ in Page(made["report.html"]).tags] == [tag for tag, _ in Page(plain["report.html"]).tags]
    assert json.loads(made["report.json"])["department"]["name"] == name
    assert {row["department_name"].removeprefix("'") for row in csv_rows(early.make(said)["report.csv"])} == {
        name.removeprefix("'")
    }
    assert sheets(spreadsheet.workbook(said))["Attention"][-1][1] == (title if title.strip() else None)
    assert len(pdf(paper(said)).pages) > 1
