"""Kafka and PostgreSQL in containers, where a Docker engine answers; testcontainers is a dependency of the tests."""

import secrets
import time
from pathlib import Path, PurePosixPath
from typing import Self

from testcontainers.community.postgres import PostgresContainer
from testcontainers.core.container import DockerContainer
from testcontainers.core.docker_client import DockerClient

from deploy.local import kafka, kafka_config, postgres
from deploy.local.kafka_probe import answers
from deploy.local.postgres_cluster import NAME
from shared.kafka import Connection

PORTS = kafka_config.Ports(client=9092, controller=9094)
BROKER_PORT = 9095
TEMPORARY = PurePosixPath("/tmp")  # noqa: S108 - of a container of our own; the one folder that its user may write to
CONFIG, READY, DATA = TEMPORARY / "kafka.properties", TEMPORARY / "kafka.ready", TEMPORARY / "kafka-data"
KAFKA = "/opt/kafka/bin"
COMMAND = f"""
until [ -f {READY} ]; do sleep 0.1; done
{KAFKA}/kafka-storage.sh format --standalone -t {{cluster_id}} -c {CONFIG} &&
exec {KAFKA}/kafka-server-start.sh {CONFIG}
"""


def engine_answers() -> bool:
    """Whether a Docker engine answers a ping, within two seconds."""
    try:
        return bool(DockerClient(timeout=2).client.ping())
    except Exception:  # whatever keeps it from answering, there is no engine to use
        return False


class KafkaContainer(DockerContainer):
    """The same plain node as the local one, in Apache's image.

    Testcontainers' own class knows Confluent's images only. Clients outside must be told the port that the engine
    maps, which is known only once the container runs; so the container waits for its configuration.
    """

    def __init__(self) -> None:
        super().__init__(f"apache/kafka:{kafka.VERSION}")
        self.with_exposed_ports(PORTS.client)
        self.with_env("KAFKA_HEAP_OPTS", "-Xmx512m")
        self.with_command(["sh", "-c", COMMAND.format(cluster_id=kafka.cluster_id())])

    def start(self) -> Self:
        """Starts it and returns when it serves."""
        super().start()
        self.copy_into_container(kafka_config.properties(self._settings()).encode(), str(CONFIG))
        self.copy_into_container(b"", str(READY))  # apart, since a file can be seen before it is whole
        deadline = time.monotonic() + 60
        while not answers(self.connection):
            self.reload()
            if self.status != "running" or time.monotonic() > deadline:
                raise RuntimeError(f"Kafka's container did not serve: {self.get_logs()[0].decode()[-2000:]}")
            time.sleep(0.1)
        return self

    @property
    def connection(self) -> Connection:
        """How to reach it from outside, without a login."""
        return Connection(bootstrap=f"{self.get_container_host_ip()}:{self.get_exposed_port(PORTS.client)}")

    def _settings(self) -> dict[str, str]:
        """Those of the local node, but listening to all, and with a listener that the broker itself can reach."""
        local = kafka_config.settings(PORTS, Path(DATA))
        everywhere, outside = f"CLIENT://0.0.0.0:{PORTS.client}", f"CLIENT://{self.connection.bootstrap}"
        inside = f"BROKER://localhost:{BROKER_PORT},CONTROLLER://localhost:{PORTS.controller}"
        return local | {
            "listeners": f"{everywhere},{inside}",
            "advertised.listeners": f"{outside},{inside}",
            "inter.broker.listener.name": "BROKER",
            "controller.quorum.bootstrap.servers": f"localhost:{PORTS.controller}",
            "listener.security.protocol.map": local["listener.security.protocol.map"] + ",BROKER:PLAINTEXT",
        }


def postgres_container() -> PostgresContainer:
    """The same server as the local one, in PostgreSQL's image."""
    return PostgresContainer(
        f"postgres:{postgres.VERSION}",
        username=NAME, password=secrets.token_urlsafe(24), dbname=NAME, driver=None,
    )  # fmt: skip
