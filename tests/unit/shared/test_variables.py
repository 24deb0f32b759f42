"""Environment variables in words: what is expected of each, what is wrong, and what nothing reads."""

import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from services.ingest.settings import Settings as Ingest
from services.reporter.settings import Settings as Reporter
from shared.settings import Common, load
from shared.variables import OF_SVR, Variable, faults, unknown, variables

ROOT = Path(__file__).resolve().parents[3]
SECRET = "correct-horse"


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in (*variables(Ingest), *variables(Reporter)):
        monkeypatch.delenv(variable.name, raising=False)


def test_a_variable_says_what_is_expected() -> None:
    """Its name in the environment, its type with its bounds, its default."""
    found = {variable.name: variable for variable in variables(Ingest)}
    assert found["SVR_INGEST_PORT"] == Variable(
        "SVR_INGEST_PORT", "whole number ≥ 1 and ≤ 65535", "8080", False, "port that HTTP listens on"
    )
    assert found["SVR_LOG_FORMAT"].type == "auto or json or console"
    assert found["SVR_KAFKA_CA"].type == "a file"
    assert [name for name, variable in found.items() if variable.secret] == ["SVR_KAFKA_PASSWORD"]


def test_the_database_s_address_is_a_secret() -> None:
    """It holds a password; so are those that say so themselves."""
    assert {variable.name for variable in variables(Reporter) if variable.secret} == {
        "SVR_KAFKA_PASSWORD", "DATABASE_URL", "SVR_REPORTER_OIDC_CLIENT_SECRET", "SVR_REPORTER_SMTP_PASSWORD",
        "SVR_REPORTER_NOTIFY_KEY",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (
            {"SVR_INGEST_PORT": "99999"},
            "SVR_INGEST_PORT: Input should be less than or equal to 65535. Expected: whole number ≥ 1 and ≤ 65535; "
            "8080 if left out (port that HTTP listens on)",
        ),
        (
            {"SVR_LOG_FORMAT": SECRET},
            "SVR_LOG_FORMAT: Input should be 'auto', 'json' or 'console'. Expected: auto or json or console; auto if "
            "left out (JSON lines, or colours for people; auto: colours on a terminal)",
        ),
        (
            {"SVR_KAFKA_SECURITY": "SASL_SSL", "SVR_KAFKA_PASSWORD": SECRET},
            "SVR_KAFKA_…: SASL_SSL logs in with SCRAM-SHA-512: a username and a password are expected",
        ),
        (
            {"SVR_INGEST_OAUTH_ISSUER": "https://issuer"},
            "SVR_INGEST_OAUTH_AUDIENCE: without it a token for any other service would be taken here",
        ),
    ],
    ids=["out of bounds", "none of the words", "a login without a name", "one without the other"],
)
def test_a_wrong_variable_is_named_in_one_line(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], expected: str
) -> None:
    """With what is expected; the value, which may be a secret, is not quoted."""
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError) as refused:
        Ingest()
    assert list(faults(Ingest, refused.value)) == [expected]
    assert SECRET not in expected


def test_a_service_with_a_wrong_variable_ends_with_code_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """And a person can read why: no traceback, every variable at once."""
    monkeypatch.setenv("SVR_INGEST_PORT", SECRET)
    monkeypatch.setenv("SVR_INGEST_RATE", "-1")
    with pytest.raises(SystemExit) as ended:
        load(Ingest, "ingest")
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert [line.split(":")[0] for line in said.splitlines()] == [
        "ingest does not start, as its environment is not in order", "  SVR_INGEST_PORT", "  SVR_INGEST_RATE",
    ]  # fmt: skip
    assert SECRET not in said


def test_a_misspelt_variable_is_named_with_the_one_that_was_meant() -> None:
    """Not those of other services and of the command line, nor what is not ours at all."""
    environment = ["SVR_KAFKA_BOOTSTRAP", "SVR_KAFKA_BOOTSTRP", "SVR_INGEST_PROT", "SVR_QUITE_ANOTHER", "PATH",
                   "SVR_REPORTER_PORT", "SVR_INGEST_URL", "DATABASE_URL"]  # fmt: skip
    assert unknown(Ingest, environment) == [
        ("SVR_INGEST_PROT", "SVR_INGEST_PORT"),
        ("SVR_KAFKA_BOOTSTRP", "SVR_KAFKA_BOOTSTRAP"),
        ("SVR_QUITE_ANOTHER", None),
    ]


def test_every_variable_says_what_it_is() -> None:
    """None is left without words."""
    assert [v.name for kind in (Common, Ingest, Reporter) for v in variables(kind) if not v.description] == []


def test_what_the_command_line_reads_by_itself_is_known() -> None:
    """Every variable that an option names, and every one that the code asks for: none would be called a misspelling."""
    sources = [path.read_text("utf-8") for path in (ROOT / "services" / "svr").glob("*.py")]
    named = {name for source in sources for name in re.findall(r'envvar="(SVR_\w+)"|environ\.get\("(SVR_\w+)"', source)}
    asked = {one or other for one, other in named}
    assert asked - {variable.name for variable in variables(Common)} <= set(OF_SVR)
    assert asked & set(OF_SVR) == {"SVR_INGEST_URL", "SVR_API_KEY"}  # the others are put together: SVR_OAUTH_…
