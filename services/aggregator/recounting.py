"""A status reckoned from events by the pure functions alone: what the database counts is held against this."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import orjson

from services.aggregator import capability, indicators
from services.aggregator.assessment import Assessment
from services.aggregator.cases import Case, case
from services.aggregator.facts import Facts
from services.aggregator.indicators import Tallies
from services.aggregator.standing import Counts, Told, standing
from services.aggregator.subjects import WITHDRAWN, Subject
from shared import times
from shared.departments import Register
from shared.envelope import Event
from shared.events.catalogue import Kind, kind_of
from shared.periods import Period
from shared.status import Attention, Body, Data, Status, Urgency

ATTENTION = 10


@dataclass(frozen=True)
class State:
    """All that a status may ask: events, subjects and procurements' assessments, or at least its own of them."""

    register: Register
    events: Sequence[Event]
    conflicts: Sequence[Event]
    subjects: Mapping[str, Subject]
    assessments: Mapping[str, Assessment]

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
            statements={
                Period.parse(subject.key.partition("/")[0]): subject.facts
                for subject in self.subjects.values()
                if kind_of(subject.key) is Kind.STATEMENT and subject.key.partition("/")[2] == department
            },
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
        if not self.register.has_department(found.department):
            return None
        return self.register.answerable_for(found.department, period.last_day)

    def _tallies(self, rows: list[Assessment], department: str, period: Period) -> Tallies:
        items = [item for a in self.assessments.values() for item in a.items]
        return {
            **indicators.tallies((a.answers, a.value_gross, a.value_net) for a in rows),
            **indicators.item_tallies(items, department, period),
        }

    def _counts(self, rows: list[Assessment], department: str, period: Period) -> Counts:
        amiss = sorted((a for a in rows if a.concerns), key=lambda a: (-_pence(a), a.ocid))
        in_scope = [a for a in rows if a.scope == "applies"]
        return Counts(
            tallies=self._tallies(rows, department, period),
            bodies=_bodies(in_scope),
            attention=tuple(
                Attention.model_validate(
                    {
                        "ocid": a.ocid,
                        "title": a.title,
                        "started_on": a.started_on,
                        "value_pence": None if _pence(a) < 0 else _pence(a),
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


def _pence(assessment: Assessment) -> int:
    """Its value whichever it has; less than any where it has none."""
    known = assessment.value_gross if assessment.value_gross is not None else assessment.value_net
    return -1 if known is None else known


def _bodies(in_scope: list[Assessment]) -> tuple[Body, ...]:
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


def attributed(subject: Subject, register: Register) -> Register:
    """The register with the buyers that the review team attributed to departments it knows."""
    attributions = {
        buyer: department
        for buyer, department in capability.attributions(subject.facts).items()
        if register.has_department(department)
    }
    return register.with_attributions(attributions) if attributions else register
