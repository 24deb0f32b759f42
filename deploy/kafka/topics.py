"""Creates the topics that are missing. Run it again at any time: what is there stays as it is."""

import argparse
import asyncio

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import for_code

from shared import topics
from shared.departments import load_register

EXISTS = 36
LARGEST_RECORD = 3_000_000  # a rejection carries the refused bytes in base64
FOR_EVER = {"retention.ms": "-1"}


def wanted(*, replication: int) -> list[NewTopic]:
    """Every topic of the system, as Kafka's admin client takes it."""
    senders = [sender.code for sender in load_register().senders()]
    return [
        NewTopic(
            topic.name,
            num_partitions=topic.partitions,
            replication_factor=replication,
            topic_configs={
                "max.message.bytes": str(LARGEST_RECORD),
                **({"cleanup.policy": "compact"} if topic.compacted else {}),
                **(FOR_EVER if topic.forever else {}),
            },
        )
        for topic in topics.topics(senders)
    ]


async def create(bootstrap: str, *, replication: int = 1) -> int:
    """Returns how many were created. Raises the broker's error for anything but a topic that exists."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        existing = set(await admin.list_topics())
        missing = [topic for topic in wanted(replication=replication) if topic.name not in existing]
        if not missing:
            return 0
        response = await admin.create_topics(missing, timeout_ms=60_000)
        for error in response.topic_errors:
            if error[1] not in (0, EXISTS):
                raise for_code(error[1])(f"topic {error[0]}: {error[2] if len(error) > 2 else ''}")
        return len(missing)
    finally:
        await admin.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bootstrap", help="Kafka's bootstrap servers")
    parser.add_argument("--replication", type=int, default=1)
    given = parser.parse_args()
    asyncio.run(create(given.bootstrap, replication=given.replication))


if __name__ == "__main__":
    main()
