"""Events about one procurement; the CloudEvents subject is its OCID."""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, field_validator, model_validator

from shared.events.base import Category, Count, Data, Day, Evidence, Framework, Instant, Key, Line, Money, Text, When


class NoticePublished(Data):
    """An OCDS release as it stands on Find a Tender or Contracts Finder. Unknown fields are kept, never refused."""

    model_config = ConfigDict(frozen=True, extra="allow")

    ocid: Annotated[str, Field(pattern=r"^ocds-[0-9a-z]{6}-\S{1,200}$")]
    id: Annotated[str, Field(min_length=1, max_length=300)]
    date: Instant
    tag: Annotated[list[str], Field(min_length=1)]
    initiationType: str | None = None
    parties: list[dict[str, Any]] | None = None
    buyer: dict[str, Any] | None = None
    planning: dict[str, Any] | None = None
    tender: dict[str, Any] | None = None
    awards: list[dict[str, Any]] | None = None
    contracts: list[dict[str, Any]] | None = None

    @field_validator("tag")
    @classmethod
    def not_compiled(cls, tag: list[str]) -> list[str]:
        if "compiled" in tag:
            raise ValueError("a compiled release is a summary, not an event: send the releases it was compiled from")
        return tag


class ProcurementProposed(Data):
    """A procurement that the department plans (forward look)."""

    title: Line
    planned_start: Day
    category: Category | None = None
    value: Money | None = None
    social_value_planned: bool | None = None


class Limb(StrEnum):
    """The five steps of s.1(2), the first of which is the start of the procurement."""

    NOTICE = "a"
    ADVERTISEMENT = "b"
    SEEKING = "c"
    RESPONDING = "d"
    CONTRACT = "e"


class ProcurementStarted(Data):
    """The first of the five steps of s.1(2), with what the notice does not say: weight, framework, codes."""

    started_at: When
    limb: Limb
    title: Line | None = None
    category: Category | None = None
    value: Money | None = None
    light_touch: bool | None = None
    call_off: bool | None = None
    weight: Annotated[Decimal, Field(ge=0, le=100, decimal_places=2)] | None = None
    framework: Framework | None = None
    codes: tuple[Key, ...] = ()


class Strand(Data):
    """One of economic, social, environmental: considered, or not relevant and why (s.1(3), (6))."""

    answer: Literal["considered", "not-relevant"]
    text: Text | None = None

    @model_validator(mode="after")
    def reason_given(self) -> "Strand":
        if self.answer == "not-relevant" and self.text is None:
            raise ValueError("not-relevant needs the reason in text")
        return self


class Strands(Data):
    economic: Strand | None = None
    social: Strand | None = None
    environmental: Strand | None = None


class Outcome(StrEnum):
    ADOPTED = "adopted"
    ADAPTED = "adapted"
    NOT_PURSUED = "not-pursued"


class ConsiderationRecorded(Data):
    """The department's record of what s.1(3) and (6) ask; `considered` false says that it was not considered."""

    considered_at: When
    considered: bool = True
    strands: Strands = Strands()
    process: Text | None = Field(None, description="s.1(3)(b): how the process itself may secure the improvement")
    relevance: Text | None = Field(None, description="s.1(6): why the matters are relevant to what is procured")
    proportionality: Text | None = Field(None, description="s.1(6): how far taking them into account is proportionate")
    outcome: Outcome | None = None
    reason: Text | None = None
    document_only: bool = Field(False, description="the answers are in the document and not given field by field")
    evidence: Evidence | None = None


class ConsultationDecided(Data):
    """Whether to consult on the matters of s.1(3), as s.1(7) asks. Deciding not to consult complies."""

    decided_at: When
    consult: bool
    reason: Text | None = None
    citizen_service: bool | None = Field(None, description="a service delivered directly to citizens (PPN 003)")
    evidence: Evidence | None = None


class ConsultationHeld(Data):
    held_from: Day
    held_to: Day
    with_whom: Line
    responses: Count | None = None
    evidence: Evidence | None = None


class UrgencyClaimed(Data):
    """s.1(8): an urgent need made it impractical to comply with the sub-sections named."""

    claimed_at: When
    subsections: Annotated[list[Literal["3", "6", "7"]], Field(min_length=1, max_length=3)]
    reason: Text | None = None


class CommitmentMade(Data):
    """What a supplier committed to under a contract, with a quantity that can be counted."""

    commitment: Key
    contract: Key | None = None
    description: Text
    quantity: Annotated[Decimal, Field(gt=0, max_digits=15, decimal_places=3)] | None = None
    unit: Line | None = None
    due: Day | None = None
    framework: Framework | None = None
    codes: tuple[Key, ...] = ()
    measure_scheme: Line | None = None


class CommitmentReported(Data):
    """What has been delivered of a commitment in all, up to a day."""

    commitment: Key
    delivered: Annotated[Decimal, Field(ge=0, max_digits=15, decimal_places=3)]
    as_of: Day
    evidence: Evidence | None = None


class KpiRating(StrEnum):
    """SI 2024/692 reg 39(5). These words are for contracts only."""

    GOOD = "good"
    APPROACHING_TARGET = "approaching-target"
    REQUIRES_IMPROVEMENT = "requires-improvement"
    INADEQUATE = "inadequate"
    OTHER = "other"


class KpiAssessed(Data):
    kpi: Key
    contract: Key | None = None
    title: Line
    social_value: bool
    rating: KpiRating
    assessed_on: Day
