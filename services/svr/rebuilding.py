"""svr rebuild: the aggregator's state anew from the ledger, compared with the live one, and put in its place."""

import asyncio
import sys
from collections.abc import Sequence
from typing import Annotated

import asyncpg
import typer

from services.aggregator.rebuilding import SEARCH_PATH, Busy, Difference, Rebuilding
from services.svr.showing import err, out, progress
from shared.collecting import collect_late
from shared.departments import load_register
from shared.logging import configure
from shared.rules import load_rules

SHOWN = 20


def rebuild(
    database: Annotated[str, typer.Option(envvar="DATABASE_URL", help="PostgreSQL, as the owner of the tables")],
    check: Annotated[bool, typer.Option("--check", help="only compare; exit code 1 when something differs")] = False,
) -> None:
    """Makes the state anew from the ledger while the aggregator goes on, says what differed, and switches over."""
    configure("svr", stream=sys.stderr)
    collect_late(1_000_000)
    try:
        found = asyncio.run(_rebuild(database, switch=not check))
    except Busy:
        err.print("Another rebuild is running.")
        raise typer.Exit(1) from None
    except asyncpg.LockNotAvailableError:
        err.print("Somebody has been reading for long (a backup?), so nothing was switched. Try again afterwards.")
        raise typer.Exit(1) from None
    except (OSError, asyncpg.PostgresError) as fault:
        err.print(f"The rebuild failed, and the live state is as it was: {fault}", markup=False)
        raise typer.Exit(1) from None
    _tell(found)
    if check and any(difference.keys for difference in found):
        raise typer.Exit(1)
    if not check:
        out.print("The state made anew is in place; the aggregator counts the statuses of it")


async def _rebuild(database_url: str, *, switch: bool) -> list[Difference]:
    reader, writer = [
        await asyncpg.connect(
            database_url, server_settings={"application_name": "svr", "search_path": path, "timezone": "UTC"}
        )
        for path in ("aggregator", SEARCH_PATH)
    ]
    try:
        with progress(None, "Rebuilding") as bar:

            def total(events: int) -> None:
                bar.update(bar.task_ids[0], total=events)

            rebuilding = Rebuilding(reader, writer, load_register(), load_rules())
            return await rebuilding.run(
                switch=switch, total=total, progress=lambda events: bar.advance(bar.task_ids[0], events)
            )
    finally:
        await reader.close()
        await writer.close()


def _tell(found: Sequence[Difference]) -> None:
    for each in found:
        out.print(f"{each.table}: {each.live} live, {each.anew} anew, {len(each.keys)} differ")
        for key in each.keys[:SHOWN]:
            out.print(f"  {key}", markup=False, soft_wrap=True)
        if len(each.keys) > SHOWN:
            out.print(f"  and {len(each.keys) - SHOWN} more")
