"""Whether a status says something new, and in words what: the ground on which a report is published again. Pure.

The clock is not content: an event that changes no figure (a heartbeat, a repeat) makes no revision. Nor does a change
to an earlier period: it makes that period's own revision, and later reports mark it [r].
"""

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

import orjson

from services.reporter.figures import Figure, Model, figure, no_record, shown
from services.reporter.model import Change, Overview, Report
from services.reporter.words import RATING_WORDS, listed, lower_first, money, number, plural
from shared.indicators import BY_ID
from shared.status import Data, Rating, Status

_CLOCK: Any = {
    "version": True,
    "chain": True,
    "data": {"events": True, "last_received": True},
    "round": {"publish_at": True, "closed_on": True},
}


def canonical(document: Model) -> bytes:
    """The JSON of a publication: UTF-8, keys sorted, no space; the same bytes for the same value anywhere."""
    return orjson.dumps(document.model_dump(mode="json"), option=orjson.OPT_SORT_KEYS)


def content(status: Status) -> str:
    """SHA-256 of what a status says, apart from its version and the clock."""
    said = status.model_dump(mode="json", exclude=_CLOCK)
    return hashlib.sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).hexdigest()


def contents(statuses: Iterable[Status]) -> str:
    """SHA-256 of what all of them say, in whatever order they come."""
    parts = sorted(f"{status.department} {content(status)}" for status in statuses)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def changes(status: Status, previous: Report) -> tuple[Change, ...]:
    """What the status says otherwise than the report did, the rating first."""
    found = [*_rating_changes(previous.rating, status.rating)]
    for name in sorted({*status.measures, *previous.figures}, key=_order):
        before = previous.figures.get(name)
        after = figure(status.measures[name]) if name in status.measures else None
        found.extend(figure_changes(name, before, after))
    strands = {strand.id: strand.figure for strand in previous.strands}
    for name in sorted({*status.strands, *strands}):
        after = figure(status.strands[name]) if name in status.strands else None
        found.extend(figure_changes(f"{name} well-being", strands.get(name), after))
    found.extend(_other_changes(status, previous))
    return tuple(found)


def overview_changes(statuses: Sequence[Status], labels: dict[str, str], previous: Overview) -> tuple[Change, ...]:
    """The rating and the figures of each department that says otherwise than in the previous overview."""
    before = {standing.department.code: standing for standing in previous.standings}
    found: list[Change] = []
    for status in sorted(statuses, key=lambda status: labels[status.department]):
        row = before.get(status.department)
        if row is None:
            continue
        mine = [*_rating_changes(row.rating, status.rating)]
        for name, figure_before in row.figures.items():
            after = figure(status.measures[name]) if name in status.measures else None
            mine.extend(figure_changes(name, figure_before, after))
        label = labels[status.department]
        found.extend(
            c.model_copy(update={"what": f"{label}: {lower_first(c.what)}", "text": f"{label}: {lower_first(c.text)}"})
            for c in mine
        )
    return tuple(found)


def comparator_changes(sectors: Sequence[Status], previous: Overview) -> tuple[Change, ...]:
    """The figures of each sector beside government that says otherwise than in the previous overview."""
    before = {comparator.id: comparator for comparator in previous.comparators}
    found: list[Change] = []
    for status in sectors:
        row = before.get(status.department)
        if row is None:
            continue
        label = row.title
        for name, figure_before in row.figures.items():
            after = figure(status.measures[name]) if name in status.measures else None
            found.extend(
                c.model_copy(
                    update={"what": f"{label}: {lower_first(c.what)}", "text": f"{label}: {lower_first(c.text)}"}
                )
                for c in figure_changes(name, figure_before, after)
            )
    return tuple(found)


ERASURE = "erasure of a person's name"


def cause(now: Data, then: Data) -> str:
    """What brought the change, as far as the counts tell."""
    if now.withdrawn > then.withdrawn:
        return "withdrawal"
    return "late event" if now.events > then.events or now.late > then.late else "correction"


def reason(changes: Sequence[Change], cause: str, *, names: bool = False) -> str:
    """`late event: considered in time 7 of 9, previously 6 of 8`; the first two changes stand for all.

    `names`: each change begins with a department's name, which keeps its capital.
    """
    if not changes:
        return f"{cause}: details changed, no figure did"
    rest = len(changes) - 2
    named = "; ".join(change.text if names else lower_first(change.text) for change in changes[:2])
    return f"{cause}: {named}" + (f"; and {plural(rest, 'further change')}" if rest > 0 else "")


def figure_changes(name: str, before: Figure | None, after: Figure | None) -> list[Change]:
    title = SHORT.get(name) or (BY_ID[name].title if name in BY_ID else name.capitalize())
    if before == after:
        return []
    if before is None or after is None:
        old = "not measured" if before is None else _shown(before)
        new = "not measured" if after is None else _shown(after)
        return [_change(title, old, new)]
    found = []
    if (before.numerator, before.denominator) != (after.numerator, after.denominator):
        found.append(_change(title, _shown(before), _shown(after)))
    elif before.population != after.population:
        found.append(_change(f"{title}: procurements counted", number(before.population), number(after.population)))
    if name == "considered-in-time" and no_record(before) != no_record(after):
        found.append(_change("No record of consideration", number(no_record(before)), number(no_record(after))))
    elif before.unknown != after.unknown:
        found.append(_change(f"{title}: unknown", number(before.unknown), number(after.unknown)))
    if before.value_met != after.value_met:
        found.append(_change(f"{title}: value", money(before.value_met.gross), money(after.value_met.gross)))
    return found or [_change(f"{title}: counts beside it", _counts(before), _counts(after))]


SHORT = {
    "in-scope": "Scope",
    "considered-in-time": "Considered in time",
    "consultation": "Consultation decided in time",
}


def _rating_changes(before: Rating, after: Rating) -> Iterable[Change]:
    if before is not after:
        yield _change("Rating", RATING_WORDS[before], RATING_WORDS[after])


def _other_changes(status: Status, previous: Report) -> Iterable[Change]:
    """What is no count: the statement, the method, the lists."""
    if status.method != previous.method:
        yield _change("Method version", str(previous.method), str(status.method))
    if status.statement != previous.statement:
        old, new = (("received" if s else "not received") for s in (previous.statement, status.statement))
        yield _change("Statement", old, new if old != new else "received anew")
    if status.previous_actions != previous.previous_actions:
        old, new = (
            f"{sum(action.done is not None for action in actions)} of {len(actions)} answered for"
            for actions in (previous.previous_actions, status.previous_actions)
        )
        yield _change("Actions of the last report", old, new)
    if status.capability != previous.capability:
        parts = [name for name in type(status.capability).model_fields
                 if getattr(status.capability, name) != getattr(previous.capability, name)]  # fmt: skip
        words = listed([part.replace("_", " ") for part in parts if part != "events_in_period"])
        if words:
            yield Change(what="Capability", old="", new=words, text=f"Capability changed: {words}")
    if status.office_holder != previous.office_holder:
        old, new = ((h.name if h else "not known") for h in (previous.office_holder, status.office_holder))
        yield _change("Office holder", old, new)
    if status.attention_total != previous.attention_total:
        yield _change(
            "Procurements needing attention", number(previous.attention_total), number(status.attention_total)
        )


def _change(what: str, old: str, new: str) -> Change:
    return Change(what=what, old=old, new=new, text=f"{what} {new}, previously {old}")


def _shown(figure: Figure) -> str:
    """Counts rather than percentages: a revision is about what was counted."""
    counted = figure.numerator is not None
    return shown(figure.numerator, figure.denominator, None) if counted else number(figure.population)


def _counts(figure: Figure) -> str:
    words = [f"{key} {count}" for key, count in (figure.answers | figure.excluded).items()]
    return listed([*words, money(figure.value.gross)])


def _order(name: str) -> tuple[bool, int, str]:
    """The duty itself first, then by number."""
    return (name != "considered-in-time", BY_ID[name].number if name in BY_ID else len(BY_ID) + 1, name)


def total(statuses: Sequence[Status]) -> Data:
    """How much the figures of all of them together can be trusted."""
    times = [s.data.last_received for s in statuses if s.data.last_received is not None]
    return Data(
        events=sum(s.data.events for s in statuses),
        last_received=max(times, default=None),
        conflicts=sum(s.data.conflicts for s in statuses),
        withdrawn=sum(s.data.withdrawn for s in statuses),
        late=sum(s.data.late for s in statuses),
        notices=sum(s.data.notices for s in statuses),
    )
