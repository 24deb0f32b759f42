"""What the services write to Kafka, as models: the AsyncAPI document describes their messages by these."""

from collections.abc import Mapping
from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from shared import status

REJECTED = "uk.gov.social-value.submission.rejected.v1"
CONFLICTED = "uk.gov.social-value.event.conflicted.v1"
BRAKE_APPLIED = "uk.gov.social-value.brake.applied.v1"
BRAKE_RELEASED = "uk.gov.social-value.brake.released.v1"
STATUS_CHANGED = status.TYPE
REPORT_PUBLISHED = "uk.gov.social-value.report.published.v1"


class Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Named(Answer):
    """The event in question, as far as it could be read."""

    source: str | None
    id: str | None


class Fault(Answer):
    pointer: str = Field(description="RFC 6901 JSON pointer into what was sent; empty for the whole of it")
    detail: str


class Problem(Answer):
    """The members of an RFC 9457 problem that do not depend on HTTP."""

    type: str = Field(description="`/problems/{slug}` on ingest: a page that explains it")
    title: str
    detail: str
    errors: list[Fault]


class Rejection(Answer):
    """A submission was refused; nothing of it was taken."""

    problem: Problem
    event: Named
    place: str = Field(description="where it came in: `submissions.dwp/0/17` or `http/<request>/3`")
    raw_base64: str | None = Field(description="the refused bytes, at most the first million; null for a tombstone")
    raw_bytes: int | None


class Conflict(Answer):
    """Another content is already recorded under this source and id; the first stands."""

    event: Named
    detail: str
    advice: str
    raw: str = Field(description="the event that does not count, as JSON text")


class Frequent(Answer):
    problem: Problem
    event: Named
    place: str


class Brake(Answer):
    """Most of what a sender sends is refused (applied), or that is over (released)."""

    refused: int = Field(description="of the last `of` submissions")
    of: int
    most_frequent: Frequent | None
    advice: str


class PublishedFile(Answer):
    name: str
    media_type: str
    size: int = Field(description="bytes")
    sha256: str


class ReportPublished(Answer):
    """A report is out: what there is, where, and its hashes; never the report itself."""

    id: str
    department: str = Field(description="a department's code, or `overview`")
    period: str
    revision: int
    published_at: datetime
    rating: str | None
    reason: str | None = Field(description="of a revision after the first")
    address: str
    files: list[PublishedFile]


DATA: Mapping[str, type[BaseModel]] = {
    REJECTED: Rejection,
    CONFLICTED: Conflict,
    BRAKE_APPLIED: Brake,
    BRAKE_RELEASED: Brake,
    STATUS_CHANGED: status.Status,
    REPORT_PUBLISHED: ReportPublished,
}
"""Type → the model of its data."""

ON_REJECTIONS: tuple[str, ...] = (REJECTED, CONFLICTED, BRAKE_APPLIED, BRAKE_RELEASED)
