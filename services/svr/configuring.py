"""svr config: what a service would run with, from this environment, without its secrets."""

import os
import sys
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Annotated
from urllib.parse import urlsplit

import orjson
import typer
from pydantic import SecretStr, ValidationError
from pydantic_settings import BaseSettings
from rich.markup import escape
from rich.table import Table

from services.aggregator.settings import Settings as Aggregator
from services.ingest.settings import Settings as Ingest
from services.reporter.settings import Settings as Reporter
from services.svr.showing import err, out
from shared.variables import Variable, faults, unknown, variables

MODELS: Mapping[str, type[BaseSettings]] = {"ingest": Ingest, "aggregator": Aggregator, "reporter": Reporter}
MASK = "••••"
Service = StrEnum("Service", {name: name for name in MODELS})  # type: ignore[misc]


def config(
    service: Annotated[Service, typer.Argument(help="ingest, aggregator or reporter")],
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object a variable, one a line")] = False,
) -> None:
    """Shows the settings that a service would run with in this environment; secrets are masked.

    Exit code 2: they are not in order; each fault is named.
    """
    model = MODELS[service]
    try:
        settings = model()
    except ValidationError as fault:
        for line in faults(model, fault):
            err.print(line, markup=False, soft_wrap=True)
        raise typer.Exit(2) from None
    for name, meant in unknown(model, os.environ):
        err.print(f"{name} is read by nothing" + (f"; is {meant} meant?" if meant else ""), markup=False)
    rows = list(effective(settings, os.environ))
    if as_json:
        for variable, value, given in rows:
            said = {"variable": variable.name, "value": value, "given": given, "secret": variable.secret}
            sys.stdout.buffer.write(orjson.dumps(said) + b"\n")
        return
    table = Table("Variable", "Value", "From")
    for variable, value, given in rows:
        table.add_row(variable.name, escape(value), "environment" if given else "default")
    out.print(table)


def effective(settings: BaseSettings, environment: Mapping[str, str]) -> Iterator[tuple[Variable, str, bool]]:
    """Each variable, its value as it may be shown, and whether the environment gives it. Pure."""
    model = type(settings)
    for field, variable in zip(model.model_fields, variables(model), strict=True):
        yield variable, shown(getattr(settings, field)), variable.name in environment


def shown(value: object) -> str:
    """A value without what is secret in it: of an address with a password, all but the password."""
    if value is None:
        return ""
    if isinstance(value, SecretStr):
        return MASK if value.get_secret_value() else ""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    parts = urlsplit(text) if "://" in text else None
    if parts is not None and parts.password is not None:
        address = parts.netloc.rpartition("@")[2]
        return parts._replace(netloc=f"{parts.username}:{MASK}@{address}").geturl()
    return text
