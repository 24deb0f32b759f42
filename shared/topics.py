"""The Kafka topics, in one place: names, keys, how long they keep."""

from dataclasses import dataclass

PROCUREMENT_EVENTS = "procurement.events"
IMPLEMENTATION_STATUS = "implementation.status"
REPORTS_PUBLISHED = "reports.published"


def submissions(sender: str) -> str:
    """Where a sender writes. The topic says who it is: only its principal may write there."""
    return f"submissions.{sender}"


def rejections(sender: str) -> str:
    """Where a sender reads what was refused and why."""
    return f"rejections.{sender}"


def sender_of(topic: str) -> str:
    """`submissions.dwp` → `dwp`. Raises ValueError for another topic."""
    prefix, _, sender = topic.partition(".")
    if prefix != "submissions" or not sender:
        raise ValueError(f"{topic!r} is no submissions topic")
    return sender


@dataclass(frozen=True, slots=True)
class Topic:
    name: str
    partitions: int
    compacted: bool = False
    forever: bool = False


def topics(senders: list[str]) -> list[Topic]:
    """Every topic the system needs. The accepted events are kept for ever: they are the record of a government."""
    return [
        Topic(PROCUREMENT_EVENTS, partitions=8, forever=True),
        Topic(IMPLEMENTATION_STATUS, partitions=2, compacted=True),
        Topic(REPORTS_PUBLISHED, partitions=1, forever=True),
        *(Topic(submissions(sender), partitions=1) for sender in senders),
        *(Topic(rejections(sender), partitions=1) for sender in senders),
    ]
