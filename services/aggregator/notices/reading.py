"""Reads a release whatever its shape: a part that is missing, null or of another type is as if it were not there."""

import math
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, TypeAlias

from services.aggregator import moments

Json: TypeAlias = Mapping[str, Any]

_NOTHING: Json = {}
_DECIMAL = re.compile(r"\s*(\d{1,15}(?:\.\d{1,6})?)\s*")
LONGEST_TEXT = 500
TOO_MUCH = 10**15


def child(parent: Json, name: str) -> Json:
    value = parent.get(name)
    return value if type(value) is dict else _NOTHING


def items(parent: Json, name: str) -> list[Json]:
    """The objects of an array; anything else in it is left out."""
    value = parent.get(name)
    return [item for item in value if type(item) is dict] if type(value) is list else []


def texts(parent: Json, name: str) -> list[str]:
    """The texts of an array."""
    value = parent.get(name)
    return [item for item in value if type(item) is str and item] if type(value) is list else []


def text(parent: Json, name: str) -> str | None:
    """Trimmed and cut to what a fact needs; None when empty."""
    value = parent.get(name)
    return (value.strip()[:LONGEST_TEXT] or None) if type(value) is str else None


def key(parent: Json, name: str = "id") -> str | None:
    """An identifier: OCDS allows text and integers."""
    value = parent.get(name)
    return str(value) if type(value) is int else text(parent, name)


def flag(parent: Json, name: str) -> bool | None:
    value = parent.get(name)
    return value if type(value) is bool else None


def decimal(parent: Json, name: str) -> str | None:
    """A number that is not negative, as plain decimal text. Floats go by their shortest text, never by arithmetic."""
    value = parent.get(name)
    if type(value) is int:
        return str(value) if 0 <= value < TOO_MUCH else None
    if type(value) is float:
        return plain(Decimal(repr(value))) if math.isfinite(value) and 0 <= value < TOO_MUCH else None
    if type(value) is str and (found := _DECIMAL.fullmatch(value)):
        return plain(Decimal(found[1]))
    return None


def plain(number: Decimal) -> str:
    """`10` for 10.0, never an exponent."""
    written = format(number, "f")
    return written.rstrip("0").rstrip(".") if "." in written else written


def moment(parent: Json, name: str) -> str | None:
    value = parent.get(name)
    return moments.moment_text(value) if type(value) is str else None


def day(parent: Json, name: str) -> str | None:
    value = parent.get(name)
    return moments.day_text(value) if type(value) is str else None


def known(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """An object of what is known: absent and None are the same, and so is an empty list."""
    return {name: value for name, value in pairs if value is not None and value != []}
