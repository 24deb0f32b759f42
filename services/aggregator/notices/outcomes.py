"""What came of the procurement: awards, contracts, their indicators and ratings, their end."""

from collections.abc import Iterator
from typing import Any

from services.aggregator.facts import Value
from services.aggregator.notices import reading
from services.aggregator.notices.parties import suppliers
from services.aggregator.notices.reading import Json
from services.aggregator.notices.release import Release
from services.aggregator.notices.values import money
from services.aggregator.notices.weights import mentions_social_value
from shared.events.procurement import KpiRating

RATINGS = {
    "met": KpiRating.GOOD,
    "slightlyBelow": KpiRating.APPROACHING_TARGET,
    "below": KpiRating.REQUIRES_IMPROVEMENT,
    "significantlyBelow": KpiRating.INADEQUATE,
    "other": KpiRating.OTHER,
}
"""OCDS measure classification → rating of SI 2024/692 reg 39(5)."""

POSSIBLY_SOCIAL = ("apprentic", "local job", "local employ", "carbon", "volunteer", "community benefit")
"""Shown apart as possible, never counted as social value."""


def outcome_facts(release: Release) -> Iterator[tuple[str, Value]]:
    if release.is_market:
        return
    if release.notice_type == "UK12" or "tenderCancellation" in release.tags:
        yield release.numbered("cancellation"), _cancellation(release)
    elif release.is_award and release.awards:
        kinds = suppliers(release)
        yield release.numbered("awards"), [_award(award, kinds) for award in release.awards]
    if not release.contracts:
        return
    yield release.numbered("contracts"), [_contract(contract) for contract in release.contracts]
    if kpis := [kpi for contract in release.contracts for kpi in _kpis(contract)]:
        yield release.numbered("kpis"), kpis
    if ratings := [rating for contract in release.contracts for rating in _ratings(contract, release.at)]:
        yield release.numbered("ratings"), ratings
    if ends := [end for contract in release.contracts if (end := _termination(contract))]:
        yield release.numbered("termination"), ends


def _cancellation(release: Release) -> dict[str, Any]:
    awards = release.awards or [{}]
    return reading.known(
        (
            ("on", reading.day(awards[0], "finalStatusDate")),
            ("reason", reading.text(awards[0], "statusDetails")),
            ("status", reading.text(release.tender, "status")),
        )
    )


def _award(award: Json, kinds: dict[str, dict[str, Any]]) -> dict[str, Any]:
    named = [
        {**reading.known((("id", id), ("name", reading.text(supplier, "name")))), **kinds.get(id or "", {})}
        for supplier in reading.items(award, "suppliers")
        for id in (reading.key(supplier),)
    ]
    return reading.known(
        (
            ("id", reading.key(award)),
            ("status", reading.text(award, "status")),
            ("date", reading.day(award, "date")),
            ("suppliers", named),
            ("period", _period(reading.child(award, "contractPeriod")) or None),
            ("value", money(reading.child(award, "value"))),
        )
    )


def _contract(contract: Json) -> dict[str, Any]:
    return reading.known(
        (
            ("id", reading.key(contract)),
            ("award", reading.key(contract, "awardID")),
            ("status", reading.text(contract, "status")),
            ("signed", reading.day(contract, "dateSigned")),
            ("period", _period(reading.child(contract, "period")) or None),
            ("value", money(reading.child(contract, "value"))),
            ("no-kpis-because", reading.text(contract, "noAgreedMetricsRationale")),
        )
    )


def _period(period: Json) -> dict[str, Any]:
    return reading.known(
        (
            ("start", reading.day(period, "startDate")),
            ("end", reading.day(period, "endDate")),
            ("longest", reading.day(period, "maxExtentDate")),
        )
    )


def _kpis(contract: Json) -> Iterator[dict[str, Any]]:
    for metric in reading.items(contract, "agreedMetrics"):
        yield reading.known(
            (
                ("contract", reading.key(contract)),
                ("id", reading.key(metric)),
                ("title", reading.text(metric, "title")),
                ("social-value", _is_social_value(metric)),
            )
        )


def _is_social_value(metric: Json) -> str:
    said = f"{reading.text(metric, 'title') or ''} {reading.text(metric, 'description') or ''}".lower()
    if mentions_social_value(said):
        return "yes"
    return "possible" if any(word in said for word in POSSIBLY_SOCIAL) else "no"


def _ratings(contract: Json, at: str) -> Iterator[dict[str, Any]]:
    for metric in reading.items(reading.child(contract, "implementation"), "metrics"):
        for observation in reading.items(metric, "observations"):
            code = reading.text(reading.child(observation, "measureClassification"), "id") or ""
            if code not in RATINGS:
                continue
            yield reading.known(
                (
                    ("contract", reading.key(contract)),
                    ("kpi", reading.key(metric)),
                    ("title", reading.text(metric, "title")),
                    ("social-value", _is_social_value(metric)),
                    ("rating", RATINGS[code].value),
                    ("assessed-on", reading.day(reading.child(observation, "period"), "endDate") or at[:10]),
                )
            )


def _termination(contract: Json) -> dict[str, Any] | None:
    implementation = reading.child(contract, "implementation")
    reasons = [
        id for c in reading.items(contract, "terminationRationaleClassifications") if (id := reading.text(c, "id"))
    ]
    if not reasons and contract.get("status") != "terminated":
        return None
    return reading.known(
        (
            ("contract", reading.key(contract)),
            ("reasons", sorted(reasons)),
            ("on", reading.day(implementation, "endDate")),
            ("value", money(reading.child(implementation, "finalValue"))),
            ("failures", len(reading.items(implementation, "performanceFailures")) or None),
        )
    )
