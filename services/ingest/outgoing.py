"""What acceptance decided → the Kafka messages that say so. Pure."""

import base64
from datetime import datetime

from services.ingest import decoding
from services.ingest.acceptance import Accepted, Rejected
from shared import topics
from shared.messages import Message, cloudevent

MOST_RAW = decoding.MAX_BYTES
"""Of a submission larger than any event may be, so many bytes are given back; `raw_bytes` says how many there were."""
REJECTED = "uk.gov.social-value.submission.rejected.v1"


def message(outcome: Accepted | Rejected, *, sender: str, raw: bytes | None, place: str, now: datetime) -> Message:
    """An accepted event under its subject, or a rejection with the raw bytes and the reason for its sender.

    `place` says where the submission came in (`submissions.dwp/0/17`, `http/<request>/3`) and makes the rejection's id.
    """
    if isinstance(outcome, Accepted):
        event = outcome.event
        return Message(topics.PROCUREMENT_EVENTS, event.subject, event.to_json())
    data = {
        "problem": outcome.problem.to_dict(),
        "event": {"source": outcome.source, "id": outcome.id},
        "place": place,
        "raw_base64": None if raw is None else base64.b64encode(raw[:MOST_RAW]).decode(),
        "raw_bytes": None if raw is None else len(raw),
    }
    value = cloudevent(source="/ingest", id=place, type=REJECTED, subject=sender, time=now, data=data)
    return Message(topics.rejections(sender), outcome.id or place, value)
