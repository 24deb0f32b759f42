"""What the database counts for departments and periods, in a handful of statements for all of them at once."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from services.aggregator import capability, indicators
from services.aggregator.facts import Facts
from services.aggregator.indicators import Tallies, Tally
from services.aggregator.standing import Counts
from shared import times
from shared.periods import Period
from shared.status import Attention, Body, Data, Urgency

ATTENTION = 10

Target: TypeAlias = tuple[str, Period]
"""A department and a period."""


@dataclass(frozen=True, slots=True)
class Window:
    """The instants in which an event of a period happens, and the last at which it may come without being late."""

    first: datetime
    past: datetime
    cut_off: datetime | None


def window(period: Period, facts: Facts) -> Window:
    """An event is late when it came after the day on which the round of its period was due."""
    opened = capability.reporting_round(facts)
    return Window(
        first=times.start_of_day(period.first_day),
        past=times.start_of_day(period.last_day + timedelta(days=1)),
        cut_off=None if opened is None else times.start_of_day(opened.due + timedelta(days=1)),
    )


async def counts(connection: Any, targets: Sequence[Target], windows: Sequence[Window]) -> dict[Target, Counts]:
    """What the database counts, for all targets in a handful of statements."""
    quarters = [(d, str(p), str(q)) for d, p in targets for q in p.quarters]
    spread = [list(column) for column in zip(*quarters, strict=True)] if quarters else [[], [], []]
    tallies = await _tallies(connection, targets)
    bodies = await _grouped(connection, _BODIES, spread)
    attention = await _grouped(connection, _ATTENTION, spread)
    urgency = await _grouped(connection, _URGENCY, spread)
    data = await _data(connection, targets, windows, tallies)
    found: dict[Target, Counts] = {}
    for target in targets:
        key = (target[0], str(target[1]))
        found[target] = Counts(
            tallies=tallies[key],
            bodies=tuple(
                Body(name=r["body"], in_scope=r["in_scope"], considered_before=r["before"], unknown=r["unknown"])
                for r in bodies[key]
            ),
            attention=tuple(
                Attention(
                    ocid=r["ocid"],
                    title=r["title"],
                    started_on=r["started_on"],
                    value_pence=r["pence"],
                    concerns=tuple(r["concerns"]),
                )
                for r in attention[key]
            ),
            attention_total=attention[key][0]["total"] if attention[key] else 0,
            urgency=tuple(
                Urgency(
                    ocid=r["ocid"],
                    title=r["title"],
                    subsections=tuple(r["subsections"]),
                    reason=r["reason"],
                )
                for r in urgency[key]
            ),
            data=data[target],
        )
    return found


async def _tallies(connection: Any, targets: Sequence[Target]) -> dict[tuple[str, str], dict[tuple[str, str], Tally]]:
    """A quarter is counted once, also where its year is asked for as well; items are counted for each target."""
    quarters = sorted({(department, str(quarter)) for department, period in targets for quarter in period.quarters})
    of_quarter: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for row in await connection.fetch(indicators.SQL, [d for d, _ in quarters], [q for _, q in quarters]):
        of_quarter[row["department"], row["quarter"]].append(row)
    found: dict[tuple[str, str], dict[tuple[str, str], Tally]] = defaultdict(dict)
    for department, period in targets:
        here = found[department, str(period)]
        for quarter in period.quarters:
            for row in of_quarter[department, str(quarter)]:
                key = (row["question"], row["answer"])
                here[key] = here.get(key, Tally()) + _tally(row)
    keys = [[d for d, _ in targets], [str(p) for _, p in targets]]
    bounds = [[p.first_day for _, p in targets], [p.last_day for _, p in targets]]
    for row in await connection.fetch(indicators.SQL_ITEMS, *keys, *bounds):
        found[row["department"], row["period"]][row["question"], row["answer"]] = _tally(row)
    return found


def _tally(row: Any) -> Tally:
    return Tally(row["procurements"], row["gross"], row["net_only"], row["unvalued"])


async def _grouped(connection: Any, sql: str, spread: list[list[str]]) -> dict[tuple[str, str], list[Any]]:
    found: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for row in await connection.fetch(sql, *spread):
        found[row["department"], row["period"]].append(row)
    return found


# OFFSET 0 keeps the planner from joining: for a few dozen targets it would read every assessment there is.
_OF_TARGETS = """FROM unnest($1::text[], $2::text[], $3::text[]) AS t (department, period, quarter)
CROSS JOIN LATERAL (SELECT * FROM assessment WHERE department = t.department AND period = t.quarter OFFSET 0) AS a"""

_BODIES = f"""SELECT t.department, t.period, a.body,
    count(*) AS in_scope,
    count(*) FILTER (WHERE a.answers @> '{{"considered-in-time": ["before"]}}') AS before,
    count(*) FILTER (WHERE a.answers -> 'considered-in-time' ?| ARRAY['no-record', 'order-unknown']) AS unknown
{_OF_TARGETS} WHERE a.body IS NOT NULL AND a.scope = 'applies'
GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"""

_ATTENTION = f"""SELECT * FROM (
    SELECT t.department, t.period, a.ocid, a.title, a.started_on, a.concerns,
        coalesce(a.value_gross, a.value_net) AS pence, count(*) OVER (PARTITION BY t.department, t.period) AS total,
        row_number() OVER (PARTITION BY t.department, t.period
            ORDER BY coalesce(a.value_gross, a.value_net) DESC NULLS LAST, a.ocid) AS place
    {_OF_TARGETS} WHERE a.concerns <> '{{}}'
) AS amiss WHERE place <= {ATTENTION} ORDER BY department, period, place"""  # noqa: S608 - our own number

_URGENCY = f"""SELECT t.department, t.period, a.ocid, a.title, a.started_on,
    ARRAY(SELECT jsonb_array_elements_text(claim -> 'subsections')) AS subsections, claim ->> 'reason' AS reason
{_OF_TARGETS} CROSS JOIN LATERAL jsonb_array_elements(a.urgency) AS claim
WHERE a.scope = 'applies' AND a.urgency <> '[]' ORDER BY 1, 2, a.ocid, claim::text"""

# For each target by itself, or the whole ledger would be read as soon as there are some dozens of them.
_EVENTS = """SELECT t.department, t.period, mine.* FROM
unnest($1::text[], $2::text[], $3::timestamptz[], $4::timestamptz[], $5::timestamptz[])
    AS t (department, period, first, past, cut_off)
CROSS JOIN LATERAL (
    SELECT count(*) AS events, max(e.received) AS last_received,
        count(*) FILTER (WHERE e.received > t.cut_off) AS late,
        count(*) FILTER (WHERE e.type LIKE '%.event.withdrawn.v1') AS withdrawn
    FROM event e WHERE e.sender = t.department AND e.time >= t.first AND e.time < t.past
) AS mine"""

_CONFLICTS = """SELECT t.department, t.period, count(*) AS conflicts
FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::timestamptz[]) AS t (department, period, first, past)
JOIN duplicate d ON d.conflict AND d.sender = t.department AND d.time >= t.first AND d.time < t.past
GROUP BY 1, 2"""


async def _data(
    connection: Any,
    targets: Sequence[Target],
    windows: Sequence[Window],
    tallies: Mapping[tuple[str, str], Tallies],
) -> dict[Target, Data]:
    keys = [[d for d, _ in targets], [str(p) for _, p in targets]]
    bounds = [[w.first for w in windows], [w.past for w in windows]]
    events = {
        (r["department"], r["period"]): r
        for r in await connection.fetch(_EVENTS, *keys, *bounds, [w.cut_off for w in windows])
    }
    conflicts = {
        (r["department"], r["period"]): r["conflicts"] for r in await connection.fetch(_CONFLICTS, *keys, *bounds)
    }
    found: dict[Target, Data] = {}
    for department, period in targets:
        key = (department, str(period))
        row = events[key]
        found[department, period] = Data(
            events=row["events"],
            last_received=row["last_received"],
            conflicts=conflicts.get(key, 0),
            withdrawn=row["withdrawn"],
            late=row["late"],
            # Who published a notice answers this question, once, whatever the answer.
            notices=sum(t.procurements for (question, _), t in tallies[key].items() if question == "return-quality"),
        )
    return found
