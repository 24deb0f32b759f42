"""What every service reads about Kafka from its environment, and what it says when that makes no sense."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from shared.kafka import Connection
from shared.settings import KafkaSettings, WithDatabase

SECRET = "correct-horse"


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("BOOTSTRAP", "SECURITY", "USERNAME", "PASSWORD", "PASSWORD_FILE", "CA"):
        monkeypatch.delenv(f"SVR_KAFKA_{name}", raising=False)


def given(monkeypatch: pytest.MonkeyPatch, **values: str) -> None:
    for name, value in values.items():
        monkeypatch.setenv(f"SVR_KAFKA_{name}", value)


def test_without_an_environment_kafka_is_here_and_plain() -> None:
    """Right for development."""
    assert KafkaSettings().kafka == Connection(bootstrap="127.0.0.1:9092")


def test_a_login_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """All of it."""
    given(monkeypatch, BOOTSTRAP="kafka:9092", SECURITY="SASL_PLAINTEXT", USERNAME="ingest", PASSWORD=SECRET)
    assert KafkaSettings().kafka.options()["sasl_plain_password"] == SECRET
    assert SECRET not in repr(KafkaSettings())


def test_a_password_comes_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without the end of its line."""
    (tmp_path / "ingest").write_text(SECRET + "\n")
    given(monkeypatch, SECURITY="SASL_SSL", USERNAME="ingest", PASSWORD_FILE=str(tmp_path / "ingest"))
    assert KafkaSettings().kafka.options()["sasl_plain_password"] == SECRET


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"SECURITY": "SASL_SSL", "PASSWORD": SECRET}, "a username and a password are expected"),
        ({"SECURITY": "SASL_SSL", "USERNAME": "ingest"}, "a username and a password are expected"),
        ({"USERNAME": "ingest", "PASSWORD": SECRET}, "expected SASL_PLAINTEXT or SASL_SSL"),
        ({"SECURITY": "GSSAPI"}, "SVR_KAFKA_SECURITY"),
        ({"SECURITY": "SSL", "CA": "/no/such/file"}, "SVR_KAFKA_CA"),
        ({"SECURITY": "SASL_SSL", "USERNAME": "ingest", "PASSWORD": SECRET, "PASSWORD_FILE": __file__}, "not both"),
    ],
)
def test_a_wrong_combination_is_named_at_the_start(
    monkeypatch: pytest.MonkeyPatch, values: dict[str, str], expected: str
) -> None:
    """With what is expected, and without the password."""
    given(monkeypatch, **values)
    with pytest.raises(ValidationError, match=expected) as refused:
        KafkaSettings()
    assert SECRET not in str(refused.value)


def given_a_database(monkeypatch: pytest.MonkeyPatch, url: str, file: Path) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("DATABASE_PASSWORD_FILE", str(file))


def test_the_database_s_password_comes_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Whatever characters it has, and the rest of the URL stays."""
    (tmp_path / "database").write_text("it's/@:\n")
    given_a_database(monkeypatch, "postgresql://svr@db:5433/reports?sslmode=verify-full", tmp_path / "database")
    assert WithDatabase().database == "postgresql://svr:it%27s%2F%40%3A@db:5433/reports?sslmode=verify-full"


@pytest.mark.parametrize("url", ["postgresql://svr:correct-horse@db/svr", "postgresql://db/svr"])
def test_a_database_has_one_password_and_somebody_whose_it_is(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, url: str
) -> None:
    """A file beside a URL with a password, or without a user, is refused without telling the password."""
    (tmp_path / "database").write_text(SECRET)
    given_a_database(monkeypatch, url, tmp_path / "database")
    with pytest.raises(ValidationError, match="expected a DATABASE_URL with a user and without a password") as refused:
        WithDatabase()
    assert SECRET not in str(refused.value)
