"""Facts → the parts of a procurement that were recorded, claimed, committed, awarded, assessed or checked."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, TypeAlias, TypeVar

from services.aggregator.facts import Fact
from services.aggregator.moments import Moment
from services.aggregator.parts import (
    Award,
    Cancellation,
    Commitment,
    CommitmentReport,
    Consideration,
    Consultation,
    ConsultationHeld,
    Contract,
    EventKey,
    Kpi,
    Proposal,
    Rating,
    SpotCheck,
    Strand,
    Supplier,
    Termination,
    UrgencyClaim,
    Value,
)
from shared.events.procurement import KpiRating, Outcome

Collected: TypeAlias = Mapping[str, list[tuple[str, Fact]]]
T = TypeVar("T")


def _day(data: Mapping[str, Any], name: str) -> date | None:
    return date.fromisoformat(data[name]) if name in data else None


def _decimal(data: Mapping[str, Any], name: str) -> Decimal | None:
    return Decimal(data[name]) if name in data else None


def _moment(data: Mapping[str, Any], name: str) -> Moment | None:
    return Moment.of(data[name]) if name in data else None


def _each(found: Collected, name: str, make: Callable[[Mapping[str, Any], EventKey], T]) -> tuple[T, ...]:
    return tuple(make(fact.value, fact.event) for _, fact in found.get(name, ()))


def _listed(found: Collected, name: str) -> Iterator[tuple[Mapping[str, Any], str, Fact]]:
    """The items of facts that hold a list: item, release, fact."""
    for release, fact in found.get(name, ()):
        for item in fact.value:
            yield item, release, fact


def value(kind: str, amount: Mapping[str, Any], event: EventKey) -> Value:
    return Value(kind, _decimal(amount, "net"), _decimal(amount, "gross"), amount.get("currency", "GBP"), event)


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
            at=_moment(data, "at"),
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
    return _each(
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
    return _each(
        found,
        "urgency",
        lambda data, event: UrgencyClaim(
            _moment(data, "at"), tuple(sorted(set(data["subsections"]))), data.get("reason"), event
        ),
    )


def commitments(found: Collected) -> tuple[Commitment, ...]:
    return _each(
        found,
        "commitment",
        lambda data, event: Commitment(
            key=data["commitment"],
            contract=data.get("contract"),
            description=data["description"],
            quantity=_decimal(data, "quantity"),
            unit=data.get("unit"),
            due=_day(data, "due"),
            framework=data.get("framework"),
            codes=tuple(data.get("codes", ())),
            event=event,
        ),
    )


def commitment_reports(found: Collected) -> tuple[CommitmentReport, ...]:
    return _each(
        found,
        "commitment-report",
        lambda data, event: CommitmentReport(
            data["commitment"], Decimal(data["delivered"]), date.fromisoformat(data["as_of"]), event
        ),
    )


def kpis(found: Collected) -> tuple[Kpi, ...]:
    return tuple(
        Kpi(item.get("contract"), item.get("id"), item.get("title"), item["social-value"], fact.event)
        for item, _, fact in _listed(found, "kpis")
    )


def ratings(found: Collected) -> tuple[Rating, ...]:
    """Of performance notices (UK9), and of the department's own events."""
    shown = (
        Rating(
            contract=item.get("contract"),
            kpi=item.get("kpi"),
            title=item.get("title"),
            social_value=item["social-value"],
            rating=KpiRating(item["rating"]),
            assessed_on=date.fromisoformat(item["assessed-on"]),
            event=fact.event,
        )
        for item, _, fact in _listed(found, "ratings")
    )
    return tuple(shown) + _each(
        found,
        "kpi-assessment",
        lambda data, event: Rating(
            contract=data.get("contract"),
            kpi=data["kpi"],
            title=data["title"],
            social_value="yes" if data["social_value"] else "no",
            rating=KpiRating(data["rating"]),
            assessed_on=date.fromisoformat(data["assessed_on"]),
            event=event,
        ),
    )


def awards(found: Collected) -> tuple[Award, ...]:
    return tuple(
        Award(
            release=release,
            id=item.get("id"),
            status=item.get("status"),
            decided=_day(item, "date"),
            suppliers=tuple(
                Supplier(s.get("id"), s.get("name"), s.get("scale"), s.get("vcse")) for s in item.get("suppliers", ())
            ),
            first=_day(item.get("period", {}), "start"),
            last=_day(item.get("period", {}), "end"),
            value=value("award", item["value"], fact.event) if "value" in item else None,
            event=fact.event,
        )
        for item, release, fact in _listed(found, "awards")
    )


def contracts(found: Collected) -> tuple[Contract, ...]:
    return tuple(
        Contract(
            release=release,
            id=item.get("id"),
            award=item.get("award"),
            status=item.get("status"),
            signed=_day(item, "signed"),
            first=_day(item.get("period", {}), "start"),
            last=_day(item.get("period", {}), "end"),
            longest=_day(item.get("period", {}), "longest"),
            value=value("contract", item["value"], fact.event) if "value" in item else None,
            no_kpis_because=item.get("no-kpis-because"),
            published=Moment.of(fact.at),
            event=fact.event,
        )
        for item, release, fact in _listed(found, "contracts")
    )


def terminations(found: Collected) -> tuple[Termination, ...]:
    return tuple(
        Termination(item.get("contract"), tuple(item.get("reasons", ())), _day(item, "on"), fact.event)
        for item, _, fact in _listed(found, "termination")
    )


def cancellations(found: Collected) -> tuple[Cancellation, ...]:
    return _each(found, "cancellation", lambda data, event: Cancellation(_day(data, "on"), data.get("reason"), event))


def spot_checks(found: Collected) -> tuple[SpotCheck, ...]:
    return _each(
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
