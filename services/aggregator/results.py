"""What came of a procurement: indicators and their ratings, awards, contracts, and how they ended."""

from datetime import date
from typing import Literal, NamedTuple, TypeAlias

from services.aggregator.collected import Collected, day, each, listed
from services.aggregator.moments import Moment
from services.aggregator.opening import value
from services.aggregator.parts import EventKey, Value
from shared.events.procurement import KpiRating

SocialValue: TypeAlias = Literal["yes", "possible", "no"]
"""Of an indicator: it says social value, it speaks of what social value often is, or neither."""


class Kpi(NamedTuple):
    contract: str | None
    id: str | None
    title: str | None
    social_value: SocialValue
    event: EventKey


class Rating(NamedTuple):
    contract: str | None
    kpi: str | None
    title: str | None
    social_value: SocialValue
    rating: KpiRating
    assessed_on: date
    event: EventKey


class Supplier(NamedTuple):
    """`scale` sme or large and `vcse` as the notice states them; None: not stated."""

    id: str | None
    name: str | None
    scale: str | None
    vcse: bool | None


class Award(NamedTuple):
    """`release` is the notice: ids of awards are used again between notices."""

    release: str
    id: str | None
    status: str | None
    decided: date | None
    suppliers: tuple[Supplier, ...]
    first: date | None
    last: date | None
    value: Value | None
    event: EventKey


class Contract(NamedTuple):
    """`published` is when its notice was; `longest` with all extensions."""

    release: str
    id: str | None
    award: str | None
    status: str | None
    signed: date | None
    first: date | None
    last: date | None
    longest: date | None
    value: Value | None
    no_kpis_because: str | None
    published: Moment
    event: EventKey


class Termination(NamedTuple):
    """Also the ordinary end: `contractCompleted` among the reasons."""

    contract: str | None
    reasons: tuple[str, ...]
    on: date | None
    event: EventKey


class Cancellation(NamedTuple):
    on: date | None
    reason: str | None
    event: EventKey


def kpis(found: Collected) -> tuple[Kpi, ...]:
    return tuple(
        Kpi(item.get("contract"), item.get("id"), item.get("title"), item["social-value"], fact.event)
        for item, _, fact in listed(found, "kpis")
    )


def ratings(found: Collected) -> tuple[Rating, ...]:
    """Of performance notices (UK9), and of the department's own events."""
    shown = (
        Rating(
            contract=item.get("contract"),
            kpi=item.get("kpi"),
            title=item.get("title"),
            social_value=item["social-value"],
            rating=KpiRating(item["rating"]),
            assessed_on=date.fromisoformat(item["assessed-on"]),
            event=fact.event,
        )
        for item, _, fact in listed(found, "ratings")
    )
    return tuple(shown) + each(
        found,
        "kpi-assessment",
        lambda data, event: Rating(
            contract=data.get("contract"),
            kpi=data["kpi"],
            title=data["title"],
            social_value="yes" if data["social_value"] else "no",
            rating=KpiRating(data["rating"]),
            assessed_on=date.fromisoformat(data["assessed_on"]),
            event=event,
        ),
    )


def awards(found: Collected) -> tuple[Award, ...]:
    return tuple(
        Award(
            release=release,
            id=item.get("id"),
            status=item.get("status"),
            decided=day(item, "date"),
            suppliers=tuple(
                Supplier(s.get("id"), s.get("name"), s.get("scale"), s.get("vcse")) for s in item.get("suppliers", ())
            ),
            first=day(item.get("period", {}), "start"),
            last=day(item.get("period", {}), "end"),
            value=value("award", item["value"], fact.event) if "value" in item else None,
            event=fact.event,
        )
        for item, release, fact in listed(found, "awards")
    )


def contracts(found: Collected) -> tuple[Contract, ...]:
    return tuple(
        Contract(
            release=release,
            id=item.get("id"),
            award=item.get("award"),
            status=item.get("status"),
            signed=day(item, "signed"),
            first=day(item.get("period", {}), "start"),
            last=day(item.get("period", {}), "end"),
            longest=day(item.get("period", {}), "longest"),
            value=value("contract", item["value"], fact.event) if "value" in item else None,
            no_kpis_because=item.get("no-kpis-because"),
            published=Moment.of(fact.at),
            event=fact.event,
        )
        for item, release, fact in listed(found, "contracts")
    )


def terminations(found: Collected) -> tuple[Termination, ...]:
    return tuple(
        Termination(item.get("contract"), tuple(item.get("reasons", ())), day(item, "on"), fact.event)
        for item, _, fact in listed(found, "termination")
    )


def cancellations(found: Collected) -> tuple[Cancellation, ...]:
    return each(found, "cancellation", lambda data, event: Cancellation(day(data, "on"), data.get("reason"), event))
