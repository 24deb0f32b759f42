"""What a person does on the site, as an event for the front door: `submissions.<sender>`, where ingest takes it. Pure.

Nothing is recorded by the reporter itself: ingest judges the event, the ledger keeps it, its sender can withdraw it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared import messages, topics
from shared.events.base import Data
from shared.events.catalogue import event_type
from shared.messages import Message

LARGEST = 1_000_000
"""Bytes of one event, below what ingest takes."""


@dataclass(frozen=True, slots=True)
class Submission:
    """`id` is the same however often one form is sent, so that a double click is a repeat. `by`: whose hand it was."""

    sender: str
    name: str
    subject: str
    id: str
    data: Mapping[str, Any]
    at: datetime
    by: str
    channel: str = "site"

    @property
    def source(self) -> str:
        return f"/{self.channel}/{self.sender}"

    def message(self) -> Message:
        value = messages.cloudevent(
            source=self.source,
            id=self.id,
            type=event_type(self.name).type,
            subject=self.subject,
            time=self.at,
            data=self.data,
        )
        return Message(topics.submissions(self.sender), self.subject, value)


def submission(name: str, subject: str, data: Data, *, sender: str, key: str, at: datetime, by: str = "") -> Submission:
    """`key` tells one form from the next about the same subject."""
    said = data.model_dump(mode="json", exclude_none=True)
    return Submission(sender, name, subject, f"{subject}/{name}/{key}", said, at, by)
