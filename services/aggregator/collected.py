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
        if base in found:
            found[base].append((item, fact))
        else:
            found[base] = [(item, fact)]
    for items in found.values():
        if len(items) > 1:
            items.sort(key=_age)
    return found


def _age(pair: tuple[str, Fact]) -> tuple[str, str]:
    return pair[1].at, pair[0]


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
    if name not in found:
        return None
    fact = found[name][0][1]
    return Said(fact.value, fact.event)


def made(found: Collected, name: str, make: Callable[[Any], T]) -> Said[T] | None:
    if name not in found:
        return None
    fact = found[name][0][1]
    return Said(make(fact.value), fact.event)


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
