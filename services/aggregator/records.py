"""What a department recorded, claimed or committed to, and what the review team found: facts → typed parts."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from services.aggregator.collected import Collected, day, decimal, each, moment
from services.aggregator.parts import (
    Commitment,
    CommitmentReport,
    Consideration,
    Consultation,
    ConsultationHeld,
    Proposal,
    SpotCheck,
    Strand,
    UrgencyClaim,
)
from shared.events.procurement import Outcome


def proposal(found: Collected) -> Proposal | None:
    for _, fact in found.get("proposal", ()):
        data = fact.value
        planned = date.fromisoformat(data["planned_start"])
        return Proposal(data["title"], planned, data.get("social_value_planned"), fact.event)
    return None


def consideration(found: Collected) -> Consideration | None:
    for _, fact in found.get("consideration", ()):
        data = fact.value
        strands = data.get("strands", {})
        return Consideration(
            at=moment(data, "at"),
            considered=data.get("considered", True),
            economic=_strand(strands, "economic"),
            social=_strand(strands, "social"),
            environmental=_strand(strands, "environmental"),
            process=data.get("process"),
            relevance=data.get("relevance"),
            proportionality=data.get("proportionality"),
            outcome=Outcome(data["outcome"]) if "outcome" in data else None,
            reason=data.get("reason"),
            document_only=data.get("document_only", False),
            evidence_url=data.get("evidence", {}).get("url"),
            event=fact.event,
        )
    return None


def _strand(strands: Mapping[str, Any], name: str) -> Strand | None:
    return Strand(strands[name]["answer"], strands[name].get("text")) if name in strands else None


def consultation(found: Collected) -> Consultation | None:
    for _, fact in found.get("consultation", ()):
        data = fact.value
        url = data.get("evidence", {}).get("url")
        return Consultation(data["consult"], data.get("reason"), data.get("citizen_service"), url, fact.event)
    return None


def consultations_held(found: Collected) -> tuple[ConsultationHeld, ...]:
    return each(
        found,
        "consultation-held",
        lambda data, event: ConsultationHeld(
            date.fromisoformat(data["held_from"]),
            date.fromisoformat(data["held_to"]),
            data["with_whom"],
            data.get("responses"),
            event,
        ),
    )


def urgency(found: Collected) -> tuple[UrgencyClaim, ...]:
    return each(
        found,
        "urgency",
        lambda data, event: UrgencyClaim(
            moment(data, "at"), tuple(sorted(set(data["subsections"]))), data.get("reason"), event
        ),
    )


def commitments(found: Collected) -> tuple[Commitment, ...]:
    return each(
        found,
        "commitment",
        lambda data, event: Commitment(
            key=data["commitment"],
            contract=data.get("contract"),
            description=data["description"],
            quantity=decimal(data, "quantity"),
            unit=data.get("unit"),
            due=day(data, "due"),
            framework=data.get("framework"),
            codes=tuple(data.get("codes", ())),
            event=event,
        ),
    )


def commitment_reports(found: Collected) -> tuple[CommitmentReport, ...]:
    return each(
        found,
        "commitment-report",
        lambda data, event: CommitmentReport(
            data["commitment"], Decimal(data["delivered"]), date.fromisoformat(data["as_of"]), event
        ),
    )


def spot_checks(found: Collected) -> tuple[SpotCheck, ...]:
    return each(
        found,
        "spot-check",
        lambda data, event: SpotCheck(
            check=data["check"],
            completed_on=date.fromisoformat(data["completed_on"]),
            result=data["result"],
            in_scope=data.get("in_scope"),
            considered_before_start=data.get("considered_before_start"),
            three_strands=data.get("three_strands"),
            consultation_decided=data.get("consultation_decided"),
            urgency_rejected=data.get("urgency_rejected", False),
            event=event,
        ),
    )
