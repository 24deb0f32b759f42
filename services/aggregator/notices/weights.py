"""The weight of social value among the award criteria, and whether social value is mentioned at all."""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from services.aggregator.facts import Value
from services.aggregator.notices import reading
from services.aggregator.notices.reading import Json
from services.aggregator.notices.release import Release

SOCIAL_VALUE = re.compile(r"\bsocial[\s-]+value\b")
STATED, COMBINED, NOT_STATED = "stated", "combined", "not-stated"


def weight_facts(release: Release) -> Iterator[tuple[str, Value]]:
    """No fact where a notice has no criteria: silence does not replace what an earlier notice stated."""
    if release.is_tender and (weight := _weight(release.lots)):
        yield release.numbered("weight"), weight
    if mentions_social_value(release.prose) or any(_criteria_mention(lot) for lot in release.lots):
        yield release.numbered("social-value-mention"), True


def mentions_social_value(text: str) -> bool:
    """`text` in lower case."""
    return "social" in text and SOCIAL_VALUE.search(text) is not None


def _criteria_mention(lot: Json) -> bool:
    criteria = reading.child(lot, "awardCriteria")
    found = [criteria.get("description"), criteria.get("weightingDescription")]
    for criterion in reading.items(criteria, "criteria"):
        found.extend((criterion.get("name"), criterion.get("description")))
    return mentions_social_value("\n".join(part for part in found if type(part) is str).lower())


def _weight(lots: list[Json]) -> dict[str, Any] | None:
    """Of the lots with criteria, the one that says least decides: not stated, combined, then the lowest percentage."""
    answers = [answer for lot in lots if (answer := _of_lot(lot))]
    for silent in (NOT_STATED, COMBINED):
        if found := next((answer for answer in answers if answer["answer"] == silent), None):
            return found
    return min(answers, key=lambda answer: Decimal(answer["percent"]), default=None)


def _of_lot(lot: Json) -> dict[str, Any] | None:
    criteria = reading.items(reading.child(lot, "awardCriteria"), "criteria")
    if not criteria:
        return None
    combined = None
    for criterion in criteria:
        name = " ".join((reading.text(criterion, "name") or "").lower().replace("-", " ").split())
        if "social value" not in name:
            continue
        percent = _percent(criterion)
        if percent is None:
            continue
        if name == "social value":
            return {"answer": STATED, "percent": percent}
        combined = {"answer": COMBINED, "percent": percent}
    return combined or {"answer": NOT_STATED}


def _percent(criterion: Json) -> str | None:
    """A rank (`order`) or a band is no percentage."""
    for number in reading.items(criterion, "numbers"):
        if number.get("weight") == "percentageExact" and (percent := reading.decimal(number, "number")):
            return percent if Decimal(percent) <= 100 else None
    return None
