"""Capability across government: champions, strategies, and the Commissioning Academy against its aim. Pure."""

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import accumulate
from typing import Any

from services.reporter import addresses, capability_tables, tables
from services.reporter.evidence import Said
from services.reporter.model import Report
from services.reporter.tables import Table, count, head, html, text
from services.reporter.words import day, humanised, number, plural
from shared.periods import Period
from shared.status import Capability

ACADEMY = "commissioning-academy"
AIM = 1500
AIM_YEAR = 2015
"""The Commissioning Academy's aim: 1,500 participants by the financial year 2015 to 2016 (the review of 2014)."""


def view(reports: Sequence[Report], trained: Sequence[Said]) -> dict[str, Any]:
    """`reports`: the newest period's; `trained`: every training ever reported as completed."""
    completed = [(date.fromisoformat(said.fact.value["completed_on"]), said.fact.value) for said in trained]
    academy = [(on, data["participants"]) for on, data in completed if data["programme"] == ACADEMY]
    return {
        "nav": "",
        "title": "Capability across government",
        "caption": reports[0].period.title if reports else "",
        "academy": academy_words(academy),
        "champions": champions_words(reports),
        "strategies": strategies_words(reports),
        "tables": {
            "academy": by_year(academy),
            "programmes": by_programme((data["programme"], data["participants"]) for _, data in completed),
            "departments": by_department(reports),
            "barriers": barriers(reports),
        },
    }


def academy_words(academy: Sequence[tuple[date, int]]) -> str:
    """What can be said against the aim: a record that begins after the aim's year cannot say whether it was met."""
    aim = f"The aim was {number(AIM)} participants by {AIM_YEAR} to {AIM_YEAR + 1}."
    if not academy:
        return f"No participant is on record. {aim}"
    first = min(on for on, _ in academy)
    total = sum(people for _, people in academy)
    words = f"{plural(total, 'participant')} on record since {day(first)}. {aim}"
    if Period.of(first).year > AIM_YEAR:
        return f"{words} The record begins after that, so it does not tell whether the aim was met by then."
    by_then = sum(people for on, people in academy if Period.of(on).year <= AIM_YEAR)
    return f"{words} {number(by_then)} are on record by the end of that year."


def champions_words(reports: Sequence[Report]) -> str:
    there = sum(report.capability.champion is not None for report in reports)
    return f"a champion is on record for {number(there)} of {plural(len(reports), 'department')}"


def strategies_words(reports: Sequence[Report]) -> str:
    complete = sum(_strategy(report.capability) == "Complete" for report in reports)
    return f"a complete strategy for {number(complete)} of {plural(len(reports), 'department')}"


def by_year(academy: Sequence[tuple[date, int]]) -> Table:
    years = sorted({Period.of(on).year for on, _ in academy})
    counts = [sum(people for on, people in academy if Period.of(on).year == year) for year in years]
    rows = [
        [text(Period(year, 0).title, nowrap=True), count(people), count(so_far)]
        for year, people, so_far in zip(years, counts, accumulate(counts), strict=True)
    ]
    columns = [head("Financial year"), head("Participants", right=True), head("So far", right=True)]
    return Table("Commissioning Academy: participants on record", columns, rows, size="narrow")


def by_programme(trained: Iterable[tuple[str, int]]) -> Table:
    totals: dict[str, int] = {}
    for programme, people in trained:
        totals[programme] = totals.get(programme, 0) + people
    names = [*capability_tables.PROGRAMMES, *sorted(set(totals) - set(capability_tables.PROGRAMMES))]
    rows = [[text(capability_tables.PROGRAMMES.get(n, humanised(n))), count(totals.get(n))] for n in names]
    columns = [head("Programme"), head("Participants on record", right=True)]
    return Table("Training by programme", columns, rows if totals else [], size="narrow")


def by_department(reports: Sequence[Report]) -> Table:
    rows = []
    for report in sorted(reports, key=lambda r: r.department.name.casefold()):
        able, where = report.capability, addresses.publication(report.department.code, report.period.key)
        trained = "[x]" if able.commercial_staff is None else (
            f"{number(able.commercial_staff_trained)} of {number(able.commercial_staff)}"
        )  # fmt: skip
        rows.append(
            [
                html(tables.link(report.department.name, where), "sv-department"),
                html(tables.foreign(able.champion.post if able.champion else "None on record"), "sv-title-cell"),
                text(_strategy(able)),
                text(trained, nowrap=True),
            ]
        )
    columns = [head("Department"), head("Champion"), head("Strategy"), head("Commercial staff trained")]
    return Table("Champions, strategies and training by department", columns, rows)


def barriers(reports: Sequence[Report]) -> Table:
    totals: dict[str, int] = {}
    for report in reports:
        for name, times in report.capability.barriers.items():
            totals[name] = totals.get(name, 0) + times
    rows = [[text(words), count(totals.get(key, 0))] for key, words in capability_tables.BARRIERS.items()]
    columns = [head("Barrier"), head("Times reported", right=True)]
    return Table("The four barriers, as departments have reported them", columns, rows if totals else [], size="narrow")


def _strategy(capability: Capability) -> str:
    if capability.strategy is None:
        return "None on record"
    lacks = capability_tables.missing(capability)
    return f"Lacks {' and '.join(lacks)}" if lacks else "Complete"
