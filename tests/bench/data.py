"""The events that every contender takes: the sample's two years, many times over, as ingest writes them.

Each copy of the sample has procurements of its own. Eight copies run side by side, so that the events of one
procurement lie apart; then the next eight, so that the mix is the same however many events there are.
Withdrawals and attributions are left out: each makes a consumer read again what it has read before, which the peers
that keep their state outside the database cannot do.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from itertools import islice

from deploy.local.sample.generating import sample
from services.ingest import binding
from services.ingest.acceptance import Accepted, accept
from shared.departments import load_register
from shared.envelope import Event
from shared.events.catalogue import Kind, event_type, kind_of

PREFIX = "ocds-sv0001-"
SIDE_BY_SIDE = 8
MOST_COPIES = 10_000
READING_AGAIN = (event_type("event.withdrawn").type, event_type("buyer.attributed").type)


@cache
def once() -> tuple[Event, ...]:
    """The sample's accepted events, each once, in the order in which they were sent."""
    register = load_register()
    found: dict[tuple[str, str], Event] = {}
    for line in sample(register):
        outcome = accept(
            binding.line(line.body),
            sender=register.sender(line.sender),
            register=register,
            received=datetime(2026, 11, 21, tzinfo=UTC),
            replay=True,
        )
        if isinstance(outcome, Accepted) and outcome.event.type not in READING_AGAIN:
            found.setdefault(outcome.event.key, outcome.event)
    return tuple(found.values())


def stream(count: int) -> Iterator[tuple[str, bytes]]:
    """`count` different events: (key, value) of their records on procurement.events."""
    return islice(_all(), count)


def _all() -> Iterator[tuple[str, bytes]]:
    written = [(event.subject, event.to_json(), kind_of(event.subject) is Kind.PROCUREMENT) for event in once()]
    for first in range(0, MOST_COPIES, SIDE_BY_SIDE):
        prefixes = [f"ocds-sv{copy:04d}-" for copy in range(first, first + SIDE_BY_SIDE)]
        for key, value, copied in written:
            if copied:
                for prefix in prefixes:
                    yield key.replace(PREFIX, prefix), value.replace(PREFIX.encode(), prefix.encode())
            elif first == 0:
                yield key, value
