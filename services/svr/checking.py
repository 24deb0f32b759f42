"""svr check: what ingest would say of each line, and what the aggregator would make of the procurements. No I/O."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from services.aggregator.assessment import Assessment, assess
from services.aggregator.hearing import heard
from services.aggregator.subjects import Subject, build, facts_of, merge, withdrawals
from services.ingest import binding
from services.ingest.acceptance import Accepted, Rejected, accept
from shared.departments import Register, Sender
from shared.envelope import Event
from shared.events.catalogue import Kind, kind_of
from shared.rules import Rules


@dataclass
class Check:
    """Lines in, one by one; then the procurements. Holds the merged subjects, never the lines."""

    register: Register
    rules: Rules
    sender: Sender | None
    received: datetime
    accepted: int = 0
    rejected: int = 0
    subjects: dict[str, Subject] = field(default_factory=dict)
    withdrawn: set[tuple[str, str, str]] = field(default_factory=set)

    def line(self, raw: bytes) -> Accepted | Rejected:
        """The outcome of one line; its facts are merged into its subject."""
        outcome = accept(binding.line(raw), sender=self.sender, register=self.register, received=self.received)
        if isinstance(outcome, Accepted):
            self.accepted += 1
            self._take(outcome.event)
        else:
            self.rejected += 1
        return outcome

    def _take(self, event: Event) -> None:
        self.withdrawn |= withdrawals([event])
        if (event.sender, event.source, event.id) in self.withdrawn or kind_of(event.subject) is not Kind.PROCUREMENT:
            return
        held = self.subjects.get(event.subject)
        self.subjects[event.subject] = build(event.subject, [event]) if held is None else merge(held, facts_of(event))

    def again(self, raws: Iterable[bytes]) -> None:
        """A second reading, needed when a withdrawal came after what it takes back: merged facts cannot be unmerged."""
        self.subjects.clear()
        self.accepted = self.rejected = 0
        for raw in raws:
            self.line(raw)

    def procurements(self) -> Iterator[tuple[Assessment, Subject]]:
        for key in sorted(self.subjects):
            subject = self.subjects[key]
            yield assess(subject, register=self.register, rules=self.rules), subject


def submission_json(number: int, outcome: Accepted | Rejected) -> dict[str, Any]:
    """One line of `svr check --json` about an input line, counted from 1."""
    if isinstance(outcome, Accepted):
        return {"kind": "submission", "line": number, "outcome": "accepted", "id": outcome.event.id, "problem": None}
    return {
        "kind": "submission",
        "line": number,
        "outcome": "rejected",
        "id": outcome.id,
        "problem": outcome.problem.to_dict(),
    }


def procurement_json(assessment: Assessment, subject: Subject, register: Register) -> dict[str, Any]:
    """One line of `svr check --json` about a procurement; `department` null: its buyer is none of the register's."""
    return {
        "kind": "procurement",
        "ocid": assessment.ocid,
        "department": assessment.department if register.has_department(assessment.department) else None,
        "started_on": assessment.started_on,
        "scope": {
            "decision": assessment.scope,
            "reason": "; ".join(assessment.scope_reasons),
            "missing": assessment.missing,
        },
        "facts": {name: fact.value for name, fact in sorted(heard(subject.facts, register).items())},
    }
