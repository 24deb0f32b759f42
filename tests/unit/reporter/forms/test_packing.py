"""The pack: one PDF of all reports."""

import functools
import re
from typing import Any

from services.reporter import rendering
from services.reporter.forms.packing import Part, make
from services.reporter.revisions import canonical
from shared.status import Rating
from tests.unit.reporter.forms.examples import assets, overview, the_report
from tests.unit.reporter.forms.reading import pdf as read
from tests.unit.reporter.forms.reading import pdf_text

CSS = next(iter(assets().files.values()))


@functools.cache
def packed() -> bytes:
    page = rendering.published(overview(), stylesheet=assets().stylesheet)["report.html"]
    report = rendering.published(the_report(), stylesheet=assets().stylesheet)["report.html"]
    parts = [Part("Cabinet Office", Rating.NOT_ENOUGH_DATA, report, CSS), Part("Pensions", Rating.GOOD, report, CSS)]
    return make(canonical(overview()), page, CSS, parts, "https://reports.test/")


def test_the_overview_comes_first_then_the_contents_then_every_report() -> None:
    """Tagged, and with a bookmark for each."""
    document = read(packed())
    titles = [str(entry.title) for entry in document.outline if not isinstance(entry, list)]
    assert titles == [overview().headline, "Contents", *["Department for Work and Pensions"] * 2]
    assert "/StructTreeRoot" in document.root_object
    assert document.metadata is not None
    assert document.metadata.title == "Social value reports of all departments, Q2 2026 to 2027"


def test_the_contents_name_the_pages_and_lead_to_them() -> None:
    """The number is that at the foot of the page, which is that of the page in the file."""
    document = read(packed())
    text = [page.extract_text() for page in document.pages]
    assert [re.findall(r"Page (\d+)(?! of)", words)[-1] for words in text] == [str(n + 1) for n in range(len(text))]
    begins = [n + 1 for n, words in enumerate(text) if "Answerable" in words]
    assert len(begins) == 2
    for name, page in zip(("Cabinet Office Not enough data", "Pensions Good"), begins, strict=True):
        assert f"{name} {page}" in " ".join(text[1].split())
    assert [_page_of(document, note.get_object()) for note in _notes(document.pages[1])] == begins


def _notes(page: Any) -> list[Any]:
    return list(page["/Annots"])


def _page_of(document: Any, link: Any) -> int:
    """Where a link within the file leads: a page's number."""
    target = document.named_destinations[link["/Dest"]]
    return int(document.get_destination_page_number(target)) + 1


def test_the_same_reports_give_the_same_bytes() -> None:
    """Made anew after years, or by another reporter."""
    assert packed() == packed.__wrapped__()
    assert "Page 1 of" not in pdf_text(packed())
