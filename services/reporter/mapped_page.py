"""A period as mapped now: the departments' figures side by side with their sum. Pure."""

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from services.reporter import addresses, tables
from services.reporter.figures import ROUNDING, Figure, shown
from services.reporter.mapping import Mapped
from services.reporter.tables import Cell, Table, head, html, numeric, text
from services.reporter.words import humanised, number
from shared.indicators import BY_ID


def view(found: Mapped) -> dict[str, Any]:
    return {
        "nav": "departments",
        "title": f"{found.department.name}: as mapped now",
        "caption": f"{found.period.title} ({found.period.months})",
        "m": found,
        "rounding": ROUNDING,
        "tables": {
            "measures": _table(found, "Measures side by side", found.figures, [p.figures for p in found.portions]),
            "strands": _table(found, "By kind of well-being", found.strands, [p.strands for p in found.portions]),
        },
        "rows": [
            {
                "key": {"text": portion.department.name},
                "value": {"html": _portion(found, position)},
            }
            for position, portion in enumerate(found.portions)
        ],
        "address": addresses.mapped(found.department.code, found.period.key) + ".json",
    }


def _portion(found: Mapped, position: int) -> Markup:
    portion = found.portions[position]
    where = addresses.publication(portion.department.code, found.period.key)
    said = Markup(" · Nothing was received for this period") if portion.silent else Markup("")
    return tables.rating_tag(portion.rating) + Markup(" ") + tables.link("Report as it was reported then", where) + said


def _table(found: Mapped, caption: str, total: Mapping[str, Figure], parts: list[dict[str, Figure]]) -> Table:
    order = {name: indicator.number for name, indicator in BY_ID.items()}
    rows: list[list[Cell]] = []
    for name in sorted(total, key=lambda key: (order.get(key, 0), key)):
        title = BY_ID[name].title if name in BY_ID else f"{humanised(name)} well-being"
        rows.append([text(title), *(_cell(part.get(name)) for part in parts), _cell(total[name])])
    size = "narrow" if len(found.portions) < 3 else "middle"  # two departments fit a phone
    columns = [head("Measure"), *(head(p.department.short, right=True) for p in found.portions)]
    return Table(caption, [*columns, head("Together", right=True)], rows, size=size)


def _cell(figure: Figure | None) -> Cell:
    """The ratio with its counts, what is unknown beside it; a measure without a ratio as its count."""
    if figure is None or not figure.population:
        return numeric("[x]")
    if figure.numerator is None:
        return numeric(number(figure.population))
    rate = shown(figure.numerator, figure.denominator, figure.percent)
    counts = f"{number(figure.numerator)} of {number(figure.denominator or 0)}"
    parts = [rate, *([counts] if figure.percent is not None else []), f"{number(figure.unknown)} unknown"]
    return html(Markup("<br>").join(parts), "govuk-table__cell--numeric sv-nowrap")
