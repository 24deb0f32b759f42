"""What is bought and under which rules: category, regime, procedure, framework, and what free text claims."""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal

from services.aggregator.facts import Value
from services.aggregator.notices import reading
from services.aggregator.notices.reading import Json
from services.aggregator.notices.release import Release
from shared.events.base import Category

REGIMES = {
    ("UKPGA", "2023/54"): "PA2023",
    ("CELEX", "32004L0018"): "PCR2006",
    ("CELEX", "32004L0017"): "UTILITIES",
    ("CELEX", "32014L0024"): "PCR2015",
    ("CELEX", "32014L0025"): "UTILITIES",
    ("CELEX", "32014L0023"): "CONCESSIONS",
    ("CELEX", "32009L0081"): "DEFENCE",
}
"""Utilities, concession and defence contracts are outside the Act (s.1(16)(a)) under whichever statute."""

CATEGORIES = frozenset(Category)
CALL_OFF = re.compile(
    r"award under framework|call-?off from a framework"
    r"|(direct award|further competition)\W+(from|under)? ?(a )?framework"
)
DIRECT = re.compile(r"direct award|without (prior )?publication|without competition|single tender")
URGENT = frozenset({"urgency", "D_URGENCY", "D_EXTREME_URGENCY"})
HEALTH = "provider selection regime"
EXEMPT = re.compile(
    r"\bexempt(ed)? (contract|procurement)|\bexempt(ed)? from the (procurement act|public contracts regulations)"
    r"|schedule 2 (to|of) the procurement act"
)
VIA_FRAMEWORK = re.compile(
    r"(procured?|procurement|purchased?|awarded?|call(ed)?[- ]off|competition|tender(ed)?|suppliers?) "
    r"(via|through|under|from|using|on)\b[^.]{0,80}\bframework"
)


def kind_facts(release: Release) -> Iterator[tuple[str, Value]]:
    tender = release.tender
    if title := reading.text(tender, "title"):
        yield "title", title
    if category := _category(release):
        yield "category", category
    if additional := _additional(release):
        yield "category-additional", additional
    scheme, code = release.basis
    if scheme and code:
        yield "regime", REGIMES.get((scheme, code), "OTHER")
    if special := sorted(set(reading.texts(tender, "specialRegime"))):
        yield "special-regimes", special
    yield from _procedure(release)
    yield from _framework(tender)
    yield from _claims(release)


def _category(release: Release) -> str | None:
    """The main category. Where the awards differ, that of the greater part by value (s.1(1)); undecided: none."""
    main = reading.text(release.tender, "mainProcurementCategory")
    if main is not None:
        return main if main in CATEGORIES else None
    of_award = {
        reading.key(award): category
        for award in release.awards
        if (category := reading.text(award, "mainProcurementCategory")) is not None and category in CATEGORIES
    }
    categories = set(of_award.values())
    if len(categories) < 2:
        return categories.pop() if categories else None
    totals = _totals(release.awards, "id", of_award) or _totals(release.contracts, "awardID", of_award)
    ranked = sorted(totals.items(), key=lambda total: total[1], reverse=True)
    return ranked[0][0] if len(ranked) > 1 and ranked[0][1] > ranked[1][1] else None


def _totals(parts: list[Json], award: str, of_award: Mapping[str | None, str]) -> dict[str, Decimal]:
    """Pounds by category; empty unless every part has a value."""
    totals: dict[str, Decimal] = {}
    for part in parts:
        value, category = reading.child(part, "value"), of_award.get(reading.key(part, award))
        pounds = reading.decimal(value, "amountGross") or reading.decimal(value, "amount")
        if pounds is None or category is None:
            return {}
        totals[category] = totals.get(category, Decimal(0)) + Decimal(pounds)
    return totals


def _additional(release: Release) -> list[str]:
    parts = (release.tender, *release.awards)
    return sorted({c for part in parts for c in reading.texts(part, "additionalProcurementCategories")} & CATEGORIES)


def _procedure(release: Release) -> Iterator[tuple[str, Value]]:
    tender = release.tender
    procedure = reading.text(tender, "procurementMethodDetails")
    details = (procedure or "").lower()
    signs = []
    if CALL_OFF.search(details) and "dynamic" not in details:
        signs.append("procedure")
    related = reading.items(release.data, "relatedProcesses")
    if any("framework" in reading.texts(process, "relationship") for process in related):
        signs.append("related-process")
    if signs:
        yield release.numbered("call-off"), signs
    if procedure:
        yield "procedure", procedure
    if reading.text(tender, "procurementMethod") == "direct" or DIRECT.search(details):
        yield "direct-award", True
    reasons = reading.items(tender, "procurementMethodRationaleClassifications")
    if any(reading.text(reason, "id") in URGENT for reason in reasons):
        yield release.numbered("urgency-hint"), True


def _framework(tender: Json) -> Iterator[tuple[str, Value]]:
    techniques = reading.child(tender, "techniques")
    if techniques.get("hasFrameworkAgreement") is True:
        agreement = reading.child(techniques, "frameworkAgreement")
        yield (
            "framework",
            reading.known(
                (
                    ("method", reading.text(agreement, "method")),
                    ("type", reading.text(agreement, "type")),
                    ("open", reading.flag(agreement, "isOpenFrameworkScheme")),
                )
            ),
        )


def _claims(release: Release) -> Iterator[tuple[str, Value]]:
    """What only free text says. It may raise a question; it never answers one."""
    claims = release.prose
    if HEALTH in claims:
        yield release.numbered("health-hint"), True
    if ("exempt" in claims or "schedule 2" in claims) and EXEMPT.search(claims):
        yield release.numbered("exempt-hint"), True
    if release.is_planning and "framework" in claims and VIA_FRAMEWORK.search(claims):
        yield release.numbered("framework-hint"), True
