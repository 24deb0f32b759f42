"""One batch of accepted events: ledger, subjects, assessments, marks and outbox in one PostgreSQL transaction.

On redelivery the ledger finds every event known, and nothing else happens. Two aggregators that take the same events
at once wait for each other's rows and end in the same state.
"""

import asyncio
import time
from collections.abc import Sequence
from datetime import UTC, datetime

import asyncpg
from aiokafka import ConsumerRecord

from services.aggregator import capability, ledger, store
from services.aggregator.assessment import assess
from services.aggregator.checking import check
from services.aggregator.ledger import Arrival
from services.aggregator.marking import procurement_marks, sender_mark, subject_marks
from services.aggregator.recounting import attributed
from services.aggregator.store import Counted
from services.aggregator.subjects import Subject, build, extend
from shared import messages, outbox, topics, tracing
from shared.consuming import Records
from shared.departments import Register
from shared.departments.names import normalise
from shared.envelope import Event
from shared.events.catalogue import Kind, kind_of
from shared.logging import get_logger, is_debugging
from shared.rules import Rules

log = get_logger()
SCHEMA = "aggregator"
CONFLICTED = "uk.gov.social-value.event.conflicted.v1"

LANES = 2
SLOW_SECONDS = 5.0
"""A longer transaction is a warning: others wait for its rows."""


class Recording:
    """The handler of `procurement.events`."""

    def __init__(self, pool: asyncpg.Pool, register: Register, rules: Rules) -> None:
        self.pool, self.register, self.rules = pool, register, rules

    async def handle(self, records: Records) -> None:
        """Partitions in two transactions side by side: while PostgreSQL works for one, Python works for the other.

        One subject's events are all in one partition. Where either transaction fails, both parts come again.
        """
        lanes: list[list[ConsumerRecord]] = [[] for _ in range(LANES)]
        for record in records:
            lanes[record.partition % LANES].append(record)
        outcomes = await asyncio.gather(*(self._record(lane) for lane in lanes if lane), return_exceptions=True)
        for outcome in outcomes:
            if isinstance(outcome, BaseException):
                raise outcome

    async def _record(self, records: Records) -> None:
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
            await self.apply(connection, recorded.new, register)
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

    async def apply(self, connection: asyncpg.Connection, new: Sequence[Event], register: Subject) -> None:
        """What recorded events change; they may be applied already. `register`: the subject, locked by the caller."""
        by_subject: dict[str, list[Event]] = {}
        for event in new:
            by_subject.setdefault(event.subject, []).append(event)
        reassess = await self._attributions_changed(connection, by_subject, register)
        if not by_subject and not reassess:
            return
        held = await store.lock_subjects(connection, {*by_subject, *reassess})
        changed = {key: extend(held[key], events) for key, events in by_subject.items()}
        anew = sorted(key for key, subject in changed.items() if subject is None)
        if anew:
            for key, events in (await ledger.events_of(connection, anew)).items():
                changed[key] = build(key, events)
        subjects = {**{key: held[key] for key in reassess}, **{k: s for k, s in changed.items() if s is not None}}
        await store.save_subjects(connection, [subjects[key] for key in sorted(changed)])
        register_now = attributed(subjects.get(store.REGISTER, register), self.register)
        procurements = [s for s in subjects.values() if kind_of(s.key) is Kind.PROCUREMENT]
        before = await store.counted(connection, [s.key for s in procurements])
        assessed = [assess(s, register=register_now, rules=self.rules) for s in procurements]
        await store.save_assessments(connection, assessed)
        after = [Counted(a.department, a.period, frozenset(a.items)) for a in assessed]
        await store.mark(connection, {*procurement_marks(before, after), *subject_marks(subjects)}, tracing.last(new))

    async def _attributions_changed(
        self, connection: asyncpg.Connection, by_subject: dict[str, list[Event]], register: Subject
    ) -> list[str]:
        """The procurements of buyers whose attribution these events may change."""
        events = by_subject.get(store.REGISTER)
        if not events:
            return []
        after = build(store.REGISTER, events)
        buyers = {*capability.attributions(register.facts), *capability.attributions(after.facts)}
        # The register takes two spellings of a name for one; the database does not.
        spelt = {normalise(buyer) for buyer in buyers}
        names = [name for name in await store.buyer_names(connection) if normalise(name) in spelt]
        return await store.bought_by(connection, sorted({*buyers, *names}))


def _identity(arrival: Arrival) -> dict[str, object]:
    place = {"topic": topics.PROCUREMENT_EVENTS, "partition": arrival.partition, "offset": arrival.offset}
    return {**place, **tracing.identity(arrival.event)}


def read(records: Sequence[ConsumerRecord]) -> tuple[list[Arrival], list[tuple[ConsumerRecord, str]]]:
    """Records → events, and those that are none with the reason."""
    arrivals, unreadable = [], []
    for record in records:
        try:
            event = Event.from_json(record.value or b"")
            body = (record.value or b"").decode("utf-8")
            check(event, body)
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as fault:
            unreadable.append((record, f"{type(fault).__name__}: {fault}"))
        else:
            arrivals.append(Arrival(event, body, event.sha256, record.partition, record.offset))
    return arrivals, unreadable


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
