"""A fact: what one event establishes about one subject, and how two statements of the same fact become one."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any, NamedTuple, TypeAlias

import orjson

from shared import times

Value: TypeAlias = Any
"""JSON: None never stands for 'no': an unknown thing has no fact at all. Money is text, never a float."""


class Fact(NamedTuple):
    """`at` is the time the statement speaks of, as `times.text`; (`source`, `id`) is the event that established it.

    A tuple, as it is made by the hundred thousand a second.
    """

    value: Value
    at: str
    source: str
    id: str

    @property
    def order(self) -> tuple[str, str, str]:
        return (self.at, self.source, self.id)

    @property
    def event(self) -> tuple[str, str]:
        return (self.source, self.id)


Facts: TypeAlias = Mapping[str, Fact]
"""Fact name → fact. A collected item carries its key in the name, after a slash: `start/075962-2026`.

Of a procurement, what a department says carries who said it, before a colon: `dwp:consideration`. Whose word counts
depends on who buys, which a later event may tell (`services.aggregator.hearing`).
"""


class Rule(StrEnum):
    LATEST = "latest"
    EARLIEST = "earliest"


def named(values: Iterable[tuple[str, Value]], *, at: Any, source: str, id: str) -> dict[str, Fact]:
    """(name, value) pairs of one event → its facts."""
    moment = at if isinstance(at, str) else times.text(at)
    return {name: Fact(value, moment, source, id) for name, value in values}


def canonical(value: Value) -> bytes:
    """The one spelling of a JSON value: keys sorted, no space. What is hashed and compared is this."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
