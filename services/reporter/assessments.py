"""The evidence in PostgreSQL: read-only SQL on the tables that the aggregator keeps in its own schema."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import asyncpg
import orjson

from services.reporter.archive import Archive
from services.reporter.evidence import PAGE, Buyer, Counted, CountedItems, Event, Fact, Item, Procurement, Said
from services.reporter.shelf import Unavailable


class Assessments:
    """Reads on the archive's connections."""

    def __init__(self, archive: Archive) -> None:
        self.archive = archive

    async def procurement(self, ocid: str) -> Procurement | None:
        async def ask(connection: Any) -> tuple[Any, Any, Any]:
            row = await connection.fetchrow(
                """SELECT ocid, department, body, buyer_name, period, title, started_on, start_exact, value_gross,
                    value_net, scope, scope_reasons, missing, answers::text, concerns, evidence::text,
                    items::text, unheard
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
            "items": _items(row["items"]),
            "unheard": tuple(row["unheard"]),
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
                    value_gross, value_net, coalesce(jsonb_array_length(evidence -> $3), 0) AS events
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

    async def items(
        self, department: str, first: date, last: date, questions: Sequence[str], after: str
    ) -> Sequence[CountedItems]:
        rows = await self._read(
            lambda c: c.fetch(
                """SELECT a.ocid, a.title,
                    jsonb_agg(i.item ORDER BY i.item ->> 'first', i.item ->> 'answer')::text AS items
                FROM aggregator.assessment a CROSS JOIN LATERAL jsonb_array_elements(a.items) AS i (item)
                WHERE a.departments @> ARRAY[$1::text] AND i.item ->> 'department' = $1
                    AND i.item ->> 'question' = ANY($4)
                    AND CASE WHEN i.item ->> 'past' IS NULL THEN (i.item ->> 'first')::date BETWEEN $2 AND $3
                        ELSE (i.item ->> 'first')::date <= $3 AND $3 < (i.item ->> 'past')::date END
                    AND a.ocid > $5
                GROUP BY a.ocid, a.title ORDER BY a.ocid LIMIT $6""",
                department,
                first,
                last,
                questions,
                after,
                PAGE,
            )
        )
        return [CountedItems(row["ocid"], row["title"], _items(row["items"])) for row in rows]

    async def unattributed(self) -> Sequence[Buyer]:
        rows = await self._read(
            lambda c: c.fetch(
                """SELECT buyer_name AS name, buyer_ids AS ids, count(*) AS procurements,
                    coalesce(sum(value_gross), 0)::bigint AS gross,
                    coalesce(sum(value_net) FILTER (WHERE value_gross IS NULL), 0)::bigint AS net_only,
                    count(*) FILTER (WHERE value_gross IS NULL AND value_net IS NULL) AS unvalued,
                    min(started_on) AS first, max(started_on) AS last
                FROM aggregator.assessment WHERE department = 'unattributed'
                GROUP BY buyer_name, buyer_ids ORDER BY 3 DESC, 1 NULLS LAST, 2 LIMIT 500"""
            )
        )
        return [Buyer(**dict(row) | {"ids": tuple(row["ids"])}) for row in rows]

    async def said(self, event: str) -> Sequence[Said]:
        rows = await self._read(
            lambda c: c.fetch(
                """SELECT s.key, f.key AS name, f.value::text AS fact
                FROM aggregator.subject s CROSS JOIN LATERAL jsonb_each(s.facts) AS f
                WHERE s.kind = 'department' AND f.key LIKE $1::text || '/%' ORDER BY 1, 2""",
                event,
            )
        )
        return [Said(row["key"], Fact(row["name"], *orjson.loads(row["fact"]))) for row in rows]

    async def _read(self, question: Any) -> Any:
        try:
            return await self.archive.read(question)
        except (asyncpg.UndefinedTableError, asyncpg.InvalidSchemaNameError) as fault:
            raise Unavailable from fault  # the aggregator has not been set up yet


def _items(text: str) -> tuple[Item, ...]:
    return tuple(
        Item(**item | {"first": date.fromisoformat(item["first"]), "past": _day(item["past"])})
        for item in orjson.loads(text)
    )


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
