"""What has become of everything: positions on Kafka and rows in PostgreSQL, for the demo and the end-to-end tests."""

from dataclasses import dataclass

import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from shared import topics
from shared.departments import load_register
from shared.kafka import Connection


@dataclass(frozen=True, slots=True)
class Counts:
    """`waiting` counts what some service still has to take: records behind, marks, outbox rows."""

    submitted: int
    accepted: int
    refused: int
    recorded: int
    repeats: int
    conflicts: int
    waiting: int


class Observer:
    """Reads positions with clients of its own; changes nothing."""

    def __init__(self, connection: Connection, database_url: str) -> None:
        self.connection, self.database_url = connection, database_url
        senders = [sender.code for sender in load_register().senders()]
        self.submissions = [topics.submissions(code) for code in senders]
        self.rejections = [topics.rejections(code) for code in senders]

    async def __aenter__(self) -> "Observer":
        self.consumer = AIOKafkaConsumer(**self.connection.options())
        self.admin = AIOKafkaAdminClient(**self.connection.options())
        await self.consumer.start()
        await self.admin.start()
        self.database = await asyncpg.connect(self.database_url)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.consumer.stop()
        await self.admin.close()
        await self.database.close()

    async def ends(self, names: list[str]) -> dict[TopicPartition, int]:
        """The end offset of every partition of these topics."""
        described = await self.admin.describe_topics(names)
        partitions = [TopicPartition(t["topic"], p["partition"]) for t in described for p in t["partitions"]]
        ends: dict[TopicPartition, int] = await self.consumer.end_offsets(partitions)
        return ends

    async def behind(self, group: str, names: list[str]) -> int:
        """How many records a group has not committed yet."""
        ends = await self.ends(names)
        committed = await self.admin.list_consumer_group_offsets(group)
        return sum(end - max(0, committed[p].offset if p in committed else 0) for p, end in ends.items())

    async def counts(self) -> Counts:
        waiting = (
            await self.behind("ingest", self.submissions)
            + await self.behind("aggregator", [topics.PROCUREMENT_EVENTS])
            + await self.behind("reporter", [topics.IMPLEMENTATION_STATUS])
        )
        row = await self.database.fetchrow(
            """SELECT (SELECT count(*) FROM aggregator.event) AS recorded,
                (SELECT count(*) FROM aggregator.duplicate WHERE NOT conflict) AS repeats,
                (SELECT count(*) FROM aggregator.duplicate WHERE conflict) AS conflicts,
                (SELECT count(*) FROM aggregator.status_due) + (SELECT count(*) FROM aggregator.outbox) AS waiting"""
        )
        told = sum((await self.ends(self.rejections)).values())
        return Counts(
            submitted=sum((await self.ends(self.submissions)).values()),
            accepted=sum((await self.ends([topics.PROCUREMENT_EVENTS])).values()),
            refused=told - row["conflicts"],
            recorded=row["recorded"],
            repeats=row["repeats"],
            conflicts=row["conflicts"],
            waiting=waiting + row["waiting"],
        )
