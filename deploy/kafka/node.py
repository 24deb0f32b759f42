"""The one Kafka node of docker compose: its configuration and its first user, as files. Pure.

What it is told is what the local node is told, which every test runs on; but it listens to the other containers.
"""

from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from deploy.kafka.acls import ADMIN
from deploy.local import kafka_config
from deploy.local.kafka_config import Ports, Tls
from deploy.local.ports import HOST
from shared.kafka import MECHANISM

PORTS = Ports(client=9092, controller=9093)


@dataclass(frozen=True, slots=True)
class Node:
    """Where the node is reached, and where it finds what. Its controller's port is for itself only."""

    host: str = "kafka"
    listens: str = "0.0.0.0"  # noqa: S104 - of a container of its own, in a network of its own
    ports: Ports = PORTS
    data: Path = Path("/var/lib/kafka/data")
    secrets: Path = Path("/secrets")


def server_properties(node: Node, admin: SecretStr) -> str:
    """The text of server.properties; it holds the admin's password."""
    tls = Tls(node.secrets / "identity.pem", node.secrets / "ca.pem")
    controller = f"CONTROLLER://{HOST}:{node.ports.controller}"
    chosen = kafka_config.settings(node.ports, node.data) | kafka_config.secured(admin, tls)
    chosen |= {
        "listeners": f"CLIENT://{node.listens}:{node.ports.client},{controller}",
        "advertised.listeners": f"CLIENT://{node.host}:{node.ports.client},{controller}",
    }
    return kafka_config.properties(chosen)


def format_arguments(cluster_id: str, admin: SecretStr) -> str:
    """What kafka-storage.sh format is given by a file, as anybody can read a command line. Twice does no harm."""
    return "".join(
        f"{argument}\n"
        for argument in (
            "--standalone",
            "--ignore-formatted",
            "--cluster-id",
            cluster_id,
            "--add-scram",
            f"{MECHANISM}=[name={ADMIN},password={admin.get_secret_value()}]",
        )
    )
