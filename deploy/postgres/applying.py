"""Makes the database's roles, tables and rights what they should be. Run again, it changes nothing."""

from collections.abc import Callable
from typing import Any

import asyncpg
from pydantic import SecretStr

from deploy.postgres.roles import MIGRATOR, OWNERS, ROLES, after, before
from shared import database
from shared.settings import with_login

_UNOWNED = """SELECT format('ALTER %s %I.%I OWNER TO svr_migrator',
        CASE c.relkind WHEN 'v' THEN 'VIEW' ELSE 'TABLE' END, n.nspname, c.relname) AS statement
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = ANY ($1) AND c.relkind IN ('r', 'p', 'v') AND pg_get_userbyid(c.relowner) <> 'svr_migrator'
UNION ALL
SELECT format('ALTER FUNCTION %s OWNER TO svr_migrator', p.oid::regprocedure)
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE n.nspname = ANY ($1) AND pg_get_userbyid(p.proowner) <> 'svr_migrator'"""

_TABLES = """SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = ANY ($1) AND c.relkind IN ('r', 'p', 'v') ORDER BY 1, 2"""


async def apply(admin_url: str, password: Callable[[str], SecretStr]) -> dict[str, str]:
    """Creates what is missing, hands tables of others to the migrator, migrates as it, and grants. Role → its URL.

    `admin_url` is a superuser's, on the database itself. Every role gets the password that `password` gives for it.
    """
    urls = {role: with_login(admin_url, role, password(role)) for role in ROLES}
    connection = await asyncpg.connect(admin_url)
    try:
        for role in ROLES:
            await _make(connection, role, password(role))
        name = await connection.fetchval("SELECT quote_ident(current_database())")
        for statement in before(name):
            await connection.execute(statement)
        for row in await connection.fetch(_UNOWNED, list(OWNERS)):
            await connection.execute(row["statement"])
        for schema in OWNERS:
            await database.migrate(urls[MIGRATOR], schema=schema, package=f"services.{schema}.migrations")
        async with connection.transaction():  # whoever reads meanwhile is never without its rights
            tables = [(row["nspname"], row["relname"]) for row in await connection.fetch(_TABLES, list(OWNERS))]
            for statement in after(tables):
                await connection.execute(statement)
    finally:
        await connection.close()
    return urls


async def _make(connection: Any, role: str, password: SecretStr) -> None:
    if not await connection.fetchval("SELECT true FROM pg_roles WHERE rolname = $1", role):
        await connection.execute(f"CREATE ROLE {role} LOGIN")
    # The server quotes; the statement itself takes no parameters.
    statement = await connection.fetchval(
        "SELECT format('ALTER ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD %L', $1::text, $2::text)",
        role,
        password.get_secret_value(),
    )
    await connection.execute(statement)
