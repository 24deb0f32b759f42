"""The configuration of the one local Kafka node, pure functions of its ports, its folder and its secrets."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from deploy.kafka.acls import ADMIN
from deploy.local.ports import HOST
from shared.kafka import MECHANISM, Protocol

SCRAM = "org.apache.kafka.common.security.scram.ScramLoginModule"
PLAIN = "org.apache.kafka.common.security.plain.PlainLoginModule"


@dataclass(frozen=True)
class Ports:
    """Where the node listens, on the loopback address only."""

    client: int
    controller: int


@dataclass(frozen=True)
class Membership:
    """That a node is one of several, all brokers and controllers: which, counted from 1, and of which cluster."""

    node: int
    members: tuple[Ports, ...]
    cluster_id: str

    @property
    def settings(self) -> dict[str, str]:
        """In place of what a node alone is told: every record on all nodes, acknowledged by all but one."""
        voters = (f"{node}@{HOST}:{ports.controller}" for node, ports in enumerate(self.members, start=1))
        copies, acknowledged = str(len(self.members)), str(len(self.members) - 1)
        return {
            "node.id": str(self.node),
            "controller.quorum.voters": ",".join(voters),
            "default.replication.factor": copies,
            "min.insync.replicas": acknowledged,
            "offsets.topic.replication.factor": copies,
            "transaction.state.log.replication.factor": copies,
            "transaction.state.log.min.isr": acknowledged,
            "share.coordinator.state.topic.replication.factor": copies,
            "share.coordinator.state.topic.min.isr": acknowledged,
        }


@dataclass(frozen=True)
class Tls:
    """PEM files: the node's key and certificate together, and the CA that signed it."""

    identity: Path
    ca: Path


def settings(ports: Ports, data: Path) -> dict[str, str]:
    """The node's settings, by Kafka's names for them. On a plain node anybody may do anything; see also secured()."""
    client = f"CLIENT://{HOST}:{ports.client}"
    controller = f"CONTROLLER://{HOST}:{ports.controller}"
    return {
        "process.roles": "broker,controller",
        "node.id": "1",
        "controller.quorum.bootstrap.servers": f"{HOST}:{ports.controller}",
        "controller.listener.names": "CONTROLLER",
        "inter.broker.listener.name": "CLIENT",
        "listeners": f"{client},{controller}",
        "advertised.listeners": f"{client},{controller}",
        "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,CLIENT:PLAINTEXT",
        "log.dirs": str(data),
        # Topics are declared, so a mistyped name must fail rather than make one.
        "auto.create.topics.enable": "false",
        # A first member of a group need not wait 3 s for a second.
        "group.initial.rebalance.delay.ms": "0",
        # There is one node to replicate to, and fifty partitions of these topics would only cost start-up time.
        "offsets.topic.replication.factor": "1",
        "offsets.topic.num.partitions": "1",
        "transaction.state.log.replication.factor": "1",
        "transaction.state.log.min.isr": "1",
        "transaction.state.log.num.partitions": "1",
        "share.coordinator.state.topic.replication.factor": "1",
        "share.coordinator.state.topic.min.isr": "1",
        "share.coordinator.state.topic.num.partitions": "1",
        # A node that was killed is let in again only when its former self counts as gone, by default after 9 s.
        "broker.session.timeout.ms": "2500",
        "broker.heartbeat.interval.ms": "500",
        # Of 128 MiB the heap would be full.
        "log.cleaner.dedupe.buffer.size": str(32 * 1024 * 1024),
    }  # fmt: skip


def secured(admin: SecretStr, tls: Tls | None) -> dict[str, str]:
    """In place of, or besides, what settings() says: nobody gets in without a login, and nobody but the admin may do
    what no ACL allows.

    The node itself is the admin. Its controller's listener has a login too, else whoever reached it were the
    controller's peer; by PLAIN, since SCRAM's users are kept by the very controller that would have to look them up.
    """
    password = admin.get_secret_value()
    as_admin = f'required username="{ADMIN}" password="{password}"'
    client = Protocol.SASL_SSL if tls else Protocol.SASL_PLAINTEXT
    return {
        "listener.security.protocol.map": f"CONTROLLER:SASL_PLAINTEXT,CLIENT:{client}",
        "sasl.enabled.mechanisms": MECHANISM,
        "sasl.mechanism.inter.broker.protocol": MECHANISM,
        f"listener.name.client.{MECHANISM.lower()}.sasl.jaas.config": f"{SCRAM} {as_admin};",
        "listener.name.controller.sasl.enabled.mechanisms": "PLAIN",
        "sasl.mechanism.controller.protocol": "PLAIN",
        "listener.name.controller.plain.sasl.jaas.config": f'{PLAIN} {as_admin} user_{ADMIN}="{password}";',
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "super.users": f"User:{ADMIN}",
        **(_stores(tls) if tls else {}),
    }


def _stores(tls: Tls) -> dict[str, str]:
    return {
        "listener.name.client.ssl.keystore.type": "PEM",
        "listener.name.client.ssl.keystore.location": str(tls.identity),
        "listener.name.client.ssl.truststore.type": "PEM",
        "listener.name.client.ssl.truststore.location": str(tls.ca),
    }


def properties(chosen: Mapping[str, str]) -> str:
    """The text of ``server.properties``."""
    return "".join(f"{name}={value}\n" for name, value in chosen.items())
