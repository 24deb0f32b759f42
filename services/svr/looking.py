"""svr status and svr sample: reading what the aggregator has in PostgreSQL. Changes nothing."""

import asyncpg

from services.aggregator.sampling import Candidate
from shared.status import Status


async def statuses(database_url: str, *, department: str | None, period: str | None) -> list[Status]:
    """The standing, newest period first, then by department."""
    connection = await asyncpg.connect(database_url)
    try:
        rows = await connection.fetch(
            """SELECT body FROM aggregator.status
            WHERE ($1::text IS NULL OR department = $1) AND ($2::text IS NULL OR period = $2)
            ORDER BY period DESC, department""",
            department,
            period,
        )
    finally:
        await connection.close()
    return [Status.model_validate_json(row["body"]) for row in rows]


async def candidates(database_url: str, *, department: str | None, period: str | None) -> list[Candidate]:
    """The procurements in scope from which a spot-check sample is drawn."""
    connection = await asyncpg.connect(database_url)
    try:
        rows = await connection.fetch(
            """SELECT ocid, department, title, started_on::text, coalesce(value_gross, value_net) AS pence, concerns,
                answers -> 'urgency' ? 'claimed' AS urgent,
                jsonb_path_exists(items, '$[*] ? (@.question == "spot-check")') AS checked
            FROM aggregator.assessment
            WHERE scope = 'applies' AND ($1::text IS NULL OR department = $1) AND ($2::text IS NULL OR period = $2)""",
            department,
            period,
        )
    finally:
        await connection.close()
    return [
        Candidate(
            ocid=row["ocid"],
            department=row["department"],
            title=row["title"],
            started_on=row["started_on"],
            pence=row["pence"],
            concerns=tuple(row["concerns"]),
            urgent=bool(row["urgent"]),
            checked=row["checked"],
        )
        for row in rows
    ]
