"""Three Kafka nodes on this machine: every record on three, acknowledged by two, so that one may be lost."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path

from deploy.local import ports
from deploy.local.kafka import Kafka, cluster_id
from deploy.local.kafka_config import Membership, Ports
from shared.kafka import Connection

NODES = 3


class KafkaCluster:
    """Handled as one Kafka node is; each of its nodes can be killed and launched by itself."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory.resolve()

    @cached_property
    def nodes(self) -> tuple[Kafka, ...]:
        """Brokers and controllers at once, as a development machine has them."""
        self.directory.mkdir(parents=True, exist_ok=True)
        chosen = iter(ports.keep(self.directory / "ports.json", 2 * NODES))
        members = tuple(Ports(*two) for two in zip(chosen, chosen, strict=True))
        id = self._cluster_id()
        return tuple(
            Kafka(self.directory / f"node-{number}", membership=Membership(number, members, id))
            for number in range(1, NODES + 1)
        )

    @property
    def connection(self) -> Connection:
        """To all of its nodes, which ask for no login; known once launched."""
        return Connection(bootstrap=",".join(node.connection.bootstrap for node in self.nodes))

    def start(self) -> None:
        self.launch()
        self.wait()

    def launch(self) -> None:
        for node in self.nodes:
            node.launch()

    def wait(self) -> None:
        """Returns when every node serves and sees the others. Raises processes.Failed."""
        for node in self.nodes:
            node.wait()

    def stop(self) -> None:
        """Asks all of them at once to end."""
        _at_once(node.stop for node in self.nodes)

    def kill(self) -> None:
        _at_once(node.kill for node in self.nodes)

    def _cluster_id(self) -> str:
        file = self.directory / "cluster-id"
        if not file.exists():
            file.write_text(cluster_id())
        return file.read_text()


def _at_once(does: Iterable[Callable[[], None]]) -> None:
    with ThreadPoolExecutor(NODES) as threads:
        for done in [threads.submit(do) for do in does]:
            done.result()
