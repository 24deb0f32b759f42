"""The statuses that a list of events must lead to, by the pure functions alone: nothing here asks a database."""

from collections.abc import Iterable
from datetime import date

from services.aggregator.assessment import assess
from services.aggregator.recounting import State, attributed
from services.aggregator.subjects import Subject, build
from shared.departments import load_register
from shared.envelope import Event
from shared.events.catalogue import Kind, kind_of
from shared.periods import Period
from shared.rules import load_rules

REGISTER = "register/buyers"


def state(events: Iterable[Event]) -> State:
    """Of several contents under one source and id the first counts; each further content is one conflict."""
    first: dict[tuple[str, str], Event] = {}
    others: dict[tuple[str, str, str], Event] = {}
    for event in events:
        if first.setdefault(event.key, event).sha256 != event.sha256:
            others.setdefault((*event.key, event.sha256), event)
    by_subject: dict[str, list[Event]] = {}
    for event in first.values():
        by_subject.setdefault(event.subject, []).append(event)
    subjects = {key: build(key, found) for key, found in by_subject.items()}
    register = attributed(subjects.get(REGISTER, Subject(REGISTER)), load_register())
    rules = load_rules()
    assessments = {
        key: assess(subject, register=register, rules=rules)
        for key, subject in subjects.items()
        if kind_of(key) is Kind.PROCUREMENT
    }
    return State(load_register(), list(first.values()), list(others.values()), subjects, assessments)


def targets(found: State) -> set[tuple[str, str]]:
    """The departments and periods on which there must be a status: those of procurements and of opened rounds."""
    rounds = {key for key in found.subjects if kind_of(key) is Kind.ROUND and found.facts(key)}
    wanted = {(a.department, a.period) for a in found.assessments.values() if a.period is not None}
    for key in rounds:
        period = Period.parse(key)
        wanted |= {(d.code, key) for d in load_register().answerable(period.last_day)}
        quarters = {str(quarter) for quarter in period.quarters}
        wanted |= {(a.department, key) for a in found.assessments.values() if a.period in quarters}
    for item in (item for a in found.assessments.values() for item in a.items if item.past is None):
        wanted.add((item.department, str(Period.of(date.fromisoformat(item.first)))))
    return wanted
