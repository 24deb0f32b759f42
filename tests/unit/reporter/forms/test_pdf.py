"""Reports on paper: tagged, the same bytes anywhere, nothing fetched, the overview on one page."""

import hashlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from services.reporter import rendering
from services.reporter.forms import pdf
from shared.status import Attention
from tests.unit.reporter.forms.examples import BASE, assets, overview, paper, the_report
from tests.unit.reporter.forms.reading import pdf as read
from tests.unit.reporter.forms.reading import pdf_text

NAME = "Department for Culture, Creative Industries, Tourism, Sport, Heritage and Civil Society Partnerships"


def test_the_same_report_gives_the_same_bytes_in_another_process() -> None:
    """Both kinds, whatever the seed of Python's hashes."""
    code = (
        "from tests.unit.reporter.forms.examples import *; import hashlib;"
        "print(hashlib.sha256(paper(the_report()) + paper(overview())).hexdigest())"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": "7"}
    )
    assert ran.stdout.strip() == hashlib.sha256(paper(the_report()) + paper(overview())).hexdigest()


def test_it_is_tagged_and_says_what_it_is() -> None:
    """Structure, language, title and the identifier of PDF/UA; no date, as that would be the clock."""
    document = read(paper(the_report()))
    root: Any = document.root_object
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en"
    assert document.metadata is not None
    assert (
        document.metadata.title
        == "Department for Work and Pensions: Q2 2026 to 2027 – Social value implementation reports"
    )
    assert b"pdfuaid" in root["/Metadata"].get_object().get_data()
    assert document.metadata.get("/CreationDate") is None


def test_headings_are_bookmarks_and_figures_have_words() -> None:
    """Whoever listens instead of looking finds the way."""
    content = paper(the_report())
    titles = [str(item.title) for item in read(content).outline if not isinstance(item, list)]
    assert titles == ["Department for Work and Pensions"]
    alternatives = [
        str(each["/Alt"]) for each in _elements(read(content).root_object["/StructTreeRoot"]) if "/Alt" in each
    ]
    assert [words.split(".")[0] for words in alternatives] == [
        "Line chart over eight quarters",
        "Bar chart of 3 tests",
    ]


def _elements(node: Any) -> Iterator[Any]:
    """The tree of tags."""
    yield node
    below = node.get("/K", [])
    for each in below if isinstance(below, list) else [below]:
        found = each.get_object()
        if isinstance(found, dict) and found.get("/Type") == "/StructElem":
            yield from _elements(found)


def test_links_lead_to_the_pages() -> None:
    """To the evidence of a figure, at the address where readers reach it."""
    links = {
        str(note.get_object()["/A"]["/URI"])
        for page in read(paper(the_report())).pages
        for note in page.get("/Annots", [])
        if "/A" in note.get_object()
    }
    assert f"{BASE}departments/dwp/2026-27-q2/evidence/considered-in-time" in links
    assert all(link.startswith((BASE, "https://example.org/strategy")) for link in links)


@pytest.mark.parametrize("count", [1, 26])
def test_the_overview_is_one_page(count: int) -> None:
    """With as many departments as there may be, the longest names, and titles as long as anybody likes."""
    said = overview()
    row = said.standings[0]
    many = tuple(
        row.model_copy(
            update={
                "department": row.department.model_copy(update={"code": f"d{i}", "name": NAME}),
                "label": f"{i} {NAME}",
            }
        )
        for i in range(count)
    )
    decisions = tuple(
        d.model_copy(update={"text": d.text + " beginning with “" + "word " * 60 + "”"}) for d in said.decisions
    )
    content = paper(said.model_copy(update={"standings": many, "decisions": decisions}))
    assert len(read(content).pages) == 1
    text = pdf_text(content)
    assert all(f"{i} Department for Culture" in text for i in range(count))
    assert "Page 1 of 1" in text


def test_an_overview_that_cannot_fit_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rather than to be cut."""
    monkeypatch.setattr(pdf, "SIZES", (40,))
    with pytest.raises(pdf.DoesNotFit):
        paper(overview())


def test_nothing_is_fetched(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Whatever a page names: no file, no address, whether as markup in a text or in a page of anybody's making."""
    opened: list[str] = []
    monkeypatch.setattr("weasyprint.urls.URLFetcher.fetch", lambda self, url, headers=None: opened.append(url))
    monkeypatch.setattr("socket.socket.connect", lambda self, address: opened.append(str(address)))
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret")
    evil = (
        f'<img src="file://{secret}"><img src="http://127.0.0.1:9/a.png"><object data="file://{secret}"></object>'
        f'<a rel="attachment" href="file://{secret}">x</a><style>@import "http://127.0.0.1:9/b.css";</style>'
        f'<p style="background:url(http://127.0.0.1:9/c.png)">words</p>'
    )
    items = (Attention(ocid="ocds-1", title=evil, started_on=None, value_pence=1, concerns=(evil,)),)
    assert "img src" in pdf_text(paper(the_report().model_copy(update={"attention": items})))
    page = rendering.published(the_report(), stylesheet=assets().stylesheet)["report.html"]
    content = pdf.department(
        page.replace(b"</main>", evil.encode() + b"</main>"),
        id="x",
        base=BASE,
        stylesheet=b"@import url(http://x/d.css);",
    )
    assert opened == []
    assert not read(content).attachments
    assert "the secret" not in pdf_text(content)
