"""python -m deploy.kafka.offsets GROUP earliest|latest: where a group that is stopped goes on reading.

After a restore of the database: `aggregator` and `aggregator.rejections` from the earliest, since repeats change
nothing; `reporter` from the latest, since what the aggregator says anew is all that the restored reporter lacks. The
broker's address and the admin's login come from SVR_KAFKA_…, as for a service.
"""

import argparse
import sys
from collections.abc import Mapping, Sequence

from confluent_kafka import ConsumerGroupTopicPartitions, KafkaException, TopicPartition
from pydantic import ValidationError

from deploy.kafka.client import client, confluent
from shared import topics
from shared.departments import load_register
from shared.kafka import Connection
from shared.settings import KafkaSettings

SECONDS = 60


def groups() -> Mapping[str, Sequence[str]]:
    """Each consumer group that derives something in the database, and what it reads."""
    return {
        "aggregator": [topics.PROCUREMENT_EVENTS],
        "aggregator.rejections": [topics.rejections(sender.code) for sender in load_register().senders()],
        "reporter": [topics.IMPLEMENTATION_STATUS],
    }


def reset(connection: Connection, group: str, *, latest: bool) -> int:
    """The number of partitions set. Raises KafkaException, also when a member of the group is still running."""
    admin = client(connection)
    known = admin.list_topics(timeout=SECONDS).topics
    partitions = [
        TopicPartition(topic, number)
        for topic in groups()[group] if topic in known
        for number in known[topic].partitions
    ]  # fmt: skip
    spec = confluent.OffsetSpec.latest() if latest else confluent.OffsetSpec.earliest()
    offsets = admin.list_offsets(dict.fromkeys(partitions, spec), request_timeout=SECONDS)
    wanted = [
        TopicPartition(partition.topic, partition.partition, future.result(SECONDS).offset)
        for partition, future in offsets.items()
    ]
    asked = admin.alter_consumer_group_offsets([ConsumerGroupTopicPartitions(group, wanted)])
    for future in asked.values():
        for partition in future.result(SECONDS).topic_partitions:
            if partition.error is not None:  # each partition has its own
                raise KafkaException(partition.error)
    return len(wanted)


def main() -> int:
    """Exit codes: 0 done, 1 failed, 2 wrong usage."""
    parser = argparse.ArgumentParser(prog="python -m deploy.kafka.offsets", description=__doc__)
    parser.add_argument("group", choices=sorted(groups()))
    parser.add_argument("to", choices=["earliest", "latest"])
    given = parser.parse_args()
    try:
        count = reset(KafkaSettings().kafka, given.group, latest=given.to == "latest")
    except (KafkaException, ValidationError, OSError) as fault:
        sys.stderr.write(f"python -m deploy.kafka.offsets: {fault}. Is every member of the group stopped?\n")
        return 1
    sys.stdout.write(f"{given.group} goes on from the {given.to} record of {count} partitions\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
