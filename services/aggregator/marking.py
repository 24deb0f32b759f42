"""Which departments and periods a batch makes necessary to count anew."""

from collections.abc import Iterable
from datetime import date
from typing import TypeAlias

from services.aggregator.store import Moved
from shared import times
from shared.envelope import Event
from shared.events.catalogue import Kind, kind_of
from shared.periods import Period

Mark: TypeAlias = tuple[str | None, str | None]
"""A department and a period; None: every one."""


def sender_mark(event: Event) -> Mark:
    """How much of a sender's data came, and when, is part of its own standing."""
    return (event.sender, str(Period.of(times.london_day(event.time))))


def procurement_marks(moved: Iterable[Moved]) -> set[Mark]:
    """Where these procurements were counted and where they are now, by their start and by those items that changed."""
    found: set[Mark] = set()
    for before, after in moved:
        found |= {(place.department, place.period) for place in (before, after) if place and place.period is not None}
        for item in (before.items if before else frozenset()) ^ after.items:
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
            # Its actions are carried into the department's later periods.
            found |= {(department, period), (department, None)}
    return found
