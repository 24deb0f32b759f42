"""What procurements answer beyond their start, as pages show it: contracts, commitments, suppliers, plans. Pure."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from urllib.parse import quote

from markupsafe import Markup

from services.reporter import tables
from services.reporter.evidence import PAGE, CountedItems, Item
from services.reporter.questions import INDICATOR, answer_words, title_of
from services.reporter.tables import Table, head, html, numeric, text
from services.reporter.words import day, humanised, money, plural
from shared.indicators import BY_ID
from shared.periods import Period

FOR_EVER = date(9999, 12, 31)
"""The day after the last of something whose end nobody has told."""


def counted_items(
    name: str, period: str, indicator: str, rows: Sequence[CountedItems], *, after: str, address: str, back: str
) -> dict[str, Any]:
    """The contracts, commitments, suppliers or plans that an indicator counts; as `evidence_pages.counted`."""
    words = Period.parse(period)
    cells = [
        [
            html(tables.reference(row.ocid)),
            html(tables.foreign(row.title) if row.title else Markup("[x]"), "sv-title-cell"),
            html(tables.bullet_list([_item_words(item) for item in row.items])),
            numeric(_worth(row.items)),
        ]
        for row in rows
    ]
    columns = [head("Reference"), head("Title"), head("What is counted"), head("Value", right=True)]
    many = plural(len(rows), "procurement")
    return {
        "nav": "departments",
        "title": f"Evidence: {title_of(indicator)}",
        "caption": f"{name}, {words.title} ({words.months})",
        "back": back,
        "indicator": BY_ID.get(indicator),
        "table": Table(f"{many}{' from here on' if after else ''}", columns, cells, size="wide"),
        "more": f"?after={quote(rows[-1].ocid, safe='')}" if len(rows) == PAGE else None,
        "csv": f"{address}.csv",
    }


_KINDS = {
    "kpi-rating": "Indicator of the contract",
    "committed-kpis": "Social value indicators",
    "supplier-kind": "Kind of supplier",
    "spot-check": "Spot check",
}
"""Questions that stand beside an indicator rather than being it."""


def _title(question: str) -> str:
    named = _KINDS.get(question) or (title_of(INDICATOR[question]) if question in INDICATOR else None)
    return named or humanised(question)


def _item_words(item: Item) -> str:
    kind = f"{_KINDS[item.question]}: " if item.question in ("kpi-rating", "supplier-kind") else ""
    return f"{kind}{answer_words(item.question, item.answer)}, {_when(item)}"


def _when(item: Item) -> str:
    if item.past is None:
        return f"on {day(item.first)}"
    return f"since {day(item.first)}"


def _worth(items: Sequence[Item]) -> str:
    """The first value among them; they are of one procurement and are not added."""
    for item in items:
        if item.gross is not None:
            return money(item.gross)
        if item.net is not None:
            return f"{money(item.net)} net"
    return "[x]"


def table(items: Sequence[Item]) -> Table:
    rows = [
        [
            text(_title(item.question)),
            text(answer_words(item.question, item.answer)),
            html(tables.foreign(item.department)),
            text(day(item.first), nowrap=True),
            text(_until(item), nowrap=True),
            numeric(_worth([item])),
        ]
        for item in sorted(items, key=lambda i: (i.first, i.question, i.answer))
    ]
    columns = [head("Question"), head("Answer"), head("Counted for"), head("From"), head("Before")]
    caption = "What it answers beyond its start, each in a time of its own"
    return Table(caption, [*columns, head("Value", right=True)], rows, size="wide")


def _until(item: Item) -> str:
    if item.past is None:
        return "That day only"
    return "End not known" if item.past == FOR_EVER else day(item.past)
