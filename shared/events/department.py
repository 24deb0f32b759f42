"""Events about a department's capability to apply the Act; the CloudEvents subject is its code."""

from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator

from shared.events.base import Count, Data, Day, Key, Line, Link, Text


class ChampionAppointed(Data):
    name: Line
    post: Line
    appointed_on: Day


class ChampionStoodDown(Data):
    stood_down_on: Day


class StrategyPublished(Data):
    """Complete only with both parts: the priorities, and how commissioning teams apply them."""

    title: Line
    published_on: Day
    priorities: tuple[Line, ...] = ()
    how_teams_apply: Text | None = None
    url: Link | None = None


class GuidanceIssued(Data):
    """Light touch guidance to public authorities (nothing to do with light touch contracts)."""

    title: Line
    issued_on: Day
    for_whom: Line
    pages: Count | None = None
    url: Link | None = None


class Programme(StrEnum):
    COMMISSIONING_ACADEMY = "commissioning-academy"
    MASTERCLASS = "masterclass"
    TRANSFORMATION_NETWORK = "public-service-transformation-network"
    INSPIRING_IMPACT = "inspiring-impact"
    SOCIAL_VALUE_TRAINING = "social-value-training"


class TrainingCompleted(Data):
    """`commercial_staff` of the `participants` work in commercial posts."""

    programme: Programme
    completed_on: Day
    participants: Annotated[int, Field(ge=1, le=100_000)]
    commercial_staff: Count = 0


class StaffCounted(Data):
    counted_on: Day
    commercial_staff: Count


class ExampleShared(Data):
    title: Line
    service: Line
    strands: Annotated[list[Literal["economic", "social", "environmental"]], Field(min_length=1)]
    outcome: Text
    url: Link | None = None
    ocid: Line | None = None


class Barrier(StrEnum):
    """The four that the review of 2014 found."""

    NOT_INSPIRED = "not-inspired"
    UNCERTAIN_OF_LAW = "uncertain-of-law"
    SUPPORT_FRAGMENTED = "support-fragmented"
    VALUE_NOT_DEMONSTRATED = "value-not-demonstrated"


class BarrierReported(Data):
    barrier: Barrier
    text: Text


class ActionRaised(Data):
    action: Key
    text: Text
    due: Day | None = None
    origin: Line | None = None


class ActionClosed(Data):
    action: Key
    closed_on: Day
    done: bool
    text: Text | None = None


class Heartbeat(Data):
    """Nothing to report, and the sending system is well."""

    nothing_to_report: Literal[True] = True

    @field_validator("nothing_to_report", mode="before")
    @classmethod
    def is_a_flag(cls, value: Any) -> Any:
        """To Python, and so to Literal, 1 equals True."""
        if value is not True:
            raise ValueError("must be true, or be left out")
        return value


class OfficeHolderAppointed(Data):
    """Who answers for a department, from when; `office` is the title as the holder bears it."""

    name: Line
    office: Line
    appointed_on: Day
