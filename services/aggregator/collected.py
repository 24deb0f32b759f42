"""The merged facts of one subject by what they state, and small readers of them: the tools of the typed view."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, TypeAlias, TypeVar

from services.aggregator.facts import Fact, Facts
from services.aggregator.moments import Moment
from services.aggregator.parts import EventKey, Said

Collected: TypeAlias = Mapping[str, list[tuple[str, Fact]]]
"""Fact name before the slash → (what is after it, fact), in the order of the facts."""

T = TypeVar("T")


def collect(facts: Facts) -> Collected:
    found: dict[str, list[tuple[str, Fact]]] = {}
    for name, fact in facts.items():
        base, _, item = name.partition("/")
        found.setdefault(base, []).append((item, fact))
    for items in found.values():
        if len(items) > 1:
            items.sort(key=lambda pair: (pair[1].at, pair[0]))
    return found


def day(data: Mapping[str, Any], name: str) -> date | None:
    return date.fromisoformat(data[name]) if name in data else None


def decimal(data: Mapping[str, Any], name: str) -> Decimal | None:
    return Decimal(data[name]) if name in data else None


def moment(data: Mapping[str, Any], name: str) -> Moment | None:
    return Moment.of(data[name]) if name in data else None


def each(found: Collected, name: str, make: Callable[[Mapping[str, Any], EventKey], T]) -> tuple[T, ...]:
    return tuple(make(fact.value, fact.event) for _, fact in found[name]) if name in found else ()


def listed(found: Collected, name: str) -> Iterator[tuple[Mapping[str, Any], str, Fact]]:
    """The items of facts that hold a list: item, release, fact."""
    for release, fact in found.get(name, ()):
        for item in fact.value:
            yield item, release, fact


def one(found: Collected, name: str) -> Said[Any] | None:
    facts = found.get(name)
    return Said(facts[0][1].value, facts[0][1].event) if facts else None


def made(found: Collected, name: str, make: Callable[[Any], T]) -> Said[T] | None:
    said = one(found, name)
    return None if said is None else Said(make(said.value), said.event)


def part(found: Collected, name: str, property: str) -> Said[Any] | None:
    said = one(found, name)
    return Said(said.value[property], said.event) if said is not None and property in said.value else None


def every(found: Collected, name: str) -> tuple[Said[Any], ...]:
    return tuple(Said(fact.value, fact.event) for _, fact in found[name]) if name in found else ()


def events(found: Collected, name: str) -> tuple[EventKey, ...]:
    return tuple(fact.event for _, fact in found[name]) if name in found else ()


def texts(found: Collected, name: str) -> tuple[str, ...]:
    said = one(found, name)
    return tuple(said.value) if said is not None else ()


def first_moment(found: Collected, name: str) -> Said[Moment] | None:
    return made(found, name, lambda value: Moment.of(value["at"]))
