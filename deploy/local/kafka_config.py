"""The configuration of the one local Kafka node, pure functions of its ports and its folder."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from deploy.local.ports import HOST


@dataclass(frozen=True)
class Ports:
    """Where the node listens, on the loopback address only."""

    plain: int
    sasl: int
    controller: int


def settings(ports: Ports, data: Path) -> dict[str, str]:
    """The node's settings, by Kafka's names for them.

    Two listeners for clients: a plain one, whose clients are super users (a development machine's loopback address
    only), and one where a client logs in with SCRAM-SHA-512 and may do only what an ACL allows.
    """
    plain, sasl = f"PLAINTEXT://{HOST}:{ports.plain}", f"SASL_PLAINTEXT://{HOST}:{ports.sasl}"
    controller = f"CONTROLLER://{HOST}:{ports.controller}"
    return {
        "process.roles": "broker,controller",
        "node.id": "1",
        "controller.quorum.bootstrap.servers": f"{HOST}:{ports.controller}",
        "controller.listener.names": "CONTROLLER",
        "inter.broker.listener.name": "PLAINTEXT",
        "listeners": f"{plain},{sasl},{controller}",
        "advertised.listeners": f"{plain},{sasl},{controller}",
        "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SASL_PLAINTEXT:SASL_PLAINTEXT",
        "sasl.enabled.mechanisms": "SCRAM-SHA-512",
        "listener.name.sasl_plaintext.scram-sha-512.sasl.jaas.config":
            "org.apache.kafka.common.security.scram.ScramLoginModule required;",
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "super.users": "User:ANONYMOUS",
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


def properties(chosen: Mapping[str, str]) -> str:
    """The text of ``server.properties``."""
    return "".join(f"{name}={value}\n" for name, value in chosen.items())
