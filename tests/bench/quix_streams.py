"""Contender: Quix Streams, each subject's facts in its state store, rows by batches into the same tables.

    .local/bench/quix/bin/python -m tests.bench.quix_streams STATE-FOLDER

Runs in an environment of its own (quix.txt). It keeps Quix's own defaults of delivery: at least once, with changelogs.
The same pure functions validate, merge and assess; the same adapters write ledger, subjects, assessments and marks.
"""

import asyncio
import os
import sys
from typing import Any

import asyncpg
import orjson
from quixstreams import Application
from quixstreams.models import TopicConfig
from quixstreams.sinks import BatchingSink, SinkBatch

from services.aggregator import ledger, store
from services.aggregator.arrivals import Arrival
from services.aggregator.assessment import Assessment, assess
from services.aggregator.checking import check
from services.aggregator.marking import procurement_marks, sender_mark, subject_marks
from services.aggregator.subjects import Subject, facts_of, merge
from shared.departments import load_register
from shared.envelope import Event
from shared.events.catalogue import Kind, kind_of
from shared.rules import load_rules

REGISTER, RULES = load_register(), load_rules()


def merged(value: bytes, state: Any) -> tuple[Event, str, Subject, Assessment | None]:
    """What one event makes of its subject."""
    event, body = Event.from_json(value), value.decode()
    data = check(event, body)
    facts = orjson.loads(state.get("facts", default="{}"))
    subject = merge(Subject.from_json(event.subject, facts, ()), facts_of(event, data))
    state.set("facts", subject.to_json()[0])
    is_procurement = kind_of(event.subject) is Kind.PROCUREMENT
    return event, body, subject, assess(subject, register=REGISTER, rules=RULES) if is_procurement else None


class Tables(BatchingSink):  # type: ignore[misc]  # no part of our environment
    """At each checkpoint, and for each partition, one transaction."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        settings = {"search_path": "aggregator", "timezone": "UTC"}
        self.connection = self.loop.run_until_complete(
            asyncpg.connect(os.environ["DATABASE_URL"], server_settings=settings)
        )

    def write(self, batch: SinkBatch) -> None:
        self.loop.run_until_complete(self._write(batch))

    async def _write(self, batch: SinkBatch) -> None:
        rows = [(item.value, item.offset) for item in batch]
        subjects = {subject.key: subject for (_, _, subject, _), _ in rows}
        assessed = {row.ocid: row for (_, _, _, row), _ in rows if row is not None}
        async with self.connection.transaction():
            await ledger.record(
                self.connection,
                [Arrival(e, body, e.sha256, batch.partition, offset, {}) for (e, body, _, _), offset in rows],
            )
            await store.lock_subjects(self.connection, subjects)
            await store.save_subjects(self.connection, [subjects[key] for key in sorted(subjects)])
            moved = await store.save_assessments(self.connection, list(assessed.values()))
            marks = {*procurement_marks(moved), *subject_marks(subjects)}
            await store.mark(self.connection, marks | {sender_mark(event) for (event, _, _, _), _ in rows})


def main() -> None:
    application = Application(
        broker_address=os.environ["SVR_KAFKA_BOOTSTRAP"],
        consumer_group="quix",
        auto_offset_reset="earliest",
        state_dir=sys.argv[1],
        commit_interval=1.0,  # not its default of 5 seconds, as statuses must be visible within 2
        loglevel="WARNING",
    )
    config = TopicConfig(num_partitions=8, replication_factor=1)
    topic = application.topic("procurement.events", value_deserializer="bytes", key_deserializer="str", config=config)
    application.dataframe(topic).apply(merged, stateful=True).sink(Tables())
    application.run()


if __name__ == "__main__":
    main()
