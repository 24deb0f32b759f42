"""svr submit and svr receipt: sending to the front door, and asking what became of an event."""

import asyncio
import os
from contextlib import nullcontext, suppress
from itertools import islice
from pathlib import Path
from typing import Annotated, BinaryIO

import orjson
import typer
from aiokafka.errors import KafkaError
from pydantic import ValidationError

from services.svr.arguments import PARTLY, Files, broken_files, readable, sender_of
from services.svr.http import ClientCredentials, Credential, Failed, Ingest, Key
from services.svr.journal import Journal, directory
from services.svr.lines import lines
from services.svr.showing import err, out, progress
from services.svr.submitting import Refusal, Tally, to_http, to_kafka
from shared.departments import load_register
from shared.kafka import Connection
from shared.settings import KafkaSettings

Url = Annotated[
    str | None,
    typer.Option(envvar="SVR_INGEST_URL", help="ingest's address: send over HTTP, with SVR_API_KEY or a token"),
]
CREDENTIALS = "SVR_API_KEY, or SVR_OAUTH_TOKEN_URL, SVR_OAUTH_CLIENT_ID and SVR_OAUTH_CLIENT_SECRET"
SHOWN = 20


def submit(
    files: Files,
    sender: Annotated[str, typer.Option("--as", help="who sends: a department's code or a fixed sender's")],
    kafka: Annotated[
        str | None,
        typer.Option(envvar="SVR_KAFKA_BOOTSTRAP", help="Kafka's bootstrap servers; the login is in SVR_KAFKA_…"),
    ] = None,
    url: Url = None,
    refused: Annotated[
        Path | None, typer.Option(help="append each refused line's number and problem to this file")
    ] = None,
    again: Annotated[bool, typer.Option("--again", help="send from the beginning, whatever is acknowledged")] = False,
) -> None:
    """Sends events or notices, over HTTP if --url is given, else over Kafka.

    What is acknowledged is remembered: after a fault, the same command goes on where it stopped. Exit codes: 0 done,
    1 not everything is acknowledged, 2 wrong usage, 3 done, but some lines were refused.
    """
    readable(files)
    sender_of(load_register(), sender)
    if url is None and kafka is None:
        raise typer.BadParameter("say where to: --url for HTTP or --kafka")
    credential = credential_from_environment() if url is not None else None
    connection = connection_to(kafka) if url is None and kafka is not None else None
    total = Tally()
    with broken_files(), refused.open("ab") if refused else nullcontext() as report:
        for file in files:
            journal = _journal(file, url or str(kafka), sender, again=again)
            tally = _send(file, journal, sender, url=url, credential=credential, connection=connection)
            total.sent, total.accepted = total.sent + tally.sent, total.accepted + tally.accepted
            total.refusals += tally.refusals
            for refusal in tally.refusals:
                _tell(file, refusal, report, shown=len(total.refusals) <= SHOWN)
    if connection is not None:
        out.print(f"{total.sent} sent and acknowledged; what is refused comes on rejections.{sender}")
        return
    out.print(f"{total.sent} sent, {total.accepted} accepted, {len(total.refusals)} refused")
    if total.refusals:
        raise typer.Exit(PARTLY)


def receipt(
    source: Annotated[str, typer.Argument(help="the event's source, as it was sent")],
    id: Annotated[str, typer.Argument(help="the event's id, as it was sent")],
    url: Url = None,
) -> None:
    """What became of an event: accepted, recorded, repeat, conflict or refused, and why."""
    if url is None:
        raise typer.BadParameter("say where to ask: --url")

    async def ask(address: str) -> dict[str, object] | None:
        async with Ingest(address, credential_from_environment()) as ingest:
            return await ingest.receipt(source, id)

    try:
        found = asyncio.run(ask(url))
    except Failed as fault:
        err.print(str(fault), markup=False)
        raise typer.Exit(1) from None
    if found is None:
        err.print(f"Nothing of yours has come under the source {source} and the id {id}.", markup=False)
        raise typer.Exit(1)
    out.print_json(orjson.dumps(found).decode())


def _send(
    file: Path,
    journal: Journal | None,
    sender: str,
    *,
    url: str | None,
    credential: Credential | None,
    connection: Connection | None,
) -> Tally:
    """Raises Exit(1) when it breaks off, having said what to do."""
    piped = str(file) == "-"
    done = journal.resume(lines(file)) if journal is not None else 0
    if done:
        err.print(f"{file}: the first {done} lines are acknowledged already; --again sends them too", markup=False)
    whole = None if piped else sum(1 for _ in lines(file)) - done
    with progress(whole, f"Sending as {sender}") as bar:

        def advance(count: int) -> None:
            bar.advance(bar.task_ids[0], count)

        def waiting(why: str, seconds: float) -> None:
            err.print(f"{why} Trying again in {seconds:g} s.", markup=False)

        rest = islice(lines(file), done, None)
        try:
            if url is not None and credential is not None:
                ingest = Ingest(url, credential, waiting=waiting)
                return asyncio.run(to_http(ingest, rest, progress=advance, journal=journal))
            if connection is not None:
                return asyncio.run(to_kafka(connection, sender, rest, progress=advance, journal=journal))
        except (KafkaError, Failed, OSError) as fault:
            next_step = "Send it again: repeats are harmless" if piped else "The same command goes on from there"
            acknowledged = "" if journal is None else f" after {journal.lines} lines"
            err.print(f"{file}: not everything is acknowledged{acknowledged}: {fault}. {next_step}.", markup=False)
            raise typer.Exit(1) from None
        raise AssertionError("one of the ways is given")


def _journal(file: Path, target: str, sender: str, *, again: bool) -> Journal | None:
    if str(file) == "-":
        return None
    journal = Journal.of(directory(), target=target, sender=sender, file=file)
    if again:
        with suppress(FileNotFoundError):
            journal.path.unlink()
    return journal


def credential_from_environment() -> Credential:
    """Raises BadParameter where the environment holds neither a key nor all of a client's credentials."""
    if key := os.environ.get("SVR_API_KEY"):
        return Key(key)
    url, client, secret = (os.environ.get(f"SVR_OAUTH_{n}", "") for n in ("TOKEN_URL", "CLIENT_ID", "CLIENT_SECRET"))
    if not (url and client and secret):
        raise typer.BadParameter(f"set {CREDENTIALS}")
    return ClientCredentials(url, client, secret)


def connection_to(bootstrap: str) -> Connection:
    """To these servers, with the login that SVR_KAFKA_… give, as for a service."""
    try:
        return KafkaSettings().kafka.model_copy(update={"bootstrap": bootstrap})
    except ValidationError as fault:
        raise typer.BadParameter(fault.errors()[0]["msg"]) from None


def _tell(file: Path, refusal: Refusal, report: BinaryIO | None, *, shown: bool) -> None:
    if shown:
        where = ", ".join(error["pointer"] or "the whole" for error in refusal.problem["errors"][:3])
        err.print(f"{file}: line {refusal.line}: {refusal.problem['detail']} ({where})", markup=False, soft_wrap=True)
    if report is not None:
        told = {"file": str(file), "line": refusal.line, "problem": refusal.problem}
        report.write(orjson.dumps(told) + b"\n")
