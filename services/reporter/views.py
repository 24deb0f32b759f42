"""What the page templates take: charts placed, tables filled, words chosen. Pure: publication in, view out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from services.reporter import capability_tables, charts, overview_tables, tables
from services.reporter import contract_tables as c
from services.reporter import department_tables as t
from services.reporter.figures import ROUNDING, Figure, shown
from services.reporter.findings import is_silent, rating_change
from services.reporter.model import Overview, Report
from services.reporter.series import percents
from services.reporter.tables import Table, head, html, text
from services.reporter.words import RATING_WORDS, humanised, lower_first, number
from shared.indicators import BY_ID

WIDE, NARROW = 820, 340


@dataclass(frozen=True, slots=True)
class Download:
    """`size` and `sha256` are None for a form that is made after the page."""

    name: str
    address: str
    size: int | None
    sha256: str | None


@dataclass(frozen=True, slots=True)
class Drawn:
    """Two drawings of the same numbers; a style rule shows the one that fits."""

    wide: charts.Chart
    narrow: charts.Chart


def department(report: Report, downloads: Sequence[Download]) -> dict[str, Any]:
    newest = report.revisions[-1]
    return {
        "nav": "departments",
        "r": report,
        "period": report.period,
        "title": f"{report.department.name}: {report.period.title}",
        "description": f"{report.department.name}, {report.period.months}: {RATING_WORDS[report.rating].lower()}",
        "rating_change": rating_change(report.rating, report.previous_rating, report.period.word),
        "figure1": series_figure(report),
        "figure2": tests_figure(report),
        "beside": t.beside(report),
        "tables": _numbered(_tables(report)),
        "changes": newest.changes,
        "change_table": t.changes(newest.changes),
        "downloads": downloads,
        "rounding": ROUNDING,
        "silent": is_silent(report),
        "challenged": next((g for g in report.groups if g.group == "E"), None),
        "missing": capability_tables.missing(report.capability),
    }


def _tables(report: Report) -> dict[str, Table]:
    """In the order in which they stand on the page; only those that have rows."""
    promised = report.statement.actions if report.statement else ()
    found = {
        "main": t.main_measures(report),
        "scope": t.scope(report) if report.figures.get("in-scope") else None,
        "tests": t.tests(report),
        "disputed": disputed(report),
        "ratings": t.ratings(report),
        "strands": t.strands(report),
        "bodies": t.bodies(report),
        "attention": t.attention(report),
        "urgency": t.urgency(report),
        "weight": c.weight(report),
        "outcomes": c.outcomes(report),
        "committed": c.committed(report),
        "delivered": c.delivered(report),
        "kpis": c.kpis(report),
        "suppliers": c.suppliers(report),
        "forward": c.forward(report),
        "training": capability_tables.training(report),
        "barriers": capability_tables.barriers(report),
        "challenge": c.challenge(report),
        "promised": capability_tables.actions("Actions named in the statement", promised),
        "carried": capability_tables.actions("Actions of the last report, and whether done", report.previous_actions),
        "actions": capability_tables.actions("Actions of earlier reports and reviews", report.capability.actions),
        "revisions": t.revisions(report),
    }
    return {name: table for name, table in found.items() if table is not None and table.rows}


def disputed(report: Report) -> Table:
    """The department's words, verbatim, beside our figure."""
    said = report.statement.comments if report.statement else ()
    rows = [
        [
            text(title_of(comment.indicator)),
            text(_ours(report.figures.get(comment.indicator)), nowrap=True),
            html(tables.foreign(comment.text), "sv-title-cell sv-verbatim"),
        ]
        for comment in said
    ]
    return Table("Figures that the department disputes", [head("Figure"), head("Ours"), head("Its comment")], rows)


def title_of(indicator: str) -> str:
    return BY_ID[indicator].title if indicator in BY_ID else humanised(indicator)


def _ours(figure: Figure | None) -> str:
    if figure is None:
        return "[x]"
    if figure.numerator is None:
        return number(figure.population)
    return shown(figure.numerator, figure.denominator, figure.percent)


def _numbered(tables: dict[str, Table]) -> dict[str, Table]:
    return {
        name: Table(f"Table {position}: {table.caption}", table.head, table.rows, table.size, table.row_headers)
        for position, (name, table) in enumerate(tables.items(), 1)
    }


def series_figure(report: Report) -> Drawn | None:
    """The main measures over eight periods; None where no percentage at all can be shown."""
    labels = {"considered-in-time": "Considered", "consultation": "Consultation", "delivered": "Delivered"}
    series = [
        charts.Series(labels.get(name, name), tuple(percents(report.series, name)), colour)
        for name, colour in zip(report.series_measures, (charts.DARK_BLUE, charts.ORANGE), strict=True)
    ]
    series = [s for s in series if any(value is not None for value in s.values)]
    if not series:
        return None
    ticks = [quarter.title for quarter in report.series]
    said = "; ".join(f"{s.label}: {_said(s.values)}" for s in series)
    alt = f"Line chart over eight {report.period.word}s. {said}. The numbers are in table 1."

    def draw(id: str, width: int) -> charts.Chart:
        provisional = [quarter.provisional for quarter in report.series]
        return charts.lines(id, alt, ticks=ticks, series=series, provisional=provisional, width=width)

    return Drawn(draw("figure-1", WIDE), draw("figure-1-narrow", NARROW))


def _said(values: tuple[int | None, ...]) -> str:
    known = [value for value in values if value is not None]
    gaps = len(values) - len(known)
    return f"{' '.join(f'{v}%' for v in known)}" + (f", no percentage for {gaps}" if gaps else "")


def tests_figure(report: Report) -> Drawn | None:
    rows = [
        charts.Row(
            test.title,
            test.figure.percent,
            shown(test.figure.numerator, test.figure.denominator, test.figure.percent),
            test.good_from,
            test.good,
        )
        for test in report.tests
    ]
    if all(row.value is None for row in rows):
        return None
    alt = f"Bar chart of {len(rows)} tests. " + "; ".join(f"{r.label} {r.words}" for r in rows) + "."
    return Drawn(
        charts.bars("figure-2", alt, rows, width=WIDE), charts.bars("figure-2-narrow", alt, rows, width=NARROW)
    )


def _earlier_methods(o: Overview) -> list[str]:
    """The departments whose rating differs from what it would have been under the method before."""
    return [
        f"{row.label} would have been {RATING_WORDS[row.previous_method.rating].lower()} under method version "
        f"{row.previous_method.method}"
        for row in o.standings
        if row.previous_method is not None and row.previous_method.rating is not row.rating
    ]


def overview(o: Overview, downloads: Sequence[Download], *, draw: Callable[[charts.Chart], Markup]) -> dict[str, Any]:
    drawn = {
        row.department.code: draw(overview_tables.spark(row, o.period.word))
        if any(value is not None for value in row.trend)
        else Markup.escape("[x]" if row.silent else "Under 10")
        for row in o.standings
    }
    silent = [row.label for row in o.standings if row.silent]
    return {
        "nav": "overview",
        "o": o,
        "period": o.period,
        "title": o.headline,
        "description": o.summary,
        "standings": overview_tables.standings(o, drawn),
        "late": overview_tables.late(o),
        "comparators": overview_tables.comparators(o),
        "earlier_methods": _earlier_methods(o),
        "silent": "; ".join(silent),  # names hold commas of their own
        "reason": lower_first(o.revisions[-1].reason or ""),
        "downloads": downloads,
        "rounding": ROUNDING,
    }
