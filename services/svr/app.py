"""The command line. Data goes to stdout, progress and complaints to stderr.

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 partly done (some lines were refused).
"""

import asyncio
import os
import sys
from collections import Counter
from collections.abc import Coroutine, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryFile
from typing import Annotated, Any, TypeVar

import asyncpg
import httpx
import orjson
import typer
from aiokafka.errors import KafkaError

from services.aggregator.sampling import draw, risk
from services.ingest.acceptance import Accepted
from services.svr.checking import Check, procurement_json, submission_json
from services.svr.lines import Broken, lines, lines_in
from services.svr.logs import Level, Wanted, once
from services.svr.logs import follow as following
from services.svr.looking import candidates, statuses
from services.svr.showing import err, out, progress, sample_table, standing_table, summarise
from services.svr.submitting import Tally, to_http, to_kafka
from shared.departments import Register, Sender, load_register
from shared.rules import load_rules

PARTLY = 3
DEMO_LOGS = Path(".local/demo")
T = TypeVar("T")

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Social value returns: check, submit, look.")

Files = Annotated[
    list[Path], typer.Argument(help="JSON lines of CloudEvents or OCDS releases, a package (.json), or -")
]
As = Annotated[str | None, typer.Option("--as", help="who sends: a department's code or a fixed sender's")]


@app.callback()
def _root() -> None:
    """Social value returns."""


def _sender(register: Register, code: str | None) -> Sender | None:
    if code is None:
        return None
    sender = register.sender(code)
    if sender is None:
        raise typer.BadParameter(f"{code!r} is no sender of the register", param_hint="--as")
    return sender


def _readable(files: list[Path]) -> None:
    for path in files:
        if str(path) != "-" and not path.is_file():
            raise typer.BadParameter(f"{path} is no file", param_hint="FILE")


@contextmanager
def _broken_files() -> Iterator[None]:
    try:
        yield
    except Broken as fault:
        err.print(str(fault), markup=False, soft_wrap=True)
        raise typer.Exit(1) from None


@app.command()
def check(
    files: Files,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object a line")] = False,
    sender: As = None,
) -> None:
    """Accepts and assesses events or notices here: what would be refused and why, and whether the Act applies."""
    _readable(files)
    register = load_register()
    checked = Check(register, load_rules(), _sender(register, sender), datetime.now(UTC))
    write = sys.stdout.buffer.write
    with progress(None, "Checking") as bar, TemporaryFile() as piped, _broken_files():
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


@app.command()
def submit(
    files: Files,
    sender: Annotated[str, typer.Option("--as", help="who sends: a department's code or a fixed sender's")],
    kafka: Annotated[
        str | None, typer.Option(envvar="SVR_KAFKA_BOOTSTRAP", help="Kafka's bootstrap servers: send over Kafka")
    ] = None,
    url: Annotated[
        str | None, typer.Option(envvar="SVR_INGEST_URL", help="ingest's address: send over HTTP, key in SVR_API_KEY")
    ] = None,
) -> None:
    """Sends events or notices, over HTTP if --url is given, else over Kafka."""
    _readable(files)
    _sender(load_register(), sender)
    if url is None and kafka is None:
        raise typer.BadParameter("say where to: --url for HTTP or --kafka")
    key = os.environ.get("SVR_API_KEY", "")
    if url is not None and not key:
        raise typer.BadParameter("set SVR_API_KEY to the sender's key")
    everything = (raw for path in files for raw in lines(path))
    with progress(None, f"Sending as {sender}") as bar, _broken_files():

        def advance(count: int) -> None:
            bar.advance(bar.task_ids[0], count)

        try:
            tally = asyncio.run(
                to_http(url, key, everything, progress=advance)
                if url is not None
                else to_kafka(str(kafka), sender, everything, progress=advance)
            )
        except (KafkaError, httpx.HTTPError, OSError) as fault:
            err.print(
                f"Not everything was acknowledged: {fault}. Send the file again: repeats are harmless.", markup=False
            )
            raise typer.Exit(1) from None
    _said(tally, over_http=url is not None)


def _said(tally: Tally, *, over_http: bool) -> None:
    if not over_http:
        out.print(f"{tally.sent} sent and acknowledged; what is refused comes on the rejections topic")
        return
    out.print(f"{tally.sent} sent, {tally.accepted} accepted, {tally.rejected} refused")
    for problem in tally.problems[:20]:
        err.print(f"{problem['title']}: {problem['detail']}", markup=False)
    if tally.rejected:
        raise typer.Exit(PARTLY)


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
) -> None:
    """The services' log lines in colour, merged by time, filtered."""
    wanted = Wanted(level, service, department, event, text)
    paths = files or sorted(DEMO_LOGS.glob("*.log"))
    if not paths:
        raise typer.BadParameter(f"no demo has written logs to {DEMO_LOGS}; name the files", param_hint="FILES")
    _readable(paths)
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
