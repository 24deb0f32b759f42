"""The spreadsheet: cover, contents, notes, a table a sheet; the same bytes anywhere; text that stays text."""

import hashlib
import subprocess
import sys

import pytest

from services.reporter.forms import spreadsheet
from shared.status import Attention
from tests.unit.reporter.forms.examples import overview, the_report
from tests.unit.reporter.forms.reading import sheets


def test_its_sheets_are_those_of_a_statistical_release() -> None:
    """In their order."""
    assert list(sheets(spreadsheet.workbook(the_report()))) == [
        "Cover", "Contents", "Notes", "Summary", "Tests", "Bodies", "Attention", "Measures", "Revisions",
    ]  # fmt: skip
    assert list(sheets(spreadsheet.workbook(overview()))) == [
        "Cover", "Contents", "Notes", "Summary", "Departments", "Decisions", "Measures", "Revisions",
    ]  # fmt: skip


def test_the_same_publication_gives_the_same_bytes_in_another_process() -> None:
    """The time of its making is that of its publication."""
    code = (
        "from tests.unit.reporter.forms.examples import *; from services.reporter.forms import spreadsheet as s;"
        "import hashlib; print(hashlib.sha256(s.workbook(the_report()) + s.workbook(overview())).hexdigest())"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": "7"}
    )
    here = spreadsheet.workbook(the_report()) + spreadsheet.workbook(overview())
    assert ran.stdout.strip() == hashlib.sha256(here).hexdigest()


@pytest.mark.parametrize(
    "title",
    [
        '=HYPERLINK("http://x","y")', "http://x/", "[a](http://x)", "[a](b) [c](d)", "$$marks$$", "$$nothing$$",
        "internal:a", "+1", "x" * 40_000, "\x00\x1f", "רכש חברתי", "–",
    ],
)  # fmt: skip
def test_text_stays_text(title: str) -> None:
    """No formula, no link, no reference to a note: what was written is what is read."""
    items = (Attention(ocid="ocds-1", title=title, started_on=None, value_pence=1, concerns=("a",)),)
    said = the_report().model_copy(update={"attention": items, "reason": title})
    read = sheets(spreadsheet.workbook(said))
    assert read["Attention"][-1][1] == title[: spreadsheet.MOST]
