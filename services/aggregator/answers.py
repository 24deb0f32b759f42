"""The answers that a procurement gives to the questions of the indicators, each with the events that are its evidence.

An answer is one of the words that `shared.indicators` declares; a question without an answer: the procurement is not in
that indicator's population. Unknown is an answer of its own.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import TypeAlias

from services.aggregator.moments import Moment
from services.aggregator.parts import Consideration, EventKey, Start
from services.aggregator.procurement import Procurement
from services.aggregator.scope import Decision, Scope
from shared.rules import Rules, Vat

Answers: TypeAlias = dict[str, tuple[str, ...]]
Evidence: TypeAlias = dict[str, tuple[EventKey, ...]]


def answers_of(procurement: Procurement, decided: Scope) -> tuple[Answers, Evidence]:
    answers: Answers = {"in-scope": (decided.decision.value,)}
    evidence: Evidence = {"in-scope": tuple(sorted({e for reason in decided.reasons for e in reason.evidence}))}
    if decided.decision is Decision.DOES_NOT_APPLY:
        answers["scope-reason"] = tuple(sorted({reason.code for reason in decided.reasons}))
    if decided.decision is Decision.CANNOT_TELL:
        answers["scope-missing"] = tuple(sorted(set(decided.missing)))
    if procurement.notices:
        answers["return-quality"] = ("reported" if procurement.senders else "silent",)
        evidence["return-quality"] = _keys(said.event for said in procurement.senders)
    if decided.decision is Decision.APPLIES:
        answers |= _considered(procurement) | _consulted(procurement) | _urgency(procurement)
        record, start = procurement.consideration, procurement.start
        decision = procurement.consultation
        evidence["considered-in-time"] = _keys(
            part.event for part in (procurement.considered_at, record, start) if part is not None
        )
        evidence["consultation"] = _keys(
            part.event for part in (procurement.consultation_decided_at, decision, start) if part is not None
        )
        evidence["urgency"] = _keys(claim.event for claim in procurement.urgency)
        if record is not None:
            for question in ("complete-consideration", "relevance-proportionality", "outcome"):
                evidence[question] = (record.event,)
    return answers, evidence


def _keys(events: Iterable[EventKey]) -> tuple[EventKey, ...]:
    found = set(events)
    return tuple(sorted(found)) if len(found) > 1 else tuple(found)


def order(moment: Moment | None, start: Start | None) -> str:
    """before, late or order-unknown, of a record and the start. s.1(1): "before starting", strictly.

    A start known only as *not later than* may have been earlier: only a record from after that bound is surely late.
    """
    if moment is None or start is None:
        return "order-unknown"
    before = moment.before(start.moment)
    if before is False:
        return "late"
    return "before" if before and start.exact else "order-unknown"


def _urgent(procurement: Procurement, subsection: str) -> bool:
    """s.1(8): claimed for the sub-section, and not rejected on review."""
    rejected = any(check.urgency_rejected for check in procurement.spot_checks)
    return not rejected and any(subsection in claim.subsections for claim in procurement.urgency)


def _considered(procurement: Procurement) -> Answers:
    """Indicators 2, 3, 4 and 7, and the strands. s.1(3), (6)."""
    record = procurement.consideration
    if procurement.declared_none:
        in_time = "declared-none"
    elif procurement.considered_at is None:
        in_time = "no-record"
    else:
        in_time = order(procurement.considered_at.value, procurement.start)
    answers: Answers = {"considered-in-time": ("urgent" if _urgent(procurement, "3") else in_time,)}
    if record is None or not record.considered:
        return answers
    answers["outcome"] = (_outcome(record),)
    if in_time == "before":
        document = "document-only" if record.document_only else None
        answers["complete-consideration"] = (document or _complete(record),)
        answers["relevance-proportionality"] = (
            "urgent" if _urgent(procurement, "6") else document or _proportionate(record),
        )
        strands = {"economic": record.economic, "social": record.social, "environmental": record.environmental}
        for name, strand in strands.items():
            answers[name] = (document or (strand.answer if strand is not None else "unanswered"),)
    return answers


def _complete(record: Consideration) -> str:
    answered = (record.economic, record.social, record.environmental, record.process)
    return "complete" if all(part is not None for part in answered) else "incomplete"


def _proportionate(record: Consideration) -> str:
    return "both-stated" if record.relevance and record.proportionality else "not-both-stated"


def _outcome(record: Consideration) -> str:
    if record.outcome is None:
        return "not-stated"
    if record.outcome.value != "not-pursued":
        return record.outcome.value
    return "not-pursued-with-reason" if record.reason else "not-pursued-without-reason"


def _consulted(procurement: Procurement) -> Answers:
    """Indicator 5. s.1(7) asks for a decision whether to consult, not for a consultation."""
    decided_at, decision = procurement.consultation_decided_at, procurement.consultation
    if _urgent(procurement, "7"):
        decided = "urgent"
    else:
        decided = "no-record" if decided_at is None else order(decided_at.value, procurement.start)
    answers: Answers = {"consultation": (decided,)}
    if procurement.consultations_held:
        answers["consultation-outcome"] = ("held",)
    elif decision is not None and not decision.consult:
        answers["consultation-outcome"] = ("not-with-reason" if decision.reason else "not-without-reason",)
    return answers


def _urgency(procurement: Procurement) -> Answers:
    """Indicator 6. No claim is no claim."""
    claims = procurement.urgency
    if not claims:
        return {"urgency": ("none",)}
    kinds = {f"s1-{subsection}" for claim in claims for subsection in claim.subsections}
    kinds |= {"no-reason" for claim in claims if not claim.reason}
    return {"urgency": ("claimed",), "urgency-claim": tuple(sorted(kinds))}


def policy_answers(procurement: Procurement, rules: Rules) -> Answers:
    """Indicators 8 and 9. Weights of PPN 06/20, PPN 002 and PPN 026; a weight not stated is not a weight of nothing."""
    framework = procurement.outcome_framework
    codes = tuple(f"{framework.value}:{code}" for code in procurement.codes) if framework is not None else ()
    committed = tuple(f"{c.framework}:{code}" for c in procurement.commitments if c.framework for code in c.codes)
    answers: Answers = {"outcome-mix": tuple(sorted({*codes, *committed})) or ("no-code",)}
    start = procurement.start
    if start is None or not procurement.tender_notice:
        return answers
    minimum = rules.minimum_weight(start.moment.day, procurement.interval(Vat.INCLUDED, rules))
    if procurement.direct_award is not None and procurement.direct_award.value:
        answers["weight"] = ("direct-award",)
    elif minimum.percent is not None or minimum.unknown:
        answers["weight"] = (_weight(procurement, minimum.percent),)
    return answers


def _weight(procurement: Procurement, minimum: Decimal | None) -> str:
    weight = procurement.weight
    if weight is None or weight.percent is None:
        return "not-stated" if weight is None else weight.answer
    if minimum is None:
        return "minimum-unknown"
    return "at-minimum" if weight.percent >= minimum else "below-minimum"


_CONCERNS: Mapping[tuple[str, str], str] = {
    ("considered-in-time", "no-record"): "No record of consideration",
    ("considered-in-time", "late"): "Considered after the start",
    ("considered-in-time", "declared-none"): "Declared not considered",
    ("complete-consideration", "incomplete"): "Consideration does not answer all of s.1(3)",
    ("consultation", "no-record"): "No record of a decision whether to consult",
    ("consultation", "late"): "Whether to consult decided after the start",
    ("weight", "below-minimum"): "Weight of social value below the policy minimum",
    ("urgency-claim", "no-reason"): "Urgency claimed without a reason",
}


def concerns_of(answers: Answers) -> tuple[str, ...]:
    """In the words of the report. Absence of a record is no evidence; it is not called a breach."""
    return tuple(words for (question, answer), words in _CONCERNS.items() if answer in answers.get(question, ()))
