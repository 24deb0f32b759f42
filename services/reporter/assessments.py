"""The evidence in PostgreSQL: read-only SQL on the tables that the aggregator keeps in its own schema."""

from collections.abc import Sequence
from typing import Any

import asyncpg
import orjson

from services.reporter.archive import Archive
from services.reporter.evidence import PAGE, Counted, Event, Fact, Procurement
from services.reporter.shelf import Unavailable


class Assessments:
    """Reads on the archive's connections."""

    def __init__(self, archive: Archive) -> None:
        self.archive = archive

    async def procurement(self, ocid: str) -> Procurement | None:
        async def ask(connection: Any) -> tuple[Any, Any, Any]:
            row = await connection.fetchrow(
                """SELECT ocid, department, body, buyer_name, period, title, started_on, start_exact, value_gross,
                    value_net, scope, scope_reasons, missing, answers::text, concerns, evidence::text
                FROM aggregator.assessment WHERE ocid = $1""",
                ocid,
            )
            facts = await connection.fetchval("SELECT facts::text FROM aggregator.subject WHERE key = $1", ocid)
            events = await connection.fetch(
                """SELECT source, id, type, sender, time, received, sha256 FROM aggregator.event
                WHERE subject = $1 ORDER BY time, source, id""",
                ocid,
            )
            return row, facts, events

        row, facts, events = await self._read(ask)
        if row is None:
            return None
        read = dict(row) | {
            "scope_reasons": tuple(row["scope_reasons"]),
            "missing": tuple(row["missing"]),
            "concerns": tuple(row["concerns"]),
            "answers": orjson.loads(row["answers"]),
            "evidence": orjson.loads(row["evidence"]),
        }
        named = sorted(orjson.loads(facts or "{}").items())
        return Procurement(
            **read,
            facts=tuple(Fact(name, *parts) for name, parts in named),
            events=tuple(Event(**event) for event in events),
        )

    async def counted(self, department: str, quarters: Sequence[str], question: str, after: str) -> Sequence[Counted]:
        rows = await self._read(
            lambda c: c.fetch(
                """SELECT ocid, title, ARRAY(SELECT jsonb_array_elements_text(answers -> $3)) AS answers, started_on,
                    value_gross AS value_pence, coalesce(jsonb_array_length(evidence -> $3), 0) AS events
                FROM aggregator.assessment
                WHERE department = $1 AND period = ANY($2) AND answers ? $3 AND ocid > $4
                ORDER BY ocid LIMIT $5""",
                department,
                quarters,
                question,
                after,
                PAGE,
            )
        )
        return [Counted(**dict(row) | {"answers": tuple(row["answers"])}) for row in rows]

    async def _read(self, question: Any) -> Any:
        try:
            return await self.archive.read(question)
        except (asyncpg.UndefinedTableError, asyncpg.InvalidSchemaNameError) as fault:
            raise Unavailable from fault  # the aggregator has not been set up yet
