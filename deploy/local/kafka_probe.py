"""Asks Kafka whether a broker is ready to serve."""

from confluent_kafka import KafkaException

from deploy.kafka.client import client
from shared.kafka import Connection


def answers(connection: Connection, *, brokers: int = 1) -> bool:
    """Whether a broker answers there, lets us in, and counts so many brokers, itself among them, as alive.

    A broker that the controller has not let in yet counts none, which the client takes for no answer.
    """
    asking = client(connection, **{"reconnect.backoff.ms": 20, "reconnect.backoff.max.ms": 50})
    try:
        return len(asking.list_topics(timeout=0.5).brokers) >= brokers
    except KafkaException:
        return False
