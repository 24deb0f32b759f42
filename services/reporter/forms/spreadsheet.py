"""A publication as a spreadsheet (XLSX) as statisticians publish them: cover, contents, notes, a table a sheet.

Pure: same publication, same bytes. Text is written as text: a cell that begins with = is no formula, and what looks
like a link is none. Numbers are numbers.
"""

import io
import warnings
from collections.abc import Mapping, Sequence
from datetime import UTC
from typing import NamedTuple

import gptables
import pandas as pd
from gptables.core.gptable import FormatList

from services.reporter import words
from services.reporter.figures import ROUNDING
from services.reporter.forms import measures
from services.reporter.model import Key, Overview, Report, Revision
from shared.status import Rating

MOST = 32_767
"""Characters in a cell."""
NOTES = {
    "marks": "p provisional, r revised, m as mapped now, x not available. An empty cell is not available or does not "
    "apply; it is no zero.",
    "rounding": ROUNDING,
    "unknown": f"Unknown is never counted as no. {words.NO_EVIDENCE}",
    "money": "Pence. Values with VAT and values known only without it are never added.",
}
Cell = str | int | None


class Sheet(NamedTuple):
    """`notes`: keys of `NOTES` that stand behind the title."""

    title: str
    header: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    notes: Sequence[str] = ()


def workbook(said: Report | Overview) -> bytes:
    name = said.department.name if isinstance(said, Report) else "Overview of all departments"
    out = io.BytesIO()
    sheets = {label: _table(label, sheet) for label, sheet in _sheets(said).items()}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # gptables warns of notes that no table of this publication refers to
        book = gptables.produce_workbook(
            out,
            sheets=sheets,
            cover=gptables.Cover(
                title=plain(f"{name}: social value, {said.period.title}"),
                intro=_intro(said),
                about=[*NOTES.values()],
                contact=["See the contact page of the site that this was taken from."],
            ),
            notes_table=pd.DataFrame({"reference": list(NOTES), "text": list(NOTES.values())}),
            workbook_options={"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False},
        )
    book.set_properties({"created": said.published_at.astimezone(UTC).replace(tzinfo=None), "title": plain(name)})
    book.close()
    return out.getvalue()


def plain(text: str) -> str:
    """A line of the cover that gptables takes for neither a link nor a reference to a note, no longer than a cell.

    An invisible word joiner keeps the two marks of either apart.
    """
    return text.replace("$$", "$\u2060$").replace("](", "]\u2060(")[:MOST]


def _verbatim(text: str) -> object:
    """A cell that gptables writes as it is: of plain strings it reads links and notes, and it refuses other scripts."""
    return FormatList([{}, text[:MOST]]) if text.strip() else None


def _table(label: str, sheet: Sheet) -> gptables.GPTable:
    cells = [[_verbatim(cell) if isinstance(cell, str) else cell for cell in row] for row in sheet.rows]
    return gptables.GPTable(
        table=pd.DataFrame(cells, columns=list(sheet.header), dtype=object),
        table_name=label.replace(" ", "_").lower(),
        title=sheet.title + "".join(f"$${note}$$" for note in sheet.notes),
        instructions="This worksheet contains one table.",
        index_columns={},
    )


def _intro(said: Report | Overview) -> list[str]:
    state = "provisional" if said.provisional else f"revision {said.revision}"
    lines = [
        f"Public Services (Social Value) Act 2012, {said.period.months} ({said.period.title})",
        f"Published {words.moment(said.published_at)} ({state}). Next update {words.moment(said.next_update)}.",
    ]
    if isinstance(said, Report):
        lines.append(f"Status: {words.RATING_WORDS[said.rating]}. {said.reason}")
    else:
        lines.append(said.headline)
    lines.append(f"{said.id}, method version {said.method}")
    if said.sample:
        lines.insert(0, "Sample data: figures are invented")
    return [plain(line) for line in lines]


def _sheets(said: Report | Overview) -> Mapping[str, Sheet]:
    found = {
        "Summary": _summary(said.keys),
        **(_of_report(said) if isinstance(said, Report) else _of_overview(said)),
        "Measures": Sheet(
            "Every measure, by period",
            [column.title for column in measures.COLUMNS],
            measures.rows(said),
            ("marks", "rounding", "unknown", "money"),
        ),
        "Revisions": Sheet(
            "Revisions, with what changed",
            ["Revision", "Published", "Reason", "Figure", "Before", "Now"],
            [
                [revision.revision, words.moment(revision.published_at), revision.reason, *change]
                for revision in said.revisions
                for change in _changes(revision)
            ],
        ),
    }
    return {label: sheet for label, sheet in found.items() if sheet.rows}


def _summary(keys: Sequence[Key]) -> Sheet:
    header = ["Measure", "As shown", "Number", "Out of", "Per cent", "Change", "Target", "Unknown"]
    rows: list[list[Cell]] = [
        [k.label, k.shown, k.number, k.of, k.percent, k.change, k.target, k.unknown] for k in keys
    ]
    return Sheet("Summary for the Prime Minister's office", header, rows, ("rounding", "unknown", "money"))


def _of_report(report: Report) -> dict[str, Sheet]:
    tests: list[list[Cell]] = [
        [t.title, t.basis, t.figure.numerator, t.figure.denominator, t.figure.unknown, t.figure.percent, t.good_from]
        for t in report.tests
    ]
    bodies: list[list[Cell]] = [[b.name, b.in_scope, b.considered_before, b.other, b.unknown] for b in report.bodies]
    attention: list[list[Cell]] = [
        [a.ocid, a.title, words.day(a.started_on) if a.started_on else None, a.value_pence, "; ".join(a.concerns)]
        for a in report.attention
    ]
    return {
        "Tests": Sheet(
            "Tests, with what they rest on",
            ["Test", "Basis", "Passed", "Out of", "Unknown", "Per cent", "Good from (per cent)"],
            tests,
            ("rounding", "unknown"),
        ),
        "Bodies": Sheet(
            "The department's bodies",
            ["Body", "In scope", "Considered before start", "Not, or excluded", "Unknown"],
            bodies,
            ("unknown",),
        ),
        "Attention": Sheet(
            f"Procurements that need attention: {len(attention)} of {report.attention_total}",
            ["Reference", "Title", "Started", "Value (pence)", "What needs attention"],
            attention,
            ("money",),
        ),
    }


def _of_overview(overview: Overview) -> dict[str, Sheet]:
    return {
        "Departments": Sheet(
            "Departments, worst first",
            ["Department", "Code", "Status", "Status before", "Change", "Data", "Statement"],
            [
                [s.department.name, s.department.code, _rating(s.rating), _rating(s.previous_rating), s.change, s.data,
                 s.statement]
                for s in overview.standings
            ],
        ),
        "Decisions": Sheet(
            "Decisions sought",
            ["Decision", "Owner", "Due", "Department", "Procurement"],
            [[d.text, d.owner, words.day(d.due) if d.due else None, d.department, d.ocid] for d in overview.decisions],
        ),
    }  # fmt: skip


def _changes(revision: Revision) -> list[list[Cell]]:
    return [[c.what, c.old, c.new] for c in revision.changes] or [[None, None, None]]


def _rating(rating: Rating | None) -> str | None:
    return None if rating is None else words.RATING_WORDS[rating]
