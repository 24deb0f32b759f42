"""What departments and the review team declare of a procurement → facts.

For the time of a consideration, a decision to consult and a start, the *first* statement counts, as section 1 asks
what came before the start; for the content of a record, the *latest*. Claims, commitments and checks are collected.
A mistaken first statement is taken back by `event.withdrawn`.
"""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any, TypeAlias

from services.aggregator import moments
from services.aggregator.facts import Fact, named
from services.aggregator.moments import Moment
from shared import times
from shared.envelope import Event
from shared.events.base import Data
from shared.events.catalogue import event_type
from shared.events.procurement import (
    CommitmentMade,
    CommitmentReported,
    ConsiderationRecorded,
    ConsultationDecided,
    ConsultationHeld,
    KpiAssessed,
    ProcurementProposed,
    ProcurementStarted,
    UrgencyClaimed,
)
from shared.events.review import SpotCheckCompleted

SPOT_CHECK = event_type("spot-check.completed").type
Named: TypeAlias = Iterator[tuple[str, Any, str | None]]
"""Name, value, and the time that the fact speaks of where it is not the event's own."""


def facts(event: Event, data: Data) -> dict[str, Fact]:
    """Of any event about a procurement but a notice; `data` is the model of its data."""
    at = times.text(event.time)
    found = {
        name: Fact(value, speaks_of or at, event.source, event.id)
        for name, value, speaks_of in _READERS[type(data)](data, f"{event.source} {event.id}")
    }
    if event.type != SPOT_CHECK:
        found |= named([(f"sender/{event.sender}", True)], at=at, source=event.source, id=event.id)
    return found


def _json(data: Data, *without: str) -> dict[str, Any]:
    return data.model_dump(mode="json", exclude_none=True, exclude=set(without))


def _when(when: datetime | date) -> str | None:
    """None for a time that no procurement of ours can have."""
    return moments.moment_text(when.isoformat())


def _first(name: str, when: datetime | date, value: dict[str, Any] | None = None) -> Named:
    """A fact of which the earliest counts, so it speaks of the moment itself."""
    if text := _when(when):
        yield name, {"at": text, **(value or {})}, times.text(Moment.of(text).earliest)


def _proposed(data: ProcurementProposed, _: str) -> Named:
    yield "proposal", _json(data), None


def _started(data: ProcurementStarted, _: str) -> Named:
    yield from _first("declared-start", data.started_at, {"limb": data.limb.value})
    for name, value in _json(data, "started_at", "limb").items():
        if value not in ([], {}):
            yield f"declared-{name.replace('_', '-')}", value, None


def _considered(data: ConsiderationRecorded, _: str) -> Named:
    if data.considered:
        yield from _first("considered-at", data.considered_at)
    at = _when(data.considered_at)
    yield "consideration", _json(data, "considered_at") | ({"at": at} if at else {}), None


def _decided(data: ConsultationDecided, _: str) -> Named:
    yield from _first("consultation-decided-at", data.decided_at)
    yield "consultation", _json(data, "decided_at"), None


def _held(data: ConsultationHeld, key: str) -> Named:
    yield f"consultation-held/{key}", _json(data), None


def _urgent(data: UrgencyClaimed, key: str) -> Named:
    at = _when(data.claimed_at)
    yield f"urgency/{key}", _json(data, "claimed_at") | ({"at": at} if at else {}), None


def _committed(data: CommitmentMade, _: str) -> Named:
    yield f"commitment/{data.commitment}", _json(data), None


def _delivered(data: CommitmentReported, _: str) -> Named:
    """Of one day the last report counts; those of other days stay, for a report on a past period asks for them."""
    yield f"commitment-report/{data.commitment}/{data.as_of}", _json(data), None


def _assessed(data: KpiAssessed, _: str) -> Named:
    yield f"kpi-assessment/{data.contract or ''}/{data.kpi}/{data.assessed_on}", _json(data), None


def _checked(data: SpotCheckCompleted, _: str) -> Named:
    yield f"spot-check/{data.check}", _json(data), None


_READERS: dict[type[Data], Callable[[Any, str], Named]] = {
    ProcurementProposed: _proposed,
    ProcurementStarted: _started,
    ConsiderationRecorded: _considered,
    ConsultationDecided: _decided,
    ConsultationHeld: _held,
    UrgencyClaimed: _urgent,
    CommitmentMade: _committed,
    CommitmentReported: _delivered,
    KpiAssessed: _assessed,
    SpotCheckCompleted: _checked,
}
