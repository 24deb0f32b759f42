"""The aggregator's tables: subjects, assessments, marks. Every lock is taken in one order: register, event, subject."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import orjson

from services.aggregator.assessment import Assessment
from services.aggregator.items import Item
from services.aggregator.subjects import Subject
from shared.events.catalogue import kind_of

REGISTER = "register/buyers"


async def attributions_subject(connection: Any, *, changing: bool) -> Subject:
    """The register's subject, locked: shared by all who only read it, alone for one who changes it."""
    lock = "FOR UPDATE" if changing else "FOR SHARE"
    row = await connection.fetchrow(f"SELECT facts, withdrawn FROM subject WHERE key = $1 {lock}", REGISTER)  # noqa: S608 - a constant
    return Subject.from_json(REGISTER, orjson.loads(row["facts"]), orjson.loads(row["withdrawn"]))


async def lock_subjects(connection: Any, keys: Iterable[str]) -> dict[str, Subject]:
    """Those subjects as they stand, made where they are new, locked in the order of their keys."""
    wanted = sorted(keys)
    await connection.execute(
        """INSERT INTO subject (key, kind) SELECT * FROM unnest($1::text[], $2::text[]) AS new (key, kind)
        ORDER BY key ON CONFLICT DO NOTHING""",
        wanted,
        [str(kind_of(key)) for key in wanted],
    )
    rows = await connection.fetch(
        "SELECT key, facts, withdrawn FROM subject WHERE key = ANY($1) ORDER BY key FOR UPDATE", wanted
    )
    return {
        row["key"]: Subject.from_json(row["key"], orjson.loads(row["facts"]), orjson.loads(row["withdrawn"]))
        for row in rows
    }


async def save_subjects(connection: Any, subjects: Sequence[Subject]) -> None:
    texts = [subject.to_json() for subject in subjects]
    await connection.execute(
        """UPDATE subject s SET facts = v.facts::jsonb, withdrawn = v.withdrawn::jsonb
        FROM unnest($1::text[], $2::text[], $3::text[]) AS v (key, facts, withdrawn) WHERE s.key = v.key""",
        [subject.key for subject in subjects],
        [facts for facts, _ in texts],
        [withdrawn for _, withdrawn in texts],
    )


@dataclass(frozen=True, slots=True)
class Counted:
    """Where a procurement is counted: by its start, and by each of its items, where those have changed."""

    department: str
    period: str | None
    items: frozenset[Item] = frozenset()


Moved: TypeAlias = tuple[Counted | None, Counted]
"""Where a procurement was counted, and where it is. None: it was not assessed before."""


async def bought_by(connection: Any, buyers: Sequence[str]) -> list[str]:
    """The procurements of these buyers, by id or by name as it was given."""
    rows = await connection.fetch(
        "SELECT ocid FROM assessment WHERE buyer_ids && $1::text[] OR buyer_name = ANY($1::text[])", list(buyers)
    )
    return [row["ocid"] for row in rows]


async def buyer_names(connection: Any) -> list[str]:
    """The buyers of all procurements, as they were named."""
    rows = await connection.fetch("SELECT DISTINCT buyer_name FROM assessment WHERE buyer_name IS NOT NULL")
    return [row["buyer_name"] for row in rows]


async def save_assessments(connection: Any, assessments: Sequence[Assessment]) -> list[Moved]:
    """Each row as one JSON object, so that a column is named once: here, by the dataclass."""
    anew = {assessment.ocid: assessment for assessment in sorted(assessments, key=lambda each: each.ocid)}
    columns = list(Assessment.__dataclass_fields__)
    rows = await connection.fetch(
        f"""INSERT INTO assessment ({", ".join(columns)})
        SELECT {", ".join(f"r.{column}" for column in columns)}
        FROM unnest($1::text[]) AS v (row), jsonb_populate_record(NULL::assessment, v.row::jsonb) AS r
        ON CONFLICT (ocid) DO UPDATE SET {", ".join(f"{c} = excluded.{c}" for c in columns if c != "ocid")}
        RETURNING new.ocid, old.department, old.period,
            CASE WHEN old.items IS DISTINCT FROM new.items THEN COALESCE(old.items, '[]') END AS items""",  # noqa: S608 - our own names
        [orjson.dumps(assessment, option=orjson.OPT_SORT_KEYS).decode() for assessment in anew.values()],
    )
    return [_moved(row, anew[row["ocid"]]) for row in rows]


def _moved(row: Mapping[str, Any], now: Assessment) -> Moved:
    changed = row["items"] is not None
    after = Counted(now.department, now.period, frozenset(now.items) if changed else frozenset())
    if row["department"] is None:
        return None, after
    items = frozenset(Item(**item) for item in orjson.loads(row["items"])) if changed else frozenset()
    return Counted(row["department"], row["period"], items), after


async def mark(connection: Any, marks: Iterable[tuple[str | None, str | None]], traceparent: str | None = None) -> None:
    """Says which departments and periods must be counted anew, and in whose trace."""
    wanted = sorted(set(marks), key=str)
    await connection.execute(
        """INSERT INTO status_due (department, period, traceparent)
        SELECT d, p, $3 FROM unnest($1::text[], $2::text[]) AS u (d, p)""",
        [department for department, _ in wanted],
        [period for _, period in wanted],
        traceparent,
    )
