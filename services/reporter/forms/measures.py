"""The figures of a publication as rows, one for each department, period and measure: what CSV and XLSX are made of.

Pure. A count that is not available is None, never zero; a percentage is None where the denominator is below 10.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from services.reporter.figures import Figure
from services.reporter.model import Overview, Quarter, Report
from services.reporter.series import MAIN
from services.reporter.summary import EMPTY
from services.reporter.words import humanised
from shared.indicators import BY_ID
from shared.periods import Period, quarters_to

ALL = "all"
"""Stands as `department` for all departments together."""


class Row(NamedTuple):
    """`marks`: `p` provisional, `r` revised, `m` as mapped now, `x` not available; several with a space between."""

    department: str
    department_name: str
    period: str
    measure: str
    measure_title: str
    rating: str | None
    population: int | None
    numerator: int | None
    denominator: int | None
    unknown: int | None
    excluded: int | None
    percent: int | None
    value_pence: int | None
    value_net_pence: int | None
    value_met_pence: int | None
    without_value: int | None
    marks: str
    publication: str


class Column(NamedTuple):
    name: str
    title: str
    datatype: str
    description: str


COLUMNS: Sequence[Column] = (
    Column("department", "Department", "string", "Code of the department or sector; `all` for all departments"),
    Column("department_name", "Department name", "string", "What it was called on the period's last day"),
    Column("period", "Period", "string", "Quarter (2026-27-q2) or year (2026-27) of the financial year"),
    Column("measure", "Measure", "string", "Identifier of the measure; its definition is on the methodology page"),
    Column("measure_title", "Measure title", "string", "What is measured, in words"),
    Column("rating", "Rating", "string", "good, partial, poor or not-enough-data, of the department in the period"),
    Column("population", "Population", "integer", "Denominator + unknown + excluded, for a measure with a ratio"),
    Column("numerator", "Numerator", "integer", "What passes"),
    Column("denominator", "Denominator", "integer", "Out of how many"),
    Column("unknown", "Unknown", "integer", "Nobody said: never counted as no"),
    Column("excluded", "Excluded", "integer", "Left out of the ratio, such as for a claim of urgency"),
    Column("percent", "Per cent", "integer", "Rounded; empty where the denominator is below 10"),
    Column("value_pence", "Value with VAT (pence)", "integer", "Estimated value of the population"),
    Column("value_net_pence", "Value known without VAT only (pence)", "integer", "Never added to the value with VAT"),
    Column("value_met_pence", "Value with VAT that passes (pence)", "integer", "Estimated value of the numerator"),
    Column("without_value", "Without a value", "integer", "Procurements in no total of values"),
    Column("marks", "Marks", "string", "p provisional, r revised, m as mapped now, x not available"),
    Column("publication", "Publication", "string", "The immutable revision that says so"),
)


def rows(said: Report | Overview) -> list[Row]:
    return list(_of_report(said) if isinstance(said, Report) else _of_overview(said))


def gathered(said: Iterable[Report]) -> list[Row]:
    """The rows of several departments' reports, in the order of their codes."""
    return [row for report in sorted(said, key=lambda report: report.department.code) for row in rows(report)]


def title_of(measure: str) -> str:
    return BY_ID[measure].title if measure in BY_ID else humanised(measure)


def _of_report(report: Report) -> Iterator[Row]:
    """The measures of the series in eight periods, and in the last one every measure and kind of well-being."""
    *earlier, current = report.series
    for quarter in earlier:
        for name in report.series_measures:
            yield _row(
                report, quarter.period, name, quarter.figures.get(name), rating=quarter.rating, marks=_marks(quarter)
            )
    figures: Mapping[str, Figure | None] = report.figures or {MAIN: None}
    for name, figure in figures.items():
        yield _row(report, report.period.key, name, figure, rating=report.rating, marks=_marks(current))
    for strand in report.strands:
        yield _row(
            report, report.period.key, strand.id, strand.figure, rating=report.rating, marks=_marks(current),
            title=f"{strand.title} well-being",
        )  # fmt: skip


def _row(
    report: Report,
    period: str,
    measure: str,
    figure: Figure | None,
    *,
    rating: str | None,
    marks: Sequence[str],
    title: str | None = None,
) -> Row:
    who = (report.department.code, report.department.name)
    return _made(who, period, (measure, title or title_of(measure)), rating, figure, marks, report.id)


def _of_overview(overview: Overview) -> Iterator[Row]:
    """Each department's earlier percentages of consideration and its figures; then all together; then the sectors."""
    now = overview.period.key
    marks = ("p",) if overview.provisional else ("r",)
    for standing in overview.standings:
        who = (standing.department.code, standing.department.name)
        periods = quarters_to(Period.parse(now), len(standing.trend))
        for period, percent in zip(periods[:-1], standing.trend, strict=False):
            row = _made(who, str(period), (MAIN, title_of(MAIN)), None, None, (), overview.id)
            yield row._replace(percent=percent, marks="" if percent is not None else "x")
        for name, figure in standing.figures.items():
            yield _made(who, now, (name, title_of(name)), standing.rating, figure, marks, overview.id)
    for name, figure in overview.figures.items():
        yield _made((ALL, "All departments"), now, (name, title_of(name)), None, figure, marks, overview.id)
    for sector in overview.comparators:
        for name, figure in sector.figures.items():
            yield _made((sector.id, sector.title), now, (name, title_of(name)), None, figure, marks, overview.id)


def _made(
    who: tuple[str, str],
    period: str,
    measure: tuple[str, str],
    rating: str | None,
    figure: Figure | None,
    marks: Sequence[str],
    publication: str,
) -> Row:
    known = figure if figure is not None and figure.population else None
    return Row(
        department=who[0],
        department_name=who[1],
        period=period,
        measure=measure[0],
        measure_title=measure[1],
        rating=None if rating is None else str(rating),
        marks=" ".join(marks if known else (*marks, "x")),
        publication=publication,
        **_counts(known),
    )


def _counts(figure: Figure | None) -> dict[str, int | None]:
    """All None where nothing is known: no zeros."""
    found = figure or EMPTY
    counts = {
        "population": found.population,
        "numerator": found.numerator,
        "denominator": found.denominator,
        "unknown": found.unknown,
        "excluded": sum(found.excluded.values()),
        "percent": found.percent,
        "value_pence": found.value.gross,
        "value_net_pence": found.value.net_only,
        "value_met_pence": found.value_met.gross,
        "without_value": found.value.unvalued,
    }
    return counts if figure else dict.fromkeys(counts)


def _marks(quarter: Quarter) -> tuple[str, ...]:
    found = (("p", quarter.provisional), ("r", quarter.revised), ("m", quarter.mapped))
    return tuple(mark for mark, on in found if on)
