"""Environment variables as the settings models declare them: for people to read, and for naming what is wrong. Pure."""

import difflib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt
from pydantic import AnyUrl, PostgresDsn, SecretStr, ValidationError
from pydantic_settings import BaseSettings

from shared.kafka import Protocol

SERVICES = ("ingest", "aggregator", "reporter")
OF_SVR: Mapping[str, str] = {
    "SVR_INGEST_URL": "ingest's address: `svr submit` and the like send over HTTP",
    "SVR_API_KEY": "a sender's API key, for sending over HTTP",
    "SVR_OAUTH_TOKEN_URL": "where a sender's tokens come from, for sending over HTTP without an API key",
    "SVR_OAUTH_CLIENT_ID": "the sender as the issuer of tokens knows it",
    "SVR_OAUTH_CLIENT_SECRET": "its secret with the issuer",
}
"""What only the command line reads, beside the settings of Kafka and DATABASE_URL."""


@dataclass(frozen=True, slots=True)
class Variable:
    """One environment variable as its settings model declares it. `type` says in words what is expected."""

    name: str
    type: str
    default: str
    secret: bool
    description: str


def variables(kind: type[BaseSettings]) -> list[Variable]:
    """Every variable that a settings model reads, in its order; the common ones first."""
    return [_variable(kind, field) for field in kind.model_fields]


def _variable(kind: type[BaseSettings], field: str) -> Variable:
    info = kind.model_fields[field]
    alias = info.validation_alias
    name = alias if isinstance(alias, str) else f"{kind.model_config.get('env_prefix', '')}{field}".upper()
    options = get_args(info.annotation)
    secret = SecretStr in (info.annotation, *options) or name == "DATABASE_URL"  # which holds a password
    default = info.default.get_secret_value() if isinstance(info.default, SecretStr) else info.default
    if info.is_required():
        shown = "required"
    elif info.default_factory is not None:
        shown = "by this machine"
    else:
        shown = "" if default is None else str(default).lower() if isinstance(default, bool) else str(default)
    return Variable(name, _type(info.annotation, info.metadata), shown, secret, info.description or "")


_WORDS: Mapping[Any, str] = {
    str: "text", int: "whole number", float: "number", bool: "true or false", SecretStr: "text",
}  # fmt: skip
_URLS = (AnyUrl, PostgresDsn)
_BOUNDS = {Ge: ("ge", "≥"), Gt: ("gt", ">"), Le: ("le", "≤"), Lt: ("lt", "<")}


def _type(annotation: Any, metadata: Iterable[Any]) -> str:
    options = [option for option in get_args(annotation) or (annotation,) if option is not type(None)]
    if all(isinstance(option, str) for option in options):
        return " or ".join(options)
    (kind,) = (get_args(option)[0] if get_origin(option) is Annotated else option for option in options)
    if issubclass(kind, Protocol):
        return ", ".join(kind)
    words = _WORDS.get(kind) or ("URL" if issubclass(kind, _URLS) else "a file")
    bounds = [f"{sign} {getattr(mark, name):g}" for mark in metadata
              for bound, (name, sign) in _BOUNDS.items() if isinstance(mark, bound)]  # fmt: skip
    return " ".join([words, " and ".join(bounds)]).strip()


def faults(kind: type[BaseSettings], fault: ValidationError) -> Iterator[str]:
    """A line for each: the variable, what is wrong, and what is expected. No value is quoted, as it may be a secret."""
    known: dict[str, Variable] = {}
    for field, declared in zip(kind.model_fields, variables(kind), strict=True):
        known[field] = known[declared.name] = declared
    for error in fault.errors(include_input=False, include_url=False, include_context=False):
        said = error["msg"].removeprefix("Value error, ")
        variable = known.get(str(error["loc"][0])) if error["loc"] else None
        if variable is None:
            yield said
        else:
            default = f"; {variable.default} if left out" if variable.default and not variable.secret else ""
            yield f"{variable.name}: {said}. Expected: {variable.type}{default} ({variable.description})"


def unknown(kind: type[BaseSettings], environment: Collection[str]) -> list[tuple[str, str | None]]:
    """The SVR_… variables that nothing reads, each with the name that was probably meant.

    Those of another service are left to it: one environment may serve them all.
    """
    names = [variable.name for variable in variables(kind)]
    own = str(kind.model_config.get("env_prefix"))
    others = tuple(f"SVR_{service}_".upper() for service in SERVICES if f"SVR_{service}_".upper() != own)
    found = sorted(name for name in environment if name.startswith("SVR_") and name not in {*names, *OF_SVR})
    return [
        (name, next(iter(difflib.get_close_matches(name, names, n=1, cutoff=0.8)), None))
        for name in found
        if not name.startswith(others)
    ]
