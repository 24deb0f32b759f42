"""Apache Kafka on this machine: one KRaft node run from its jars, with its data in a folder."""

import base64
import os
import subprocess
import uuid
from pathlib import Path

from deploy.local import jars, ports, tools
from deploy.local.class_archive import ClassArchive
from deploy.local.kafka_config import Ports, properties, settings
from deploy.local.kafka_probe import answers
from deploy.local.processes import Child, Failed

VERSION = "4.3.1"
# Java's second compiler and its parallel collectors pay off after minutes; a development machine starts often.
FLAGS = ("-Xmx512m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
LOGGING = Path(__file__).with_name("log4j2.properties")
TERMINATED = 143  # Java's exit code after an orderly end on SIGTERM


class Kafka:
    """One node on one folder; stopped or even killed, it starts again with the same data and the same ports."""

    def __init__(self, directory: Path, *, port: int | None = None) -> None:
        """``port`` is that of the plain listener; where it is None a free one is chosen, as for the others."""
        self.directory = directory.resolve()
        self._port = port
        self._ports: Ports | None = None
        self._class_path = ""
        self._child: Child | None = None

    @property
    def bootstrap(self) -> str:
        """Address of the listener that asks for no login and whose clients may do anything; known once launched."""
        return f"{ports.HOST}:{self._known_ports.plain}"

    @property
    def bootstrap_sasl(self) -> str:
        """Address of the listener with SCRAM-SHA-512 logins, who may do what ACLs allow; known once launched."""
        return f"{ports.HOST}:{self._known_ports.sasl}"

    @property
    def pid(self) -> int | None:
        """Its process id; None while it does not run."""
        return self._child.pid if self._child else None

    @property
    def _known_ports(self) -> Ports:
        if self._ports is None:
            raise RuntimeError("the addresses of a Kafka node are known once it is launched")
        return self._ports

    def prepare(self) -> None:
        """Fetches and checks the jars. Raises tools.Missing or jars.FetchFailed."""
        self._class_path = os.pathsep.join(map(str, jars.ensure()))

    def start(self) -> None:
        """Starts the node and returns when it serves. Raises as prepare() does, or Failed with the log's last lines."""
        self.launch()
        self.wait()

    def launch(self) -> None:
        """Starts the node without waiting for it, so that something else can start meanwhile; wait() must follow."""
        if not self._class_path:
            self.prepare()
        self.directory.mkdir(parents=True, exist_ok=True)
        archive = ClassArchive(self.directory)
        config = self.directory / "server.properties"
        child = Child(
            name="Kafka",
            argv=self._java(*archive.flags(may_write=True), "kafka.Kafka", str(config)),
            log=self.directory / "kafka.log",
            pid_file=self.directory / "kafka.pid",
        )
        child.clear()  # before looking for free ports: what is left of a killed run would still hold them
        self._ports = Ports(*ports.keep(self.directory / "ports.json", 3, first=self._port))
        config.write_text(properties(settings(self._ports, self._data)))
        if not (self._data / "meta.properties").exists():
            self._format(config, archive)
        child.start()
        self._child, self._archive = child, archive

    def wait(self) -> None:
        """Returns when the launched node serves; a node that does not is stopped, and Failed raised."""
        if self._child is None:
            raise RuntimeError("Kafka was not launched")
        try:
            self._child.wait_until(lambda: answers(ports.HOST, self._known_ports.plain))
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Asks the node to end, waits, and kills it if it does not; nothing if it does not run."""
        if self._child and self._child.stop() == TERMINATED:
            self._archive.collect()

    def kill(self) -> None:
        """Ends the node with no warning, as a power cut would its process."""
        if self._child:
            self._child.kill()

    @property
    def _data(self) -> Path:
        return self.directory / "data"

    def _java(self, *arguments: str) -> list[str]:
        return [tools.java(), *FLAGS, f"-Dlog4j2.configurationFile={LOGGING.as_uri()}", "-cp", self._class_path,
                *arguments]  # fmt: skip

    def _format(self, config: Path, archive: ClassArchive) -> None:
        tool = self._java(*archive.flags(may_write=False), "kafka.tools.StorageTool", "format",
                          "--standalone", "--cluster-id", cluster_id(), "--config", str(config))  # fmt: skip
        ran = subprocess.run(tool, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        if ran.returncode:
            said = "\n".join(ran.stdout.splitlines()[-15:])
            raise Failed(f"Kafka's storage could not be formatted. It said last:\n{said}")


def cluster_id() -> str:
    """A fresh id in Kafka's form, made here as Java would take half a second to make one."""
    return "K" + base64.urlsafe_b64encode(uuid.uuid4().bytes).decode()[1:22]
