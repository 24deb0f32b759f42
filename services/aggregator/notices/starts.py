"""Which step of section 1(2) of the 2012 Act a notice shows, and when: the start of the procurement."""

from collections.abc import Iterator
from typing import Any

from services.aggregator.facts import Value
from services.aggregator.notices import reading
from services.aggregator.notices.release import Release
from shared.events.procurement import Limb

EXACT, NOT_LATER, POSSIBLE = "exact", "not-later-than", "possible"
ACT_OF_2023 = "2025-02-24"
"""The Procurement Act 2023 came into force (SI 2024/716)."""
INTEREST = ("expression of interest", "expressions of interest")


def start_facts(release: Release) -> Iterator[tuple[str, Value]]:
    yield release.numbered("notice"), reading.known((("type", release.notice_type), ("tags", list(release.tags))))
    if start := _start(release):
        yield release.numbered("start"), start
    if planned := reading.day(reading.child(release.tender, "communication"), "futureNoticeDate"):
        yield "planned-start", planned
    deadline = reading.moment(reading.child(release.tender, "tenderPeriod"), "endDate") or reading.moment(
        release.tender, "expressionOfInterestDeadline"
    )
    if deadline:
        yield "deadline", deadline


def _start(release: Release) -> dict[str, Any] | None:
    notice_type = release.notice_type
    if notice_type is None:
        return _without_type(release)
    if notice_type == "UK4":
        # A correction proves only that the notice it corrects came before.
        first = "tenderUpdate" not in release.tags
        return _step(release.at, Limb.NOTICE, EXACT if first else NOT_LATER)
    if notice_type == "UK2" and any(words in release.prose for words in INTEREST):
        return _step(release.at, Limb.ADVERTISEMENT, POSSIBLE)
    if notice_type == "UK5":
        # A transparency notice names the supplier, who was therefore contacted before.
        return _step(release.at, Limb.SEEKING, NOT_LATER)
    if notice_type == "UK6":
        return _step(release.at, None, NOT_LATER)
    if notice_type == "UK7":
        signed = [day for contract in release.contracts if (day := reading.day(contract, "dateSigned"))]
        # A contract under the Act cannot be older than it: a mistyped year must not become a bound.
        return _step(min((d for d in signed if d >= ACT_OF_2023), default=release.at), Limb.CONTRACT, NOT_LATER)
    return None


def _without_type(release: Release) -> dict[str, Any] | None:
    """Notices of the older forms and of Contracts Finder, whose advertisement is limb (b)."""
    advertised = release.basis[0] is None
    limb = Limb.ADVERTISEMENT if advertised or "planning" in release.tags else Limb.NOTICE
    # Contracts Finder repeats the first publication of the opportunity on its corrections and awards.
    published = reading.moment(release.tender, "datePublished") if advertised else None
    if release.is_tender:
        first = published is not None or "tender" in release.tags
        return _step(published or release.at, limb, EXACT if first else NOT_LATER)
    if not release.is_award:
        return None
    ends = reading.moment(reading.child(release.tender, "tenderPeriod"), "endDate")
    if published is not None and ends is not None and published < ends:
        return _step(published, limb, EXACT)
    bounds: list[str | None] = [release.at, ends]
    bounds.extend(reading.day(award, "date") for award in release.awards)
    bounds.extend(reading.day(contract, "dateSigned") for contract in release.contracts)
    return _step(min(bound for bound in bounds if bound is not None), None, NOT_LATER)


def _step(at: str, limb: Limb | None, bound: str) -> dict[str, Any]:
    return reading.known((("at", at), ("limb", limb.value if limb is not None else None), ("bound", bound)))
