"""svr config: every variable with its value, and no secret."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from services.reporter.settings import Settings as Reporter
from services.svr.configuring import MASK, effective, shown
from shared.variables import variables

SECRET = "correct-horse"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, ""),
        (True, "true"),
        (8080, "8080"),
        (SecretStr(SECRET), MASK),
        (SecretStr(""), ""),
        (Path("/etc/keys.toml"), "/etc/keys.toml"),
        (f"postgresql://svr:{SECRET}@db:5432/svr", f"postgresql://svr:{MASK}@db:5432/svr"),
        ("postgresql://svr@db/svr", "postgresql://svr@db/svr"),
    ],
)
def test_a_value_is_shown_without_its_secret(value: Any, expected: str) -> None:
    """Of an address all but the password; that there is a secret, but not which."""
    assert shown(value) == expected


def test_everything_a_service_runs_with_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each variable once, and whether the environment gave it; no secret among them."""
    for variable in variables(Reporter):
        monkeypatch.delenv(variable.name, raising=False)
    given = {
        "DATABASE_URL": f"postgresql://svr:{SECRET}@db/svr",
        "SVR_REPORTER_SMTP_PASSWORD": SECRET,
        "SVR_REPORTER_PORT": "8001",
    }
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    rows = list(effective(Reporter(), given))
    assert [variable for variable, _, _ in rows] == variables(Reporter)
    assert {variable.name for variable, _, known in rows if known} == set(given)
    assert SECRET not in repr(rows)
    assert ("8001", True) in [(value, known) for variable, value, known in rows if variable.name == "SVR_REPORTER_PORT"]
