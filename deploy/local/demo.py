"""make demo: the whole way on this machine, from departments' events to the Prime Minister's office's reports."""

import asyncio
import fcntl
import json
import logging
import os
import shutil
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from aiokafka import AIOKafkaConsumer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from deploy.kafka import topics as kafka_topics
from deploy.local import assets, tools
from deploy.local.counting import Counts, Observer
from deploy.local.identity import end, read
from deploy.local.processes import Failed
from deploy.local.sample import write as write_sample
from deploy.local.services import ROOT, Service, services, write_keys
from deploy.local.stack import Stack, stack
from services.svr.lines import lines
from services.svr.submitting import to_http, to_kafka
from shared import database, topics
from shared.departments import Register, load_register
from shared.logging import configure
from shared.periods import Period

LOCAL = ROOT / ".local"
HOME = LOCAL / "demo"
PORTS = {"ingest": 8080, "aggregator": 8090, "reporter": 8000}
OVER_HTTP = ("defra", "pm-office")
NOTICES_SENDER = "find-a-tender"
PATIENCE = 600.0

console = Console(stderr=True, highlight=False, soft_wrap=True)


def say(stage: str) -> None:
    console.print(f"[bold]•[/bold] {stage}")


class DemoFailed(Exception):
    """Told to the person in one line."""


@contextmanager
def only_demo() -> Iterator[None]:
    """Refuses to start beside another demo, and ends what a killed one has left."""
    LOCAL.mkdir(exist_ok=True)
    with (LOCAL / "demo.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.seek(0)
            raise DemoFailed(
                f"A demo is already running (process {lock.read().strip()}); press Ctrl-C there first."
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        for pid_file in HOME.rglob("*.pid"):
            child, _ = read(pid_file) or (None, None)
            if child is not None:
                end(child, signal.SIGTERM, timeout=20)
        shutil.rmtree(HOME, ignore_errors=True)
        HOME.mkdir(parents=True)
        yield


@contextmanager
def bar(what: str, total: int) -> Iterator[Callable[[int], None]]:
    """A progress bar on a terminal; elsewhere a line every few seconds."""
    if sys.stderr.isatty() and "CI" not in os.environ and "NO_COLOR" not in os.environ:
        columns = (TextColumn("  {task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=console) as progress:
            task = progress.add_task(what, total=total)
            yield lambda done: progress.update(task, completed=done)
        return
    said = time.monotonic()

    def line(done: int) -> None:
        nonlocal said
        if time.monotonic() - said > 5:
            said = time.monotonic()
            console.print(f"  {what}: {done} of {total}")

    yield line


@asynccontextmanager
async def running(used: Stack, keys: Path) -> AsyncIterator[dict[str, Service]]:
    """The three services, ready; stopped at the end, newest first."""
    started: list[Service] = []
    found = services(HOME, bootstrap=used.bootstrap, database_url=used.database_url, keys=keys, ports=PORTS)
    try:
        for service in found.values():
            service.start()
            started.append(service)
        for service in found.values():
            await asyncio.to_thread(service.wait)
        yield found
    finally:
        for service in reversed(started):
            service.child.stop()


def files_of(directory: Path) -> list[Path]:
    return sorted(directory.glob("*.jsonl"))


async def submit(directory: Path, used: Stack, ingest: Service, keys: dict[str, str], total: int) -> int:
    """Plays in one stage of the sample, each sender its own file; returns how many lines."""
    sent = 0
    with bar("submitted", total) as progress:

        def advance(count: int) -> None:
            nonlocal sent
            sent += count
            progress(sent)

        for file in files_of(directory):
            if file.stem in OVER_HTTP:
                await to_http(ingest.url, keys[file.stem], lines(file), progress=advance)
            else:
                await to_kafka(used.bootstrap, file.stem, lines(file), progress=advance)
    return sent


async def until(observer: Observer, done: Callable[[Counts], bool], what: str, total: int) -> Counts:
    """Waits until the counts say so. Raises DemoFailed when nothing moves for too long."""
    moved, last = time.monotonic(), None
    with bar(what, total) as progress:
        while True:
            counts = await observer.counts()
            progress(counts.recorded)
            if done(counts):
                return counts
            if counts != last:
                moved, last = time.monotonic(), counts
            elif time.monotonic() - moved > PATIENCE:
                raise DemoFailed(f"Nothing moves: {counts}. See the logs in {HOME}.")
            await asyncio.sleep(0.2)


async def drained(observer: Observer, total: int) -> Counts:
    """Until twice in a row nobody has anything left to do: what one service finishes, the next may just begin."""
    await until(observer, lambda c: c.waiting == 0, "recorded", total)
    await asyncio.sleep(0.5)
    return await until(observer, lambda c: c.waiting == 0, "recorded", total)


def require_files(paths: list[Path]) -> None:
    for path in paths:
        if not path.is_file():
            raise DemoFailed(f"NOTICES names {path}, which is no file")


def expected_reports(register: Register, periods: list[str]) -> int:
    """A report for each department that existed on a period's last day, and an overview."""
    return sum(len(register.answerable(Period.parse(period).last_day)) + 1 for period in periods)


async def reports(used: Stack, wanted: int) -> list[dict[str, Any]]:
    """Reads `reports.published` until so many reports are out."""
    consumer = AIOKafkaConsumer(
        topics.REPORTS_PUBLISHED, bootstrap_servers=used.bootstrap, auto_offset_reset="earliest"
    )
    await consumer.start()
    found: dict[tuple[str, str, int], dict[str, Any]] = {}
    moved = time.monotonic()
    try:
        with bar("published", wanted) as progress:
            while len({key[:2] for key in found}) < wanted:
                for records in (await consumer.getmany(timeout_ms=500)).values():
                    for record in records:
                        data = json.loads(record.value)["data"]
                        found[data["department"], data["period"], data["revision"]] = data
                        moved = time.monotonic()
                progress(len(found))
                if time.monotonic() - moved > PATIENCE / 4:
                    raise DemoFailed(f"{len(found)} of {wanted} reports are out and no more come. See {HOME}.")
    finally:
        await consumer.stop()
    return [found[key] for key in sorted(found)]


async def summary(
    observer: Observer, counts: Counts, sent: int, out: list[dict[str, Any]], began: float, register: Register
) -> None:
    scope = {
        row["scope"]: row["n"]
        for row in await observer.database.fetch(
            "SELECT scope, count(*) AS n FROM aggregator.assessment GROUP BY scope"
        )
    }
    unattributed = await observer.database.fetchval(
        "SELECT count(*) FROM aggregator.assessment WHERE department <> ALL($1)",
        [department.code for department in register.departments()],
    )
    found = {
        "submitted": sent,
        "accepted": counts.accepted,
        "rejected": counts.refused,
        "recorded": counts.recorded,
        "repeats": counts.repeats,
        "conflicts": counts.conflicts,
        "procurements": sum(scope.values()),
        "in_scope": scope.get("applies", 0),
        "out_of_scope": scope.get("does-not-apply", 0),
        "cannot_tell": scope.get("cannot-tell", 0),
        "unattributed": unattributed,
        "reports": [report_line(report) for report in out],
        "seconds": round(time.monotonic() - began, 1),
    }
    (HOME / "summary.json").write_text(json.dumps(found, indent=2) + "\n")
    say(
        f"{sent} submitted = {counts.accepted} accepted + {counts.refused} rejected; accepted = "
        f"{counts.recorded} recorded + {counts.repeats} repeats + {counts.conflicts} conflicts"
    )
    say(f"{found['procurements']} procurements, {len(out)} reports; {HOME / 'summary.json'}")


def report_line(published: dict[str, Any]) -> dict[str, Any]:
    """Of one message of `reports.published`: which report, the hash of its JSON form, and its path on the site."""
    hashes = {file["name"]: file["sha256"] for file in published["files"]}
    return {
        "department": published["department"],
        "period": published["period"],
        "revision": published["revision"],
        "sha256": hashes["report.json"],
        "path": urlsplit(published["address"]).path,
    }


async def play(used: Stack, notices: list[Path], *, once: bool, began: float) -> None:
    register = load_register()
    say(f"Kafka and PostgreSQL are up ({used.kind})")
    await kafka_topics.create(used.bootstrap)
    for schema in ("aggregator", "reporter"):
        await database.migrate(used.database_url, schema=schema, package=f"services.{schema}.migrations")
    say("Topics are created, the database is migrated")
    keys_file = HOME / "keys.toml"
    keys = write_keys(keys_file, list(OVER_HTTP))
    async with running(used, keys_file) as found, Observer(used.bootstrap, used.database_url) as observer:
        say("Ingest, aggregator and reporter are running")
        write_sample(HOME / "sample", register)
        total = sum(1 for file in (HOME / "sample").rglob("*.jsonl") for _ in lines(file))
        sent = await submit(HOME / "sample" / "history", used, found["ingest"], keys, total)
        for path in notices:
            sent += (await to_kafka(used.bootstrap, NOTICES_SENDER, lines(path), progress=lambda _: None)).sent
        say(f"{sent} submissions are acknowledged")
        await drained(observer, sent)
        say("Everything is recorded and counted; the Prime Minister's office opens the rounds")
        sent += await submit(HOME / "sample" / "rounds", used, found["ingest"], keys, total)
        counts = await drained(observer, sent)
        rounds = await observer.database.fetch("SELECT key FROM aggregator.subject WHERE kind = 'round'")
        out = await reports(used, expected_reports(register, [row["key"] for row in rounds]))
        await summary(observer, counts, sent, out, began, register)
        say(f"The overview: [bold]{found['reporter'].url}/[/bold]   events go to {found['ingest'].url}/v1/events")
        if not once:
            say("Press Ctrl-C to stop everything")
            await asyncio.Event().wait()


def main() -> int:
    """Exit codes: 0 done or stopped by Ctrl-C, 1 failed."""
    configure("demo", "console")
    logging.getLogger().setLevel(logging.WARNING)  # the stages are said in the demo's own words
    began = time.monotonic()
    once = os.environ.get("ONCE", "") not in ("", "0")
    notices = [Path(p) for p in os.environ.get("NOTICES", "").split() if p]
    try:
        with only_demo():
            require_files(notices)
            tools.check(maven_needed=False)
            say("Building the pages' assets")
            assets.build()
            say("Starting Kafka and PostgreSQL")
            with stack(HOME) as used:
                asyncio.run(play(used, notices, once=once, began=began))
    except KeyboardInterrupt:
        say("Stopped")
    except (DemoFailed, tools.Missing, assets.BuildError, Failed) as failure:
        console.print(f"[bold red]make demo:[/bold red] {failure}", markup=True)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
