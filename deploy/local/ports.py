"""Free ports on the loopback address, kept from one start to the next."""

import json
import random
import socket
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

HOST = "127.0.0.1"
# Below the range from which Linux (32768 on) and macOS (49152 on) give ports to outgoing connections. In that range
# a client that keeps trying to reach a stopped server can be given the server's own port, connect to itself, and so
# keep the server from ever coming back.
CANDIDATES = range(20_000, 32_000)


class PortTaken(Exception):
    """A port that was asked for is in use."""


def is_free(port: int) -> bool:
    """Whether a server could listen there now."""
    with socket.socket() as probe:
        # As servers do: the last minute of an earlier server's connections is no obstacle, a listener is.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True


def free_port() -> int:
    """One port that is free now, not noted anywhere."""
    return next(_free_ports())


def keep(note: Path, count: int, *, first: int | None = None) -> list[int]:
    """``count`` different free ports: those in the note if all are free, else others, which are then noted.

    ``first`` fixes the first of them; PortTaken if it is in use.
    """
    if first is not None and not is_free(first):
        raise PortTaken(f"{HOST}:{first} is in use by another program")
    noted = _read(note)
    if len(noted) == count and first in (None, noted[0]) and all(map(is_free, noted)):
        return noted
    fixed = [] if first is None else [first]
    ports = fixed + list(islice((port for port in _free_ports() if port != first), count - len(fixed)))
    note.write_text(json.dumps(ports))
    return ports


def _free_ports() -> Iterator[int]:
    """Free ports in no order, each once; each is looked at only when asked for."""
    return filter(is_free, random.sample(CANDIDATES, len(CANDIDATES)))


def _read(note: Path) -> list[int]:
    try:
        return [int(port) for port in json.loads(note.read_text())]
    except (FileNotFoundError, ValueError):
        return []
