"""assess(): a procurement's merged facts → one row: who answers for it, whether the Act applies, what it answers."""

from dataclasses import dataclass
from datetime import date

from services.aggregator import scope
from services.aggregator.answers import Answers, Evidence, answers_of, concerns_of, policy_answers
from services.aggregator.hearing import listened
from services.aggregator.items import Item, covered_by_policy, items, pence
from services.aggregator.procurement import Procurement
from services.aggregator.scope import Decision
from services.aggregator.subjects import Subject
from shared.departments import Comparator, Register, Resolution, comparator
from shared.periods import Period
from shared.rules import Rules
from shared.status import UNATTRIBUTED

BEFORE_THE_ACT = date(2013, 1, 30)


@dataclass(frozen=True, slots=True)
class Assessment:
    """Values in pence. `value_net` only where no gross value is known: the two are never added.

    `unheard`: departments that spoke of it and whose word does not count, as they do not answer for the buyer.
    """

    ocid: str
    department: str
    body: str | None
    period: str | None
    buyer_name: str | None
    buyer_ids: tuple[str, ...]
    title: str | None
    started_on: str | None
    start_exact: bool | None
    value_gross: int | None
    value_net: int | None
    scope: str
    scope_reasons: tuple[str, ...]
    missing: tuple[str, ...]
    answers: Answers
    concerns: tuple[str, ...]
    urgency: tuple[dict[str, object], ...]
    evidence: Evidence
    items: tuple[Item, ...]
    departments: tuple[str, ...]
    unheard: tuple[str, ...] = ()


def assess(subject: Subject, *, register: Register, rules: Rules) -> Assessment:
    """The row of one procurement. Sources of the rules stand with each question below."""
    facts, unheard = listened(subject.facts, register)
    procurement = Procurement(subject.key, facts)
    start = procurement.start
    period = Period.of(start.moment.day) if start is not None else None
    buyer = _resolve(procurement, register)
    attributed = buyer.department if buyer is not None else _sender(procurement)
    beside = _comparator(procurement) if attributed is None else None
    department = beside.sector.value if beside is not None else attributed
    if attributed is not None and period is not None:
        department = register.answerable_for(attributed, period.last_day)
    decided = scope.decide(
        procurement,
        authority=buyer.authority if buyer is not None else beside.authority if beside is not None else None,
        is_register_body=buyer is not None,
        rules=rules,
    )
    covered = (
        attributed is not None
        and decided.decision is not Decision.CANNOT_TELL
        and covered_by_policy(
            (reason.code for reason in decided.reasons), start=None if start is None else start.moment.day, rules=rules
        )
    )
    answers, evidence = answers_of(procurement, decided)
    if covered:
        answers |= policy_answers(procurement, rules)
    beyond = items(procurement, department=attributed, covered=covered, register=register, rules=rules)
    gross, net = pence(procurement.estimate)
    return Assessment(
        ocid=subject.key,
        department=department or UNATTRIBUTED,
        body=_body(buyer, register, _day(procurement)),
        period=None if period is None else str(period),
        buyer_name=procurement.buyer.name if procurement.buyer else None,
        buyer_ids=procurement.buyer.ids if procurement.buyer else (),
        title=procurement.title.value if procurement.title else None,
        started_on=None if start is None else start.moment.day.isoformat(),
        start_exact=None if start is None else start.exact,
        value_gross=gross,
        value_net=net,
        scope=decided.decision.value,
        scope_reasons=tuple(reason.code for reason in decided.reasons),
        missing=decided.missing,
        answers=answers,
        concerns=concerns_of(answers) if decided.decision is Decision.APPLIES else (),
        urgency=tuple({"subsections": claim.subsections, "reason": claim.reason} for claim in procurement.urgency),
        evidence=evidence,
        items=beyond,
        departments=tuple(sorted({department or UNATTRIBUTED, *(item.department for item in beyond)})),
        unheard=unheard,
    )


def _day(procurement: Procurement) -> date:
    """The day on which the buyer is looked up: the start, else whatever day is known."""
    if procurement.start is not None:
        return procurement.start.moment.day
    if procurement.notices:
        return procurement.notices[0].at.day
    if procurement.planned_start is not None:
        return procurement.planned_start.value
    return procurement.considered_at.value.day if procurement.considered_at is not None else BEFORE_THE_ACT


def _resolve(procurement: Procurement, register: Register) -> Resolution | None:
    if procurement.buyer is None:
        return None
    return register.resolve(ids=procurement.buyer.ids, name=procurement.buyer.name, on=_day(procurement))


def _comparator(procurement: Procurement) -> Comparator | None:
    """The sector of a buyer that is clearly a council or a health body: shown beside departments, never among them."""
    buyer = procurement.buyer
    return None if buyer is None else comparator(ids=buyer.ids, name=buyer.name, on=_day(procurement))


def _sender(procurement: Procurement) -> str | None:
    """Where no notice names a buyer that the register knows: the one department that reports on the procurement."""
    codes = {sender.value for sender in procurement.senders}
    return codes.pop() if len(codes) == 1 else None


def _body(buyer: Resolution | None, register: Register, on: date) -> str | None:
    if buyer is None or buyer.key == buyer.department or register.has_department(buyer.key):
        return None
    return register.body(buyer.key).name(on)
