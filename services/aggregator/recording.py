"""One batch of accepted events: ledger, subjects, assessments, marks and outbox in one PostgreSQL transaction.

On redelivery the ledger finds every event known, and nothing else happens. Two aggregators that take the same events
at once wait for each other's rows and end in the same state.
"""

import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import asyncpg

from services.aggregator import capability, ledger, store
from services.aggregator.arrivals import Arrival, read
from services.aggregator.assessment import assess
from services.aggregator.marking import procurement_marks, sender_mark, subject_marks
from services.aggregator.recounting import attributed
from services.aggregator.subjects import Subject, Told, build, extend
from shared import messages, outbox, topics, tracing
from shared.consuming import Records
from shared.departments import Register
from shared.departments.names import normalise
from shared.events.catalogue import Kind, kind_of
from shared.logging import get_logger, is_debugging
from shared.rules import Rules

log = get_logger()
SCHEMA = "aggregator"
CONFLICTED = "uk.gov.social-value.event.conflicted.v1"

AT_ONCE = 500
"""Subjects held in memory at a time, however many a batch speaks of."""

SLOW_SECONDS = 5.0
"""A longer transaction is a warning: others wait for its rows."""


class Recording:
    """The handler of `procurement.events`."""

    def __init__(self, pool: asyncpg.Pool, register: Register, rules: Rules) -> None:
        self.pool, self.register, self.rules = pool, register, rules

    async def handle(self, records: Records) -> None:
        """In one transaction."""
        began = time.monotonic()
        arrivals, unreadable = read(records)
        async with self.pool.acquire() as connection, connection.transaction():
            for record, reason in unreadable:
                await ledger.set_aside(connection, record.partition, record.offset, record.value, reason)
                log.error(
                    "record.unreadable",
                    topic=record.topic,
                    partition=record.partition,
                    offset=record.offset,
                    error=reason,
                    **tracing.fields(tracing.of_headers(record.headers)),
                )
            changing = any(arrival.event.subject == store.REGISTER for arrival in arrivals)
            register = await store.attributions_subject(connection, changing=changing)
            recorded = await ledger.record(connection, arrivals)
            await self.apply(connection, [(arrival.event, arrival.facts) for arrival in recorded.new], register)
            events = [arrival.event for arrival in arrivals]
            await store.mark(connection, {sender_mark(event) for event in events}, tracing.last(events))
            if recorded.conflicts:
                await outbox.enqueue(connection, SCHEMA, [conflict_message(a) for a in recorded.conflicts])
        for arrival in recorded.conflicts:
            log.error("event.conflicted", **_identity(arrival))
        duration = time.monotonic() - began
        log.info(
            "events.recorded",
            recorded=len(recorded.new),
            repeats=recorded.repeats,
            conflicts=len(recorded.conflicts),
            duration=int(duration * 1e9),
            **(_identity(arrivals[0]) if len(arrivals) == 1 else tracing.identities(events)),
        )
        if duration > SLOW_SECONDS:
            log.warning("transaction.slow", records=len(records), duration=int(duration * 1e9))
        if is_debugging():
            for arrival in arrivals:
                log.debug("event.recorded", **_identity(arrival))

    async def apply(self, connection: asyncpg.Connection, new: Sequence[Told], register: Subject) -> None:
        """What recorded events change; they may be applied already. `register`: the subject, locked by the caller."""
        by_subject: dict[str, list[Told]] = {}
        for told in new:
            by_subject.setdefault(told[0].subject, []).append(told)
        reassess = await self._attributions_changed(connection, by_subject, register)
        if said := by_subject.pop(store.REGISTER, None):
            register = (await self._merged(connection, {store.REGISTER: said}))[store.REGISTER]
        register_now = attributed(register, self.register)
        marks = subject_marks(by_subject)
        keys = sorted({*by_subject, *reassess})
        for first in range(0, len(keys), AT_ONCE):
            subjects = await self._merged(
                connection, {key: by_subject.get(key, []) for key in keys[first : first + AT_ONCE]}
            )
            procurements = [subject for key, subject in subjects.items() if kind_of(key) is Kind.PROCUREMENT]
            assessed = [assess(subject, register=register_now, rules=self.rules) for subject in procurements]
            marks |= procurement_marks(await store.save_assessments(connection, assessed))
        await store.mark(connection, marks, tracing.last([event for event, _ in new]))

    async def _merged(self, connection: asyncpg.Connection, told: Mapping[str, Sequence[Told]]) -> dict[str, Subject]:
        """The subjects with what is told of them, locked, and saved where anything is."""
        held = await store.lock_subjects(connection, told)
        changed = {key: extend(held[key], said) for key, said in told.items() if said}
        anew = sorted(key for key, subject in changed.items() if subject is None)
        if anew:
            for key, events in (await ledger.events_of(connection, anew)).items():
                changed[key] = build(key, events)
        subjects = {key: subject for key, subject in changed.items() if subject is not None}
        await store.save_subjects(connection, [subjects[key] for key in sorted(subjects)])
        return held | subjects

    async def _attributions_changed(
        self, connection: asyncpg.Connection, by_subject: dict[str, list[Told]], register: Subject
    ) -> list[str]:
        """The procurements of buyers whose attribution these events may change."""
        told = by_subject.get(store.REGISTER)
        if not told:
            return []
        after = build(store.REGISTER, [event for event, _ in told])
        buyers = {*capability.attributions(register.facts), *capability.attributions(after.facts)}
        # The register takes two spellings of a name for one; the database does not.
        spelt = {normalise(buyer) for buyer in buyers}
        names = [name for name in await store.buyer_names(connection) if normalise(name) in spelt]
        return await store.bought_by(connection, sorted({*buyers, *names}))


def _identity(arrival: Arrival) -> dict[str, object]:
    place = {"topic": topics.PROCUREMENT_EVENTS, "partition": arrival.partition, "offset": arrival.offset}
    return {**place, **tracing.identity(arrival.event)}


def conflict_message(arrival: Arrival) -> messages.Message:
    """Tells the sender that a second content under a known source and id does not count."""
    event = arrival.event
    data = {
        "event": {"source": event.source, "id": event.id},
        "detail": "another content is already recorded under this source and id; the first stands",
        "advice": "send a correction under a new id, or withdraw the first",
        "raw": arrival.body,
    }
    id = f"procurement.events/{arrival.partition}/{arrival.offset}"
    value = messages.cloudevent(
        source="/aggregator", id=id, type=CONFLICTED, subject=event.subject, time=datetime.now(UTC), data=data,
        traceparent=event.traceparent,
    )  # fmt: skip
    return messages.Message(topics.rejections(event.sender), event.id, value, messages.headers(event.traceparent))
