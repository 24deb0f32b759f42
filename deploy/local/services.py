"""The three services as processes of this machine, each with its own environment, log and health check."""

import hashlib
import os
import secrets
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from deploy.local.ports import free_port, is_free
from deploy.local.processes import Child
from shared.kafka import Connection

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("ingest", "aggregator", "reporter")
Logins: TypeAlias = Callable[[str], Connection]  # of a principal


@dataclass(frozen=True)
class Service:
    name: str
    child: Child
    url: str

    def is_ready(self) -> bool:
        """Whether it has reached everything it needs."""
        try:
            with urllib.request.urlopen(f"{self.url}/health/ready", timeout=2) as response:  # noqa: S310 - our own URL
                return bool(response.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def start(self) -> None:
        self.child.start()

    def wait(self) -> None:
        """Raises processes.Failed, with the end of its log, when it does not become ready."""
        self.child.wait_until(self.is_ready, timeout=90)


def kafka_environment(connection: Connection) -> dict[str, str]:
    """The variables that shared.settings reads the same connection from."""
    found = {"SVR_KAFKA_BOOTSTRAP": connection.bootstrap, "SVR_KAFKA_SECURITY": connection.protocol.value}
    if connection.username and connection.password:
        found["SVR_KAFKA_USERNAME"] = connection.username
        found["SVR_KAFKA_PASSWORD"] = connection.password.get_secret_value()
    if connection.ca:
        found["SVR_KAFKA_CA"] = str(connection.ca)
    return found


def services(
    directory: Path,
    *,
    kafka: Logins,
    database_url: str | Mapping[str, str],
    keys: Path | None = None,
    ports: dict[str, int] | None = None,
    more: Mapping[str, str] | None = None,
) -> dict[str, Service]:
    """Not started yet; each has its own login to Kafka, and all have `more` in their environment.

    `database_url`: one for all, or service → its own.

    The sample is marked on every page, and its history keeps the times it was recorded at."""
    found: dict[str, Service] = {}
    wishes = {name: (ports or {}).get(name) for name in NAMES}
    numbers = {name: wished if wished and is_free(wished) else free_port() for name, wished in wishes.items()}
    for name, port in numbers.items():
        url = f"http://127.0.0.1:{port}"
        env = {
            **{key: value for key, value in os.environ.items() if not key.startswith("SVR_KAFKA_")},
            **kafka_environment(kafka(name)),
            "SVR_LOG_FORMAT": "json",
            f"SVR_{name.upper()}_PORT": str(port),
            **({"SVR_INGEST_API_KEYS": str(keys)} if keys is not None else {}),
            "SVR_INGEST_AGGREGATOR_URL": f"http://127.0.0.1:{numbers['aggregator']}",
            "SVR_INGEST_RECEIVED_FROM": "recordedtime",
            "SVR_REPORTER_SAMPLE": "true",
            "SVR_REPORTER_URL": url,
            **(more or {}),
            "DATABASE_URL": database_url if isinstance(database_url, str) else database_url.get(name, ""),
        }
        if name == "ingest":  # it has no business with the database, so it is not told where it is
            env.pop("DATABASE_URL", None)
        child = Child(
            name=name,
            argv=[sys.executable, "-m", f"services.{name}"],
            env=env,
            cwd=ROOT,
            log=directory / f"{name}.log",
            pid_file=directory / f"{name}.pid",
        )
        found[name] = Service(name, child, url)
    return found


def write_keys(path: Path, senders: list[str]) -> dict[str, str]:
    """A new random API key for each sender; the file holds only their hashes. Returns sender → key."""
    keys = {sender: secrets.token_urlsafe(32) for sender in senders}
    lines = [f'{sender} = ["{hashlib.sha256(key.encode()).hexdigest()}"]' for sender, key in keys.items()]
    path.write_text("\n".join(lines) + "\n")
    path.chmod(0o600)
    return keys
