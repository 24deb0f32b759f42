"""docs/configuration.md from the settings models: one table of environment variables."""

from collections.abc import Sequence

from pydantic_settings import BaseSettings

from services.aggregator.settings import Settings as Aggregator
from services.ingest.settings import Settings as Ingest
from services.reporter.settings import Settings as Reporter
from shared.settings import Common, WithDatabase
from shared.variables import OF_SVR, Variable, variables

MODELS: dict[str, type[BaseSettings]] = {"ingest": Ingest, "aggregator": Aggregator, "reporter": Reporter}


def markdown() -> str:
    common = variables(Common)
    database = [variable for variable in variables(WithDatabase) if variable not in common]
    shared = {*common, *database}
    own = {name: [v for v in variables(model) if v not in shared] for name, model in MODELS.items()}
    client = [Variable(name, "text", "", name.endswith(("KEY", "SECRET")), meaning) for name, meaning in OF_SVR.items()]
    rows = [
        *_rows("every service, svr", common),
        *_rows("aggregator, reporter, svr", database),
        *(row for name, mine in own.items() for row in _rows(name, mine)),
        *_rows("svr", client),
    ]
    return f"""# Configuration

Generated from the services' settings models by `make docs`.

Everything is read from environment variables, once, at the start. The defaults are right for development on one
machine. A variable that is wrong, or missing where another asks for it, is named on stderr with what is expected, and
the process ends with code 2; a variable `SVR_…` that nothing reads is named in the log (`setting.unknown`).
`svr config` shows what a service would run with, without its secrets; `svr doctor` tries whether it works.

A secret belongs into the environment of its own process only, never onto a command line, into an image or into version
control. Kafka's password may stand in a file instead (`SVR_KAFKA_PASSWORD_FILE`).

| variable | read by | expected | default | secret | what it is |
|---|---|---|---|---|---|
{chr(10).join(rows)}
"""


def _rows(readers: str, found: Sequence[Variable]) -> list[str]:
    return [
        f"| `{v.name}` | {readers} | {v.type} | {f'`{v.default}`' if v.default else ''} | {'yes' if v.secret else ''} "
        f"| {v.description} |"
        for v in found
    ]
