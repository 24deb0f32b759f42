"""Eight periods side by side, and the sentence that says what they show. Pure."""

from collections.abc import Collection, Sequence

from services.reporter.figures import figure, is_good, shown
from services.reporter.model import Quarter
from shared.indicators import BY_ID
from shared.periods import Period, quarters_to
from shared.status import Status

LENGTH = 8
MAIN = "considered-in-time"
_COUNTS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight")


def second_measure(status: Status) -> str:
    """What stands beside consideration: the delivery of commitments where it is measured, else consultation."""
    return "delivered" if "delivered" in status.measures else "consultation"


def series(
    status: Status, history: Sequence[Status], *, revised: Collection[str], revision: int
) -> tuple[Quarter, ...]:
    """The eight periods that end with the status's own, oldest first; those without a status hold no figures."""
    measures = (MAIN, second_measure(status))
    known = {earlier.period: earlier for earlier in history} | {status.period: status}
    return tuple(
        _quarter(
            period,
            known.get(str(period)),
            measures,
            provisional=str(period) == status.period,
            revised=str(period) in revised or (str(period) == status.period and revision > 1),
        )
        for period in quarters_to(Period.parse(status.period), LENGTH)
    )


def _quarter(
    period: Period, status: Status | None, measures: Sequence[str], *, provisional: bool, revised: bool
) -> Quarter:
    return Quarter(
        period=str(period),
        title=period.title,
        rating=None if status is None else status.rating,
        provisional=provisional,
        revised=revised and status is not None,
        figures={}
        if status is None or is_unknown(status)
        else {name: figure(status.measures[name]) for name in measures if name in status.measures},
    )


def is_unknown(status: Status) -> bool:
    """Nothing was received and nothing found in notices: what there was is unknown, and is a gap."""
    return not status.data.events and not (MAIN in status.measures and status.measures[MAIN].population)


def percents(quarters: Sequence[Quarter], measure: str) -> list[int | None]:
    return [quarter.figures[measure].percent if measure in quarter.figures else None for quarter in quarters]


def run(values: Sequence[int | None]) -> int:
    """For how many periods the last value has been reached by rises (positive) or falls (negative) only."""
    length = 0
    for earlier, later in zip(values[-2::-1], values[:0:-1], strict=True):
        if earlier is None or later is None or earlier == later:
            break
        step = 1 if later > earlier else -1
        if length * step < 0:
            break
        length += step
    return length


def running(values: Sequence[int | None], word: str) -> str | None:
    """`has risen for four quarters running, from 61% to 88%`; None when there is no run of two or more."""
    length = run(values)
    if abs(length) < 2:
        return None
    verb = "risen" if length > 0 else "fallen"
    return f"has {verb} for {_COUNTS[abs(length)]} {word}s running, from {values[-1 - abs(length)]}% to {values[-1]}%"


def headline(quarters: Sequence[Quarter], word: str) -> str:
    """The finding of figure 1, in about ten words."""
    current = quarters[-1].figures.get(MAIN)
    if current is None or not current.denominator:
        return "No procurement in scope can be placed before or after its start"
    if current.percent is None:
        counts = shown(current.numerator, current.denominator, None)
        return f"{counts} considered before the start: too few for a percentage"
    values = percents(quarters, MAIN)
    level = BY_ID[MAIN].good_from
    below = "" if is_good(MAIN, current) else f", below the {level}% rated good"
    run_words = running(values, word)
    if run_words:
        still = "" if not below else f" but is still {below[2:]}" if run(values) > 0 else f" and is {below[2:]}"
        return f"Consideration before the start {run_words}{still}"
    before = values[-2] if len(values) > 1 else None
    if before is None:
        return f"Consideration before the start is at {current.percent}%{below}"
    if before == current.percent:
        return f"Consideration before the start stayed at {current.percent}%{below}"
    verb = "rose" if current.percent > before else "fell"
    return f"Consideration before the start {verb} from {before}% to {current.percent}%{below}"


def trend(status: Status, history: Sequence[Status]) -> tuple[int | None, ...]:
    """The percentages of consideration in eight periods, for a sparkline; None is a gap."""
    return tuple(percents(series(status, history, revised=(), revision=1), MAIN))
