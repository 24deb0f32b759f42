"""How an indicator counts: which answers of a procurement's assessment are its numerator, denominator and unknown.

What an answer means is decided by `assessment.assess`; the indicators are declared in `shared.indicators`. The SQL and
the pure count below both follow from that declaration and from nothing else.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from services.aggregator.items import Item
from shared.indicators import CATALOGUE, OF_A_STRAND, Answers
from shared.periods import Period
from shared.status import Measure, Value


@dataclass(frozen=True, slots=True)
class Tally:
    """One answer's count, and the values in pence of the procurements that gave it."""

    procurements: int = 0
    gross: int = 0
    net_only: int = 0
    unvalued: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.procurements + other.procurements,
            self.gross + other.gross,
            self.net_only + other.net_only,
            self.unvalued + other.unvalued,
        )

    @property
    def value(self) -> Value:
        return Value(gross=self.gross, net_only=self.net_only, unvalued=self.unvalued)


Tallies: TypeAlias = Mapping[tuple[str, str], Tally]
"""(question, answer) → tally."""


@dataclass(frozen=True, slots=True)
class Counted:
    """An indicator, or a strand, over the answers to the question of its name."""

    id: str
    by: Answers

    def measure(self, tallies: Tallies) -> Measure:
        mine = {answer: tally for (question, answer), tally in tallies.items() if question == self.id}
        beside = {answer: t.procurements for (question, answer), t in tallies.items() if question in self.by.also}
        met, rest, unknown = (
            sum((t for answer, t in mine.items() if answer in answers), Tally())
            for answers in (self.by.numerator, self.by.rest, self.by.unknown)
        )
        excluded = {reason: mine[answer].procurements for answer, reason in self.by.excluded.items() if answer in mine}
        everything = sum(mine.values(), Tally())
        return Measure(
            population=everything.procurements,
            numerator=met.procurements if self.by.ratio else None,
            denominator=met.procurements + rest.procurements if self.by.ratio else None,
            unknown=unknown.procurements,
            excluded=dict(sorted(excluded.items())),
            answers=dict(sorted({**{a: t.procurements for a, t in mine.items()}, **beside}.items())),
            value=everything.value,
            value_met=met.value,
        )


COUNTED: tuple[Counted, ...] = tuple(
    Counted(indicator.id, indicator.counts) for indicator in CATALOGUE if indicator.counts is not None
)

STRANDS: tuple[Counted, ...] = tuple(Counted(strand, OF_A_STRAND) for strand in ("economic", "social", "environmental"))

SQL = """
SELECT t.department, t.quarter, q.key AS question, answer, sum(g.procurements)::bigint AS procurements,
    sum(g.gross)::bigint AS gross, sum(g.net_only)::bigint AS net_only, sum(g.unvalued)::bigint AS unvalued
FROM unnest($1::text[], $2::text[]) AS t (department, quarter)
CROSS JOIN LATERAL (
    SELECT a.answers, count(*) AS procurements,
        coalesce(sum(a.value_gross), 0) AS gross,
        coalesce(sum(a.value_net) FILTER (WHERE a.value_gross IS NULL), 0) AS net_only,
        count(*) FILTER (WHERE a.value_gross IS NULL AND a.value_net IS NULL) AS unvalued
    FROM assessment a WHERE a.department = t.department AND a.period = t.quarter
    GROUP BY a.answers
) AS g
CROSS JOIN LATERAL jsonb_each(g.answers) AS q
CROSS JOIN LATERAL jsonb_array_elements_text(q.value) AS answer
GROUP BY 1, 2, 3, 4
"""
"""Departments and quarters, each pair once → tallies. One question may have many answers.

Most procurements answer as others do, so what is the same is taken apart once.
"""

SQL_ITEMS = """
WITH item AS MATERIALIZED (
    SELECT i.department, i.question, i.answer, i.first, i.past, count(*) AS procurements,
        coalesce(sum(i.gross), 0) AS gross,
        coalesce(sum(i.net) FILTER (WHERE i.gross IS NULL), 0) AS net_only,
        count(*) FILTER (WHERE i.gross IS NULL AND i.net IS NULL) AS unvalued
    FROM assessment a CROSS JOIN LATERAL jsonb_to_recordset(a.items)
        AS i (question text, answer text, department text, first date, past date, gross bigint, net bigint)
    WHERE a.departments && $1::text[] AND i.department = ANY($1::text[])
    GROUP BY 1, 2, 3, 4, 5
)
SELECT t.department, t.period, i.question, i.answer, sum(i.procurements)::bigint AS procurements,
    sum(i.gross)::bigint AS gross, sum(i.net_only)::bigint AS net_only, sum(i.unvalued)::bigint AS unvalued
FROM unnest($1::text[], $2::text[], $3::date[], $4::date[]) AS t (department, period, first, last)
JOIN item i ON i.department = t.department AND CASE WHEN i.past IS NULL
    THEN i.first BETWEEN t.first AND t.last ELSE i.first <= t.last AND t.last < i.past END
GROUP BY 1, 2, 3, 4
"""
"""Departments, periods and their first and last days → tallies of items, which count in a time of their own.

Items are taken apart once a department, whatever the number of its periods.
"""


def tallies(rows: Iterable[tuple[Mapping[str, Iterable[str]], int | None, int | None]]) -> dict[tuple[str, str], Tally]:
    """The same count without a database: (answers, gross, net) of each procurement, pence → tallies."""
    found: dict[tuple[str, str], Tally] = {}
    for answers, gross, net in rows:
        one = Tally(1, gross or 0, net or 0 if gross is None else 0, int(gross is None and net is None))
        for question, given in answers.items():
            for answer in given:
                found[question, answer] = found.get((question, answer), Tally()) + one
    return found


def item_tallies(found: Iterable[Item], department: str, period: Period) -> dict[tuple[str, str], Tally]:
    """The count of items without a database: those of a department that count in a period."""
    first, last = period.first_day.isoformat(), period.last_day.isoformat()
    counting = (
        item
        for item in found
        if item.department == department
        and (first <= item.first <= last if item.past is None else item.first <= last < item.past)
    )
    return tallies(({item.question: [item.answer]}, item.gross, item.net) for item in counting)


def measures(counts: Tallies) -> dict[str, Measure]:
    return {counted.id: counted.measure(counts) for counted in COUNTED}


def strands(counts: Tallies) -> dict[str, Measure]:
    return {counted.id: counted.measure(counts) for counted in STRANDS}
