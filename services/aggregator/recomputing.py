"""Counting anew what batches have marked: one step at a time under an advisory lock, never inside a batch.

A status derives from many rows; two batches that each counted would each miss the other's. So a batch only adds marks,
and this step, alone, takes the marks that are committed and then counts with a fresh snapshot.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

import asyncpg
import orjson

from services.aggregator import capability, indicators
from services.aggregator.cases import case
from services.aggregator.facts import Fact, Facts, canonical
from services.aggregator.indicators import Tally
from services.aggregator.methods import METHODS
from services.aggregator.standing import Counts, Told, standing
from shared import messages, outbox, times, topics
from shared.departments import Register
from shared.logging import get_logger
from shared.periods import Period
from shared.status import TYPE, Attention, Body, Data, Status, Urgency

log = get_logger()
LOCK = 2012_0003  # the Act's year and chapter
SCHEMA = "aggregator"
ATTENTION = 10
MARKS_AT_ONCE = 20_000

Target: TypeAlias = tuple[str, Period]


@dataclass(frozen=True, slots=True)
class Window:
    """The instants in which an event of a period happens, and the last at which it may come without being late."""

    first: datetime
    past: datetime
    cut_off: datetime | None


class Recomputing:
    """`step` is repeated by the service for as long as it finds marks."""

    def __init__(self, pool: asyncpg.Pool, register: Register) -> None:
        self.pool, self.register = pool, register

    async def restate(self) -> None:
        """Marks everything when statuses stand that another version of the method rated. Once, at the start."""
        async with self.pool.acquire() as connection, connection.transaction():
            others = "SELECT FROM status WHERE (body::jsonb ->> 'method')::int <> $1"
            if await connection.fetchval(f"SELECT EXISTS ({others})", METHODS[-1].version):
                await connection.execute("INSERT INTO status_due (department, period) VALUES (NULL, NULL)")

    async def step(self) -> int:
        """Counts what is marked; returns the number of marks taken."""
        async with self.pool.acquire() as connection, connection.transaction():
            if not await connection.fetchval("SELECT pg_try_advisory_xact_lock($1)", LOCK):
                return 0
            due = await connection.fetch(
                """DELETE FROM status_due WHERE id IN (SELECT id FROM status_due ORDER BY id LIMIT $1)
                RETURNING department, period""",
                MARKS_AT_ONCE,
            )
            if not due:
                return 0
            rounds = await self._facts(connection, "round")
            targets = await self._targets(connection, {(row["department"], row["period"]) for row in due}, rounds)
            statuses = await self._standings(connection, targets, rounds)
            changed = await save(connection, statuses)
        log.info("status.recomputed", counted=len(statuses), changed=len(changed))
        return len(due)

    async def _targets(
        self, connection: Any, due: Iterable[tuple[str | None, str | None]], rounds: dict[str, Facts]
    ) -> list[Target]:
        """Marks → departments and periods, each once, and only where there is somebody to report on."""
        assessed: dict[str, set[str]] = defaultdict(set)
        for row in await connection.fetch(
            "SELECT DISTINCT department, period FROM assessment WHERE period IS NOT NULL"
        ):
            assessed[row["period"]].add(row["department"])
        # A status that was once counted is kept right, also when nothing is left to count.
        told: dict[str, set[str]] = defaultdict(set)
        for row in await connection.fetch("SELECT department, period FROM status"):
            told[row["period"]].add(row["department"])
        known = {*assessed, *rounds, *told}
        found: set[Target] = set()
        for department, period in due:
            for key in (period,) if period is not None else known:
                for each in with_year(Period.parse(key), rounds):
                    buyers = {code for quarter in each.quarters for code in assessed[str(quarter)]}
                    possible = buyers | told[str(each)] | {d.code for d in self.register.answerable(each.last_day)}
                    found |= {(code, each) for code in (possible if department is None else possible & {department})}
        return sorted(found)

    async def _standings(self, connection: Any, targets: Sequence[Target], rounds: dict[str, Facts]) -> list[Status]:
        departments = await self._facts(connection, "department")
        statements = await self._facts(connection, "statement")
        reviewed = [found for facts in (await self._facts(connection, "case")).values() if (found := case(facts))]
        windows = [window(period, rounds.get(str(period), {})) for _, period in targets]
        counted = await counts(connection, targets, windows)
        return [
            standing(
                department,
                period,
                counted[department, period],
                Told(
                    department=departments.get(department, {}),
                    round=rounds.get(str(period), {}),
                    statement=statements.get(f"{period}/{department}", {}),
                    cases=tuple(
                        each
                        for each in reviewed
                        if self.register.has_department(each.department)
                        and self.register.answerable_for(each.department, period.last_day) == department
                    ),
                ),
            )
            for department, period in targets
        ]

    async def _facts(self, connection: Any, kind: str) -> dict[str, Facts]:
        """The facts of every subject of a kind other than procurement: there are few."""
        rows = await connection.fetch("SELECT key, facts FROM subject WHERE kind = $1 AND kind <> 'procurement'", kind)
        return {row["key"]: {name: Fact(*parts) for name, parts in orjson.loads(row["facts"]).items()} for row in rows}


def with_year(period: Period, rounds: Iterable[str]) -> list[Period]:
    """A quarter, and its year where a round for the year has been opened."""
    year = Period(period.year, 0)
    return [period, year] if period.quarter and str(year) in rounds else [period]


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
    tallies: dict[tuple[str, str], dict[tuple[str, str], Tally]] = defaultdict(dict)
    bounds = [[p.first_day for _, p in targets], [p.last_day for _, p in targets]]
    at_start = await connection.fetch(indicators.SQL, *spread)
    beyond = await connection.fetch(
        indicators.SQL_ITEMS, [d for d, _ in targets], [str(p) for _, p in targets], *bounds
    )
    for row in (*at_start, *beyond):
        tallies[row["department"], row["period"]][row["question"], row["answer"]] = Tally(
            row["procurements"], row["gross"], row["net_only"], row["unvalued"]
        )
    bodies = await _grouped(connection, _BODIES, spread)
    attention = await _grouped(connection, _ATTENTION, spread)
    urgency = await _grouped(connection, _URGENCY, spread)
    data = await _data(connection, targets, windows)
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
                for r in attention[key][:ATTENTION]
            ),
            attention_total=len(attention[key]),
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


async def _grouped(connection: Any, sql: str, spread: list[list[str]]) -> dict[tuple[str, str], list[Any]]:
    found: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for row in await connection.fetch(sql, *spread):
        found[row["department"], row["period"]].append(row)
    return found


_OF_TARGETS = """FROM unnest($1::text[], $2::text[], $3::text[]) AS t (department, period, quarter)
JOIN assessment a ON a.department = t.department AND a.period = t.quarter"""

_BODIES = f"""SELECT t.department, t.period, a.body,
    count(*) AS in_scope,
    count(*) FILTER (WHERE a.answers @> '{{"considered-in-time": ["before"]}}') AS before,
    count(*) FILTER (WHERE a.answers -> 'considered-in-time' ?| ARRAY['no-record', 'order-unknown']) AS unknown
{_OF_TARGETS} WHERE a.body IS NOT NULL AND a.scope = 'applies'
GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"""

_ATTENTION = f"""SELECT t.department, t.period, a.ocid, a.title, a.started_on, a.concerns,
    coalesce(a.value_gross, a.value_net) AS pence
{_OF_TARGETS} WHERE a.concerns <> '{{}}'
ORDER BY 1, 2, pence DESC NULLS LAST, a.ocid"""

_URGENCY = f"""SELECT t.department, t.period, a.ocid, a.title, a.started_on,
    ARRAY(SELECT jsonb_array_elements_text(claim -> 'subsections')) AS subsections, claim ->> 'reason' AS reason
{_OF_TARGETS} CROSS JOIN LATERAL jsonb_array_elements(a.urgency) AS claim
WHERE a.scope = 'applies' ORDER BY 1, 2, a.ocid, claim::text"""

_EVENTS = """SELECT t.department, t.period, count(e.id) AS events, max(e.received) AS last_received,
    count(e.id) FILTER (WHERE e.received > t.cut_off) AS late,
    count(e.id) FILTER (WHERE e.type LIKE '%.event.withdrawn.v1') AS withdrawn
FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::timestamptz[], $5::timestamptz[])
    AS t (department, period, first, past, cut_off)
LEFT JOIN event e ON e.sender = t.department AND e.time >= t.first AND e.time < t.past
GROUP BY 1, 2"""

_CONFLICTS = """SELECT t.department, t.period, count(*) AS conflicts
FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::timestamptz[]) AS t (department, period, first, past)
JOIN duplicate d ON d.conflict AND d.sender = t.department AND d.time >= t.first AND d.time < t.past
GROUP BY 1, 2"""

_NOTICES = f"""SELECT t.department, t.period, count(*) AS notices
{_OF_TARGETS} WHERE a.answers ? 'return-quality' GROUP BY 1, 2"""


async def _data(connection: Any, targets: Sequence[Target], windows: Sequence[Window]) -> dict[Target, Data]:
    keys = [[d for d, _ in targets], [str(p) for _, p in targets]]
    bounds = [[w.first for w in windows], [w.past for w in windows]]
    events = {
        (r["department"], r["period"]): r
        for r in await connection.fetch(_EVENTS, *keys, *bounds, [w.cut_off for w in windows])
    }
    conflicts = {
        (r["department"], r["period"]): r["conflicts"] for r in await connection.fetch(_CONFLICTS, *keys, *bounds)
    }
    quarters = [(d, str(p), str(q)) for d, p in targets for q in p.quarters]
    spread = [list(column) for column in zip(*quarters, strict=True)] if quarters else [[], [], []]
    notices = {(r["department"], r["period"]): r["notices"] for r in await connection.fetch(_NOTICES, *spread)}
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
            notices=notices.get(key, 0),
        )
    return found


def content_hash(status: Status) -> str:
    """Of everything but the version: whether two statuses say the same."""
    return hashlib.sha256(canonical(status.model_dump(mode="json", exclude={"version"}))).hexdigest()


async def save(connection: Any, statuses: Sequence[Status]) -> list[Status]:
    """Stores those that differ from what is stored, under their next version, each with its outbox row."""
    rows = await connection.fetch(
        """SELECT s.department, s.period, s.version, s.sha256 FROM status s
        JOIN unnest($1::text[], $2::text[]) AS k (department, period) USING (department, period)""",
        [s.department for s in statuses],
        [s.period for s in statuses],
    )
    stored = {(row["department"], row["period"]): row for row in rows}
    changed: list[tuple[Status, str]] = []
    for status in statuses:
        last = stored.get((status.department, status.period))
        digest = content_hash(status)
        if last is None or last["sha256"] != digest:
            changed.append((status.model_copy(update={"version": 1 if last is None else last["version"] + 1}), digest))
    if not changed:
        return []
    await connection.execute(
        """INSERT INTO status (department, period, version, sha256, body)
        SELECT * FROM unnest($1::text[], $2::text[], $3::int[], $4::text[], $5::text[])
        ON CONFLICT (department, period) DO UPDATE
        SET version = excluded.version, sha256 = excluded.sha256, body = excluded.body""",
        [s.department for s, _ in changed],
        [s.period for s, _ in changed],
        [s.version for s, _ in changed],
        [digest for _, digest in changed],
        [s.model_dump_json() for s, _ in changed],
    )
    await outbox.enqueue(connection, SCHEMA, [status_message(s) for s, _ in changed])
    return [s for s, _ in changed]


def status_message(status: Status) -> messages.Message:
    """The whole status, keyed so that compaction keeps the latest; its id is stable, so a repeat is known as one."""
    key = f"{status.department}/{status.period}"
    value = messages.cloudevent(
        source="/aggregator",
        id=f"{key}/v{status.version}",
        type=TYPE,
        subject=key,
        time=datetime.now(UTC),
        data=status.model_dump(mode="json"),
    )
    return messages.Message(topics.IMPLEMENTATION_STATUS, key, value)
