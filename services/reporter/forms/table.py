"""CSV (RFC 4180) and its metadata (CSV on the Web, W3C 2015). Pure: rows in, bytes out."""

import csv
import io
import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from services.reporter.forms.measures import COLUMNS, Column, Row

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
APOSTROPHE = (
    "Text that begins with =, +, -, @, a tab or a line end has an apostrophe before it, so that no spreadsheet takes "
    "it for a formula. Numbers are never changed. An empty cell is not available or does not apply; it is no zero."
)


def safe(text: str) -> str:
    """Text as no spreadsheet takes it for a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text


def measures_csv(rows: Iterable[Row]) -> bytes:
    return written([column.name for column in COLUMNS], rows)


def written(header: Sequence[str], rows: Iterable[Sequence[str | int | None]]) -> bytes:
    """UTF-8 without a mark of byte order, CRLF, a header; None is an empty cell."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(header)
    for row in rows:
        writer.writerow([safe(cell) if isinstance(cell, str) else cell for cell in row])
    return out.getvalue().encode()


def metadata(url: str, *, title: str, modified: datetime, sample: bool, columns: Sequence[Column] = COLUMNS) -> bytes:
    """`url`: of the CSV, absolute or from the root of the site, so that it holds at every address of the metadata."""
    said: dict[str, Any] = {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}],
        "url": url,
        "dc:title": f"{title} (sample data: figures are invented)" if sample else title,
        "dc:description": APOSTROPHE,
        "dc:modified": {"@value": modified.isoformat(), "@type": "xsd:dateTime"},
        "dialect": {"header": True, "encoding": "utf-8", "lineTerminators": ["\r\n"], "delimiter": ","},
        "tableSchema": {
            "columns": [
                {
                    "name": column.name,
                    "titles": column.name,
                    "dc:title": column.title,
                    "dc:description": column.description,
                    "datatype": column.datatype,
                    "required": column.name in ("department", "period", "measure", "publication"),
                }
                for column in columns
            ],
            "primaryKey": ["department", "period", "measure"],
        },
    }
    return (json.dumps(said, indent=1, ensure_ascii=False) + "\n").encode()
