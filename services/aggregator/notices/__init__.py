"""A published notice → facts. Total: whatever the release holds, a part of the wrong shape yields no fact."""

from itertools import chain

from services.aggregator.facts import Fact, named
from services.aggregator.notices.kinds import kind_facts
from services.aggregator.notices.outcomes import outcome_facts
from services.aggregator.notices.parties import buyer_facts
from services.aggregator.notices.release import Release
from services.aggregator.notices.starts import start_facts
from services.aggregator.notices.values import value_facts
from services.aggregator.notices.weights import weight_facts
from shared.envelope import Event

__all__ = ["facts"]


def facts(event: Event) -> dict[str, Fact]:
    """`event.data` is an OCDS release. An absent field is no fact, so that a sparse notice erases nothing."""
    release = Release.of(event)
    found = chain(
        buyer_facts(release),
        kind_facts(release),
        value_facts(release),
        start_facts(release),
        weight_facts(release),
        outcome_facts(release),
    )
    return named(found, at=release.at, source=event.source, id=event.id)
