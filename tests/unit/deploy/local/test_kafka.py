"""What the local Kafka node is told, and what it is asked."""

import re
import socket
import threading
from pathlib import Path

from deploy.local.kafka import cluster_id
from deploy.local.kafka_config import Ports, properties, settings
from deploy.local.kafka_probe import answers

CHOSEN = settings(Ports(plain=1, sasl=2, controller=3), Path("/a folder"))


def test_every_listener_is_on_the_loopback_address_only() -> None:
    """The plain listener's clients are super users, so nobody from outside may reach it."""
    assert CHOSEN["listeners"] == ("PLAINTEXT://127.0.0.1:1,SASL_PLAINTEXT://127.0.0.1:2,CONTROLLER://127.0.0.1:3")


def test_settings_are_written_one_a_line() -> None:
    """As Java reads properties: a space in a folder's name is no end."""
    assert properties({"log.dirs": "/a folder", "node.id": "1"}) == "log.dirs=/a folder\nnode.id=1\n"


def test_a_cluster_id_has_kafkas_form_and_is_fresh() -> None:
    """Sixteen bytes in base64 for addresses, without padding and not beginning with a dash."""
    assert re.fullmatch(r"[A-Za-z0-9][\w-]{21}", cluster_id(), re.ASCII)
    assert cluster_id() != cluster_id()


def answer_with(reply: bytes) -> bool:
    """What the probe makes of a server that says this."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(64)
                connection.sendall(reply)

        thread = threading.Thread(target=serve)
        thread.start()
        said = answers("127.0.0.1", server.getsockname()[1])
        thread.join()
    return said


def test_a_broker_that_counts_itself_is_ready() -> None:
    """Length, correlation id, one broker."""
    assert answer_with(bytes([0, 0, 0, 50, 0, 0, 0, 1, 0, 0, 0, 1]) + b"rest")


def test_a_broker_that_counts_none_is_not_ready() -> None:
    """It answers before the controller has let it in."""
    assert not answer_with(bytes([0, 0, 0, 12, 0, 0, 0, 1, 0, 0, 0, 0]))


def test_a_server_that_hangs_up_is_not_ready() -> None:
    """Nor is one whose answer is cut short."""
    assert not answer_with(b"\0\0")
