"""CSV and its metadata."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from csvw import CSVW
from hypothesis import given
from hypothesis import strategies as st

from services.reporter.forms import early, measures, table
from services.reporter.model import Overview, Report
from services.reporter.report import build
from tests.unit.reporter.examples import ALL_NAMES, PUBLISH_AT, silent
from tests.unit.reporter.forms.examples import overview, the_report
from tests.unit.reporter.forms.reading import csv_rows


@pytest.mark.parametrize("said", [the_report(), overview()])
def test_the_csv_is_valid_by_its_own_metadata(said: Report | Overview, tmp_path: Path) -> None:
    """As an independent implementation of CSV on the Web sees it: columns, types, what is required, the key."""
    made = early.make(said)
    described = json.loads(made["report.csv-metadata.json"])
    assert described["url"] == f"{early.address(said)}.csv"
    (tmp_path / "report.csv").write_bytes(made["report.csv"])
    metadata = tmp_path / "report.csv-metadata.json"
    metadata.write_text(json.dumps(described | {"url": "report.csv"}))
    assert CSVW(str(metadata), validate=True).is_valid
    keys = [(row["department"], row["period"], row["measure"]) for row in csv_rows(made["report.csv"])]
    assert len(keys) == len(set(keys))


def test_a_count_that_is_no_number_is_found_by_the_metadata(tmp_path: Path) -> None:
    """A control: the test above can fail."""
    made = early.make(the_report())
    (tmp_path / "report.csv").write_bytes(made["report.csv"].replace(b",62,", b",many,", 1))
    metadata = tmp_path / "report.csv-metadata.json"
    metadata.write_text(json.dumps(json.loads(made["report.csv-metadata.json"]) | {"url": "report.csv"}))
    assert not CSVW(str(metadata), validate=True).is_valid


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+44", "'+44"),
        ("-x", "'-x"),
        ("@a", "'@a"),
        ("\t=", "'\t="),
        ("\r=", "'\r="),
        ("a=b", "a=b"),
    ],
)
def test_text_is_no_formula(text: str, written: str) -> None:
    """An apostrophe keeps a spreadsheet from calculating it."""
    assert table.safe(text) == written


def test_numbers_stay_numbers() -> None:
    """Even negative ones, and nothing known is an empty cell."""
    assert table.written(["a", "b", "c"], [(-1, None, "-1")]) == b"a,b,c\r\n-1,,'-1\r\n"


@given(st.lists(st.text(st.characters(codec="utf-8")), min_size=2, max_size=2))
def test_any_text_is_read_back(cells: list[str]) -> None:
    """Quotes, commas, line ends, any script."""
    (row,) = csv_rows(table.written(["a", "b"], [tuple(cells)]))
    assert list(row.values()) == [table.safe(cell) for cell in cells]


def test_what_is_not_known_is_empty_and_marked() -> None:
    """A silent department has no zeros."""
    said = build(silent("ukef"), history=[], names=ALL_NAMES["ukef"], published_at=PUBLISH_AT)
    assert {(row.population, row.percent) for row in measures.rows(said)} == {(None, None)}
    assert {row.marks.split()[-1] for row in measures.rows(said)} == {"x"}


def test_provisional_and_sample_are_said() -> None:
    """On the rows of the period, and in the metadata's title."""
    rows = [row for row in measures.rows(the_report()) if row.period == "2026-27-q2"]
    assert {row.marks for row in rows} == {"p"}
    described = table.metadata("/x.csv", title="Title", modified=datetime(2026, 1, 1, tzinfo=UTC), sample=True)
    assert "(sample data: figures are invented)" in json.loads(described)["dc:title"]
