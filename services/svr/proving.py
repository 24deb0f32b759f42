"""svr verify: proves the ledger's hash chain, or one published report from the ledger behind it. Changes nothing."""

import asyncio
import hashlib
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

import asyncpg
import typer

from services.aggregator import history, verifying
from services.aggregator.chain import Fault
from services.aggregator.verifying import Proof
from services.reporter import revisions
from services.reporter.model import Change, Report
from services.reporter.store import document
from services.svr.showing import err, out, progress
from shared.departments import load_register
from shared.logging import configure, get_logger
from shared.periods import Period
from shared.rules import load_rules
from shared.status import Sealed

log = get_logger()

Database = Annotated[str, typer.Option(envvar="DATABASE_URL", help="PostgreSQL, as a URL")]


@dataclass(frozen=True, slots=True)
class Published:
    """A revision as it stands on the shelf. `altered`: files whose bytes do not have the hash they were given."""

    id: str
    report: Report
    content_sha256: str
    altered: tuple[str, ...]
    erased: bool = False
    """A name was taken out of it since, as out of the events: its content has another hash than was published."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found of a report; `faults` empty: it is the one that was published, from these events."""

    id: str
    place: Sealed | None
    events: int
    faults: tuple[str, ...]


class NotFound(Exception):
    """There is no such report; the message says which."""


def verify(
    database: Database,
    report: Annotated[
        tuple[str, str] | None,
        typer.Option(metavar="DEPARTMENT PERIOD", help="prove this report: its figures, made anew from the ledger"),
    ] = None,
    revision: Annotated[int | None, typer.Option(min=1, help="of the report; the latest if left out")] = None,
) -> None:
    """Proves that no event was changed, removed or slipped in since it was sealed; or proves one published report.

    Exit code 0: proved; 1: broken, or nothing to prove.
    """
    configure("svr", stream=sys.stderr)
    if report is None and revision is not None:
        raise typer.BadParameter("--revision is of a --report", param_hint="--revision")
    if report is not None:
        _usable(*report)
    try:
        sound = asyncio.run(_ledger(database) if report is None else _report(database, *report, revision))
    except (OSError, asyncpg.PostgresError) as fault:
        err.print(f"The database does not answer: {fault}. Check DATABASE_URL.", markup=False)
        raise typer.Exit(1) from None
    except NotFound as fault:
        err.print(str(fault), markup=False)
        raise typer.Exit(1) from None
    if not sound:
        raise typer.Exit(1)


def _usable(department: str, period: str) -> None:
    if not load_register().has_department(department):
        raise typer.BadParameter(f"{department!r} is no department of the register", param_hint="--report")
    try:
        Period.parse(period)
    except ValueError as fault:
        raise typer.BadParameter(str(fault), param_hint="--report") from None


async def _connect(database_url: str) -> Any:
    return await asyncpg.connect(
        database_url, server_settings={"application_name": "svr", "search_path": "aggregator", "timezone": "UTC"}
    )


async def _ledger(database_url: str) -> bool:
    connection = await _connect(database_url)
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            with progress(await verifying.total(connection), "Verifying") as bar:
                proof = await verifying.verify(connection, progress=lambda n: bar.advance(bar.task_ids[0], n))
            faults = (*proof.faults, *await astray(connection))
    finally:
        await connection.close()
    for each in proof.erasures:
        on = each.at.date().isoformat()
        out.print(f"{each.source} {each.id}: a name was erased on {on}: {each.reason}", markup=False, soft_wrap=True)
    for fault in faults:
        out.print(f"{fault.row}: {fault.what}", markup=False, soft_wrap=True)
    _tell(proof, faults)
    return not faults


def _tell(proof: Proof, faults: tuple[Fault, ...]) -> None:
    head = proof.head
    said = {"entries": proof.entries, "block": head.block if head else 0, "hash": head.hash if head else None}
    if faults:
        log.error("chain.broken", **said, faults=len(faults), first=faults[0].row)
        out.print(f"BROKEN: {len(faults)} faults in {proof.entries} entries")
        return
    log.info("chain.verified", **said, unsealed=proof.unsealed)
    out.print(f"{proof.entries} entries are as they were sealed; {proof.unsealed} are not sealed yet")
    if head:
        out.print(f"head: block {head.block} {head.hash}", soft_wrap=True)


async def astray(connection: Any) -> list[Fault]:
    """Published reports that name a place which is not in the chain: it was made anew, or they were."""
    if await connection.fetchval("SELECT to_regclass('reporter.publication_file') IS NULL"):
        return []
    rows = await connection.fetch(
        """SELECT said.publication, said.chain ->> 'block' AS block FROM (
            SELECT publication, convert_from(content, 'UTF8')::json -> 'chain' AS chain
            FROM reporter.publication_file WHERE name = 'report.json'
        ) AS said
        WHERE said.chain ->> 'hash' IS NOT NULL AND NOT EXISTS (
            SELECT FROM chain c WHERE c.block = (said.chain ->> 'block')::bigint AND c.hash = said.chain ->> 'hash')
        ORDER BY 1"""
    )
    return [Fault(row["publication"], f"names a hash of block {row['block']} that is not the chain's") for row in rows]


async def _report(database_url: str, department: str, period: str, revision: int | None) -> bool:
    connection = await _connect(database_url)
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            published = await _published(connection, department, period, revision)
            with progress(None, f"Reckoning {published.id}") as bar:

                def total(events: int) -> None:
                    bar.update(bar.task_ids[0], total=events)

                found = await prove(connection, published, total, lambda n: bar.advance(bar.task_ids[0], n))
    finally:
        await connection.close()
    for fault in found.faults:
        out.print(f"{found.id}: {fault}", markup=False, soft_wrap=True)
    place = {} if found.place is None else {"block": found.place.block, "hash": found.place.hash}
    if found.faults:
        log.error("chain.broken", publication=found.id, **place, entries=found.events, faults=len(found.faults))
        out.print(f"{found.id} is NOT what the ledger says", markup=False)
    else:
        log.info("chain.verified", publication=found.id, **place, entries=found.events)
        out.print(f"{found.id} is the report that was published: {found.events} events give its figures", markup=False)
    return not found.faults


async def _published(connection: Any, department: str, period: str, revision: int | None) -> Published:
    rows = await connection.fetch(
        """SELECT p.id, p.content_sha256, f.name, f.sha256, f.content,
            EXISTS (SELECT FROM reporter.erasure e WHERE e.publication = p.id) AS erased
        FROM reporter.publication p JOIN reporter.publication_file f ON f.publication = p.id
        WHERE p.department = $1 AND p.period = $2 AND p.revision = coalesce($3, (
            SELECT max(revision) FROM reporter.publication WHERE department = $1 AND period = $2))""",
        department,
        period,
        revision,
    )
    content = {row["name"]: row["content"] for row in rows}
    if "report.json" not in content:
        raise NotFound(
            f"No report of {department} for {period} is published" + (f" as r{revision}" if revision else "")
        )
    said = document(department, content["report.json"])
    if not isinstance(said, Report):
        raise TypeError(f"{said.id} is no department's report")
    altered = sorted(row["name"] for row in rows if hashlib.sha256(row["content"]).hexdigest() != row["sha256"])
    return Published(said.id, said, rows[0]["content_sha256"], tuple(altered), rows[0]["erased"])


async def prove(
    connection: Any, published: Published, total: Callable[[int], None], advance: Callable[[int], None]
) -> Finding:
    """Reckons the report's status anew from the events up to its place in the chain, and holds it against it."""
    said = published.report
    faults = [f"the bytes of {name} are not those that were published" for name in published.altered]
    extent = await history.extent(connection, said.chain) if said.chain else None
    if extent is None:
        why = "it names no place in the chain" if said.chain is None else "the place it names is not in the chain"
        return Finding(published.id, said.chain, 0, (*faults, why))
    events = await history.count(connection, extent)
    total(events)
    status = await history.status_at(
        connection,
        extent,
        said.department.code,
        Period.parse(said.period.key),
        register=load_register(),
        rules=load_rules(),
        progress=advance,
    )
    changes = revisions.changes(status, said)
    faults += [_differs(change) for change in changes]
    if not changes and not published.erased and revisions.content(status) != published.content_sha256:
        faults.append("a detail differs that is no figure")
    return Finding(published.id, said.chain, events, tuple(faults))


def _differs(change: Change) -> str:
    return f"{change.what}: published {change.old or 'otherwise'}, by the ledger {change.new}"
