"""When a procurement began, for each purpose: the row of thresholds, and the statute that section 1 leans on."""

from datetime import date
from typing import NamedTuple

from services.aggregator.parts import EventKey, Start
from services.aggregator.procurement import Procurement
from shared.events.procurement import Limb
from shared.rules import Rules, Statute, Threshold


class Days(NamedTuple):
    """From `first` to `last`, one day or the days between which it must have been."""

    first: date
    last: date


class Measured(NamedTuple):
    """What the procurement may be measured by. Rows and statutes are several where only a bound is known."""

    rows: tuple[Threshold, ...]
    statutes: tuple[Statute, ...]
    started_before_the_act: bool
    evidence: tuple[EventKey, ...]

    @property
    def certain(self) -> bool:
        return len(self.rows) == 1


def measured(procurement: Procurement, rules: Rules) -> Measured:
    """The start decides the statute (s.1(2)); the commencement, as each instrument has it, the row of thresholds."""
    start = procurement.start
    started = _started(procurement, start, rules)
    if started is None:
        return Measured((), (), False, ())
    if started.last < rules.commencement:
        return Measured((), (), True, (start.event,) if start is not None else ())
    commenced = _commenced(procurement, started, rules)
    return Measured(
        rows=rules.thresholds_between(commenced.first, commenced.last),
        statutes=rules.statutes_between(started.first, started.last),
        started_before_the_act=False,
        evidence=(start.event,) if start is not None else (),
    )


def _started(procurement: Procurement, start: Start | None, rules: Rules) -> Days | None:
    if start is None:
        return _not_yet(procurement)
    day = start.moment.day
    return Days(day, day) if start.exact else Days(min(_earliest(procurement, rules), day), day)


def _not_yet(procurement: Procurement) -> Days | None:
    """Before a start: as if it began on the day planned, or on that of the latest notice. Provisional."""
    if procurement.planned_start is not None:
        return Days(procurement.planned_start.value, procurement.planned_start.value)
    days = [notice.at.day for notice in procurement.notices]
    return Days(max(days), max(days)) if days else None


def _earliest(procurement: Procurement, rules: Rules) -> date:
    """How far back the start of a procurement known by its end may lie: to the first day of its own statute."""
    code = procurement.regime.value if procurement.regime is not None else "PCR2015"
    first = [statute.valid.first for statute in rules.statutes if statute.code == code]
    return min(first, default=rules.commencement)


def _commenced(procurement: Procurement, started: Days, rules: Rules) -> Days:
    """Until 2025 the start itself: first notice, advertisement or contact (SI 2021/1221 reg 7).

    Under the Procurement Act 2023 the tender or transparency notice (SI 2025/1200 reg 3), which may come later than
    the first contact. Where none is known, it lies between the start and whatever shows that it is past.
    """
    if started.first < rules.statutes[-1].valid.first:
        return started
    published = [
        notice.at.day
        for notice in procurement.notices
        if notice.type == "UK5" or (notice.type == "UK4" and "tenderUpdate" not in notice.tags)
    ]
    if published:
        return Days(min(published), min(published))
    start = procurement.start
    if start is None or not start.declared or start.limb in (Limb.NOTICE, Limb.ADVERTISEMENT):
        return started
    bounds = [s.moment.day for s in procurement.starts if not s.declared]
    return Days(started.first, max(started.last, min(bounds, default=started.last)))
