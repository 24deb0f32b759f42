"""Reads the forms back by means other than those that wrote them."""

import csv
import io
import re
import zipfile
from typing import TypeAlias
from xml.etree import ElementTree

from pypdf import PdfReader

Cell: TypeAlias = str | int | None
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def csv_rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


def sheets(content: bytes) -> dict[str, list[list[Cell]]]:
    """Sheet's name → its rows; a number is an int, an empty cell None. A formula raises ValueError."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        strings = ["".join(t.text or "" for t in si.iter(f"{_MAIN}t")) for si in _xml(book, "xl/sharedStrings.xml")]
        names = [sheet.attrib["name"] for sheet in _xml(book, "xl/workbook.xml").iter(f"{_MAIN}sheet")]
        return {
            name: [
                [_cell(c, strings) for c in row]
                for row in _xml(book, f"xl/worksheets/sheet{i}.xml").iter(f"{_MAIN}row")
            ]
            for i, name in enumerate(names, 1)
        }


def _xml(book: zipfile.ZipFile, name: str) -> ElementTree.Element:
    return ElementTree.fromstring(book.read(name))  # noqa: S314 - we have just written it


def _cell(cell: ElementTree.Element, strings: list[str]) -> Cell:
    if cell.find(f"{_MAIN}f") is not None:
        raise ValueError(f"a formula in {cell.attrib['r']}")
    value = cell.findtext(f"{_MAIN}v")
    if value is None:
        return None
    return unescaped(strings[int(value)]) if cell.attrib.get("t") == "s" else int(value)


def unescaped(text: str) -> str:
    """Excel writes what XML cannot hold as `_x0001_`."""
    return re.sub(r"_x([0-9A-F]{4})_", lambda found: chr(int(found[1], 16)), text)


def pdf(content: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(content))


def pdf_text(content: bytes) -> str:
    return "\n".join(page.extract_text() for page in pdf(content).pages)
