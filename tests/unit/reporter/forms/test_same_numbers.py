"""The numbers of a publication are the same in HTML, PDF, JSON, CSV and XLSX: each form is read back and compared."""

import json
import re
from typing import Any

import pytest

from services.reporter import rendering
from services.reporter.forms import early, spreadsheet
from services.reporter.model import Overview, Report
from tests.unit.reporter.forms.examples import overview, paper, the_report
from tests.unit.reporter.forms.reading import csv_rows, pdf_text, sheets
from tests.unit.reporter.test_rendering import Page

COUNTS = ("population", "numerator", "denominator", "unknown", "percent")
HEADINGS = ("Population", "Numerator", "Denominator", "Unknown", "Per cent")


def figures(document: dict[str, Any]) -> dict[tuple[str, str, str], tuple[int | None, ...]]:
    """From the JSON: department, period and measure → its counts; those that are known."""
    if "series" not in document:
        now = document["period"]["key"]
        return {
            (row["department"]["code"], now, name): tuple(figure[key] for key in COUNTS)
            for row in document["standings"]
            for name, figure in row["figures"].items()
            if figure["population"]
        }
    code, now = document["department"]["code"], document["period"]["key"]
    found = {
        (code, quarter["period"], name): figure
        for quarter in document["series"]
        for name, figure in quarter["figures"].items()
    }
    found |= {(code, now, name): figure for name, figure in document["figures"].items()}
    found |= {(code, now, strand["id"]): strand["figure"] for strand in document["strands"]}
    return {key: tuple(figure[k] for k in COUNTS) for key, figure in found.items() if figure["population"]}


@pytest.mark.parametrize("said", [the_report(), overview()])
def test_csv_and_spreadsheet_say_what_the_json_says(said: Report | Overview) -> None:
    """Every count of every department, period and measure; numbers as numbers."""
    expected = figures(json.loads(rendering.report_json(said)))
    comma_separated = {
        (row["department"], row["period"], row["measure"]): tuple(int(row[k]) if row[k] else None for k in COUNTS)
        for row in csv_rows(early.make(said)["report.csv"])
        if row["population"]
    }
    _, _, header, *rows = sheets(spreadsheet.workbook(said))["Measures"]
    cells = [dict(zip(header, row, strict=True)) for row in rows]
    spread = {
        (row["Department"], row["Period"], row["Measure"]): tuple(row[heading] for heading in HEADINGS)
        for row in cells
        if row["Population"] is not None
    }
    assert {key: value for key, value in comma_separated.items() if key in expected} == expected
    assert spread == comma_separated
    assert len(expected) > 20


@pytest.mark.parametrize("said", [the_report(), overview()])
def test_the_pdf_says_what_the_page_says(said: Report | Overview) -> None:
    """Every number of every table that is printed, and the key numbers, in the order of the page."""
    page = Page(rendering.published(said, stylesheet="/assets/app-0.css")["report.html"])
    printed = re.sub(r"\s+", "", pdf_text(paper(said)))
    for caption, rows in page.tables.items():
        for row in rows[1:]:
            numbers = [re.sub(r"\s+", "", cell) for cell in row if re.match(r"[£\d]", cell)]
            assert [number for number in numbers if number not in printed] == [], caption
    for key in said.keys:
        assert re.sub(r"\s+", "", key.shown + key.label) in printed


def test_the_summary_of_the_spreadsheet_holds_the_four_numbers() -> None:
    """As numbers, and as they are shown."""
    said = the_report()
    rows = sheets(spreadsheet.workbook(said))["Summary"][3:]
    assert [row[1:5] for row in rows] == [[key.shown, key.number, key.of, key.percent] for key in said.keys]
