"""The outbox: what a transaction must also say on Kafka is a row of that transaction, and a relay sends it afterwards.

A crash between the acknowledgement and the deletion sends a row twice: every message carries an id of its own, and
its receivers take repeats as the same.
"""

from collections.abc import Sequence
from typing import Any

import asyncpg
from aiokafka import AIOKafkaProducer

from shared.logging import get_logger
from shared.messages import Message, send_all

log = get_logger()
LATE_SECONDS = 60.0
"""A row that has waited longer is a warning."""


async def enqueue(connection: Any, schema: str, messages: Sequence[Message]) -> None:
    """Within the caller's transaction."""
    await connection.execute(
        f"""INSERT INTO {schema}.outbox (topic, key, value, header_names, header_values)
        SELECT t, k, v, string_to_array(hn, ','), string_to_array(hv, E'\\n')
        FROM unnest($1::text[], $2::text[], $3::bytea[], $4::text[], $5::text[]) AS u (t, k, v, hn, hv)""",  # noqa: S608 - schema is ours
        [m.topic for m in messages],
        [m.key for m in messages],
        [m.value for m in messages],
        [",".join(name for name, _ in m.headers) for m in messages],
        ["\n".join(value.decode() for _, value in m.headers) for m in messages],
    )


async def report(pool: asyncpg.Pool, schema: str) -> None:
    """Logs what waits to be sent; a warning when it has waited for long."""
    row = await pool.fetchrow(
        f"""SELECT count(*) AS rows, coalesce(extract(epoch FROM now() - min(created_at)), 0)::float8 AS age
        FROM {schema}.outbox""",  # noqa: S608 - schema is ours
    )
    age = round(row["age"], 1)
    (log.warning if age > LATE_SECONDS else log.info)("outbox.depth", rows=row["rows"], age_seconds=age)


async def relay(pool: asyncpg.Pool, schema: str, kafka: AIOKafkaProducer, *, limit: int = 500) -> int:
    """Sends up to `limit` rows and deletes them once acknowledged. Returns how many; 0 while another relay is at it.

    One at a time: of two, the second would overtake the first, and compaction would keep the older record of a key.
    """
    async with pool.acquire() as connection, connection.transaction():
        if not await connection.fetchval("SELECT pg_try_advisory_xact_lock(hashtext($1))", f"outbox {schema}"):
            return 0
        rows = await connection.fetch(
            f"""SELECT id, topic, key, value, header_names, header_values FROM {schema}.outbox
            ORDER BY id LIMIT $1""",  # noqa: S608 - schema is ours
            limit,
        )
        if not rows:
            return 0
        await send_all(
            kafka,
            [
                Message(
                    row["topic"],
                    row["key"],
                    row["value"],
                    [(n, v.encode()) for n, v in zip(row["header_names"], row["header_values"], strict=True)],
                )
                for row in rows
            ],
        )
        await connection.execute(
            f"DELETE FROM {schema}.outbox WHERE id = ANY($1)",  # noqa: S608 - schema is ours
            [row["id"] for row in rows],
        )
    log.info("outbox.sent", rows=len(rows))
    return len(rows)
