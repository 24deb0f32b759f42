"""As reported then, and as mapped now: the figures of departments that are no more, added for their successor. Pure.

A published report stays as it was reported then. Counts are added and percentages taken anew; ratings are never added,
and neither are the tests of capability, which are about one department each.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from services.reporter import rounds
from services.reporter.figures import Figure, Model, added, figure
from services.reporter.findings import is_silent
from services.reporter.model import Names, PeriodWords, Report
from services.reporter.series import is_unknown
from shared.departments import Register
from shared.periods import Period
from shared.status import Rating, Status

NOT_RATED: Literal["not rated: combined figures"] = "not rated: combined figures"
NOT_ADDED = frozenset({"capability"})


class Portion(Model):
    """What one department reported for a period, under its own name and rating. `report`: the one it is read from."""

    department: Names
    report: str | None
    rating: Rating
    silent: bool
    figures: dict[str, Figure]
    strands: dict[str, Figure]


class Mapped(Model):
    """One period of a department as mapped on a day: the figures of all that it succeeded, and its own, as one."""

    schema_name: Literal["uk.gov.social-value/mapped/1"] = "uk.gov.social-value/mapped/1"
    department: Names
    period: PeriodWords
    mapped_on: date
    rating: Literal["not rated: combined figures"] = NOT_RATED
    portions: tuple[Portion, ...]
    figures: dict[str, Figure]
    strands: dict[str, Figure]
    silent: tuple[str, ...]
    sample: bool


def portion(status: Status, names: Names) -> Portion:
    return Portion(
        department=names,
        report=None,
        rating=status.rating,
        silent=is_silent(status),
        figures={name: figure(measure) for name, measure in sorted(status.measures.items())},
        strands={name: figure(measure) for name, measure in sorted(status.strands.items())},
    )


def portion_of(report: Report) -> Portion:
    """The same from a report as it was published."""
    return Portion(
        department=report.department,
        report=report.id,
        rating=report.rating,
        silent=is_silent(report),
        figures=report.figures,
        strands={strand.id: strand.figure for strand in report.strands},
    )


def belonging(codes: Iterable[str], department: str, *, register: Register, on: date) -> list[str]:
    """Those of the codes for most of which `department` answers on the day; codes of no department fall out."""
    known = sorted(code for code in codes if register.has_department(code))
    return [code for code in known if register.answerable_for(code, on) == department]


def mapped(department: Names, portions: Sequence[Portion], *, period: Period, on: date, sample: bool) -> Mapped:
    """The portions as one; those of which nothing was received are named, for their part is missing."""
    return Mapped(
        department=department,
        period=rounds.words(period),
        mapped_on=on,
        portions=tuple(sorted(portions, key=lambda p: p.department.name.casefold())),
        figures=combined([p.figures for p in portions]),
        strands=combined([p.strands for p in portions]),
        silent=tuple(sorted(p.department.name for p in portions if p.silent)),
        sample=sample,
    )


def combined(parts: Sequence[Mapping[str, Figure]]) -> dict[str, Figure]:
    """Figures of the same name added. What only some have is the sum of those that have it."""
    names = sorted({name for part in parts for name in part} - NOT_ADDED)
    return {name: added([part[name] for part in parts if name in part]) for name in names}


@dataclass(frozen=True, slots=True)
class Earlier:
    """One period before a department was there. `unheard`: those of whom nothing is known; their part is missing."""

    codes: tuple[str, ...]
    unheard: tuple[str, ...]
    figures: dict[str, Figure]


def history(
    statuses: Iterable[Status], department: str, *, register: Register, on: date, without: Collection[str]
) -> dict[str, Earlier]:
    """By period, where others answered for what is now the department's and anything is known of them.

    `without`: periods with a status of the department's own, which stand as reported then.
    """
    by_period: dict[str, dict[str, Status]] = {}
    for status in statuses:
        if status.period not in without:
            by_period.setdefault(status.period, {})[status.department] = status
    found = {}
    for period, present in by_period.items():
        codes = belonging(present, department, register=register, on=on)
        heard = tuple(code for code in codes if not is_unknown(present[code]))
        if heard:
            parts = [{name: figure(m) for name, m in present[code].measures.items()} for code in heard]
            found[period] = Earlier(heard, tuple(c for c in codes if c not in heard), combined(parts))
    return found
