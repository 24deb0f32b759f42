"""Counting anew what batches have marked: one step at a time under an advisory lock, never inside a batch.

A status derives from many rows; two batches that each counted would each miss the other's. So a batch only adds marks,
and this step, alone, takes the marks that are committed and then counts with a fresh snapshot.
"""

import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import asyncpg
import orjson

from services.aggregator.cases import case
from services.aggregator.counting import Target, counts, window
from services.aggregator.facts import Fact, Facts
from services.aggregator.methods import METHODS
from services.aggregator.sealing import Sealing
from services.aggregator.standing import Told, standing
from services.aggregator.statuses import save
from shared import tracing
from shared.departments import Register
from shared.logging import get_logger
from shared.periods import Period
from shared.status import Status

log = get_logger()
LOCK = 2012_0003  # the Act's year and chapter
MARKS_AT_ONCE = 20_000

# The distinct pairs, from one to the next through the index: DISTINCT would read every assessment there is.
_ASSESSED = """WITH RECURSIVE pair AS (
    (SELECT department, period FROM assessment WHERE period IS NOT NULL ORDER BY department, period LIMIT 1)
    UNION ALL
    SELECT following.* FROM pair CROSS JOIN LATERAL (
        SELECT a.department, a.period FROM assessment a
        WHERE (a.department, a.period) > (pair.department, pair.period) AND a.period IS NOT NULL
        ORDER BY a.department, a.period LIMIT 1
    ) AS following
) SELECT department, period FROM pair"""


class Recomputing:
    """`step` is repeated by the service for as long as it finds marks."""

    def __init__(self, pool: asyncpg.Pool, register: Register) -> None:
        self.pool, self.register = pool, register
        self.sealing = Sealing()

    async def restate(self) -> None:
        """Marks everything when statuses stand that another version of the method rated. Once, at the start."""
        async with self.pool.acquire() as connection, connection.transaction():
            others = "SELECT FROM status WHERE (body::jsonb ->> 'method')::int <> $1"
            if await connection.fetchval(f"SELECT EXISTS ({others})", METHODS[-1].version):
                await connection.execute("INSERT INTO status_due (department, period) VALUES (NULL, NULL)")

    async def step(self) -> int:
        """Counts what is marked; returns the number of marks taken."""
        began = time.monotonic()
        async with self.pool.acquire() as connection, self.sealing.transaction(connection):
            if not await connection.fetchval("SELECT pg_try_advisory_xact_lock($1)", LOCK):
                return 0
            due = await connection.fetch(
                """DELETE FROM status_due WHERE id IN (SELECT id FROM status_due ORDER BY id LIMIT $1)
                RETURNING id, department, period, traceparent""",
                MARKS_AT_ONCE,
            )
            if not due:
                return 0
            head = await self.sealing.seal(connection)
            statuses = await self.count(connection, {(row["department"], row["period"]) for row in due})
            ordered = sorted(due, key=lambda row: row["id"])
            traces = {(row["department"], row["period"]): row["traceparent"] for row in ordered if row["traceparent"]}
            changed = await save(connection, statuses, head, traces)
        log.info(
            "status.recomputed",
            marks=len(due),
            counted=len(statuses),
            changed=len(changed),
            duration=int((time.monotonic() - began) * 1e9),
            traces=tracing.first(traces.values()),
        )
        return len(due)

    async def count(self, connection: Any, due: Iterable[tuple[str | None, str | None]]) -> list[Status]:
        """The statuses that these marks ask for, as the caller's transaction sees the state."""
        rounds = await self._facts(connection, "round")
        return await self._standings(connection, await self._targets(connection, due, rounds), rounds)

    async def _targets(
        self, connection: Any, due: Iterable[tuple[str | None, str | None]], rounds: dict[str, Facts]
    ) -> list[Target]:
        """Marks → departments and periods, each once, and only where there is somebody to report on."""
        assessed: dict[str, set[str]] = defaultdict(set)
        for row in await connection.fetch(_ASSESSED):
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
                    possible = buyers | told[str(each)]
                    # A mark of every period makes no status where neither a round nor a procurement asks for one: which
                    # periods are known depends on what came first, and which statuses there are must not.
                    if period is not None or str(each) in rounds:
                        possible |= {d.code for d in self.register.answerable(each.last_day)}
                    found |= {(code, each) for code in (possible if department is None else possible & {department})}
        return sorted(found)

    async def _standings(self, connection: Any, targets: Sequence[Target], rounds: dict[str, Facts]) -> list[Status]:
        departments = await self._facts(connection, "department")
        statements: dict[str, dict[Period, Facts]] = defaultdict(dict)
        for key, facts in (await self._facts(connection, "statement")).items():
            said_of, _, by = key.partition("/")
            statements[by][Period.parse(said_of)] = facts
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
                    statements=statements.get(department, {}),
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
