"""confluent-kafka's admin client: aiokafka's knows neither SCRAM users nor ACLs."""

from typing import Any

from confluent_kafka import admin

from shared.kafka import MECHANISM, Connection

confluent: Any = admin  # its type information leaves out most of what its documentation names


def librdkafka(connection: Connection) -> dict[str, Any]:
    """What any of confluent-kafka's clients is made with; holds the password, so it belongs in no log."""
    options: dict[str, Any] = {
        "bootstrap.servers": connection.bootstrap,
        "security.protocol": connection.protocol.value,
        # Its own log lines go to stderr; what matters is raised.
        "log_level": 0,
    }
    if connection.username and connection.password:
        options |= {
            "sasl.mechanism": MECHANISM,
            "sasl.username": connection.username,
            "sasl.password": connection.password.get_secret_value(),
        }
    if connection.ca:
        options["ssl.ca.location"] = str(connection.ca)
    return options


def client(connection: Connection, **options: Any) -> Any:
    """An AdminClient; it connects when first asked something."""
    return confluent.AdminClient({**librdkafka(connection), **options})
