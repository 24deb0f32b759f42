"""The statuses that a list of events must lead to, by the pure functions alone: nothing here asks a database."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import orjson

from services.aggregator import capability, indicators
from services.aggregator.assessment import Assessment, assess
from services.aggregator.cases import Case, case
from services.aggregator.facts import Facts
from services.aggregator.indicators import Tallies
from services.aggregator.standing import Counts, Told, standing
from services.aggregator.subjects import WITHDRAWN, Subject, build
from shared import times
from shared.departments import Register, load_register
from shared.envelope import Event
from shared.events.catalogue import Kind, kind_of
from shared.periods import Period
from shared.rules import load_rules
from shared.status import Attention, Body, Data, Status, Urgency

REGISTER = "register/buyers"
ATTENTION = 10


@dataclass(frozen=True)
class State:
    """All subjects, and all procurements' assessments."""

    events: Sequence[Event]
    conflicts: Sequence[Event]
    subjects: dict[str, Subject]
    assessments: dict[str, Assessment]

    def facts(self, key: str) -> Facts:
        return self.subjects[key].facts if key in self.subjects else {}

    def status(self, department: str, period: Period) -> Status:
        quarters = {str(quarter) for quarter in period.quarters}
        rows = sorted(
            (a for a in self.assessments.values() if a.department == department and a.period in quarters),
            key=lambda a: a.ocid,
        )
        told = Told(
            department=self.facts(department),
            round=self.facts(str(period)),
            statement=self.facts(f"{period}/{department}"),
            cases=tuple(case for case in self.cases if self._answers_for(case, period) == department),
        )
        return standing(department, period, self._counts(rows, department, period), told)

    @property
    def cases(self) -> list[Case]:
        known = (
            case(subject.facts) for _, subject in sorted(self.subjects.items()) if kind_of(subject.key) is Kind.CASE
        )
        return [found for found in known if found is not None]

    def _answers_for(self, found: Case, period: Period) -> str | None:
        register = load_register()
        if not register.has_department(found.department):
            return None
        return register.answerable_for(found.department, period.last_day)

    def _tallies(self, rows: list[Assessment], department: str, period: Period) -> Tallies:
        items = [item for a in self.assessments.values() for item in a.items]
        return {
            **indicators.tallies((a.answers, a.value_gross, a.value_net) for a in rows),
            **indicators.item_tallies(items, department, period),
        }

    def _counts(self, rows: list[Assessment], department: str, period: Period) -> Counts:
        amiss = sorted((a for a in rows if a.concerns), key=lambda a: (-pence(a), a.ocid))
        in_scope = [a for a in rows if a.scope == "applies"]
        return Counts(
            tallies=self._tallies(rows, department, period),
            bodies=bodies(in_scope),
            attention=tuple(
                Attention.model_validate(
                    {
                        "ocid": a.ocid,
                        "title": a.title,
                        "started_on": a.started_on,
                        "value_pence": None if pence(a) < 0 else pence(a),
                        "concerns": a.concerns,
                    }
                )
                for a in amiss[:ATTENTION]
            ),
            attention_total=len(amiss),
            urgency=tuple(
                Urgency.model_validate({"ocid": a.ocid, "title": a.title, **claim})
                for a in in_scope
                for claim in sorted(a.urgency, key=orjson.dumps)
            ),
            data=self._data(rows, department, period),
        )

    def _data(self, rows: list[Assessment], department: str, period: Period) -> Data:
        first, past = (times.start_of_day(d) for d in (period.first_day, period.last_day + timedelta(days=1)))
        mine = [e for e in self.events if e.sender == department and first <= e.time < past]
        opened = capability.reporting_round(self.facts(str(period)))
        cut_off = None if opened is None else times.start_of_day(opened.due + timedelta(days=1))
        return Data(
            events=len(mine),
            last_received=max((e.received for e in mine), default=None),
            conflicts=sum(e.sender == department and first <= e.time < past for e in self.conflicts),
            withdrawn=sum(e.type == WITHDRAWN for e in mine),
            late=0 if cut_off is None else sum(e.received > cut_off for e in mine),
            notices=sum("return-quality" in a.answers for a in rows),
        )


def pence(assessment: Assessment) -> int:
    """Its value whichever it has; less than any where it has none."""
    known = assessment.value_gross if assessment.value_gross is not None else assessment.value_net
    return -1 if known is None else known


def bodies(in_scope: list[Assessment]) -> tuple[Body, ...]:
    found = []
    for name in sorted({a.body for a in in_scope if a.body is not None}):
        answers = [set(a.answers.get("considered-in-time", ())) for a in in_scope if a.body == name]
        found.append(
            Body(
                name=name,
                in_scope=len(answers),
                considered_before=sum("before" in given for given in answers),
                unknown=sum(bool(given & {"no-record", "order-unknown"}) for given in answers),
            )
        )
    return tuple(found)


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
    register = attributed(subjects.get(REGISTER, Subject(REGISTER)))
    rules = load_rules()
    assessments = {
        key: assess(subject, register=register, rules=rules)
        for key, subject in subjects.items()
        if kind_of(key) is Kind.PROCUREMENT
    }
    return State(list(first.values()), list(others.values()), subjects, assessments)


def attributed(subject: Subject) -> Register:
    return load_register().with_attributions(capability.attributions(subject.facts))


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
