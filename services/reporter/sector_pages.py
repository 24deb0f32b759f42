"""A sector beside central government over the published overviews: is central government the weakest link? Pure."""

from collections.abc import Sequence
from typing import Any

from services.reporter import addresses, tables
from services.reporter.figures import Figure
from services.reporter.model import Comparator, Overview
from services.reporter.overview_tables import counted_rate
from services.reporter.sectors import TITLES
from services.reporter.tables import Cell, Table, count, head, html, text
from services.reporter.words import lower_first, plural
from shared.departments import Sector
from shared.indicators import BY_ID

CENTRAL = Sector.CENTRAL_GOVERNMENT.value
SHOWN = 8
"""Periods; a year of quarters and the one before."""


def view(code: str, overviews: Sequence[Overview]) -> dict[str, Any]:
    """`overviews`: newest first, those that tell of the sector."""
    said = overviews[0]
    central, sector = (_of(said, each) for each in (CENTRAL, code))
    return {
        "nav": "overview",
        "title": f"{TITLES[code]} beside central government",
        "caption": f"{said.period.title} ({said.period.months})",
        "answer": answer(central, sector),
        "known": _known(sector),
        "back": addresses.publication("overview", said.period.key, said.revision),
        "table": _side_by_side(said, central, sector),
        "series": _series(code, overviews),
        "others": [(TITLES[c.id], addresses.sector(c.id)) for c in said.comparators if c.id not in (CENTRAL, code)],
    }


def _of(said: Overview, code: str) -> Comparator:
    return next(comparator for comparator in said.comparators if comparator.id == code)


def answer(central: Comparator, sector: Comparator) -> str:
    """Which of the two considered social value before the start more often; nothing where too little is known.

    It is told only where both have a percentage: a sector known by its notices alone is neither better nor worse.
    """
    ours, theirs = (each.figures.get("considered-in-time") for each in (central, sector))
    name = lower_first(sector.title)
    if ours is None or theirs is None or ours.percent is None or theirs.percent is None:
        lacking = [
            title
            for title, figure in ((central.title, ours), (sector.title, theirs))
            if figure is None or figure.percent is None
        ]
        return f"Not enough data to tell: of {' and of '.join(map(lower_first, lacking))} too little is on record."
    told = f"central government considered {ours.percent}% in time, {name} {theirs.percent}%"
    if ours.percent == theirs.percent:
        return f"On what is on record, neither is the weaker: {told}."
    weaker = central.title if ours.percent < theirs.percent else sector.title
    return f"On what is on record, {lower_first(weaker)} {_are(weaker)} the weaker: {told}."


def _are(title: str) -> str:
    return "is" if title == TITLES[CENTRAL] else "are"


def _known(sector: Comparator) -> str:
    if not sector.events:
        return "Known from published notices alone, which seldom say whether social value was considered."
    return f"Known from published notices and {plural(sector.events, 'event')} that it sent."


def _side_by_side(said: Overview, central: Comparator, sector: Comparator) -> Table:
    def row(words: str, cells: Sequence[Cell], question: str) -> list[Cell]:
        address = addresses.sector_evidence(sector.id, said.period.key, question)
        return [text(words), *cells, html(tables.link("Evidence", address))]

    pair = (central, sector)
    scope = [each.figures.get("in-scope") for each in pair]
    main = [each.figures.get("considered-in-time") for each in pair]
    consulted = [each.figures.get("consultation") for each in pair]
    rows = [
        row("Procurements found", [count(f.population if f else None) for f in scope], "in-scope"),
        row("The Act applies", [count(_applies(f)) for f in scope], "in-scope"),
        row("Considered before start", [counted_rate(f) for f in main], "considered-in-time"),
        row("No record, or order unknown", [count(f.unknown if f and f.population else None) for f in main],
            "considered-in-time"),
        row("Consultation decided before start", [counted_rate(f) for f in consulted], "consultation"),
    ]  # fmt: skip
    columns = [
        head("Measure"),
        *(head(each.title, right=True) for each in pair),
        head(f"Behind {lower_first(sector.title)}"),
    ]
    return Table(f"{central.title} and {lower_first(sector.title)}, {said.period.title}", columns, rows)


def _applies(figure: Figure | None) -> int | None:
    return figure.answers.get("applies", 0) if figure and figure.population else None


def _series(code: str, overviews: Sequence[Overview]) -> Table:
    rows = [
        [
            html(tables.link(said.period.title, addresses.publication("overview", said.period.key))),
            *(counted_rate(_of(said, each).figures.get("considered-in-time")) for each in (CENTRAL, code)),
            *(count(f.unknown if f and f.population else None)
              for f in (_of(said, each).figures.get("considered-in-time") for each in (CENTRAL, code))),
        ]
        for said in overviews
    ]  # fmt: skip
    columns = [
        head("Period"),
        *(head(TITLES[each], right=True) for each in (CENTRAL, code)),
        *(head(f"Unknown: {lower_first(TITLES[each])}", right=True) for each in (CENTRAL, code)),
    ]
    return Table(BY_ID["considered-in-time"].title, columns, rows)
