"""Taking a person's name out of what is kept: what stands in its place, and how a name may be spelt in a file. Pure."""

import html
from typing import Any

import orjson
from markupsafe import escape

ERASED = "[name erased]"


def spellings(name: str) -> list[str]:
    """The name as plain text, JSON, HTML and CSV write it, each once, the longest first."""
    written = {
        name,
        orjson.dumps(name).decode()[1:-1],
        str(escape(name)),
        html.escape(name),
        html.escape(name, quote=False),
        name.replace('"', '""'),
    }
    return sorted(written, key=lambda spelling: (-len(spelling), spelling))


def without(value: Any, name: str) -> Any:
    """A JSON value with the name taken out of every text in it; property names stay."""
    if isinstance(value, str):
        return value.replace(name, ERASED)
    if isinstance(value, dict):
        return {key: without(each, name) for key, each in value.items()}
    if isinstance(value, list):
        return [without(each, name) for each in value]
    return value
