"""An accepted event as the services pass it on: CloudEvents 1.0, structured JSON, with who sent it and when it came."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

import orjson

from shared import times

CONTENT_TYPE = "application/cloudevents+json; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Event:
    """`time` is when it happened, `recorded` when the sender's system wrote it down, `received` when ingest took it.

    `sender` is what the way in says of who sent it (topic, credential), never what the event says of itself.
    """

    source: str
    id: str
    type: str
    subject: str
    time: datetime
    data: Mapping[str, Any]
    sender: str
    received: datetime
    recorded: datetime | None = None
    traceparent: str | None = None

    @property
    def key(self) -> tuple[str, str]:
        """CloudEvents: (source, id) identifies the event."""
        return (self.source, self.id)

    @property
    def sha256(self) -> str:
        """Of the content: two events with one key and one hash are a repeat, with two hashes a conflict."""
        content = [
            self.source,
            self.id,
            self.type,
            self.subject,
            times.text(self.time),
            self.sender,
            self.data,
        ]
        return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()

    def to_json(self) -> bytes:
        attributes: dict[str, Any] = {
            "specversion": "1.0",
            "source": self.source,
            "id": self.id,
            "type": self.type,
            "subject": self.subject,
            "time": times.text(self.time),
            "datacontenttype": "application/json",
            "sender": self.sender,
            "receivedtime": times.text(self.received),
        }
        if self.recorded is not None:
            attributes["recordedtime"] = times.text(self.recorded)
        if self.traceparent is not None:
            attributes["traceparent"] = self.traceparent
        attributes["data"] = self.data
        return orjson.dumps(attributes)

    @classmethod
    def from_json(cls, raw: bytes) -> Self:
        """What `to_json` wrote. Raises ValueError, KeyError or TypeError for anything else."""
        a = orjson.loads(raw)
        if not isinstance(a, dict) or not isinstance(a["data"], dict):
            raise TypeError("the event, or its data, is no JSON object")
        if not all(isinstance(value, str) for name, value in a.items() if name != "data"):
            raise TypeError("an attribute is no text")
        recorded = a.get("recordedtime")
        return cls(
            source=a["source"],
            id=a["id"],
            type=a["type"],
            subject=a["subject"],
            time=times.parse(a["time"]),
            data=a["data"],
            sender=a["sender"],
            received=times.parse(a["receivedtime"]),
            recorded=None if recorded is None else times.parse(recorded),
            traceparent=a.get("traceparent"),
        )
