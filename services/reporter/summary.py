"""The summary for the Prime Minister's office: four numbers, three bullets, the decision sought. Pure."""

from typing import Literal

from services.reporter.figures import Figure, figure, no_record, shown
from services.reporter.model import Key
from services.reporter.series import MAIN, second_measure
from services.reporter.words import money, number, plural
from shared.indicators import BY_ID
from shared.status import Attention, Status, Value

Direction = Literal["up", "down", "same", "none"]

NO_RECORD = "No record of consideration"
NOTHING = "nothing is on record"
TEN_MILLION = 10_000_000_00
EMPTY = Figure(
    population=0, numerator=None, denominator=None, percent=None, unknown=0, excluded={}, answers={},
    value=Value(), value_met=Value(),
)  # fmt: skip
_LABELS = {
    "considered-in-time": "in-scope procurements considered social value before the start",
    "consultation": "in-scope procurements decided before the start whether to consult",
    "delivered": "commitments due were delivered",
}


def measured(status: Status | None, name: str) -> Figure | None:
    return figure(status.measures[name]) if status is not None and name in status.measures else None


def keys(status: Status, previous: Status | None, *, previous_title: str, word: str) -> tuple[Key, ...]:
    """The four numbers, each with its change on the period before, its target and its unknown count."""
    second = second_measure(status)
    now, then = measured(status, MAIN) or EMPTY, measured(previous, MAIN)
    other, other_then = measured(status, second) or EMPTY, measured(previous, second)
    since = f"on {previous_title}"
    return (
        ratio_key(MAIN, now, then, since=since, word=word),
        value_key(now, then, since=since, word=word),
        ratio_key(second, other, other_then, since=since, word=word),
        record_key(now, then, word=word, large=large_words(status.attention, status.attention_total)),
    )


def ratio_key(name: str, now: Figure, then: Figure | None, *, since: str, word: str) -> Key:
    direction, change = ratio_change(now, then, since=since, word=word)
    level = BY_ID[name].good_from
    return Key(
        id=name,
        shown=shown(now.numerator, now.denominator, now.percent),
        label=("of " if now.percent is not None else "") + _LABELS[name],
        number=now.numerator if now.denominator else None,
        of=now.denominator or None,
        percent=now.percent,
        change=change,
        direction=direction,
        target=None if level is None else f"good from {level}%",
        unknown=now.unknown,
        unknown_words=f"{number(now.unknown)} unknown" if now.population else NOTHING,
    )


def ratio_change(now: Figure, then: Figure | None, *, since: str, word: str) -> tuple[Direction, str]:
    """In percentage points where both periods have a percentage; else the earlier counts."""
    if then is None or not then.denominator:
        return "none", f"no figure for the {word} before"
    if now.percent is None or then.percent is None:
        return "none", f"{shown(then.numerator, then.denominator, then.percent)} the {word} before"
    difference = now.percent - then.percent
    if not difference:
        return "same", f"no change {since}"
    return ("up", f"up {plural(difference, 'point')} {since}") if difference > 0 else (
        "down",
        f"down {plural(-difference, 'point')} {since}",
    )  # fmt: skip


def value_key(now: Figure, then: Figure | None, *, since: str, word: str) -> Key:
    """Gross values only; net values stand apart in the words, procurements without a value are the unknown."""
    apart = f"; {money(now.value.net_only)} net of VAT kept apart" if now.value.net_only else ""
    direction: Direction = "none"
    change = f"no figure for the {word} before"
    if then is not None and now.population and then.population:
        difference = now.value_met.gross - then.value_met.gross
        direction = "up" if difference > 0 else "down" if difference else "same"
        change = f"{direction} {money(abs(difference))} {since}" if difference else f"no change {since}"
    return Key(
        id="value",
        shown=money(now.value_met.gross) if now.population else "[x]",
        label=f"of {money(now.value.gross)} in scope was considered before the start"
        if now.population
        else "value in scope considered before the start",
        number=now.value_met.gross if now.population else None,
        of=now.value.gross if now.population else None,
        percent=None,
        change=change,
        direction=direction,
        target=None,
        unknown=now.value.unvalued,
        unknown_words=f"{number(now.value.unvalued)} without a value{apart}" if now.population else NOTHING,
    )


def record_key(now: Figure, then: Figure | None, *, word: str, large: str) -> Key:
    count = no_record(now)
    direction: Direction = "none"
    change = f"no figure for the {word} before"
    if then is not None and now.population and then.population:
        before = no_record(then)
        direction = "up" if count > before else "down" if count < before else "same"
        change = f"{direction} from {number(before)}" if count != before else f"no change on the {word} before"
    return Key(
        id="no-record",
        shown=number(count) if now.population else "[x]",
        label=f"{'procurement' if count == 1 else 'procurements'} started with no record of consideration",
        number=count if now.population else None,
        of=now.population or None,
        percent=None,
        change=change,
        direction=direction,
        target="aim: none",
        unknown=now.unknown,
        unknown_words=large if now.population else NOTHING,
    )


def large_words(attention: tuple[Attention, ...], total: int) -> str:
    """How many without a record are above £10 million; `at least` where the list may not show all of them.

    The list is of those that most need attention, and so may end before the last one without a record.
    """
    unrecorded = [item.value_pence for item in attention if NO_RECORD in item.concerns]
    large = sum(value is not None and value > TEN_MILLION for value in unrecorded)
    more = total > len(attention) and large == len(attention) > 0
    return f"{'at least ' if more else ''}{number(large)} above £10 million"
