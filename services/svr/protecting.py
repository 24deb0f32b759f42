"""svr person: everything that is held about a person, and the name taken out of all of it."""

import asyncio
import sys
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

import asyncpg
import orjson
import typer

from services.aggregator.rebuilding import Busy
from services.svr import persons
from services.svr.persons import Erased
from services.svr.showing import err, out
from shared.departments import load_register
from shared.logging import configure, get_logger
from shared.rules import load_rules

log = get_logger()
T = TypeVar("T")
SHORTEST = 5

person = typer.Typer(no_args_is_help=True, help="What is held about a person: export it, erase it.")

Name = Annotated[str, typer.Argument(help="the name, or an e-mail address, as it is written in the record")]
Owner = Annotated[str, typer.Option(envvar="DATABASE_URL", help="PostgreSQL, as the owner of the tables")]


@person.command("export")
def export(name: Name, database: Owner) -> None:
    """Everything held about a person as JSON: the events whole, publications by their ids, rows of other tables."""
    _usable(name)
    found = _asked(database, lambda connection: persons.export(connection, name))
    sys.stdout.buffer.write(orjson.dumps(found, option=orjson.OPT_INDENT_2) + b"\n")


@person.command("erase")
def erase(
    name: Name,
    database: Owner,
    reason: Annotated[str, typer.Option(help="why; it stands in the ledger for ever, without the name")],
    check: Annotated[bool, typer.Option("--check", help="only say what would be erased")] = False,
) -> None:
    """Takes the name out of the ledger, the state and every publication; the hash chain stays provable.

    Exit code 1: nothing was erased, or the name is left in what identifies a row.
    """
    _usable(name)
    if name in reason:
        raise typer.BadParameter("the reason is kept for ever: leave the name out of it", param_hint="--reason")
    configure("svr", stream=sys.stderr)

    found = _asked(
        database,
        lambda connection: persons.erase(
            connection, name, reason=reason, at=datetime.now(UTC), register=load_register(), rules=load_rules()
        ),
        keep=not check,
    )
    _tell(found, "would be taken" if check else "was taken")
    if not check:
        log.info("person.erased", events=len(found.events), publications=len(found.publications), reason=reason)
    if found.left:
        raise typer.Exit(1)


def _usable(name: str) -> None:
    if len(name.strip()) < SHORTEST:
        raise typer.BadParameter(f"at least {SHORTEST} characters, else it is found in other words", param_hint="NAME")


def _asked(database_url: str, work: Callable[[Any], Coroutine[Any, Any, T]], *, keep: bool = False) -> T:
    """What `work` returns; what it did is kept only if it is to be."""
    try:
        return asyncio.run(_in_transaction(database_url, work, keep=keep))
    except Busy:
        err.print("A rebuild is running, and would bring the name back. Try again when it is done.")
    except asyncpg.InsufficientPrivilegeError as fault:
        err.print(f"{fault}: DATABASE_URL must be the owner's, svr_migrator.", markup=False)
    except asyncpg.LockNotAvailableError:
        err.print("Somebody has held a lock for long (a backup?), so nothing was changed. Try again afterwards.")
    except (OSError, asyncpg.PostgresError) as fault:
        err.print(f"Nothing was changed: {fault}", markup=False)
    raise typer.Exit(1)


async def _in_transaction(database_url: str, work: Callable[[Any], Coroutine[Any, Any, T]], *, keep: bool) -> T:
    settings = {"application_name": "svr", "search_path": "aggregator", "timezone": "UTC", "lock_timeout": "30s"}
    connection = await asyncpg.connect(database_url, server_settings=settings)
    try:
        transaction = connection.transaction()
        await transaction.start()
        found = await work(connection)
        await (transaction.commit() if keep else transaction.rollback())
    finally:
        await connection.close()  # which also ends a transaction that failed
    return found


def _tell(found: Erased, done: str) -> None:
    out.print(f"The name {done} out of {len(found.events)} events and {len(found.publications)} publications")
    for event in found.events:
        out.print(f"  {event.source} {event.id}", markup=False, soft_wrap=True)
    for publication in found.publications:
        out.print(f"  {publication}", markup=False)
    for table, rows in found.rows.items():
        out.print(f"  {table}: {rows} rows")
    for column, rows in found.left.items():
        out.print(f"LEFT in {column}: {rows} rows, which it identifies", markup=False)
    for partition, offset in found.kafka.items():
        out.print(f"Kafka still holds it: procurement.events partition {partition}, up to offset {offset}")
    if found.events:
        out.print("What to do about Kafka and about backups: docs/operations.md, Data protection")
