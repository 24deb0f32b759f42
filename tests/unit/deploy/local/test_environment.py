"""The demo's environment for another terminal: as a shell reads it."""

import subprocess
from pathlib import Path

from pydantic import SecretStr

from deploy.kafka.passwords import Passwords
from deploy.local import environment
from shared.kafka import Connection, Protocol


def sourced(tmp_path: Path, then: str, *, secure: bool = True) -> list[str]:
    """What a shell says that has read the file."""
    logins, clients = Passwords(tmp_path / "a folder" / "passwords"), Passwords(tmp_path / "clients")
    for code in ("dwp", "moj"):
        logins.keep(code, SecretStr(f"kafka of {code}"))
        clients.keep(code, SecretStr(f"http of {code}"))
    environment.write(
        tmp_path / "env",
        database={"to look": "postgresql://observer@h/d", "for svr rebuild": "postgresql://migrator@h/d"},
        kafka=Connection(bootstrap="h:1", protocol=Protocol.PLAINTEXT),
        logins=logins if secure else None,
        ingest_url="http://h:2",
        token_url="http://h:3/token",
        clients=clients,
    )
    assert (tmp_path / "env").stat().st_mode & 0o777 == 0o600
    done = subprocess.run(["sh", "-euc", f". ./env; {then}"], cwd=tmp_path, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def test_one_is_a_department_at_once(tmp_path: Path) -> None:
    """On Kafka, over HTTP, and an observer of the database."""
    said = sourced(
        tmp_path,
        'printf "%s\\n" "$DATABASE_URL" "$SVR_INGEST_URL" "$SVR_OAUTH_TOKEN_URL" "$SVR_OAUTH_CLIENT_ID" '
        '"$SVR_OAUTH_CLIENT_SECRET" "$SVR_KAFKA_BOOTSTRAP" "$SVR_KAFKA_USERNAME" "$SVR_KAFKA_PASSWORD"',
    )
    assert said == [
        "postgresql://observer@h/d", "http://h:2", "http://h:3/token", "dwp", "http of dwp", "h:1", "dwp",
        "kafka of dwp",
    ]  # fmt: skip


def test_one_becomes_another_department(tmp_path: Path) -> None:
    """By one word."""
    said = sourced(tmp_path, 'svr_as moj; echo "$SVR_OAUTH_CLIENT_SECRET, $SVR_KAFKA_PASSWORD"')
    assert said == ["http of moj, kafka of moj"]


def test_where_kafka_has_one_login_none_is_set(tmp_path: Path) -> None:
    """A Kafka from the environment keeps what the environment says."""
    assert sourced(tmp_path, 'echo "${SVR_KAFKA_USERNAME:-none}"', secure=False) == ["none"]
