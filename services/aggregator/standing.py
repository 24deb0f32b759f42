"""From counts to a department's status for a period. Pure: the store brings the counts, this says what they mean."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from services.aggregator import capability, cases, indicators, ratings
from services.aggregator.cases import Case
from services.aggregator.facts import Facts
from services.aggregator.indicators import Tallies
from services.aggregator.methods import METHODS, Evidence, Method
from shared.periods import Period
from shared.status import Attention, Body, Data, PreviousMethod, Status, Urgency


@dataclass(frozen=True, slots=True)
class Counts:
    """What the database counted for one department and period."""

    tallies: Tallies
    bodies: tuple[Body, ...]
    attention: tuple[Attention, ...]
    attention_total: int
    urgency: tuple[Urgency, ...]
    data: Data


@dataclass(frozen=True, slots=True)
class Told:
    """Facts about the department, the round and its statements by period, empty where nothing was said; its cases."""

    department: Facts
    round: Facts
    statements: Mapping[Period, Facts] = field(default_factory=dict)
    cases: tuple[Case, ...] = ()


def standing(
    department: str, period: Period, counts: Counts, told: Told, methods: Sequence[Method] = METHODS
) -> Status:
    """The status without a version (0): the store numbers it when it differs from the last."""
    able = capability.capability(told.department, period)
    spot_checks = {
        answer: t.procurements for (question, answer), t in counts.tallies.items() if question == "spot-check"
    }
    measures = {
        **indicators.measures(counts.tallies),
        "challenge": cases.challenge(told.cases, spot_checks, period),
        "capability": ratings.capability_measure(able),
    }
    evidence = Evidence(measures, able, counts.data, told.cases, period)
    groups, rating, reason = methods[-1].rate(evidence)
    return Status(
        department=department,
        period=str(period),
        version=0,
        method=methods[-1].version,
        rating=rating,
        reason=reason,
        groups=groups,
        measures=measures,
        strands=indicators.strands(counts.tallies),
        bodies=counts.bodies,
        attention=counts.attention,
        attention_total=counts.attention_total,
        urgency=counts.urgency,
        capability=able,
        office_holder=capability.office_holder(told.department, period.last_day),
        statement=capability.statement(told.statements.get(period, {})),
        round=capability.reporting_round(told.round),
        data=counts.data,
        previous_method=_before(methods, evidence),
        previous_actions=capability.previous_actions(told.department, told.statements, period),
    )


def _before(methods: Sequence[Method], evidence: Evidence) -> PreviousMethod | None:
    """What the status would have been under the method before; None where there was none."""
    if len(methods) < 2:
        return None
    _, rating, reason = methods[-2].rate(evidence)
    return PreviousMethod(method=methods[-2].version, rating=rating, reason=reason)
