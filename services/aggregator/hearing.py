"""heard(): whose word counts of a procurement. A department speaks for itself and its bodies, and for nobody else.

Ingest cannot tell whose an OCID is: it holds no state, and the notice that names the buyer may come last. So each
department's facts are kept apart (`dwp:consideration`), and what counts is chosen when the procurement is looked at:
whichever event comes first, the answer is the same, and what does not count is kept, seen and named.
"""

from collections.abc import Mapping

from services.aggregator.facts import Fact, Facts
from services.aggregator.subjects import merged
from shared import times
from shared.departments import Register, comparator


def heard(facts: Facts, register: Register) -> Facts:
    """The facts that count, under their plain names, merged by their rules."""
    return listened(facts, register)[0]


def listened(facts: Facts, register: Register) -> tuple[Facts, tuple[str, ...]]:
    """The facts that count, and the departments whose word does not."""
    published, by_sender = spoken(facts)
    if not by_sender:
        return published, ()
    found: Facts = published
    speakers = _speakers(published, by_sender, register)
    for sender in sorted(speakers):
        found = merged(found, by_sender[sender])
    return found, tuple(sorted(by_sender.keys() - speakers))


def spoken(facts: Facts) -> tuple[Facts, Mapping[str, Facts]]:
    """What may be said by anybody of any procurement, and apart from it what each department says."""
    published: dict[str, Fact] = {}
    by_sender: dict[str, dict[str, Fact]] = {}
    for name, fact in facts.items():
        sender, colon, plain = name.partition(":")
        if not colon or "/" in sender:  # a colon in the item is no sender's
            published[name] = fact
        elif sender in by_sender:
            by_sender[sender][plain] = fact
        else:
            by_sender[sender] = {plain: fact}
    return published, by_sender


def _speakers(published: Facts, by_sender: Mapping[str, Facts], register: Register) -> frozenset[str]:
    """Those of the senders who answer for the buyer that a publisher names.

    Where the register does not know the buyer, or no publisher names one: the departments that say it is theirs, if
    they are one and its predecessors or successors; of several that contradict each other, none.
    """
    senders = frozenset(by_sender)
    if known := _answering(published, register):
        return senders & known
    if _is_comparators(published):
        return frozenset()
    claiming = frozenset(sender for sender in senders if sender in _answering(by_sender[sender], register)) or senders
    related = frozenset.intersection(*(register.lineage(sender) for sender in claiming))
    return senders & related if claiming <= related else frozenset()


def _answering(facts: Facts, register: Register) -> frozenset[str]:
    """The departments that answer for the buyer, or for one of those that buy together."""
    buyers = [facts["buyer"].value] if "buyer" in facts else []
    buyers += facts["joint-buyers"].value if "joint-buyers" in facts else []
    found = (register.speakers(ids=buyer.get("ids", ()), name=buyer.get("name")) for buyer in buyers)
    return frozenset().union(*found)


def _is_comparators(facts: Facts) -> bool:
    fact = facts.get("buyer")
    if fact is None:
        return False
    on = times.parse(fact.at).date()
    return comparator(ids=fact.value.get("ids", ()), name=fact.value.get("name"), on=on) is not None
