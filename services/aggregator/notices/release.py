"""One release with what every reader of it asks for: its parts, its notice type, its time."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from services.aggregator import moments
from services.aggregator.notices import reading
from services.aggregator.notices.reading import Json
from shared.envelope import Event

LONG_AGO = f"{moments.FIRST_YEAR}-01-01T00:00:00.000000Z"
"""For a release that cannot be dated at all: whatever else is known of the procurement is newer."""

MARKETS = frozenset({"UK13", "UK14", "UK15", "UK16"})
"""Notices of a dynamic market: what they call awards are suppliers admitted, not contracts."""


@dataclass(frozen=True)
class Release:
    """`id` names the release in fact names, because ids of awards and contracts are used again between releases."""

    data: Json
    id: str
    at: str
    tender: Json
    planning: Json
    awards: list[Json]
    contracts: list[Json]
    lots: list[Json]
    parties: list[Json]
    tags: tuple[str, ...]

    @classmethod
    def of(cls, event: Event) -> "Release":
        data = event.data
        tender = reading.child(data, "tender")
        return cls(
            data=data,
            id=reading.key(data) or event.id,
            at=_at(data.get("date"), event.time),
            tender=tender,
            planning=reading.child(data, "planning"),
            awards=reading.items(data, "awards"),
            contracts=reading.items(data, "contracts"),
            lots=reading.items(tender, "lots"),
            parties=reading.items(data, "parties"),
            tags=tuple(reading.texts(data, "tag")),
        )

    @cached_property
    def notice_type(self) -> str | None:
        """UK1 to UK17. The document with the release's own number tells it, else the first that has one."""
        found: str | None = None
        for part in (self.planning, self.tender, *self.awards, *self.contracts):
            for document in reading.items(part, "documents"):
                notice_type = reading.text(document, "noticeType")
                if notice_type is not None and notice_type.startswith("UK"):
                    if document.get("id") == self.id:
                        return notice_type
                    found = found or notice_type
        return found

    @property
    def is_market(self) -> bool:
        return self.notice_type in MARKETS

    @property
    def is_tender(self) -> bool:
        """A call for competition: a tender notice, an opportunity, or a correction of one."""
        if self.notice_type is not None:
            return self.notice_type == "UK4"
        return not self.is_award and any(tag.startswith("tender") and tag != "tenderCancellation" for tag in self.tags)

    @property
    def is_planning(self) -> bool:
        return bool(self.tags) and all(tag.startswith("planning") for tag in self.tags)

    @property
    def is_award(self) -> bool:
        return any(tag in ("award", "awardUpdate", "contract", "contractUpdate") for tag in self.tags)

    @property
    def basis(self) -> tuple[str | None, str | None]:
        """Scheme and id of the legal basis."""
        legal = reading.child(self.tender, "legalBasis")
        return reading.text(legal, "scheme"), reading.key(legal)

    @cached_property
    def prose(self) -> str:
        """The title, descriptions and rationales of the release, in lower case: what claims are looked for in."""
        tender = self.tender
        found = [
            self.data.get("description"),
            tender.get("title"),
            tender.get("description"),
            tender.get("procurementMethodRationale"),
            reading.child(tender, "procedure").get("features"),
        ]
        found.extend(lot.get("description") for lot in self.lots)
        found.extend(milestone.get("description") for milestone in reading.items(self.planning, "milestones"))
        for amended in (tender, *self.contracts):
            for amendment in reading.items(amended, "amendments"):
                found.extend((amendment.get("description"), amendment.get("rationale")))
                changes = reading.items(amendment, "unstructuredChanges")
                found.extend(reading.child(change, "newValue").get("text") for change in changes)
        return "\n".join(part for part in found if type(part) is str).lower()

    def numbered(self, name: str) -> str:
        """The name of a fact that each release has for itself."""
        return f"{name}/{self.id}"


def _at(date: Any, otherwise: datetime) -> str:
    """OCDS orders releases by their own date; the event's time stands in where that is none."""
    for text in (date, otherwise.isoformat()):
        found = moments.moment_text(text) if type(text) is str else None
        if found is not None and len(found) > 10:
            return found
    return LONG_AGO
