"""Who may do what in the database: each service its own role, and nobody but the migrator owns anything. Pure."""

from collections.abc import Iterable, Iterator

MIGRATOR, AGGREGATOR, REPORTER, OBSERVER = "svr_migrator", "svr_aggregator", "svr_reporter", "svr_observer"
ROLES = (MIGRATOR, AGGREGATOR, REPORTER, OBSERVER)
OWNERS = {"aggregator": AGGREGATOR, "reporter": REPORTER}
"""Schema → the service that writes to it."""

APPEND_ONLY = frozenset(
    {
        *(("aggregator", table) for table in ("event", "duplicate", "unreadable", "chain", "erasure")),
        *(("reporter", table) for table in ("publication", "publication_file", "asset", "erasure")),
    }
)
MIGRATIONS = "migration"

READERS = {
    ("aggregator", "assessment"): (REPORTER,),
    ("aggregator", "subject"): (REPORTER,),
    ("aggregator", "event"): (REPORTER,),
    ("reporter", "publication"): (OBSERVER,),
    ("reporter", "publication_file"): (OBSERVER,),
    ("reporter", "erasure"): (OBSERVER,),
}
"""Who else reads what. The observer reads all of the aggregator's; of the reporter's not the sessions and drafts."""


def before(database: str) -> Iterator[str]:
    """Statements before migrating. `database` is quoted already."""
    yield f"REVOKE ALL ON DATABASE {database} FROM PUBLIC"
    yield f"GRANT CONNECT ON DATABASE {database} TO {', '.join(ROLES)}"
    yield f"GRANT CREATE ON DATABASE {database} TO {MIGRATOR}"
    yield "REVOKE ALL ON SCHEMA public FROM PUBLIC"
    for schema, service in OWNERS.items():
        yield f"CREATE SCHEMA IF NOT EXISTS {schema} AUTHORIZATION {MIGRATOR}"
        yield f"ALTER SCHEMA {schema} OWNER TO {MIGRATOR}"
        yield f"GRANT USAGE ON SCHEMA {schema} TO {service}, {OBSERVER}"
        # A table of a later migration starts with no more than this; `apply` after it grants the rest.
        defaults = f"ALTER DEFAULT PRIVILEGES FOR ROLE {MIGRATOR} IN SCHEMA {schema} GRANT"
        yield f"{defaults} SELECT, INSERT ON TABLES TO {service}"
        yield f"{defaults} USAGE, SELECT ON SEQUENCES TO {service}"
    yield f"ALTER DEFAULT PRIVILEGES FOR ROLE {MIGRATOR} IN SCHEMA aggregator GRANT SELECT ON TABLES TO {OBSERVER}"
    yield f"ALTER DEFAULT PRIVILEGES FOR ROLE {MIGRATOR} IN SCHEMA aggregator GRANT SELECT ON SEQUENCES TO {OBSERVER}"
    yield f"GRANT USAGE ON SCHEMA aggregator TO {REPORTER}"


def after(tables: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Statements after migrating, for every table and view there is: what it may, and nothing else."""
    for schema, table in tables:
        service, name = OWNERS[schema], f"{schema}.{table}"
        yield f"REVOKE ALL ON {name} FROM PUBLIC, {AGGREGATOR}, {REPORTER}, {OBSERVER}"
        yield f"GRANT {_rights(schema, table)} ON {name} TO {service}"
        readers = (*READERS.get((schema, table), ()), *((OBSERVER,) if schema == "aggregator" else ()))
        for reader in readers:
            yield f"GRANT SELECT ON {name} TO {reader}"
    for schema, service in OWNERS.items():
        yield f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {schema} TO {service}"


def _rights(schema: str, table: str) -> str:
    if table == MIGRATIONS:
        return "SELECT"
    return "SELECT, INSERT" if (schema, table) in APPEND_ONLY else "SELECT, INSERT, UPDATE, DELETE"
