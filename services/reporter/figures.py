"""Counts as they are published: the percentage and when it is withheld, and comparisons between two periods. Pure."""

from pydantic import BaseModel, ConfigDict

from services.reporter.words import number
from shared.indicators import BY_ID, LEAST_DENOMINATOR
from shared.status import Measure, Value

ROUNDING = (
    "Percentages are rounded to the nearest whole number, but to 99 or 1 where that would say all or none. "
    f"They are left out where the denominator is below {LEAST_DENOMINATOR}; the counts then stand instead. "
    "Ratings and thresholds use the unrounded figure. Money is rounded to three significant digits from £1 million."
)


class Model(BaseModel):
    """A part of what is published: frozen, and closed, so that a form read back is the form written."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Figure(Model):
    """One measure. `percent` is None where the denominator is below 10 or where the measure has no ratio."""

    population: int
    numerator: int | None
    denominator: int | None
    percent: int | None
    unknown: int
    excluded: dict[str, int]
    answers: dict[str, int]
    value: Value
    value_met: Value


def percent(numerator: int, denominator: int) -> int | None:
    """Rounded half up, 100 only for all and 0 only for none. None below the least denominator."""
    if denominator < LEAST_DENOMINATOR:
        return None
    if numerator in (0, denominator):
        return 100 * numerator // denominator
    return min(max((200 * numerator + denominator) // (2 * denominator), 1), 99)


def figure(measure: Measure) -> Figure:
    ratio = measure.numerator is not None and measure.denominator is not None
    return Figure(
        population=measure.population,
        numerator=measure.numerator,
        denominator=measure.denominator,
        percent=percent(measure.numerator or 0, measure.denominator or 0) if ratio else None,
        unknown=measure.unknown,
        excluded=dict(sorted(measure.excluded.items())),
        answers=dict(sorted(measure.answers.items())),
        value=measure.value,
        value_met=measure.value_met,
    )


def shown(numerator: int | None, denominator: int | None, rate: int | None) -> str:
    """What a reader sees: `88%`, else `7 of 9`, else `[x]` for what is not available: nothing of nothing is no zero."""
    if rate is not None:
        return f"{rate}%"
    if numerator is None or not denominator:
        return "[x]"
    return f"{number(numerator)} of {number(denominator)}"


def is_good(indicator: str, figure: Figure) -> bool | None:
    """Whether the unrounded ratio reaches the level rated good. None without a level or without a denominator."""
    level = BY_ID[indicator].good_from if indicator in BY_ID else None
    if level is None or figure.numerator is None or not figure.denominator:
        return None
    return 100 * figure.numerator >= level * figure.denominator


def no_record(figure: Figure) -> int:
    """Procurements in scope that started without any record of consideration; all unknown ones where not told apart."""
    return figure.answers.get("no-record", figure.unknown)


def added(figures: list[Figure]) -> Figure:
    """The figures of several departments as one: counts added, the percentage taken anew."""
    ratio = [f for f in figures if f.numerator is not None and f.denominator is not None]
    numerator = sum(f.numerator or 0 for f in ratio) if ratio else None
    denominator = sum(f.denominator or 0 for f in ratio) if ratio else None
    return Figure(
        population=sum(f.population for f in figures),
        numerator=numerator,
        denominator=denominator,
        percent=None if denominator is None else percent(numerator or 0, denominator),
        unknown=sum(f.unknown for f in figures),
        excluded=_summed([f.excluded for f in figures]),
        answers=_summed([f.answers for f in figures]),
        value=_values([f.value for f in figures]),
        value_met=_values([f.value_met for f in figures]),
    )


def _summed(counts: list[dict[str, int]]) -> dict[str, int]:
    return {key: sum(c.get(key, 0) for c in counts) for key in sorted({key for c in counts for key in c})}


def _values(values: list[Value]) -> Value:
    return Value(
        gross=sum(v.gross for v in values),
        net_only=sum(v.net_only for v in values),
        unvalued=sum(v.unvalued for v in values),
    )
