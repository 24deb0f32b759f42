"""Buyers that no register knows: counted for no department until somebody attributes them. Pure."""

from collections.abc import Sequence
from typing import Any

import orjson
from markupsafe import Markup

from services.reporter import tables
from services.reporter.evidence import Buyer
from services.reporter.tables import Table, count, head, html, text
from services.reporter.words import day, money, plural


def view(buyers: Sequence[Buyer]) -> dict[str, Any]:
    rows = [
        [
            html(tables.foreign(buyer.name) if buyer.name else Markup("No buyer is named"), "sv-title-cell"),
            html(
                Markup("<br>").join(tables.foreign(i) for i in buyer.ids) if buyer.ids else Markup("None"), "sv-break"
            ),
            count(buyer.procurements),
            html(Markup("<br>").join(_values(buyer)), "sv-nowrap"),
            text(day(buyer.first) if buyer.first else "[x]", nowrap=True),
            text(day(buyer.last) if buyer.last else "[x]", nowrap=True),
        ]
        for buyer in buyers
    ]
    columns = [head("Buyer"), head("Identifiers"), head("Procurements", right=True), head("Value")]
    columns += [head("First start"), head("Last start")]
    total = sum(buyer.procurements for buyer in buyers)
    caption = f"{plural(len(buyers), 'buyer')}, {plural(total, 'procurement')}"
    named = next((buyer for buyer in buyers if buyer.name or buyer.ids), None)
    return {
        "nav": "overview",
        "title": "Buyers that are not attributed",
        "table": Table(caption, columns, rows, size="wide"),
        "words": _event(named) if named else "",
    }


def _values(buyer: Buyer) -> list[str]:
    """Gross and net apart; what has no value is said."""
    said = [money(buyer.gross)] if buyer.gross else []
    said += [f"{money(buyer.net_only)} net of VAT"] if buyer.net_only else []
    said += [f"{plural(buyer.unvalued, 'procurement')} without a value"] if buyer.unvalued else []
    return said or ["[x]"]


def _event(buyer: Buyer) -> str:
    """The `buyer.attributed` event as it would be sent for the first buyer of the list, but for the department."""
    data = {"buyer_id": buyer.ids[0] if buyer.ids else None, "buyer_name": buyer.name, "department": "DEPARTMENT-CODE"}
    event = {
        "specversion": "1.0",
        "type": "uk.gov.social-value.buyer.attributed.v1",
        "source": "/review-team",
        "id": "AN-ID-OF-YOUR-OWN",
        "subject": "register/buyers",
        "time": "YYYY-MM-DDThh:mm:ssZ",
        "data": {key: value for key, value in data.items() if value},
    }
    return orjson.dumps(event, option=orjson.OPT_INDENT_2).decode()
