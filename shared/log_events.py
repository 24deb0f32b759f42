"""Every log event of the system: its level, what it means, what the operator does. docs/logs.md is made from this."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LogEvent:
    level: str
    means: str
    operator: str = "nothing"


LOG_EVENTS: Mapping[str, LogEvent] = {
    "service.started": LogEvent("info", "the service is up; its version and the fingerprint of its settings"),
    "service.stopping": LogEvent("info", "asked to stop; unfinished work is not committed and comes again"),
    "service.halted": LogEvent(
        "error", "a fault lasted too long; the process ends with code 1", "see error.message; it is restarted for you"
    ),
    "heartbeat": LogEvent("info", "the service is well: uptime, work done since the last one, memory"),
    "dependency.unreachable": LogEvent(
        "warning", "Kafka or PostgreSQL does not answer; the service waits and tries again", "bring it back"
    ),
    "dependency.reached": LogEvent("info", "Kafka or PostgreSQL answers again"),
    "consumer.lag": LogEvent("info", "records between the committed offset and the end, of one partition"),
    "batch.committed": LogEvent("info", "a batch of records is done and its offsets are committed"),
    "batch.retried": LogEvent(
        "warning", "a batch failed as a whole and comes again; nothing of it is lost", "if it lasts, see error.message"
    ),
    "events.accepted": LogEvent("info", "submissions of one batch: how many were accepted and how many refused"),
    "rejection.written": LogEvent(
        "warning", "a submission was refused; the reason is on the sender's rejections topic", "tell the sender"
    ),
    "event.conflicted": LogEvent(
        "error", "a second content under a source and id already recorded; the first stands", "tell the sender"
    ),
    "record.unreadable": LogEvent(
        "error", "a record on procurement.events that ingest did not write; it is set aside", "find who wrote it"
    ),
    "events.recorded": LogEvent("info", "events of one transaction: recorded, repeated, in conflict"),
    "status.recomputed": LogEvent("info", "departments and periods counted anew, and how many of them changed"),
    "status.received": LogEvent("info", "statuses taken by the reporter: how many were new"),
    "outbox.sent": LogEvent("info", "rows of the outbox that the broker has acknowledged"),
    "migration.applied": LogEvent("info", "one numbered migration has been applied"),
    "report.published": LogEvent("info", "one immutable revision of a report: department, period, revision, SHA-256"),
    "http.request": LogEvent("info", "one request: method, path, status, duration"),
    "task.failed": LogEvent("warning", "a background step failed and is tried again", "if it lasts, see error.message"),
}
