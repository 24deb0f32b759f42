"""What acceptance decided → the Kafka messages that say so. Pure."""

import base64
from datetime import datetime

from services.ingest import decoding
from services.ingest.acceptance import Accepted, Rejected
from services.ingest.traffic import Change
from shared import times, topics
from shared.messages import Message, cloudevent, headers

MOST_RAW = decoding.MAX_BYTES
"""Of a submission larger than any event may be, so many bytes are given back; `raw_bytes` says how many there were."""
REJECTED = "uk.gov.social-value.submission.rejected.v1"
BRAKE_APPLIED = "uk.gov.social-value.brake.applied.v1"
BRAKE_RELEASED = "uk.gov.social-value.brake.released.v1"
ADVICE = (
    "Stop sending, mend what the example shows, and send what was refused again: `svr check FILE` says beforehand what "
    "would be refused. Until most of your events are sound again, your HTTP requests are slowed."
)


def message(
    outcome: Accepted | Rejected,
    *,
    sender: str,
    raw: bytes | None,
    place: str,
    now: datetime,
    traceparent: str | None = None,
) -> Message:
    """An accepted event under its subject, or a rejection with the raw bytes and the reason for its sender.

    `place` says where the submission came in (`submissions.dwp/0/17`, `http/<request>/3`) and makes the rejection's id.
    `traceparent`: a rejection's; an accepted event has its own.
    """
    if isinstance(outcome, Accepted):
        event = outcome.event
        return Message(topics.PROCUREMENT_EVENTS, event.subject, event.to_json(), headers(event.traceparent))
    data = {
        "problem": outcome.problem.to_dict(),
        "event": {"source": outcome.source, "id": outcome.id},
        "place": place,
        "raw_base64": None if raw is None else base64.b64encode(raw[:MOST_RAW]).decode(),
        "raw_bytes": None if raw is None else len(raw),
    }
    value = cloudevent(
        source="/ingest", id=place, type=REJECTED, subject=sender, time=now, data=data, traceparent=traceparent
    )
    return Message(topics.rejections(sender), outcome.id or place, value, headers(traceparent))


def brake_message(change: Change, *, sender: str, now: datetime, number: int = 0) -> Message:
    """Tells a sender that most of what it sends is refused, with an example, or that this is over.

    `number` tells changes of one moment apart.
    """
    example = change.example
    data = {
        "refused": change.refused,
        "of": change.of,
        "most_frequent": None
        if example is None
        else {
            "problem": example.problem.to_dict(),
            "event": {"source": example.source, "id": example.id},
            "place": example.place,
        },
        "advice": ADVICE if change.applied else "Nothing: what you send is mostly accepted again.",
    }
    type_ = BRAKE_APPLIED if change.applied else BRAKE_RELEASED
    id = f"brake/{sender}/{times.text(now)}/{number}"
    value = cloudevent(source="/ingest", id=id, type=type_, subject=sender, time=now, data=data)
    return Message(topics.rejections(sender), id, value)
