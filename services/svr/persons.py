"""Everything that is held about a person, found by the name in every table; and the name taken out of all of them.

By the name as it is written, capitals and all: whoever has been written in two ways is asked for twice. What is kept
in tables but not in the ledger or among the publications is found by the types of its columns, so that no later table
is forgotten.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson

from services.aggregator import erasing as ledger
from services.reporter import erasing as publications
from shared.departments import Register
from shared.erasure import ERASED, spellings
from shared.rules import Rules

SCHEMAS = ["aggregator", "reporter"]
APART = frozenset({
    *(f"aggregator.{table}" for table in ("event", "duplicate", "chain", "erasure")),
    *(f"reporter.{table}" for table in ("publication_file", "erasure")),
})  # fmt: skip
"""Not changed by column: their bodies are, each with its hash, or they only say what stands elsewhere."""
SESSIONS = "reporter.session"


@dataclass(frozen=True, slots=True)
class Column:
    """`key`: it identifies its row, and what points to it, so that it cannot be changed."""

    table: str
    name: str
    type: str
    key: bool


@dataclass(frozen=True, slots=True)
class Erased:
    """What was taken out of where. `left`: column → rows that still hold the name, in what identifies them.

    `kafka`: partition of procurement.events → the last offset at which a record still holds the name.
    """

    events: list[ledger.Held] = field(default_factory=list)
    publications: list[str] = field(default_factory=list)
    rows: dict[str, int] = field(default_factory=dict)
    left: dict[str, int] = field(default_factory=dict)
    kafka: dict[int, int] = field(default_factory=dict)


async def columns(connection: Any) -> list[Column]:
    """Every column of every table that can hold a name."""
    rows = await connection.fetch(
        """SELECT format('%s.%s', n.nspname, c.relname) AS table, a.attname AS name,
            format_type(a.atttypid, NULL) AS type,
            EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisunique AND a.attnum = ANY (i.indkey))
                OR EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'f'
                    AND a.attnum = ANY (k.conkey)) AS key
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
        WHERE n.nspname = ANY ($1) AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped
            AND format_type(a.atttypid, NULL) IN ('text', 'jsonb', 'bytea', 'text[]') ORDER BY 1, a.attnum""",
        SCHEMAS,
    )
    return [Column(**dict(row)) for row in rows]


async def export(connection: Any, name: str) -> dict[str, Any]:
    """Everything held, as JSON can say it: the events whole, the publications by their ids, other tables' rows."""
    events = await ledger.held(connection, name)
    kept: dict[str, list[Any]] = {}
    found = await columns(connection)
    for table in sorted({column.table for column in found} - APART):
        mine = [column for column in found if column.table == table]
        condition = " OR ".join(_holds(column) for column in mine)
        query = f"SELECT to_jsonb(t)::text AS row FROM {table} t WHERE {condition}"  # noqa: S608 - our own names
        rows = await connection.fetch(query, spellings(name))
        if rows:
            kept[table] = [orjson.loads(row["row"]) for row in rows]
    return {
        "name": name,
        "events": [
            {"position": e.position, "partition": e.partition, "offset": e.offset, "event": orjson.loads(e.body)}
            for e in events
        ],
        "publications": await publications.published(connection, name),
        "rows": kept,
    }


async def erase(connection: Any, name: str, *, reason: str, at: datetime, register: Register, rules: Rules) -> Erased:
    """Takes the name out of everything. Within the caller's transaction, as the owner of the tables. Raises Busy."""
    events = await ledger.erase(connection, name, reason=reason, at=at, register=register, rules=rules)
    issued = await publications.erase(connection, name, reason=reason, at=at)
    changed: Counter[str] = Counter()
    found = await columns(connection)
    changed[SESSIONS] += _count(await connection.execute(
        f"DELETE FROM {SESSIONS} WHERE {_holds(Column(SESSIONS, 'name', 'text', key=False))}", spellings(name)  # noqa: S608 - our own names
    ))  # fmt: skip
    await connection.execute(
        f"""INSERT INTO aggregator.status_due (department, period) SELECT department, period FROM aggregator.status
        WHERE {_holds(Column("", "body", "text", key=False))}""",  # noqa: S608 - our own names
        spellings(name),
    )
    for column in found:
        if not column.key and column.table not in APART:
            changed[column.table] += await _take_out(connection, column, name)
    left = {
        f"{c.table}.{c.name}": rows
        for c in found
        if (rows := await connection.fetchval(f"SELECT count(*) FROM {c.table} WHERE {_holds(c)}", spellings(name)))  # noqa: S608 - our own names
    }
    kept = {table: rows for table, rows in changed.items() if rows}
    return Erased(events, issued, kept, left, await ledger.on_kafka(connection, events))


async def _take_out(connection: Any, column: Column, name: str) -> int:
    anew = f"{column.name}::text"
    if column.type == "bytea":
        rows = await connection.fetch(
            f"SELECT ctid, {column.name} AS value FROM {column.table} WHERE {_holds(column)} FOR UPDATE",  # noqa: S608 - our own names
            spellings(name),
        )
        for row in rows:
            value = row["value"]
            for spelling in spellings(name):
                value = value.replace(spelling.encode(), ERASED.encode())
            await connection.execute(
                f"UPDATE {column.table} SET {column.name} = $2 WHERE ctid = $1",  # noqa: S608 - our own names
                row["ctid"],
                value,
            )
        return len(rows)
    for number in range(len(spellings(name))):
        anew = f"replace({anew}, ($1::text[])[{number + 1}], $2)"
    return _count(
        await connection.execute(
            f"UPDATE {column.table} SET {column.name} = ({anew})::{column.type} WHERE {_holds(column)}",  # noqa: S608 - our own names
            spellings(name),
            ERASED,
        )
    )


def _holds(column: Column) -> str:
    """SQL: whether the column holds the name in one of its spellings, $1."""
    if column.type == "bytea":
        return (
            f"EXISTS (SELECT FROM unnest($1::text[]) AS s WHERE position(convert_to(s, 'UTF8') IN {column.name}) > 0)"
        )
    return f"EXISTS (SELECT FROM unnest($1::text[]) AS s WHERE position(s IN {column.name}::text) > 0)"


def _count(status: str) -> int:
    """`UPDATE 3` → 3."""
    return int(status.rpartition(" ")[2])
