"""svr round, svr statement and svr publish: asking, answering and publishing from the command line.

What is asked and answered goes through the front door, as the site's forms do; `publish` does what the reporter does by
itself, at once.
"""

import asyncio
import secrets
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import asyncpg
import orjson
import typer
from aiokafka.errors import KafkaError
from pydantic import ValidationError
from rich.table import Table

from services.reporter import store, stylesheets
from services.reporter.archive import Archive
from services.reporter.publishing import Publishing
from services.reporter.returns import dates
from services.reporter.returns.desk import StoredDesk
from services.reporter.returns.speaking import submission
from services.reporter.settings import Settings
from services.svr.arguments import PARTLY
from services.svr.http import Failed, Ingest
from services.svr.sending import Url, connection_to, credential_from_environment
from services.svr.showing import err, out
from services.svr.submitting import to_http, to_kafka
from shared import database
from shared.departments import load_register
from shared.events.base import Data
from shared.events.round import RoundClosed, RoundOpened, StatementSigned
from shared.logging import configure
from shared.periods import Period
from shared.times import LONDON, london_day

rounds = typer.Typer(no_args_is_help=True, help="Reporting rounds: open, close, list.")
statements = typer.Typer(no_args_is_help=True, help="The Secretary of State's statement.")

Of = Annotated[str, typer.Argument(metavar="PERIOD", help="a quarter such as 2026-27-q2, or a year such as 2026-27")]
Kafka = Annotated[
    str | None,
    typer.Option(envvar="SVR_KAFKA_BOOTSTRAP", help="Kafka's bootstrap servers; the login is in SVR_KAFKA_…"),
]
Database = Annotated[str, typer.Option(envvar="DATABASE_URL", help="PostgreSQL, as a URL")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="print the event and send nothing")]


@rounds.command("open")
def open_round(
    period: Of,
    due: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="when returns are due; else by rule")
    ] = None,
    publish_at: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d"], help="London time; a day alone means 9:30; else by rule"),
    ] = None,
    note: Annotated[str | None, typer.Option(help="what is asked of the departments")] = None,
    kafka: Kafka = None,
    url: Url = None,
    dry_run: DryRun = False,
) -> None:
    """Opens the round of a period, or moves its dates."""
    wanted = _period(period)
    plan = dates.plan(wanted)
    published = plan.publish_at if publish_at is None else _moment(publish_at)
    data = _checked(RoundOpened, due=str(due.date() if due else plan.due), publish_at=published.isoformat(), note=note)
    _send("round.opened", str(wanted), data, sender="pm-office", kafka=kafka, url=url, dry_run=dry_run)


@rounds.command("close")
def close_round(period: Of, kafka: Kafka = None, url: Url = None, dry_run: DryRun = False) -> None:
    """Closes a round: nobody is reminded any more."""
    data = RoundClosed(closed_on=london_day(datetime.now(UTC)))
    _send("round.closed", str(_period(period)), data, sender="pm-office", kafka=kafka, url=url, dry_run=dry_run)


@rounds.command("list")
def list_rounds(
    database_url: Database, as_json: Annotated[bool, typer.Option("--json", help="one JSON object a line")] = False
) -> None:
    """The rounds, newest first: due, publication, and how many returns are signed or published."""

    async def read() -> list[dict[str, Any]]:
        pool = await database.connect(database_url, service="svr", schema=store.SCHEMA, size=1)
        archive, register = Archive(), load_register()
        archive.pool = pool
        desk = StoredDesk(archive, register, sample=False)
        found = []
        for asked in await desk.rounds():
            key = str(asked.period)
            statuses, published = await desk.statuses(key), await desk.published(key)
            codes = [department.code for department in register.answerable(asked.period.last_day)]
            found.append(
                {
                    "period": key,
                    "due": str(asked.round.due),
                    "publish_at": asked.round.publish_at.astimezone(LONDON).isoformat(timespec="minutes"),
                    "closed_on": str(asked.round.closed_on) if asked.round.closed_on else None,
                    "departments": len(codes),
                    "signed": sum(code in statuses and statuses[code].statement is not None for code in codes),
                    "published": sum(code in published for code in codes),
                }
            )
        await pool.close()
        return found

    try:
        found = asyncio.run(read())
    except (OSError, asyncpg.PostgresError) as fault:
        err.print(f"The database does not answer: {fault}. Check DATABASE_URL.", markup=False)
        raise typer.Exit(1) from None
    if as_json:
        for each in found:
            sys.stdout.buffer.write(orjson.dumps(each) + b"\n")
        return
    table = Table("Period", "Due", "Publication", "Closed", "Signed", "Published")
    for each in found:
        of = each["departments"]
        table.add_row(each["period"], each["due"], each["publish_at"], each["closed_on"] or "no",
                      f"{each['signed']} of {of}", f"{each['published']} of {of}")  # fmt: skip
    out.print(table)


@statements.command("sign")
def sign(
    period: Of,
    sender: Annotated[str, typer.Option("--as", help="the department's code")],
    statement: Annotated[Path, typer.Option(help="file with the statement's text, or - for standard input")],
    signed_by: Annotated[str, typer.Option(help="who signs")],
    office: Annotated[str, typer.Option(help="the office that they hold")],
    comment: Annotated[str | None, typer.Option(help="on the report as a whole")] = None,
    action: Annotated[list[str] | None, typer.Option(help="for next time: TEXT or 2027-03-31=TEXT")] = None,
    dispute: Annotated[list[str] | None, typer.Option(help="a comment on a figure: INDICATOR=TEXT")] = None,
    done: Annotated[
        list[str] | None, typer.Option(help="an earlier action that was done: ACTION or ACTION=TEXT")
    ] = None,
    not_done: Annotated[list[str] | None, typer.Option(help="one that was not: ACTION or ACTION=TEXT")] = None,
    kafka: Kafka = None,
    url: Url = None,
    dry_run: DryRun = False,
) -> None:
    """Signs the Secretary of State's statement for a period."""
    key = str(_period(period))
    if not load_register().has_department(sender):
        raise typer.BadParameter(f"{sender!r} is no department of the register", param_hint="--as")
    if str(statement) != "-" and not statement.is_file():
        raise typer.BadParameter(f"{statement} is no file", param_hint="--statement")
    text = sys.stdin.read() if str(statement) == "-" else statement.read_text("utf-8")
    outcomes = [(entry, True) for entry in done or []] + [(entry, False) for entry in not_done or []]
    data = _checked(
        StatementSigned,
        statement=text,
        signed_by=signed_by,
        office=office,
        signed_on=str(london_day(datetime.now(UTC))),
        comment=comment,
        actions=[
            {"action": f"{sender}-{key}-{n}", "text": words, "due": _due(day)}
            for n, (day, words) in enumerate(map(_dated, action or []), 1)
        ],
        comments=[{"indicator": name, "text": words} for name, _, words in (d.partition("=") for d in dispute or [])],
        outcomes=[
            {"action": name, "done": was, "text": words or None}
            for (name, _, words), was in ((entry.partition("="), was) for entry, was in outcomes)
        ],
    )
    _send("statement.signed", f"{key}/{sender}", data, sender=sender, kafka=kafka, url=url, dry_run=dry_run)


def publish(
    period: Annotated[str, typer.Option(help="a quarter or a year; nothing of it is published before its time")],
    database_url: Database,
) -> None:
    """Builds and publishes what is due of a period now; the reporter does the same by the calendar."""
    configure("svr", stream=sys.stderr)
    wanted = str(_period(period))
    settings = Settings()
    assets = stylesheets.load()

    async def run() -> list[str]:
        pool = await database.connect(database_url, service="svr", schema=store.SCHEMA, size=2)
        async with pool.acquire() as connection:
            await store.keep_assets(connection, assets.files)
        publishing = Publishing(
            pool,
            load_register(),
            stylesheet=assets.stylesheet,
            url=str(settings.url),
            settle=timedelta(0),
            sample=settings.sample,
        )
        began = datetime.now(UTC)
        await publishing.publish_due(began, only=wanted)
        rows = await pool.fetch(
            "SELECT id FROM publication WHERE period = $1 AND made_at >= $2 ORDER BY id", wanted, began
        )
        await pool.close()
        return [row["id"] for row in rows]

    try:
        made = asyncio.run(run())
    except (OSError, asyncpg.PostgresError) as fault:
        err.print(f"The database does not answer: {fault}. Check DATABASE_URL.", markup=False)
        raise typer.Exit(1) from None
    for id in made:
        out.print(id)
    if not made:
        err.print(f"Nothing of {wanted} is due, or it says nothing new.", markup=False)


def _period(text: str) -> Period:
    try:
        return Period.parse(text)
    except ValueError as fault:
        raise typer.BadParameter(str(fault), param_hint="PERIOD") from None


def _moment(given: datetime) -> datetime:
    """A day alone is that day's publication hour."""
    return dates.publication(given.date()) if (given.hour, given.minute) == (0, 0) else given.replace(tzinfo=LONDON)


def _dated(text: str) -> tuple[str, str]:
    """`2027-03-31=Train everybody` → its two parts; without a day, the first is empty."""
    day, equals, words = text.partition("=")
    return (day, words) if equals and len(day) == 10 and day[:4].isdigit() else ("", text)


def _due(day: str) -> date | None:
    try:
        return date.fromisoformat(day) if day else None
    except ValueError:
        raise typer.BadParameter(f"{day!r} is no day such as 2027-03-31", param_hint="--action") from None


def _checked(model: type[Data], **given: Any) -> Data:
    """Raises BadParameter, naming every fault."""
    try:
        return model.model_validate(given)
    except ValidationError as fault:
        said = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in fault.errors())
        raise typer.BadParameter(said) from None


def _send(
    name: str, subject: str, data: Data, *, sender: str, kafka: str | None, url: str | None, dry_run: bool
) -> None:
    said = submission(name, subject, data, sender=sender, key=secrets.token_hex(8), at=datetime.now(UTC))
    line = replace(said, channel="svr").message().value
    if dry_run:
        out.print_json(line.decode())
        return
    if url is None and kafka is None:
        raise typer.BadParameter("say where to: --url for HTTP or --kafka")
    refused: Sequence[Any] = ()
    try:
        if url is not None:
            tally = asyncio.run(to_http(Ingest(url, credential_from_environment()), [line], progress=lambda _: None))
            refused = tally.refusals
        else:
            asyncio.run(to_kafka(connection_to(str(kafka)), sender, [line], progress=lambda _: None))
    except (KafkaError, Failed, OSError) as fault:
        err.print(f"It is not acknowledged: {fault}. Send it again.", markup=False)
        raise typer.Exit(1) from None
    for refusal in refused:
        err.print(f"{refusal.problem['title']}: {refusal.problem['detail']}", markup=False, soft_wrap=True)
    if refused:
        raise typer.Exit(PARTLY)
    how = "accepted" if url is not None else f"acknowledged; what is refused comes on rejections.{sender}"
    out.print(f"{said.subject}: {name} {how}", markup=False)
