"""How a procurement opens: who buys, when it starts, what it is estimated at, what social value weighs."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from services.aggregator.collected import Collected, decimal, events, every, made, one, part
from services.aggregator.facts import Fact
from services.aggregator.moments import Moment
from services.aggregator.parts import Buyer, EventKey, Notice, Said, Start, Value, Weight
from shared.events.procurement import Limb

MARKETS = frozenset({"UK13", "UK14", "UK15", "UK16"})


def value(kind: str, amount: Mapping[str, Any], event: EventKey) -> Value:
    return Value(kind, decimal(amount, "net"), decimal(amount, "gross"), amount.get("currency", "GBP"), event)


def buyer(found: Collected) -> Buyer | None:
    for _, fact in found.get("buyer", ()):
        return Buyer(tuple(fact.value.get("ids", ())), fact.value.get("name"), fact.event)
    return None


def joint_buyers(found: Collected) -> tuple[Buyer, ...]:
    return tuple(
        Buyer(tuple(each.get("ids", ())), each.get("name"), fact.event)
        for _, fact in found.get("joint-buyers", ())
        for each in fact.value
    )


def senders(found: Collected) -> tuple[Said[str], ...]:
    return tuple(Said(code, fact.event) for code, fact in found.get("sender", ()))


def told(found: Collected, name: str) -> Said[str] | None:
    """The notice's word; where there is none, the department's."""
    return one(found, name) or one(found, f"declared-{name}") or part(found, "proposal", name)


def special_regimes(found: Collected) -> Said[tuple[str, ...]] | None:
    return made(found, "special-regimes", tuple)


def light_touch(found: Collected) -> Said[bool] | None:
    """The notice's word; where it is silent, the department's."""
    special = special_regimes(found)
    if special is not None and "lightTouch" in special.value:
        return Said(True, special.event)
    return one(found, "declared-light-touch")


def call_off(found: Collected) -> tuple[Said[bool], ...]:
    """What any notice shows, and what the department says (which may be that it is none)."""
    shown = tuple(Said(True, event) for event in events(found, "call-off"))
    return shown + every(found, "declared-call-off")


def values(found: Collected) -> Iterator[Value]:
    for _, fact in found.get("value", ()):
        for amount in fact.value:
            yield value(amount["kind"], amount, fact.event)
    declared = (("declared", one(found, "declared-value")), ("proposal", part(found, "proposal", "value")))
    for kind, said in declared:
        if said is not None and any(Decimal(pounds) for pounds in said.value.values()):
            yield value(kind, said.value, said.event)


def estimate(found: Collected) -> Value | None:
    """What the threshold is compared with: the largest estimate; where nobody estimates, the largest award.

    Pounds come before other currencies, which cannot be compared with a threshold.
    """
    stated = list(values(found))
    for kinds in (("estimate", "declared"), ("proposal",), ("award", "contract")):
        if candidates := [value for value in stated if value.kind in kinds]:
            pounds = [value for value in candidates if value.currency == "GBP"]
            return max(pounds or candidates, key=_size)
    return None


def _size(value: Value) -> Decimal:
    """Gross where known; a net figure by itself, as its VAT is not known."""
    return value.gross or value.net or Decimal(0)


def notices(found: Collected) -> tuple[Notice, ...]:
    return tuple(
        Notice(id, fact.value.get("type"), tuple(fact.value.get("tags", ())), Moment.of(fact.at), fact.event)
        for id, fact in found.get("notice", ())
    )


def is_market_only(found: Collected) -> bool:
    """Nothing but notices of a dynamic market, which is no contract."""
    return "notice" in found and all(fact.value.get("type") in MARKETS for _, fact in found["notice"])


def start(found: Collected) -> Start | None:
    """The earliest known step of s.1(2): exact, or a bound that it is not later than."""
    steps = starts(found)
    return min(steps, key=lambda step: step.order) if len(steps) > 1 else steps[0] if steps else None


def starts(found: Collected) -> tuple[Start, ...]:
    noticed = (fact for _, fact in found.get("start", ()) if fact.value["bound"] != "possible")
    declared = (fact for _, fact in found.get("declared-start", ()))
    return (*(_start(fact, declared=False) for fact in noticed), *(_start(fact, declared=True) for fact in declared))


def possible_starts(found: Collected) -> tuple[Start, ...]:
    facts = (fact for _, fact in found.get("start", ()) if fact.value["bound"] == "possible")
    return tuple(_start(fact, declared=False) for fact in facts)


def _start(fact: Fact, *, declared: bool) -> Start:
    return Start(
        moment=Moment.of(fact.value["at"]),
        limb=Limb(fact.value["limb"]) if "limb" in fact.value else None,
        exact=declared or fact.value["bound"] == "exact",
        declared=declared,
        event=fact.event,
    )


def planned_start(found: Collected) -> Said[date] | None:
    """The later word of a pipeline or planned procurement notice and of the department's own proposal."""
    said = [
        (fact, fact.value if isinstance(fact.value, str) else fact.value["planned_start"])
        for name in ("planned-start", "proposal")
        for _, fact in found.get(name, ())
    ]
    if not said:
        return None
    fact, day = max(said, key=lambda pair: pair[0].order)
    return Said(date.fromisoformat(day), fact.event)


def weight(found: Collected) -> Weight | None:
    """The latest notice with criteria; where it states no weight, the department's word. None: no tender notice."""
    shown = [fact for _, fact in found.get("weight", ())]
    latest = shown[-1] if shown else None
    if latest is not None and latest.value["answer"] == "stated":
        return Weight("stated", Decimal(latest.value["percent"]), declared=False, event=latest.event)
    declared = one(found, "declared-weight")
    if declared is not None:
        return Weight("stated", Decimal(str(declared.value)), declared=True, event=declared.event)
    if latest is not None and latest.value["answer"] == "combined":
        return Weight("combined", None, declared=False, event=latest.event)
    event = latest.event if latest is not None else tender_notice(found)
    return Weight("not-stated", None, declared=False, event=event) if event is not None else None


def tender_notice(found: Collected) -> EventKey | None:
    """The latest call for competition: a tender notice, on older forms and Contracts Finder by its tag."""
    for _, fact in reversed(found.get("notice", [])):
        first = next(iter(fact.value.get("tags", ())), "")
        if fact.value.get("type", "") == "UK4" or (
            "type" not in fact.value and first.startswith("tender") and first != "tenderCancellation"
        ):
            return fact.event
    return None
