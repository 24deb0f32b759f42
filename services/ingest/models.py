"""What ingest answers over HTTP, as models: the OpenAPI document is made from these."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class Model(BaseModel):
    model_config = ConfigDict(frozen=True)


class FaultBody(Model):
    pointer: str = Field(description="RFC 6901 JSON pointer into what was sent; empty for the whole of it")
    detail: str


class ReasonBody(Model):
    """Why an event was refused, apart from how it was sent."""

    type: str = Field(description="names the kind of problem, `/problems/{slug}`", examples=["/problems/invalid-data"])
    title: str
    detail: str
    errors: list[FaultBody]


class Receipt(Model):
    """The broker has acknowledged the event: it is safe, and will be recorded."""

    source: str
    id: str
    status: Literal["accepted"] = "accepted"
    status_url: str = Field(description="what becomes of it, as a path on this server: GET it later")


class Receipts(Model):
    """One receipt for each event, in the order sent."""

    receipts: list[Receipt]


class RefusedRelease(Model):
    pointer: str = Field(description="where in what was sent; in JSON lines, the line's number from 0", examples=["/3"])
    status: Literal["refused"] = "refused"
    problem: ReasonBody


class ReleaseReceipts(Model):
    """One entry for each release, in the order sent."""

    accepted: int
    refused: int
    receipts: list[Receipt | RefusedRelease]


class ProblemBody(ReasonBody):
    """An RFC 9457 problem."""

    status: int
    instance: str | None = Field(None, description="the request's id, as the rejections and the logs name it")
    receipts: list[Receipt | RefusedRelease] | None = Field(
        None, description="of a package that broke off: what was taken and refused before that"
    )


Status = Literal["accepted", "recorded", "repeat", "conflict", "refused"]


class Happening(Model):
    """One thing that became of a submission under this source and id."""

    status: Status
    at: datetime
    detail: str
    problem: dict[str, Any] | None = Field(None, description="of a refusal: the problem")


class EventStatus(Model):
    """What became of an event: the latest of its history, and the whole of it, the oldest first."""

    source: str
    id: str
    status: Status
    at: datetime
    detail: str
    problem: dict[str, Any] | None = None
    history: list[Happening]


class CloudEventBody(BaseModel):
    """A CloudEvents 1.0 event in structured JSON; the catalogue says which `type` has which `data`."""

    model_config = ConfigDict(extra="allow")

    specversion: Literal["1.0"]
    id: str = Field(min_length=1, max_length=300)
    source: str = Field(min_length=1, max_length=300, json_schema_extra={"format": "uri-reference"})
    type: str = Field(examples=["uk.gov.social-value.heartbeat.v1"])
    subject: str = Field(examples=["dwp", "ocds-h6vhtk-06e0b1"])
    time: datetime
    data: dict[str, Any]
