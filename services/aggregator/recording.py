"""One batch of accepted events: ledger, subjects, assessments, marks and outbox in one PostgreSQL transaction.

On redelivery the ledger finds every event known, and nothing else happens. Two aggregators that take the same events
at once wait for each other's rows and end in the same state.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime

import asyncpg
from aiokafka import ConsumerRecord

from services.aggregator import capability, ledger, store
from services.aggregator.assessment import assess
from services.aggregator.ledger import Arrival
from services.aggregator.store import Counted
from services.aggregator.subjects import Subject, build, extend
from shared import messages, outbox, times, topics
from shared.consuming import Records
from shared.departments import Register
from shared.departments.names import normalise
from shared.envelope import Event
from shared.events.catalogue import CATALOGUE, Kind, kind_of
from shared.logging import get_logger
from shared.periods import Period
from shared.rules import Rules

log = get_logger()
SCHEMA = "aggregator"
CONFLICTED = "uk.gov.social-value.event.conflicted.v1"

Mark = tuple[str | None, str | None]

_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")
"""U+0000 as JSON escapes it: behind an even number of backslashes."""


class Recording:
    """The handler of `procurement.events`."""

    def __init__(self, pool: asyncpg.Pool, register: Register, rules: Rules) -> None:
        self.pool, self.register, self.rules = pool, register, rules

    async def handle(self, records: Records) -> None:
        arrivals, unreadable = read(records)
        async with self.pool.acquire() as connection, connection.transaction():
            for record, reason in unreadable:
                await ledger.set_aside(connection, record.partition, record.offset, record.value, reason)
                log.error("record.unreadable", partition=record.partition, offset=record.offset, error=reason)
            changing = any(arrival.event.subject == store.REGISTER for arrival in arrivals)
            register = await store.attributions_subject(connection, changing=changing)
            recorded = await ledger.record(connection, arrivals)
            await self._apply(connection, recorded.new, register)
            await store.mark(connection, {_sender_mark(a.event) for a in arrivals})
            if recorded.conflicts:
                await outbox.enqueue(connection, SCHEMA, [conflict_message(a) for a in recorded.conflicts])
        for arrival in recorded.conflicts:
            event = arrival.event
            log.error("event.conflicted", sender=event.sender, event_id=event.id, event_source=event.source)
        log.info(
            "events.recorded",
            recorded=len(recorded.new),
            repeats=recorded.repeats,
            conflicts=len(recorded.conflicts),
        )

    async def _apply(self, connection: asyncpg.Connection, new: Sequence[Event], register: Subject) -> None:
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
        attributed = self._register(subjects.get(store.REGISTER, register))
        procurements = [s for s in subjects.values() if kind_of(s.key) is Kind.PROCUREMENT]
        before = await store.counted(connection, [s.key for s in procurements])
        assessed = [assess(s, register=attributed, rules=self.rules) for s in procurements]
        await store.save_assessments(connection, assessed)
        after = [Counted(a.department, a.period, frozenset(a.items)) for a in assessed]
        await store.mark(connection, {*procurement_marks(before, after), *subject_marks(subjects)})

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

    def _register(self, subject: Subject) -> Register:
        attributions = {
            buyer: department
            for buyer, department in capability.attributions(subject.facts).items()
            if self.register.has_department(department)
        }
        return self.register.with_attributions(attributions) if attributions else self.register


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


def check(event: Event, body: str) -> None:
    """Whether ingest can have written it; what it cannot have written may be anything, and would stop the line.

    Raises ValueError, KeyError or TypeError.
    """
    row = CATALOGUE[event.type]
    kind = kind_of(event.subject)
    if kind is None or (row.kind is not None and kind is not row.kind):
        raise ValueError(f"{event.subject!r} is no subject of {row.name}")
    if not all(isinstance(text, str) for text in (*event.key, event.sender)):
        raise TypeError("source, id and sender are texts")
    if not times.is_plausible(event.time):
        raise ValueError(f"{times.text(event.time)} is no time of any event")
    if _NUL.search(body):
        raise ValueError("holds the character U+0000, which no database text can")
    row.model.model_validate(event.data)


def _sender_mark(event: Event) -> Mark:
    """How much of a sender's data came, and when, is part of its own standing."""
    return (event.sender, str(Period.of(times.london_day(event.time))))


def procurement_marks(before: Sequence[Counted], after: Sequence[Counted]) -> set[Mark]:
    """Where these procurements were counted and where they are now, by their start and by those items that changed."""
    found: set[Mark] = {(c.department, c.period) for c in (*before, *after) if c.period is not None}
    then, now = ({item for c in counted for item in c.items} for counted in (before, after))
    for item in then ^ now:
        # What lasts may count in any period.
        quarter = Period.of(date.fromisoformat(item.first)) if item.past is None else None
        found.add((item.department, None if quarter is None else str(quarter)))
    return found


def subject_marks(subjects: Iterable[str]) -> set[Mark]:
    """What the other subjects, by their keys, speak of."""
    found: set[Mark] = set()
    for key in subjects:
        kind = kind_of(key)
        if kind is Kind.DEPARTMENT:
            found.add((key, None))
        elif kind is Kind.ROUND:
            found.add((None, key))
        elif kind is Kind.CASE:
            found.add((None, None))  # whose case it was before, and who answers for it now, may be others
        elif kind is Kind.STATEMENT:
            period, _, department = key.partition("/")
            found.add((department, period))
    return found


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
        source="/aggregator", id=id, type=CONFLICTED, subject=event.subject, time=datetime.now(UTC), data=data
    )
    return messages.Message(topics.rejections(event.sender), event.id, value)
