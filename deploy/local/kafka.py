"""Apache Kafka on this machine: one KRaft node run from its jars, with its data in a folder."""

import base64
import os
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.kafka.acls import ADMIN
from deploy.kafka.passwords import Passwords
from deploy.local import jars, ports, tools
from deploy.local.class_archive import ClassArchive
from deploy.local.kafka_config import Membership, Ports, Tls, properties, secured, settings
from deploy.local.kafka_probe import answers
from deploy.local.processes import Child, Failed
from shared.kafka import MECHANISM, Connection, Protocol

VERSION = "4.3.1"
# Java's second compiler and its parallel collectors pay off after minutes; a development machine starts often.
FLAGS = ("-Xmx512m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
LOGGING = Path(__file__).with_name("log4j2.properties")
TERMINATED = 143  # Java's exit code after an orderly end on SIGTERM


class Kafka:
    """One node on one folder; stopped or even killed, it starts again with the same data and the same ports."""

    def __init__(
        self,
        directory: Path,
        *,
        port: int | None = None,
        membership: Membership | None = None,
        secure: bool = False,
        tls: Tls | None = None,
    ) -> None:
        """``port`` is that of its clients; where it is None a free one is chosen, as for the other.

        A secure node asks for SCRAM-SHA-512 logins and obeys ACLs, with ``tls`` through TLS; a plain one, for tests of
        other things, lets anybody do anything.
        A node with a ``membership`` is one of several, whose ports are all chosen already.
        """
        self.directory = directory.resolve()
        self._port = port
        self._membership = membership
        self._secure, self._tls = secure or tls is not None, tls
        self._ports: Ports | None = None
        self._class_path = ""
        self._child: Child | None = None

    @property
    def connection(self) -> Connection:
        """How to reach it as somebody who may do anything, on a secure node the admin; known once launched."""
        bootstrap = f"{ports.HOST}:{self._known_ports.client}"
        if not self._secure:
            return Connection(bootstrap=bootstrap)
        return Connection(
            bootstrap=bootstrap,
            protocol=Protocol.SASL_SSL if self._tls else Protocol.SASL_PLAINTEXT,
            username=ADMIN,
            password=self._passwords(ADMIN),
            ca=self._tls.ca if self._tls else None,
        )

    @property
    def _passwords(self) -> Passwords:
        """The admin's only: the others' are no business of the node's."""
        return Passwords(self.directory / "secrets")

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
        self._ports = self._choose_ports()
        config.touch(0o600)  # a secure node's holds the admin's password
        config.write_text(properties(self._settings(self._ports)))
        if not (self._data / "meta.properties").exists():
            self._format(config, archive)
        child.start()
        self._child, self._archive = child, archive

    def wait(self) -> None:
        """Returns when the launched node serves; a node that does not is stopped, and Failed raised."""
        if self._child is None:
            raise RuntimeError("Kafka was not launched")
        try:
            expected = len(self._membership.members) if self._membership else 1
            self._child.wait_until(lambda: answers(self.connection, brokers=expected))
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

    def _choose_ports(self) -> Ports:
        if self._membership:
            return self._membership.members[self._membership.node - 1]
        return Ports(*ports.keep(self.directory / "ports.json", 2, first=self._port))

    def _settings(self, chosen: Ports) -> dict[str, str]:
        alone = settings(chosen, self._data)
        if self._secure:
            alone |= secured(self._passwords(ADMIN), self._tls)
        if self._membership is None:
            return alone
        del alone["controller.quorum.bootstrap.servers"]  # its controllers are named one by one
        return alone | self._membership.settings

    def _java(self, *arguments: str) -> list[str]:
        return [tools.java(), *FLAGS, f"-Dlog4j2.configurationFile={LOGGING.as_uri()}", "-cp", self._class_path,
                *arguments]  # fmt: skip

    def _format(self, config: Path, archive: ClassArchive) -> None:
        kind = ["--cluster-id", self._membership.cluster_id] if self._membership else [
            "--standalone", "--cluster-id", cluster_id()
        ]  # fmt: skip
        tool = self._java(*archive.flags(may_write=False), "kafka.tools.StorageTool", "format",
                          *kind, "--config", str(config))  # fmt: skip
        with self._first_user() as user:
            ran = subprocess.run(
                [*tool, *user], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
            )
        if ran.returncode:
            said = "\n".join(ran.stdout.splitlines()[-15:])
            raise Failed(f"Kafka's storage could not be formatted. It said last:\n{said}")

    @contextmanager
    def _first_user(self) -> Iterator[list[str]]:
        """Arguments that make the admin, who then makes the others. By a file: anybody can read a command line."""
        if not self._secure:
            yield []
            return
        file = self.directory / "format.arguments"
        file.touch(0o600)
        user = f"[name={ADMIN},password={self._passwords(ADMIN).get_secret_value()}]"
        file.write_text(f"--add-scram\n{MECHANISM}={user}\n")
        try:
            yield [f"@{file}"]
        finally:
            file.unlink()


def cluster_id() -> str:
    """A fresh id in Kafka's form, made here as Java would take half a second to make one."""
    return "K" + base64.urlsafe_b64encode(uuid.uuid4().bytes).decode()[1:22]
