"""Records of procurement.events → events with what they establish, each read, checked and validated once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from services.aggregator.checking import check
from services.aggregator.facts import Facts
from services.aggregator.subjects import facts_of
from shared.envelope import Event


class Record(Protocol):
    """What is read of a record of Kafka."""

    value: bytes | None
    partition: int
    offset: int


R = TypeVar("R", bound=Record)


@dataclass(frozen=True, slots=True)
class Arrival:
    """An event, what it establishes, and the record of procurement.events that brought it."""

    event: Event
    body: str
    sha256: str
    partition: int
    offset: int
    facts: Facts


def read(records: Sequence[R]) -> tuple[list[Arrival], list[tuple[R, str]]]:
    """Records → events, and those that are none with the reason."""
    arrivals, unreadable = [], []
    for record in records:
        try:
            event = Event.from_json(record.value or b"")
            body = (record.value or b"").decode("utf-8")
            data = check(event, body)
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as fault:
            unreadable.append((record, f"{type(fault).__name__}: {fault}"))
        else:
            facts = facts_of(event, data)
            arrivals.append(Arrival(event, body, event.sha256, record.partition, record.offset, facts))
    return arrivals, unreadable
