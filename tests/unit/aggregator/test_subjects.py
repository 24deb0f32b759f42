"""The algebra of the merge: order, repetition and splitting of events cannot matter."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.aggregator.subjects import Subject, build, extend, facts_of, merge
from shared.envelope import Event
from shared.events.catalogue import event_type
from tests.notices import real_events

OCID = "ocds-abcdef-1"
EPOCH = datetime(2026, 4, 1, 9, tzinfo=UTC)

DATA: dict[str, list[dict[str, object]]] = {
    "consideration.recorded": [
        {"considered_at": "2026-03-01", "strands": {"social": {"answer": "considered"}}},
        {"considered_at": "2026-03-02T10:00:00Z", "process": "lots"},
        {"considered_at": "2026-02-01", "considered": False},
    ],
    "consultation.decided": [
        {"decided_at": "2026-03-01", "consult": True},
        {"decided_at": "2026-01-09", "consult": False, "reason": "back office"},
    ],
    "procurement.started": [
        {"started_at": "2026-04-01", "limb": "a", "weight": 10},
        {"started_at": "2026-03-30T12:00:00+01:00", "limb": "c", "value": {"net": "200000"}},
    ],
    "urgency.claimed": [{"claimed_at": "2026-03-01", "subsections": ["3"]}],
    "notice.published": [
        {"ocid": OCID, "id": "1", "date": "2026-04-01T09:00:00Z", "tag": ["tender"], "tender": {"title": "Milk"}},
        {"ocid": OCID, "id": "2", "date": "2026-04-02T09:00:00Z", "tag": ["tenderUpdate"], "tender": {}},
    ],
}


@st.composite
def events(draw: st.DrawFn) -> list[Event]:
    """Different events of one subject, and withdrawals of some of them (and of events that never come)."""
    found = []
    for number in range(draw(st.integers(0, 8))):
        name = draw(st.sampled_from(sorted(DATA)))
        found.append(
            event(
                id=f"e{number}",
                name=name,
                data=draw(st.sampled_from(DATA[name])),
                minutes=draw(st.integers(0, 3)),
                sender=draw(st.sampled_from(["dwp", "moj"])),
            )
        )
    for number in range(draw(st.integers(0, 3))):
        target = draw(st.integers(0, 9))
        found.append(
            event(
                id=f"w{number}",
                name="event.withdrawn",
                data={"source": "/s", "id": f"e{target}", "reason": "wrong"},
                minutes=draw(st.integers(0, 3)),
                sender=draw(st.sampled_from(["dwp", "moj"])),
            )
        )
    return found


def event(*, id: str, name: str, data: Mapping[str, object], minutes: int = 0, sender: str = "dwp") -> Event:
    return Event(
        source="/s",
        id=id,
        type=event_type(name).type,
        subject=OCID,
        time=EPOCH + timedelta(minutes=minutes),
        data=data,
        sender=sender,
        received=EPOCH,
    )


def live(batches: Sequence[Sequence[Event]]) -> Subject:
    """As the aggregator does it: batch by batch, building anew from all that came when a withdrawal asks for it."""
    subject, ledger = Subject(OCID), list[Event]()
    known: set[tuple[str, str]] = set()
    for batch in batches:
        new = list({e.key: e for e in batch if e.key not in known}.values())
        known |= {e.key for e in new}
        ledger += new
        extended = extend(subject, [(e, facts_of(e)) for e in new])
        subject = build(OCID, ledger) if extended is None else extended
    return subject


@settings(max_examples=150)
@given(events(), st.randoms(use_true_random=False))
def test_any_order_gives_the_same_bytes(given_events: list[Event], random: Random) -> None:
    """A permutation of the events changes nothing, byte for byte."""
    shuffled = list(given_events)
    random.shuffle(shuffled)
    assert build(OCID, shuffled).to_json() == build(OCID, given_events).to_json()


@settings(max_examples=150)
@given(events(), st.lists(st.integers(0, 10), max_size=6), st.randoms(use_true_random=False))
def test_any_split_and_repetition_gives_the_same_bytes(
    given_events: list[Event], cuts: list[int], random: Random
) -> None:
    """Batches of any size in any order, with redelivered events, end where building from the whole list ends."""
    stream = [*given_events, *given_events[: len(given_events) // 2]]
    random.shuffle(stream)
    bounds = [0, *sorted(min(cut, len(stream)) for cut in cuts), len(stream)]
    batches = [stream[first:last] for first, last in pairwise(bounds)]
    assert live(batches).to_json() == build(OCID, given_events).to_json()


@settings(max_examples=100)
@given(events(), events())
def test_merge_is_commutative_and_idempotent(one: list[Event], other: list[Event]) -> None:
    """Facts of two sets of events merge to the same subject either way round, and again changes nothing."""
    a, b = build(OCID, one).facts, build(OCID, other).facts
    ab = merge(merge(Subject(OCID), a), b)
    assert ab.to_json() == merge(merge(Subject(OCID), b), a).to_json()
    assert merge(merge(ab, a), b).to_json() == ab.to_json()


@settings(max_examples=100)
@given(events(), events(), events())
def test_merge_is_associative(one: list[Event], two: list[Event], three: list[Event]) -> None:
    """It does not matter which two are merged first."""
    a, b, c = (build(OCID, each) for each in (one, two, three))
    left = merge(merge(a, b.facts), c.facts)
    right = merge(a, merge(b, c.facts).facts)
    assert dict(left.facts) == dict(right.facts)


@settings(max_examples=100)
@given(events())
def test_another_event_never_makes_a_known_fact_unknown(given_events: list[Event]) -> None:
    """Absence erases nothing: the names of known facts only grow, but for withdrawals."""
    told = [e for e in given_events if e.type != event_type("event.withdrawn").type]
    for count in range(len(told)):
        assert build(OCID, told[:count]).facts.keys() <= build(OCID, told[: count + 1]).facts.keys()


@settings(max_examples=100)
@given(events())
def test_a_withdrawal_restores_what_was(given_events: list[Event]) -> None:
    """With the withdrawal, the facts are those of a history in which the event never happened."""
    told = [e for e in given_events if e.type != event_type("event.withdrawn").type]
    for target in told:
        data = {"source": target.source, "id": target.id, "reason": "wrong"}
        withdrawal = event(id="w", name="event.withdrawn", data=data, sender=target.sender)
        without = [e for e in told if e is not target]
        assert build(OCID, [*told, withdrawal]).facts == build(OCID, without).facts


def test_only_its_sender_withdraws_an_event() -> None:
    """A withdrawal by another department has no effect."""
    record = event(id="e", name="consideration.recorded", data={"considered_at": "2026-03-01"})
    data = {"source": "/s", "id": "e", "reason": "not ours"}
    foreign = event(id="w", name="event.withdrawn", data=data, sender="moj")
    assert build(OCID, [record, foreign]).facts == build(OCID, [record]).facts


def test_the_stored_form_is_read_back() -> None:
    """from_json gives back what to_json wrote."""

    subject = build(OCID, [event(id="e", name="consideration.recorded", data={"considered_at": "2026-03-01"})])
    facts, withdrawn = (orjson.loads(text) for text in subject.to_json())
    assert Subject.from_json(OCID, facts, withdrawn) == subject


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_real_notices_merge_in_any_order(seed: int) -> None:
    """Every procurement with several real notices comes out the same in any order."""

    by_subject: dict[str, list[Event]] = {}
    for each in real_events():
        by_subject.setdefault(each.subject, []).append(each)
    random = Random(seed)
    for subject, held in by_subject.items():
        if len(held) > 1:
            shuffled = [*held, held[0]]
            random.shuffle(shuffled)
            assert build(subject, shuffled).to_json() == build(subject, held).to_json()
