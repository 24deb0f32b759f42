"""svr doctor: tries everything that the environment names, and says for each what is wrong and one cure."""

import asyncio
import logging
import os
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Annotated

import orjson
import typer
from pydantic import ValidationError
from rich.markup import escape
from rich.table import Table

from services.reporter.delivery.smtp import Server
from services.reporter.settings import Settings as Reporter
from services.svr import doctor_kafka, doctor_places, doctor_postgres
from services.svr.configuring import MODELS
from services.svr.findings import Finding, State, fail, ok, warn
from services.svr.showing import out
from shared.settings import KafkaSettings, WithDatabase
from shared.variables import OF_SVR, faults, unknown

COLOURS = {State.OK: "green", State.WARN: "yellow", State.FAIL: "bold red"}
ADDRESSES = {
    "ingest": "SVR_INGEST_URL",
    "aggregator": "SVR_INGEST_AGGREGATOR_URL",
    "reporter": "SVR_REPORTER_URL",
}


def doctor(as_json: Annotated[bool, typer.Option("--json", help="one JSON object a line")] = False) -> None:
    """Tries everything that this environment names (docs/configuration.md), and says the cure of what is not well.

    What no variable names is not tried. Exit code 1: something failed.
    """
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    findings = asyncio.run(_all(os.environ))
    if as_json:
        for each in findings:
            sys.stdout.buffer.write(orjson.dumps(each) + b"\n")
        sys.stdout.buffer.flush()
    else:
        _show(findings)
    if any(each.state is State.FAIL for each in findings):
        raise typer.Exit(1)


def _show(findings: list[Finding]) -> None:
    table = Table("", "What", "Finding", "Cure")
    for each in findings:
        colour = COLOURS[each.state]
        table.add_row(f"[{colour}]{each.state}[/]", *(escape(text) for text in (each.what, each.said, each.cure)))
    out.print(table)
    counts = Counter(each.state for each in findings)
    out.print(", ".join(f"{counts[state]} {state}" for state in State))


async def _all(environment: Mapping[str, str]) -> list[Finding]:
    return [*settings_in(environment), *[finding async for finding in _reachable(environment)]]


def settings_in(environment: Mapping[str, str]) -> Iterator[Finding]:
    """The settings of each service that the environment has variables of. They are read from the process's own."""
    for name, model in MODELS.items():
        prefix = f"SVR_{name}_".upper()
        if not any(variable.startswith(prefix) and variable not in OF_SVR for variable in environment):
            continue
        try:
            model()
        except ValidationError as fault:
            for line in faults(model, fault):
                variable, _, said = line.partition(": ")
                yield fail(f"Settings of {name}", f"{variable}: {said}", "correct it; svr config shows all of them")
        else:
            yield ok(f"Settings of {name}", "are in order")
        for variable, meant in unknown(model, environment):
            cure = f"call it {meant}" if meant else "remove it, or see docs/configuration.md"
            yield warn(f"Settings of {name}", f"{variable} is read by nothing", cure)


async def _reachable(environment: Mapping[str, str]) -> AsyncIterator[Finding]:
    if "SVR_KAFKA_BOOTSTRAP" in environment:
        try:
            connection = KafkaSettings().kafka
        except ValidationError as fault:
            yield _wrong("Kafka", fault, KafkaSettings)
        else:
            async for finding in doctor_kafka.examine(connection):
                yield finding
    if "DATABASE_URL" in environment:
        try:
            url = WithDatabase().database
        except ValidationError as fault:
            yield _wrong("PostgreSQL", fault, WithDatabase)
        else:
            async for finding in doctor_postgres.examine(url):
                yield finding
    for name, variable in ADDRESSES.items():
        if address := environment.get(variable):
            yield await doctor_places.health(name.capitalize(), address, variable)
    async for finding in _issuers(environment):
        yield finding
    if environment.get("SVR_REPORTER_MAIL") == "smtp":
        try:
            mail = Reporter()
        except ValidationError:
            pass  # named among the settings
        else:
            username, password = mail.smtp_username or None, mail.smtp_password.get_secret_value() or None
            yield await doctor_places.smtp(Server(mail.smtp_host, mail.smtp_port, mail.smtp_tls, username, password))
    yield await asyncio.to_thread(doctor_places.pdf)
    yield doctor_places.disk()


async def _issuers(environment: Mapping[str, str]) -> AsyncIterator[Finding]:
    if address := environment.get("SVR_INGEST_OAUTH_ISSUER"):
        jwks_url = environment.get("SVR_INGEST_OAUTH_JWKS_URL") or None
        yield await doctor_places.issuer("Issuer of tokens", address, "SVR_INGEST_OAUTH_ISSUER", jwks_url=jwks_url)
    if address := environment.get("SVR_REPORTER_OIDC_ISSUER"):
        yield await doctor_places.issuer("OpenID provider", address, "SVR_REPORTER_OIDC_ISSUER")


def _wrong(what: str, fault: ValidationError, model: type[KafkaSettings]) -> Finding:
    return fail(what, "; ".join(faults(model, fault)), "correct the variable; docs/configuration.md has them all")
