"""What `svr doctor` tries on PostgreSQL: is it there, does it let us in, is it migrated, may the role do its work."""

import re
from collections.abc import AsyncIterator
from importlib import resources
from typing import Any

import asyncpg

from services.svr.findings import Finding, fail, ok, warn
from shared.database import UNREACHABLE

SECONDS = 5
OLDEST = 18  # RETURNING old
APPLY = "DATABASE_URL=(a superuser's) python -m deploy.postgres apply --passwords FOLDER"
WORKS_IN = {"svr_aggregator": "aggregator", "svr_reporter": "reporter"}
RECORD = {"aggregator": ("event", "chain"), "reporter": ("publication", "publication_file")}


async def examine(url: str) -> AsyncIterator[Finding]:
    """Stops where nothing further can be found out."""
    try:
        connection = await asyncpg.connect(url, timeout=SECONDS, server_settings={"application_name": "svr"})
    except (asyncpg.InvalidPasswordError, asyncpg.InvalidAuthorizationSpecificationError) as fault:
        yield fail("PostgreSQL", f"does not let us in: {fault}", "correct the user and the password in DATABASE_URL")
    except asyncpg.InvalidCatalogNameError as fault:
        yield fail("PostgreSQL", str(fault), "create the database, or correct its name in DATABASE_URL")
    except (*UNREACHABLE, TimeoutError, asyncpg.PostgresError, ValueError) as fault:
        yield fail(
            "PostgreSQL", f"does not answer: {fault or type(fault).__name__}", "start it, or correct DATABASE_URL"
        )
    else:
        try:
            async for finding in _inside(connection):
                yield finding
        finally:
            await connection.close()


async def _inside(connection: Any) -> AsyncIterator[Finding]:
    user, version = await connection.fetchrow("SELECT current_user, current_setting('server_version')")
    said = f"{version} answers, and lets us in as {user}"
    if connection.get_server_version().major < OLDEST:
        yield fail("PostgreSQL", said, f"upgrade it to {OLDEST} or newer")
    else:
        yield ok("PostgreSQL", said)
    row = await connection.fetchrow(
        """SELECT count(*) AS used, current_setting('max_connections')::int AS most,
            pg_size_pretty(pg_database_size(current_database())) AS size FROM pg_stat_activity"""
    )
    said = f"{row['used']} of {row['most']} connections, {row['size']}"
    if row["used"] > 0.8 * row["most"]:
        yield warn("PostgreSQL load", said, "raise max_connections, or run fewer processes")
    else:
        yield ok("PostgreSQL load", said)
    for schema in RECORD:
        finding = await _migrations(connection, schema)
        if finding is not None:
            yield finding
    async for finding in _rights(connection):
        yield finding


async def _migrations(connection: Any, schema: str) -> Finding | None:
    """None where the role has no business in that schema."""
    what = f"Migrations of {schema}"
    folder = resources.files(f"services.{schema}.migrations")
    ours = {file.name for file in folder.iterdir() if re.fullmatch(r"\d{4}_.*\.sql", file.name)}
    try:
        rows = await connection.fetch(f"SELECT name FROM {schema}.migration")  # noqa: S608 - our own names
    except (asyncpg.UndefinedTableError, asyncpg.InvalidSchemaNameError):
        return fail(what, "none has been applied", APPLY)
    except asyncpg.InsufficientPrivilegeError:
        return None
    applied = {row["name"] for row in rows}
    if missing := sorted(ours - applied):
        return fail(what, f"{len(missing)} are not applied: {', '.join(missing)}", APPLY)
    if newer := sorted(applied - ours):
        return warn(what, f"the database is newer than this program: {', '.join(newer)}", "upgrade the services")
    return ok(what, f"all {len(ours)} are applied")


async def _rights(connection: Any) -> AsyncIterator[Finding]:
    """Of the two services' roles; a superuser is none that a service should run as."""
    role = await connection.fetchval("SELECT current_user")
    schema = WORKS_IN.get(role)
    if schema is None:
        if await connection.fetchval("SELECT rolsuper FROM pg_roles WHERE rolname = current_user"):
            yield warn("PostgreSQL rights", f"{role} is a superuser", "run services as svr_aggregator and svr_reporter")
        return
    lacking = await connection.fetch(
        """SELECT t.tablename AS name FROM pg_tables t WHERE t.schemaname = $1 AND t.tablename <> 'migration'
            AND NOT has_table_privilege(format('%I.%I', t.schemaname, t.tablename), 'SELECT')
            OR t.schemaname = $1 AND t.tablename <> 'migration'
            AND NOT has_table_privilege(format('%I.%I', t.schemaname, t.tablename), 'INSERT') ORDER BY 1""",
        schema,
    )
    loose = await connection.fetch(
        """SELECT t.tablename AS name FROM pg_tables t WHERE t.schemaname = $1 AND t.tablename = ANY ($2)
            AND has_table_privilege(format('%I.%I', t.schemaname, t.tablename), 'UPDATE, DELETE') ORDER BY 1""",
        schema,
        list(RECORD[schema]),
    )
    if lacking:
        names = ", ".join(row["name"] for row in lacking)
        yield fail("PostgreSQL rights", f"{role} may not read and add to: {names}", APPLY)
    elif loose:
        names = ", ".join(row["name"] for row in loose)
        yield fail("PostgreSQL rights", f"{role} could change the record: {names}", APPLY)
    else:
        yield ok("PostgreSQL rights", f"{role} may do its work, and cannot change the record")
