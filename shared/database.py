"""PostgreSQL: a pool with the limits that keep a frozen process from holding rows, and forward-only migrations."""

import re
from importlib import resources

import asyncpg

from shared.logging import get_logger
from shared.waiting import until_reached

log = get_logger()

UNREACHABLE = (
    OSError,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
    asyncpg.ConnectionDoesNotExistError,
)
_LIMITS = {"idle_in_transaction_session_timeout": "30s", "lock_timeout": "10s", "statement_timeout": "60s"}


async def connect(url: str, *, service: str, schema: str, size: int = 4) -> asyncpg.Pool:
    """A pool of at most `size` connections; waits, and says so, while the database does not answer."""

    async def attempt() -> asyncpg.Pool:
        return await asyncpg.create_pool(
            url,
            min_size=1,
            max_size=size,
            command_timeout=60,
            server_settings={**_LIMITS, "application_name": service, "search_path": schema, "timezone": "UTC"},
        )

    return await until_reached("PostgreSQL", attempt, UNREACHABLE)


async def migrate(url: str, *, schema: str, package: str) -> list[str]:
    """Applies the numbered SQL files of `package` that `schema` has not had yet, each in a transaction of its own.

    Returns the names applied. Two processes that migrate at once wait for each other.
    """
    folder = resources.files(package)
    names = sorted(f.name for f in folder.iterdir() if re.fullmatch(r"\d{4}_.*\.sql", f.name))
    applied = []
    connection = await until_reached("PostgreSQL", lambda: asyncpg.connect(url), UNREACHABLE)
    try:
        await connection.execute("SELECT pg_advisory_lock(hashtext($1))", f"migrate {schema}")
        await connection.execute(
            f"""CREATE SCHEMA IF NOT EXISTS {schema};
            CREATE TABLE IF NOT EXISTS {schema}.migration
                (name text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())"""
        )
        done = {row["name"] for row in await connection.fetch(f"SELECT name FROM {schema}.migration")}  # noqa: S608 - schema is ours
        for name in names:
            if name in done:
                continue
            async with connection.transaction():
                await connection.execute(f"SET LOCAL search_path TO {schema}")
                await connection.execute((folder / name).read_text("utf-8"))
                await connection.execute(f"INSERT INTO {schema}.migration (name) VALUES ($1)", name)  # noqa: S608 - schema is ours
            log.info("migration.applied", schema=schema, migration=name)
            applied.append(name)
    finally:
        await connection.close()
    return applied
