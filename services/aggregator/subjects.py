"""A subject is what its events say of it, merged. Any order, repetition or split of the same events gives the same one.

`merge` is commutative, associative and idempotent. A withdrawal cannot be merged, as a merged subject has forgotten
what lost against the withdrawn fact: the subject is then built anew from all its events (`build`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self, TypeAlias

from services.aggregator import capability, declarations, notices
from services.aggregator.facts import Fact, Facts, Rule, canonical
from services.aggregator.merging import rule_of
from shared.departments import FIXED_SENDERS
from shared.envelope import Event
from shared.events.base import Data
from shared.events.catalogue import CATALOGUE, Kind, event_type, kind_of

WITHDRAWN = event_type("event.withdrawn").type
NOTICE = event_type("notice.published").type

HEARD_ALWAYS = frozenset({"", *(sender.code for sender in FIXED_SENDERS)})
"""Publishers and the review team speak of any procurement; nobody: `svr check` before a sender is known."""

Key: TypeAlias = tuple[str, str, str]
"""(sender, source, id): only the sender of an event can withdraw it."""

Told: TypeAlias = tuple[Event, Facts]
"""An event and what it establishes."""


@dataclass(frozen=True, slots=True)
class Subject:
    """`key` is the CloudEvents subject; `withdrawn` names events that count no longer, arrived or not."""

    key: str
    facts: Facts = field(default_factory=dict)
    withdrawn: frozenset[Key] = frozenset()

    def to_json(self) -> tuple[str, str]:
        """Facts and withdrawals, in the one spelling by which subjects are stored, compared and hashed."""
        facts = {name: tuple(fact) for name, fact in self.facts.items()}
        return canonical(facts).decode(), canonical(sorted(self.withdrawn)).decode()

    @classmethod
    def from_json(cls, key: str, facts: Mapping[str, Any], withdrawn: Iterable[Any]) -> Self:
        return cls(
            key, {name: Fact._make(parts) for name, parts in facts.items()}, frozenset(tuple(w) for w in withdrawn)
        )


def facts_of(event: Event, data: Data | None = None) -> Facts:
    """What one event establishes; nothing for a withdrawal. `data`: its data, where they have been validated already.

    Raises KeyError for a type that is not in the catalogue, ValidationError for data that were never accepted.
    """
    if event.type == WITHDRAWN:
        return {}
    if event.type == NOTICE:
        facts = notices.facts(event)
    else:
        data = CATALOGUE[event.type].model.model_validate(event.data) if data is None else data
        if kind_of(event.subject) is not Kind.PROCUREMENT:
            return capability.facts(event, data)
        facts = declarations.facts(event, data)
    if event.sender in HEARD_ALWAYS:
        return facts
    said_by = f"{event.sender}:"
    return {said_by + name: fact for name, fact in facts.items()}


def merge(subject: Subject, facts: Facts) -> Subject:
    """The subject with these facts too."""
    return Subject(subject.key, merged(subject.facts, facts), subject.withdrawn)


def merged(one: Facts, other: Facts) -> Facts:
    """Both: of two statements of one fact, the one that its rule prefers."""
    both = dict(one)
    _add(both, other)
    return both


def _add(facts: dict[str, Fact], more: Facts) -> None:
    for name, fact in more.items():
        held = facts.get(name)
        facts[name] = fact if held is None else _preferred(held, fact, rule_of(name))


def _preferred(one: Fact, other: Fact, rule: Rule) -> Fact:
    if one.at != other.at:
        first, last = (one, other) if one.at < other.at else (other, one)
    else:
        first, last = sorted((one, other), key=_total_order)
    return first if rule is Rule.EARLIEST else last


def _total_order(fact: Fact) -> tuple[str, str, str, bytes]:
    """One event states a fact once, so (time, source, id) decides; the value is there to make the order total."""
    return (*fact.order, canonical(fact.value))


def withdrawals(events: Iterable[Event]) -> frozenset[Key]:
    """The events that these events take back."""
    return frozenset(
        (event.sender, event.data["source"], event.data["id"]) for event in events if event.type == WITHDRAWN
    )


def build(key: str, events: Iterable[Event], withdrawn: frozenset[Key] = frozenset()) -> Subject:
    """The subject from all its events, in whatever order they are given."""
    held = list(events)
    return _with(Subject(key), ((event, facts_of(event)) for event in held), withdrawn | withdrawals(held))


def extend(subject: Subject, told: Sequence[Told]) -> Subject | None:
    """The subject with further events; None when a withdrawal makes it necessary to build it anew."""
    withdrawn = subject.withdrawn | withdrawals(event for event, _ in told)
    if subject.facts and withdrawn != subject.withdrawn:
        return None
    return _with(subject, told, withdrawn)


def _with(subject: Subject, told: Iterable[Told], withdrawn: frozenset[Key]) -> Subject:
    facts = dict(subject.facts)
    for event, established in told:
        if (event.sender, event.source, event.id) not in withdrawn:
            _add(facts, established)
    return Subject(subject.key, facts, withdrawn)
