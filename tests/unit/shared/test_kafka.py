"""A connection says how to reach Kafka and as whom, and never says the password."""

import ssl
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from shared.kafka import Connection

SECRET = "correct-horse"
LOGIN: dict[str, Any] = {"bootstrap": "kafka:9092", "protocol": "SASL_PLAINTEXT", "username": "dwp", "password": SECRET}


def test_without_more_it_is_plain() -> None:
    """As on the integration tests' own node."""
    assert Connection(bootstrap="kafka:9092").options() == {
        "bootstrap_servers": ["kafka:9092"],
        "security_protocol": "PLAINTEXT",
    }


def test_several_bootstrap_servers_are_told_apart() -> None:
    """aiokafka would take a text of several for the name of one host."""
    connection = Connection(bootstrap="kafka-1:9092, kafka-2:9092")
    assert connection.options()["bootstrap_servers"] == ["kafka-1:9092", "kafka-2:9092"]
    assert connection.broker().specification.url == ["kafka-1:9092", "kafka-2:9092"]


def test_a_login_is_scram_sha_512() -> None:
    """In aiokafka's words."""
    assert Connection(**LOGIN).options() == {
        "bootstrap_servers": ["kafka:9092"],
        "security_protocol": "SASL_PLAINTEXT",
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": "dwp",
        "sasl_plain_password": SECRET,
    }


def test_tls_checks_the_certificate_and_its_host() -> None:
    """Whoever is in the way cannot pretend to be the broker."""
    context = Connection(**LOGIN | {"protocol": "SASL_SSL"}).options()["ssl_context"]
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)


def test_the_password_is_never_shown() -> None:
    """Neither by a connection nor by the error about one."""
    connection = Connection(**LOGIN)
    assert SECRET not in f"{connection!r} {connection} {connection.model_dump()} {connection.model_dump_json()}"
    with pytest.raises(ValidationError) as refused:
        Connection(**LOGIN | {"protocol": "PLAINTEXT"})
    assert SECRET not in str(refused.value)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"username": None}, "a username and a password are expected"),
        ({"password": None}, "a username and a password are expected"),
        ({"password": ""}, "a username and a password are expected"),
        ({"protocol": "PLAINTEXT"}, "PLAINTEXT has no login"),
        ({"protocol": "SSL"}, "SSL has no login"),
        ({"ca": "/ca.pem"}, "SASL_PLAINTEXT has no TLS"),
        ({"protocol": "SASL"}, "'PLAINTEXT', 'SASL_PLAINTEXT', 'SASL_SSL' or 'SSL'"),
    ],
)
def test_what_makes_no_sense_is_refused_with_what_is_expected(change: dict[str, Any], expected: str) -> None:
    """So that nobody believes in a security that is not there."""
    with pytest.raises(ValidationError, match=expected):
        Connection(**LOGIN | change)


def test_another_login_keeps_the_address() -> None:
    """And the protocol."""
    assert Connection(**LOGIN).login("moj", SecretStr("x")) == Connection(
        **LOGIN | {"username": "moj", "password": "x"}
    )
