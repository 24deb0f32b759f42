"""The tables of the overview. Pure: the same numbers as in its JSON, as cells."""

from markupsafe import Markup

from services.reporter import charts, tables
from services.reporter.addresses import evidence, publication, sector
from services.reporter.department_tables import rate
from services.reporter.figures import Figure, shown
from services.reporter.model import Overview, Standing
from services.reporter.sectors import BESIDE
from services.reporter.tables import ARROWS, Table, count, head, html, linked, numeric, text
from services.reporter.words import money, plural, sentence


def standings(overview: Overview, drawn: dict[str, Markup]) -> Table:
    """`drawn`: each department's sparkline as markup, by code."""
    second = "Delivered" if overview.second_measure == "delivered" else "Consultation decided"
    return Table(
        "Departments, worst first",
        [
            head("Department"),
            head("Status"),
            head("Change"),
            head("Considered before start", right=True),
            head(second, right=True),
            head("Value in scope", right=True),
            head(f"8 {overview.period.word}s"),
            head("Data"),
        ],
        [_row(row, overview, drawn) for row in overview.standings],
        size="wide",
    )


def _row(row: Standing, overview: Overview, drawn: dict[str, Markup]) -> list[tables.Cell]:
    code, period = row.department.code, overview.period.key
    arrow = ARROWS[row.direction] if row.direction in ("up", "down") else ""
    main = row.figures.get("considered-in-time")
    return [
        html(tables.link(row.label, publication(code, period)), "sv-department"),
        html(tables.rating_tag(row.rating)),
        text(f"{arrow} {row.change}".strip(), classes="sv-change"),
        _rate(main, evidence(code, period, "considered-in-time")),
        _rate(row.figures.get(overview.second_measure), evidence(code, period, overview.second_measure)),
        linked(
            numeric(money(main.value.gross) if main and main.population else "[x]"), evidence(code, period, "in-scope")
        ),
        html(drawn[code], "sv-nowrap"),
        html(_data(row.data), "sv-data"),
    ]


def _rate(figure: Figure | None, address: str) -> tables.Cell:
    """Leads to the evidence."""
    known = _with_denominator(figure)
    return _and_counts(linked(rate(known), address), known)


def counted_rate(figure: Figure | None) -> tables.Cell:
    """A percentage with its counts beside it."""
    known = _with_denominator(figure)
    cell = rate(known)
    return _and_counts({**cell, "html": Markup.escape(cell["text"])}, known)


def _and_counts(cell: tables.Cell, figure: Figure | None) -> tables.Cell:
    if figure is None or figure.percent is None:
        return cell
    counts = shown(figure.numerator, figure.denominator, None)
    return cell | {"html": cell["html"] + Markup(' <span class="sv-count">{}</span>').format(counts)}


def _data(words: str) -> Markup:
    """No part, and no date, is broken over two lines."""
    before, since, when = words.partition(" since ")
    if since:
        return Markup('{} since <span class="sv-nowrap">{}</span>').format(before, when)
    return Markup(", ").join(Markup('<span class="sv-nowrap">{}</span>').format(part) for part in words.split(", "))


def _with_denominator(figure: Figure | None) -> Figure | None:
    return figure if figure and figure.denominator else None


def late(overview: Overview) -> str:
    """`Not received from Home Office; Wales Office. Late: Justice (3 days)`; nothing where all came in time.

    Names hold commas of their own.
    """
    missing = [row.label for row in overview.standings if row.statement == "Not received"]
    after = [
        f"{row.label} ({row.statement.removesuffix(' late')})"
        for row in overview.standings
        if row.statement.endswith(" late")
    ]
    parts = [("not received from", missing), ("late:", after)]
    return ". ".join(sentence(f"{words} {'; '.join(names)}").removesuffix(".") for words, names in parts if names)


def comparators(overview: Overview) -> Table:
    """Counts under ten stand without a percentage; what is unknown has a column of its own."""
    words = ("Procurements found", "The Act applies", "Considered before start", "Unknown", "Consultation decided")
    rows = []
    for row in overview.comparators:
        scope, main = row.figures.get("in-scope"), row.figures.get("considered-in-time")
        rows.append(
            [
                html(tables.link(row.title, sector(row.id))) if row.id in BESIDE else text(row.title),
                count(scope.population if scope else None),
                count(scope.answers.get("applies", 0) if scope and scope.population else None),
                counted_rate(main),
                count(main.unknown if main and main.population else None),
                counted_rate(row.figures.get("consultation")),
                text(f"Notices and {plural(row.events, 'event')}" if row.events else "Published notices alone"),
            ]
        )
    columns = [head("Sector"), *(head(w, right=True) for w in words), head("Known from")]
    return Table("Central government beside other sectors", columns, rows)


def spark(row: Standing, word: str) -> charts.Chart:
    known = [value for value in row.trend if value is not None]
    unknown = len(row.trend) - len(known)
    gaps = f"; no percentage for {unknown} of them" if unknown else ""
    said = (
        f"from {known[0]} to {known[-1]} per cent"
        if len(known) > 1
        else f"{known[0]} per cent once"
        if known
        else "none"
    )
    alt = f"{row.label}: considered before the start, eight {word}s: {said}{gaps}"
    return charts.spark(f"spark-{row.department.code}", alt, row.trend)
