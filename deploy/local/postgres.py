"""PostgreSQL on this machine: the server of a Python wheel, on a loopback port with a password, data in a folder."""

import os
import secrets
import signal
import time
from pathlib import Path

from deploy.local import ports, postgres_cluster, postgres_home
from deploy.local.postgres_cluster import NAME
from deploy.local.processes import Child

VERSION = "18.4"  # of the wheel in the lock file
TUNED = {"shared_buffers": "256MB", "min_wal_size": "1GB", "max_wal_size": "4GB"}
"""For many rows written at once: fewer checkpoints, after which whole pages are written, and WAL files used again."""

PATIENCE = 10.0  # seconds for the sessions of a killed server to end


class Postgres:
    """One server on one folder; stopped or even killed, it starts again with the same data, port and password."""

    def __init__(self, directory: Path, *, port: int | None = None, fsync: bool = True) -> None:
        """A free port is chosen where it is None. Without ``fsync`` it is faster, and data outlives no power cut."""
        self.directory = directory.resolve()
        self._asked_port = port
        self._fsync = fsync
        self._port: int | None = None
        self._child: Child | None = None

    @property
    def url(self) -> str:
        """Address of the database ``svr`` for its owner, password included, so never to be logged."""
        if self._port is None:
            raise RuntimeError("the address of a PostgreSQL server is known once it is launched")
        return f"postgresql://{NAME}:{self._password()}@{ports.HOST}:{self._port}/{NAME}"

    @property
    def pid(self) -> int | None:
        """The server's process id; None while it does not run."""
        return self._child.pid if self._child else None

    def start(self) -> None:
        """Starts the server and returns when it serves. Raises tools.Missing, or Failed with the log's last lines."""
        home = postgres_home.find(self.directory)
        child = Child(
            name="PostgreSQL",
            argv=(),
            log=self.directory / "postgres.log",
            pid_file=self.directory / "postgres.json",
            env=postgres_cluster.ENVIRONMENT,
            cwd=home.folder,
            user=home.user,
            stop_signal=signal.SIGINT,  # "fast", which ends sessions; SIGTERM would wait for clients to leave
        )
        child.clear()  # before looking for a free port: what is left of a killed run would still hold it
        if not home.data.exists():
            postgres_cluster.make(home, self._password(), sync=self._fsync)
        (self._port,) = ports.keep(self.directory / "port.json", 1, first=self._asked_port)
        child.argv = [str(home.programs / "postgres"), "-D", str(home.data), *options(self._port, fsync=self._fsync)]
        self._child = child
        start_once_free(child, home.data)

    def stop(self) -> None:
        """Ends sessions and the server in good order; kills it if that takes too long; nothing if it does not run."""
        if self._child:
            self._child.stop()

    def kill(self) -> None:
        """Ends the server with no warning; its sessions end when they notice."""
        if self._child:
            self._child.kill()

    def _password(self) -> str:
        """The owner's password, made at first use and kept where only we can read it."""
        file = self.directory / "password"
        if not file.exists():
            with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as fresh:
                fresh.write(secrets.token_urlsafe(24))
        return file.read_text()


def start_once_free(child: Child, data: Path) -> None:
    """Starts it; again if the sessions of a server just killed have not left its shared memory yet."""
    deadline = time.monotonic() + PATIENCE
    while True:
        child.start()
        try:
            child.wait_until(lambda: is_ready(data, child.pid))
        except BaseException as fault:
            child.stop()
            if "shared memory block" not in str(fault) or time.monotonic() > deadline:
                raise
            time.sleep(0.5)
        else:
            return


def options(port: int, *, fsync: bool) -> list[str]:
    """The server's settings that differ from its defaults: TCP on the loopback address only, and no Unix socket."""
    settings = {
        "listen_addresses": ports.HOST,
        "port": str(port),
        "unix_socket_directories": "",
        "fsync": "on" if fsync else "off",
        "timezone": "UTC",
        "log_timezone": "UTC",
        **TUNED,
    }
    return [argument for name, value in settings.items() for argument in ("-c", f"{name}={value}")]


def is_ready(data: Path, pid: int | None) -> bool:
    """Whether the server of that id serves, from the file in which it says so (first line: id, eighth: status)."""
    try:
        said = (data / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return False
    return len(said) > 7 and said[0] == str(pid) and said[7].strip() == "ready"
