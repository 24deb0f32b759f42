"""confluent-kafka's admin client: aiokafka's knows neither SCRAM users nor ACLs."""

from typing import Any

from confluent_kafka import admin

from shared.kafka import Connection

confluent: Any = admin  # its type information leaves out most of what its documentation names


def client(connection: Connection, **options: Any) -> Any:
    """An AdminClient; it connects when first asked something."""
    return confluent.AdminClient({**connection.librdkafka(), **options})
