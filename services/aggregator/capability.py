"""What a department, a round, a case or the register is told by events: one fact an event, and the view of a period.

These facts are few, and a report asks how things stood on a past day; so every event is kept as a fact of its own.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from services.aggregator.facts import Fact, Facts, named
from shared import times
from shared.envelope import Event
from shared.events.base import Data
from shared.events.catalogue import CATALOGUE
from shared.periods import Period
from shared.status import (
    Action,
    Capability,
    Champion,
    FigureComment,
    Guidance,
    OfficeHolder,
    Round,
    Statement,
    Strategy,
    Training,
)

STRATEGY_CURRENT = timedelta(days=731)
TRAINING_COUNTS = timedelta(days=731)
SAID_BY_OTHERS = frozenset({"office-holder.appointed", "action.raised"})
"""Of a department's subject, what the review team (also) says: no sign that the department itself is heard from."""


def facts(event: Event, data: Data) -> dict[str, Fact]:
    """The event itself as a fact, collected under its type and its own key."""
    name = f"{CATALOGUE[event.type].name}/{event.source} {event.id}"
    # In one spelling: a day or a time can be written in more ways than one.
    value = data.model_dump(mode="json", exclude_unset=True)
    return named([(name, value)], at=event.time, source=event.source, id=event.id)


def collected(facts: Facts, name: str) -> Iterator[tuple[Any, Fact]]:
    """The data of every event of a type, by the time they speak of."""
    found = (fact for key, fact in facts.items() if key.partition("/")[0] == name)
    for fact in sorted(found, key=lambda f: f.order):
        yield fact.value, fact


def _by_day(facts: Facts, name: str, on: str, *, until: date) -> list[tuple[date, Any]]:
    """(day, data) of the events of a type whose own day, in the property `on`, is not after `until`; in order."""
    dated = [(date.fromisoformat(data[on]), data) for data, _ in collected(facts, name)]
    return sorted(((day, data) for day, data in dated if day <= until), key=lambda pair: pair[0])


def office_holder(facts: Facts, on: date) -> OfficeHolder | None:
    """Who answered for the department on a day."""
    held = _by_day(facts, "office-holder.appointed", "appointed_on", until=on)
    if not held:
        return None
    since, data = held[-1]
    return OfficeHolder(name=data["name"], office=data["office"], since=since)


def capability(facts: Facts, period: Period) -> Capability:
    """The department-level facts as they stood on the last day of a period."""
    last = period.last_day
    champion, throughout = _champion(facts, period)
    staff = _by_day(facts, "staff.counted", "counted_on", until=last)
    trained = [
        (day, data)
        for day, data in _by_day(facts, "training.completed", "completed_on", until=last)
        if last - day <= TRAINING_COUNTS
    ]
    return Capability(
        champion=champion,
        champion_throughout=throughout,
        strategy=_strategy(facts, last),
        guidance=tuple(
            Guidance(title=d["title"], issued_on=day, for_whom=d["for_whom"], url=d.get("url"))
            for day, d in _by_day(facts, "guidance.issued", "issued_on", until=last)
        ),
        training=_training(data for _, data in trained),
        commercial_staff=staff[-1][1]["commercial_staff"] if staff else None,
        commercial_staff_trained=sum(data.get("commercial_staff", 0) for _, data in trained),
        barriers=_barriers(facts, last),
        actions=_actions(facts, last),
        events_in_period=sum(
            period.first_day <= _day(fact) <= last
            for name, fact in facts.items()
            if name.partition("/")[0] not in SAID_BY_OTHERS
        ),
    )


def _day(fact: Fact) -> date:
    return times.london_day(times.parse(fact.at))


def _champion(facts: Facts, period: Period) -> tuple[Champion | None, bool]:
    """In post on the last day, and whether somebody was throughout the period."""
    changes: list[tuple[date, Any]] = [
        *_by_day(facts, "champion.stood-down", "stood_down_on", until=period.last_day),
        *_by_day(facts, "champion.appointed", "appointed_on", until=period.last_day),
    ]
    # On one day, standing down comes before the next appointment: sorting keeps that order.
    changes.sort(key=lambda change: change[0])
    current: tuple[date, Any] | None = None
    covered_from: date | None = None
    for day, data in changes:
        if "name" in data:
            covered_from = covered_from or day
            current = (day, data)
        else:
            current, covered_from = None, None
    if current is None:
        return None, False
    since, data = current
    champion = Champion(name=data["name"], post=data["post"], since=since)
    return champion, covered_from is not None and covered_from <= period.first_day


def _strategy(facts: Facts, last: date) -> Strategy | None:
    """The newest, if it is not older than 24 months."""
    published = _by_day(facts, "strategy.published", "published_on", until=last)
    if not published or last - published[-1][0] > STRATEGY_CURRENT:
        return None
    day, data = published[-1]
    return Strategy(
        title=data["title"],
        published_on=day,
        priorities=tuple(data.get("priorities", ())),
        how_teams_apply=data.get("how_teams_apply"),
        url=data.get("url"),
    )


def _training(completed: Iterable[Any]) -> tuple[Training, ...]:
    counts: dict[str, list[int]] = {}
    for data in completed:
        count = counts.setdefault(data["programme"], [0, 0])
        count[0] += data["participants"]
        count[1] += data.get("commercial_staff", 0)
    return tuple(
        Training(programme=programme, participants=people, commercial_staff=staff)
        for programme, (people, staff) in sorted(counts.items())
    )


def _barriers(facts: Facts, last: date) -> dict[str, int]:
    counts: dict[str, int] = {}
    for data, fact in collected(facts, "barrier.reported"):
        if _day(fact) <= last:
            counts[data["barrier"]] = counts.get(data["barrier"], 0) + 1
    return counts


def _closed(facts: Facts, last: date) -> dict[str, tuple[date, Any]]:
    """Action → the day on which it was last closed, and what was said then."""
    return {data["action"]: (day, data) for day, data in _by_day(facts, "action.closed", "closed_on", until=last)}


def _actions(facts: Facts, last: date) -> tuple[Action, ...]:
    closed = _closed(facts, last)
    raised = {data["action"]: data for data, fact in collected(facts, "action.raised") if _day(fact) <= last}
    return tuple(_action(data, closed.get(key)) for key, data in sorted(raised.items()))


def _action(raised: Any, closed: tuple[date, Any] | None) -> Action:
    due = raised.get("due")
    return Action(
        action=raised["action"],
        text=raised["text"],
        due=None if due is None else date.fromisoformat(due),
        done=None if closed is None else closed[1]["done"],
        closed_on=None if closed is None else closed[0],
        closing_text=None if closed is None else closed[1].get("text"),
    )


def reporting_round(facts: Facts) -> Round | None:
    """The round of a period, as last opened; None when nobody has opened one."""
    opened = [data for data, _ in collected(facts, "round.opened")]
    closed = [data for data, _ in collected(facts, "round.closed")]
    if not opened:
        return None
    return Round(
        due=date.fromisoformat(opened[-1]["due"]),
        publish_at=times.parse(opened[-1]["publish_at"]),
        closed_on=date.fromisoformat(closed[-1]["closed_on"]) if closed else None,
    )


def statement(facts: Facts) -> Statement | None:
    """The Secretary of State's latest statement for a department and period."""
    data = _signed(facts)
    if data is None:
        return None
    return Statement(
        statement=data["statement"],
        signed_by=data["signed_by"],
        office=data["office"],
        signed_on=date.fromisoformat(data["signed_on"]),
        comment=data.get("comment"),
        actions=tuple(_action(action, None) for action in data.get("actions", ())),
        comments=tuple(
            FigureComment(indicator=indicator, text=text)
            for indicator, text in {c["indicator"]: c["text"] for c in data.get("comments", ())}.items()
        ),
    )


def _signed(facts: Facts) -> Any | None:
    """The data of the latest statement, if there is one."""
    signed = [data for data, _ in collected(facts, "statement.signed")]
    return signed[-1] if signed else None


def previous_actions(department: Facts, statements: Mapping[Period, Facts], period: Period) -> tuple[Action, ...]:
    """What the statements of earlier periods of the same length promised, each until one has said what became of it.

    `statements`: the department's, by period. An `action.closed` of the department answers for an action too.
    """
    open_: dict[str, Any] = {}
    earlier = sorted(p for p in statements if p < period and bool(p.quarter) == bool(period.quarter))
    for each in earlier:
        data = _signed(statements[each]) or {}
        for outcome in data.get("outcomes", ()):
            open_.pop(outcome["action"], None)
        open_ |= {action["action"]: action for action in data.get("actions", ())}
    shown_before = _closed(department, period.preceding.last_day)
    now = _signed(statements.get(period, {})) or {}
    answered = _closed(department, period.last_day) | {
        outcome["action"]: (date.fromisoformat(now["signed_on"]), outcome) for outcome in now.get("outcomes", ())
    }
    return tuple(_action(raised, answered.get(key)) for key, raised in sorted(open_.items()) if key not in shown_before)


def attributions(facts: Facts) -> dict[str, str]:
    """Buyer id or name → department, as the review team attributed them; the latest word counts."""
    found: dict[str, str] = {}
    for data, _ in collected(facts, "buyer.attributed"):
        for buyer in (data.get("buyer_id"), data.get("buyer_name")):
            if buyer:
                found[buyer] = data["department"]
    return found
