"""Which Kafka and which PostgreSQL to use, decided once: addresses given, else Docker, else this machine's own."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from deploy.local import kafka, postgres
from deploy.local.kafka import Kafka
from deploy.local.postgres import Postgres
from shared.kafka import Connection
from shared.settings import KafkaSettings

BOOTSTRAP, DATABASE = "SVR_KAFKA_BOOTSTRAP", "DATABASE_URL"


class Source(StrEnum):
    """Where a server comes from."""

    ENVIRONMENT = "addresses from the environment"
    DOCKER = "Docker"
    LOCAL = "local stack"


@dataclass(frozen=True)
class Plan:
    """What will be used, before any of it is started. An address is given exactly if the environment gives it."""

    kafka: Source
    database: Source
    bootstrap: str | None = None
    database_url: str | None = None

    @property
    def kind(self) -> str:
        """The plan in words, without the password."""
        broker = f"Kafka at {self.bootstrap}" if self.bootstrap else f"Apache Kafka {kafka.VERSION}"
        database = f"PostgreSQL {postgres.VERSION}"
        if self.database_url:
            address = urlsplit(self.database_url)
            database = f"PostgreSQL at {address.netloc.rpartition('@')[2]}{address.path}"
        if self.kafka == self.database:
            return f"{self.kafka}: {broker}, {database}"
        return f"{self.kafka}: {broker}; {self.database}: {database}"


@dataclass(frozen=True)
class Stack:
    """A running Kafka and PostgreSQL; ``kafka`` and ``postgres`` are there to be stopped if they are local."""

    kind: str
    connection: Connection
    database_url: str
    kafka: Kafka | None
    postgres: Postgres | None


def plan(environment: Mapping[str, str], engine_answers: Callable[[], bool]) -> Plan:
    """Decides. Where the environment gives one address only, the other server is local."""
    bootstrap, url = environment.get(BOOTSTRAP) or None, environment.get(DATABASE) or None
    if bootstrap or url:
        kafka_source, database_source = (Source.ENVIRONMENT if given else Source.LOCAL for given in (bootstrap, url))
        return Plan(kafka_source, database_source, bootstrap, url)
    source = Source.DOCKER if engine_answers() else Source.LOCAL
    return Plan(source, source)


def engine_answers() -> bool:
    """Whether a Docker engine answers; not where testcontainers, a dependency of the tests, is not installed."""
    try:
        from deploy.local import containers
    except ImportError:
        return False
    return containers.engine_answers()


def decide() -> Plan:
    """The plan for this machine, now; cheap, and starts nothing."""
    return plan(os.environ, engine_answers)


@contextmanager
def stack(directory: Path, *, fsync: bool = True, secure: bool = False, chosen: Plan | None = None) -> Iterator[Stack]:
    """Starts what has to be started, and stops it at the end. Local servers keep their data in the directory.

    `secure` is for a local Kafka; how to log in to one from the environment, SVR_KAFKA_… say; one in Docker is plain.

    Raises tools.Missing, with one line to show, if this machine lacks what a local server needs.
    """
    chosen = chosen or decide()
    connection, url = KafkaSettings().kafka if chosen.bootstrap else None, chosen.database_url
    local_kafka = Kafka(directory / "kafka", secure=secure) if chosen.kafka is Source.LOCAL else None
    local_postgres = Postgres(directory / "postgres", fsync=fsync) if chosen.database is Source.LOCAL else None
    with ExitStack() as running:
        if local_kafka:
            running.callback(local_kafka.stop)
            local_kafka.launch()  # starts while PostgreSQL does
        if local_postgres:
            running.callback(local_postgres.stop)
            local_postgres.start()
            url = local_postgres.url
        if local_kafka:
            local_kafka.wait()
            connection = local_kafka.connection
        if chosen.kafka is Source.DOCKER:
            from deploy.local import containers

            connection = running.enter_context(containers.KafkaContainer()).connection
            url = running.enter_context(containers.postgres_container()).get_connection_url()
        if connection is None or url is None:
            raise AssertionError("every plan gives both addresses")
        yield Stack(chosen.kind, connection, url, local_kafka, local_postgres)
