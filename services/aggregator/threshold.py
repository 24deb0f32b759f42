"""The fifth condition: the estimate is at or above the threshold for services, under the Act as it stood at the start.

Test: at or above rows 11 and 12 of Schedule 1 to the Procurement Act 2023 and their forerunners (s.1(16), (17)).
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from services.aggregator.commencement import Measured, measured
from services.aggregator.parts import EventKey, Value
from services.aggregator.procurement import Procurement
from services.aggregator.reasons import Reason, no, unknown, yes
from shared.departments import AuthorityClass
from shared.rules import Interval, Rules, Statute, Threshold

SECTION = "s.1(16), (17)"


class _Comparison(NamedTuple):
    """One row that may be the right one, and the estimate by its VAT basis."""

    row: Threshold
    figure: Decimal
    interval: Interval

    @property
    def above(self) -> bool | None:
        if self.interval.low >= self.figure:
            return True
        return False if self.interval.high < self.figure else None


def answers(procurement: Procurement, *, authority: AuthorityClass | None, rules: Rules) -> Iterator[Reason]:
    """Exactly one reason: yes, no or unknown."""
    times = measured(procurement, rules)
    if times.started_before_the_act:
        words = f"it started before the Act came into force on {rules.commencement:%-d %B %Y}"
        yield no("before-the-act", words, "s.1(14); SI 2012/3173", times.evidence)
    elif (flagged := _flagged_above(procurement)) is not None:
        yield flagged
    else:
        yield _by_value(procurement, times, authority=authority, rules=rules)


def _flagged_above(procurement: Procurement) -> Reason | None:
    """A notice says that it is above: a lower value awarded later does not undo the estimate (PA 2023 Sch 3)."""
    if flags := tuple(flag.event for flag in procurement.flags if flag.value):
        return yes("flagged-above", "a notice says that it is above the threshold", SECTION, flags)
    if texts := tuple(said.event for said in procurement.flag_texts if said.value == "above"):
        return yes("text-above", "the procedure's own name says that it is above the threshold", SECTION, texts)
    return None


def _flagged_below(procurement: Procurement) -> tuple[EventKey, ...]:
    """The structured flag, or a procedure that Contracts Finder offers as "(below threshold)"."""
    texts = (text.event for text in procurement.flag_texts if text.value == "below")
    return tuple(dict.fromkeys((*(flag.event for flag in procurement.flags), *texts)))


def _by_value(procurement: Procurement, times: Measured, *, authority: AuthorityClass | None, rules: Rules) -> Reason:
    light_touch = procurement.light_touch is not None and procurement.light_touch.value
    # On a light touch contract "below" means the far higher light touch threshold, so it says nothing here.
    flags = () if light_touch else _flagged_below(procurement)
    estimate = procurement.estimate
    if estimate is None or estimate.currency != "GBP":
        return _without_pounds(estimate, flags)
    if not times.rows:
        return unknown("no-start", "no event says when it started", SECTION, (estimate.event,), "start")
    kind = authority or (procurement.authority.value if procurement.authority is not None else None)
    comparisons = list(_comparisons(estimate, times, kind, light_touch=light_touch, rules=rules))
    results = {comparison.above for comparison in comparisons}
    evidence = (estimate.event,)
    if results == {True}:
        figure = _pounds(max(c.figure for c in comparisons))
        if flags:
            words = f"a notice says that it is below the threshold, yet its value is at or above £{figure}"
            return unknown("contradiction", words, SECTION, (*evidence, *flags), "value-or-flag")
        code = "light-touch-above" if light_touch else "value-above"
        return yes(code, f"its value is at or above the threshold of £{figure}", SECTION, evidence)
    if flags and True not in results:
        return no("flagged-below", "the notice says that it is below the threshold", SECTION, flags)
    if results == {False}:
        figure = _pounds(min(c.figure for c in comparisons))
        return no("value-below", f"its value is below the threshold of £{figure}", SECTION, evidence)
    return _between(comparisons, times, kind, evidence)


def _without_pounds(estimate: Value | None, flags: tuple[EventKey, ...]) -> Reason:
    if flags:
        return no("flagged-below", "the notice says that it is below the threshold", SECTION, flags)
    if estimate is None:
        return unknown("no-value", "no event gives a value or says on which side it lies", SECTION, (), "value")
    words = f"its value is in {estimate.currency}, which is not compared with pounds"
    return unknown("foreign-currency", words, SECTION, (estimate.event,), "value-in-pounds")


def _comparisons(
    estimate: Value, times: Measured, kind: AuthorityClass | None, *, light_touch: bool, rules: Rules
) -> Iterator[_Comparison]:
    for row in times.rows:
        for statute in times.statutes if light_touch else times.statutes[:1]:
            vat = (statute.light_touch_vat if light_touch else None) or row.vat
            for figure in _figures(row, statute, kind, light_touch=light_touch):
                yield _Comparison(row, figure, estimate.interval(vat, rules.vat_rate))


def _figures(
    row: Threshold, statute: Statute, kind: AuthorityClass | None, *, light_touch: bool
) -> tuple[Decimal, ...]:
    """The figures that the authority may have to meet: both, where its class is not known."""
    if light_touch and statute.light_touch_sub_central:
        return (row.sub_central,)
    if kind is AuthorityClass.CENTRAL:
        return (row.central,)
    return (row.sub_central,) if kind is AuthorityClass.SUB_CENTRAL else (row.central, row.sub_central)


def _between(
    comparisons: list[_Comparison], times: Measured, kind: AuthorityClass | None, evidence: tuple[EventKey, ...]
) -> Reason:
    """The estimate lies where it matters: say which fact would settle it."""
    missing = []
    if any(comparison.above is None for comparison in comparisons):
        missing.append("vat")
    if kind not in (AuthorityClass.CENTRAL, AuthorityClass.SUB_CENTRAL):
        missing.append("authority-class")
    if not times.certain or not missing:
        missing.append("start")
    figures = sorted({comparison.figure for comparison in comparisons})
    among = " and ".join(f"£{_pounds(figure)}" for figure in dict.fromkeys((figures[0], figures[-1])))
    words = {
        "vat": "with VAT it may be above, without it below",
        "authority-class": "the class of the authority is not known",
        "start": "only a bound of the start is known",
    }
    why = "; ".join(words[name] for name in missing)
    threshold = "thresholds of" if len(figures) > 1 else "threshold of"
    text = f"its value is too near the {threshold} {among}: {why}"
    return unknown("value-between", text, SECTION, (*evidence, *times.evidence), *missing)


def _pounds(figure: Decimal) -> str:
    return f"{figure:,.0f}"
