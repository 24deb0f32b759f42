"""What the local Kafka node is told, and what it is asked."""

import re
import socket
import threading
from pathlib import Path

from pydantic import SecretStr

from deploy.local.kafka import cluster_id
from deploy.local.kafka_config import Membership, Ports, Tls, properties, secured, settings
from deploy.local.kafka_probe import answers
from deploy.local.ports import free_port
from shared.kafka import Connection

CHOSEN = settings(Ports(client=1, controller=2), Path("/a folder"))


def test_every_listener_is_on_the_loopback_address_only() -> None:
    """A plain node's clients may do anything, so nobody from outside may reach it."""
    assert CHOSEN["listeners"] == "CLIENT://127.0.0.1:1,CONTROLLER://127.0.0.1:2"


def test_a_secure_node_has_no_listener_without_a_login() -> None:
    """Neither for clients nor for its controller, and one super user only, who is named."""
    secure = CHOSEN | secured(SecretStr("x"), None)
    protocols = dict(pair.split(":") for pair in secure["listener.security.protocol.map"].split(","))
    assert protocols == {"CONTROLLER": "SASL_PLAINTEXT", "CLIENT": "SASL_PLAINTEXT"}
    assert (secure["super.users"], secure["sasl.enabled.mechanisms"]) == ("User:admin", "SCRAM-SHA-512")


def test_with_tls_clients_have_no_other_way_in() -> None:
    """The certificate and the CA are PEM files."""
    secure = CHOSEN | secured(SecretStr("x"), Tls(Path("/node.pem"), Path("/ca.pem")))
    assert "CLIENT:SASL_SSL" in secure["listener.security.protocol.map"].split(",")
    assert secure["listener.name.client.ssl.keystore.location"] == "/node.pem"


def test_a_node_of_three_knows_the_others_and_needs_two_for_an_acknowledgement() -> None:
    """So that one may be lost."""
    member = Membership(2, (Ports(1, 2), Ports(3, 4), Ports(5, 6)), "id").settings
    assert member["node.id"] == "2"
    assert member["controller.quorum.voters"] == "1@127.0.0.1:2,2@127.0.0.1:4,3@127.0.0.1:6"
    assert (member["default.replication.factor"], member["min.insync.replicas"]) == ("3", "2")


def test_settings_are_written_one_a_line() -> None:
    """As Java reads properties: a space in a folder's name is no end."""
    assert properties({"log.dirs": "/a folder", "node.id": "1"}) == "log.dirs=/a folder\nnode.id=1\n"


def test_a_cluster_id_has_kafkas_form_and_is_fresh() -> None:
    """Sixteen bytes in base64 for addresses, without padding and not beginning with a dash."""
    assert re.fullmatch(r"[A-Za-z0-9][\w-]{21}", cluster_id(), re.ASCII)
    assert cluster_id() != cluster_id()


def test_a_port_where_nobody_listens_does_not_answer() -> None:
    """Nor does it raise."""
    assert not answers(Connection(bootstrap=f"127.0.0.1:{free_port()}"))


def test_a_server_that_hangs_up_is_not_ready() -> None:
    """As a broker does with those it does not let in."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=lambda: server.accept()[0].close())
        thread.start()
        assert not answers(Connection(bootstrap=f"127.0.0.1:{server.getsockname()[1]}"))
        thread.join()
