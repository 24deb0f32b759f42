"""Creates the topics that are missing; what is there stays as it is."""

from typing import Any

from confluent_kafka import KafkaError, KafkaException

from deploy.kafka.client import client, confluent
from shared import topics
from shared.departments import load_register
from shared.kafka import Connection

LARGEST_RECORD = 3_000_000  # a rejection carries the refused bytes in base64
FOR_EVER = {"retention.ms": "-1"}
SECONDS = 60


def wanted(*, replication: int) -> list[Any]:
    """Every topic of the system, as Kafka's admin client takes it."""
    senders = [sender.code for sender in load_register().senders()]
    return [
        confluent.NewTopic(
            topic.name,
            num_partitions=topic.partitions,
            replication_factor=replication,
            config={
                "max.message.bytes": str(LARGEST_RECORD),
                **({"cleanup.policy": "compact"} if topic.compacted else {}),
                **(FOR_EVER if topic.forever else {}),
            },
        )
        for topic in topics.topics(senders)
    ]


def create(connection: Connection, *, replication: int = 1) -> list[str]:
    """The names of those it created. Raises KafkaException for anything but a topic that exists."""
    admin = client(connection)
    existing = admin.list_topics(timeout=SECONDS).topics
    missing = [topic for topic in wanted(replication=replication) if topic.topic not in existing]
    created: list[str] = []
    for name, future in (admin.create_topics(missing, operation_timeout=SECONDS) if missing else {}).items():
        try:
            future.result(SECONDS)
        except KafkaException as fault:
            if fault.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:  # somebody else was quicker
                raise
        else:
            created.append(name)
    return created
