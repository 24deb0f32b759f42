"""make demo: the whole way on this machine, from departments' events to the Prime Minister's office's reports."""

import asyncio
import fcntl
import logging
import os
import secrets
import shutil
import signal
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from deploy.kafka import topics as kafka_topics
from deploy.kafka.acls import OBSERVER
from deploy.kafka.applying import apply
from deploy.kafka.passwords import Passwords
from deploy.local import assets, environment, tools
from deploy.local.counting import Observer
from deploy.local.identity import end, read
from deploy.local.issuer import AUDIENCE, LocalIssuer
from deploy.local.processes import Failed
from deploy.local.provider import LocalProvider
from deploy.local.sample import write as write_sample
from deploy.local.services import ROOT, Logins, Service, services
from deploy.local.stack import Stack, stack
from deploy.local.summary import summary, tell
from deploy.local.watching import DemoFailed, bar, console, drained, expected_reports, reports, say
from deploy.postgres import roles
from deploy.postgres.applying import apply as apply_roles
from deploy.postgres.roles import MIGRATOR
from services.svr.http import ClientCredentials, Ingest
from services.svr.lines import lines
from services.svr.submitting import to_http, to_kafka
from shared import database
from shared.departments import load_register
from shared.logging import configure

LOCAL = ROOT / ".local"
HOME = LOCAL / "demo"
PORTS = {"ingest": 8080, "aggregator": 8090, "reporter": 8000}
OVER_HTTP = ("defra", "pm-office")
NOTICES_SENDER = "find-a-tender"
PASSWORDS = HOME / "passwords"
CLIENTS = Passwords(HOME / "clients")
"""Senders' secrets at the issuer of tokens."""


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


@asynccontextmanager
async def running(urls: Mapping[str, str], logins: Logins, issuer: LocalIssuer) -> AsyncIterator[dict[str, Service]]:
    """The three services, ready, an issuer of tokens and a provider to sign in with; stopped at the end."""
    started: list[Service] = []
    provider = LocalProvider(secret=secrets.token_urlsafe(32))
    provider.start()
    issuer.start()
    more = provider.settings() | {"SVR_INGEST_OAUTH_ISSUER": issuer.url, "SVR_INGEST_OAUTH_AUDIENCE": AUDIENCE}
    found = services(HOME, kafka=logins, database_url=urls, ports=PORTS, more=more)
    provider.site = found["reporter"].url
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
        provider.stop()
        issuer.stop()


def files_of(directory: Path) -> list[Path]:
    return sorted(directory.glob("*.jsonl"))


async def submit(directory: Path, logins: Logins, ingest: Service, issuer: LocalIssuer, total: int) -> int:
    """Plays in one stage of the sample, each sender its own file; returns how many lines."""
    sent = 0
    with bar("submitted", total) as progress:

        def advance(count: int) -> None:
            nonlocal sent
            sent += count
            progress(sent)

        for file in files_of(directory):
            if file.stem in OVER_HTTP:
                secret = CLIENTS(file.stem).get_secret_value()
                credential = ClientCredentials(issuer.token_url, file.stem, secret)
                await to_http(Ingest(ingest.url, credential), lines(file), progress=advance)
            else:
                await to_kafka(logins(file.stem), file.stem, lines(file), progress=advance)
    return sent


def admit(used: Stack) -> Logins:
    """Creates topics and, on a Kafka of the demo's own, the principals with new passwords and their rights. What came
    from the environment or Docker has one login for everybody, or none."""
    if used.kafka is None:
        kafka_topics.create(used.connection)
        return lambda _: used.connection
    passwords = Passwords(PASSWORDS)
    apply(used.connection, passwords)
    return lambda principal: used.connection.login(principal, passwords(principal))


async def prepare(used: Stack) -> Mapping[str, str]:
    """Migrates and, on a PostgreSQL of the demo's own, gives each service a role of its own: service → its URL.

    What came from the environment or Docker has one login for everybody.
    """
    if used.postgres is None:
        for schema in ("aggregator", "reporter"):
            await database.migrate(used.database_url, schema=schema, package=f"services.{schema}.migrations")
        return dict.fromkeys(("aggregator", "reporter", OBSERVER, MIGRATOR), used.database_url)
    urls = await apply_roles(used.database_url, Passwords(HOME / "database-passwords"))
    named = {"aggregator": roles.AGGREGATOR, "reporter": roles.REPORTER, OBSERVER: roles.OBSERVER, MIGRATOR: MIGRATOR}
    return {name: urls[role] for name, role in named.items()}


def require_files(paths: list[Path]) -> None:
    for path in paths:
        if not path.is_file():
            raise DemoFailed(f"NOTICES names {path}, which is no file")


async def play(used: Stack, notices: list[Path], *, once: bool, began: float) -> None:
    register = load_register()
    say(f"Kafka and PostgreSQL are up ({used.kind})")
    logins = admit(used)
    urls = await prepare(used)
    say(f"{'Topics, users and their rights' if used.kafka else 'Topics'} are created, the database is migrated")
    issuer = LocalIssuer({sender.code: CLIENTS(sender.code).get_secret_value() for sender in register.senders()})
    async with running(urls, logins, issuer) as found, Observer(logins(OBSERVER), urls[OBSERVER]) as observer:
        say("Ingest, aggregator and reporter are running")
        environment.write(
            HOME / "env",
            database={"to look": urls[OBSERVER], "for svr rebuild": urls[MIGRATOR]},
            kafka=used.connection,
            logins=Passwords(PASSWORDS) if used.kafka else None,
            ingest_url=found["ingest"].url,
            token_url=issuer.token_url,
            clients=CLIENTS,
        )
        write_sample(HOME / "sample", register)
        total = sum(1 for file in (HOME / "sample").rglob("*.jsonl") for _ in lines(file))
        sent = await submit(HOME / "sample" / "history", logins, found["ingest"], issuer, total)
        for path in notices:
            sent += (await to_kafka(logins(NOTICES_SENDER), NOTICES_SENDER, lines(path), progress=lambda _: None)).sent
        say(f"{sent} submissions are acknowledged")
        await drained(observer, sent)
        say("Everything is recorded and counted; the Prime Minister's office opens the rounds")
        sent += await submit(HOME / "sample" / "rounds", logins, found["ingest"], issuer, total)
        counts = await drained(observer, sent)
        rounds = await observer.database.fetch("SELECT key FROM aggregator.subject WHERE kind = 'round'")
        out = await reports(logins(OBSERVER), expected_reports(register, [row["key"] for row in rounds]))
        found_out = await summary(observer, counts, sent, out, register)
        tell({**found_out, "seconds": round(time.monotonic() - began, 1)}, HOME / "summary.json")
        say(f"The overview: [bold]{found['reporter'].url}/[/bold]   events go to {found['ingest'].url}/v1/events")
        if not once:
            say(f"To act as a department, the office or the review team: [bold]{found['reporter'].url}/sign-in[/bold]")
            say(f"For svr in another terminal: . {HOME / 'env'}")
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
            with stack(HOME, secure=True) as used:
                asyncio.run(play(used, notices, once=once, began=began))
    except KeyboardInterrupt:
        say("Stopped")
    except (DemoFailed, tools.Missing, assets.BuildError, Failed) as failure:
        console.print(f"[bold red]make demo:[/bold red] {failure}", markup=True)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
