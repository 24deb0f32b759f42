"""The command line. Data goes to stdout, progress and complaints to stderr.

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 partly done (some lines were refused).
"""

import asyncio
import sys
from collections import Counter
from collections.abc import Coroutine
from contextlib import ExitStack, suppress
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryFile
from typing import Annotated, Any, TypeVar

import asyncpg
import orjson
import typer

from services.aggregator.sampling import draw, risk
from services.ingest.acceptance import Accepted
from services.svr import configuring, doctor, protecting, proving, rebuilding, rounds, sending
from services.svr.arguments import PARTLY, Files, broken_files, readable, sender_of
from services.svr.checking import Check, procurement_json, submission_json
from services.svr.lines import lines, lines_in
from services.svr.logs import Level, Wanted, moment, once
from services.svr.logs import follow as following
from services.svr.looking import candidates, statuses
from services.svr.showing import err, out, progress, sample_table, standing_table, summarise
from shared.departments import load_register
from shared.rules import load_rules

DEMO_LOGS = Path(".local/demo")
T = TypeVar("T")

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Social value returns: check, submit, look.")

As = Annotated[str | None, typer.Option("--as", help="who sends: a department's code or a fixed sender's")]


@app.callback()
def _root() -> None:
    """Social value returns."""


@app.command()
def check(
    files: Files,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object a line")] = False,
    sender: As = None,
) -> None:
    """Accepts and assesses events or notices here: what would be refused and why, and whether the Act applies."""
    readable(files)
    register = load_register()
    checked = Check(register, load_rules(), None if sender is None else sender_of(register, sender), datetime.now(UTC))
    write = sys.stdout.buffer.write
    with progress(None, "Checking") as bar, TemporaryFile() as piped, broken_files():
        number = 0
        for path in files:
            for raw in lines(path):
                number += 1
                if str(path) == "-":
                    piped.write(raw + b"\n")
                outcome = checked.line(raw)
                if as_json:
                    write(orjson.dumps(submission_json(number, outcome)) + b"\n")
                elif not isinstance(outcome, Accepted):
                    err.print(f"{path}: line {number}: {outcome.problem.title}: {outcome.problem.detail}", markup=False)
                if number % 200 == 0:
                    bar.update(bar.task_ids[0], completed=number)
        rejected = checked.rejected
        if checked.withdrawn:
            piped.seek(0)
            checked.again(raw for path in files for raw in (lines_in(piped) if str(path) == "-" else lines(path)))
    decisions: Counter[str] = Counter()
    departments: Counter[str] = Counter()
    reasons: Counter[tuple[str, str]] = Counter()
    for assessment, subject in checked.procurements():
        if as_json:
            write(orjson.dumps(procurement_json(assessment, subject, register)) + b"\n")
        decisions[assessment.scope] += 1
        departments[assessment.department] += 1
        reasons.update((assessment.scope, reason) for reason in (*assessment.scope_reasons, *assessment.missing))
    if as_json:
        sys.stdout.buffer.flush()
    else:
        summarise(checked, decisions, departments, reasons)
    if rejected:
        raise typer.Exit(PARTLY)


app.command()(sending.submit)
app.command()(sending.receipt)
app.command()(proving.verify)
app.command()(rebuilding.rebuild)
app.command()(rounds.publish)
app.command()(configuring.config)
app.command()(doctor.doctor)
app.add_typer(rounds.rounds, name="round")
app.add_typer(rounds.statements, name="statement")
app.add_typer(protecting.person, name="person")

Database = Annotated[str, typer.Option(envvar="DATABASE_URL", help="PostgreSQL, as a URL")]
Period = Annotated[str | None, typer.Option(help="a quarter such as 2026-27-q2")]
AsJson = Annotated[bool, typer.Option("--json", help="one JSON object a line")]


def _read(reading: Coroutine[Any, Any, list[T]]) -> list[T]:
    try:
        return asyncio.run(reading)
    except (OSError, asyncpg.PostgresError) as fault:
        err.print(f"The database does not answer: {fault}. Check DATABASE_URL.", markup=False)
        raise typer.Exit(1) from None


@app.command()
def status(
    database: Database,
    department: Annotated[str | None, typer.Argument(help="a department's code; all if left out")] = None,
    period: Period = None,
    as_json: AsJson = False,
) -> None:
    """The standing, today: what the next report would say."""
    found = _read(statuses(database, department=department, period=period))
    if as_json:
        for each in found:
            sys.stdout.write(each.model_dump_json() + "\n")
        return
    out.print(standing_table(found))


@app.command()
def sample(
    database: Database,
    seed: Annotated[str, typer.Option(help="publish it with the sample: the same seed draws the same procurements")],
    size: Annotated[int, typer.Option(min=1, help="how many procurements")] = 10,
    department: Annotated[str | None, typer.Option(help="a department's code")] = None,
    period: Period = None,
    as_json: AsJson = False,
) -> None:
    """Draws procurements for the next spot checks: seeded, weighted by risk, reproducible."""
    drawn = draw(_read(candidates(database, department=department, period=period)), size=size, seed=seed)
    if as_json:
        for each in drawn:
            sys.stdout.buffer.write(orjson.dumps({**asdict(each), "risk": risk(each)}) + b"\n")
        return
    out.print(sample_table(drawn))


@app.command()
def logs(
    files: Annotated[
        list[Path] | None, typer.Argument(help="log files, or - for standard input; those of make demo if left out")
    ] = None,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="go on with what comes")] = False,
    level: Annotated[Level, typer.Option(help="this level and above")] = Level.DEBUG,
    service: Annotated[str | None, typer.Option(help="ingest, aggregator or reporter")] = None,
    department: Annotated[str | None, typer.Option(help="a department's or another sender's code")] = None,
    event: Annotated[str | None, typer.Option(help="a log event; docs/logs.md lists them")] = None,
    text: Annotated[str | None, typer.Option(help="lines that hold these words")] = None,
    since: Annotated[str | None, typer.Option(help="15m, 2h, 1d ago, or a time such as 2026-11-25T09:30:00Z")] = None,
) -> None:
    """The services' log lines in colour, merged by time, filtered."""
    try:
        start = moment(since, datetime.now(UTC)) if since else None
    except ValueError as fault:
        raise typer.BadParameter(f"{since!r} is neither 15m, 2h, 1d nor a time", param_hint="--since") from fault
    wanted = Wanted(level, service, department, event, text, start)
    paths = files or sorted(DEMO_LOGS.glob("*.log"))
    if not paths:
        raise typer.BadParameter(f"no demo has written logs to {DEMO_LOGS}; name the files", param_hint="FILES")
    readable(paths)
    with suppress(KeyboardInterrupt), ExitStack() as opened:
        shown = (
            following(paths, wanted)
            if follow
            else once(
                [sys.stdin.buffer if str(path) == "-" else opened.enter_context(path.open("rb")) for path in paths],
                wanted,
            )
        )
        for found in shown:
            out.print(found, soft_wrap=True)


def main() -> None:
    app()
