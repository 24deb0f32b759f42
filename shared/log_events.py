"""Every log event of the system: its level, what it means, what the operator does. docs/logs.md is made from this."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LogEvent:
    """`over`: the level instead, when what is measured is over its limit."""

    level: str
    means: str
    operator: str = "nothing"
    over: str | None = None

    @property
    def levels(self) -> frozenset[str]:
        return frozenset({self.level, self.over or self.level})


LOG_EVENTS: Mapping[str, LogEvent] = {
    "service.started": LogEvent(
        "info",
        "the service is up; the fingerprint of its settings, without secrets: equal ones run with equal settings",
    ),
    "service.stopping": LogEvent(
        "info", "the service stops, and why; unfinished work is not committed and comes again"
    ),
    "service.halted": LogEvent(
        "error", "a fault lasted too long; the process ends with code 1", "see error.message; it is restarted for you"
    ),
    "setting.unknown": LogEvent(
        "warning",
        "an environment variable SVR_… that nothing reads, and the one that was probably meant",
        "correct its name, or remove it (docs/configuration.md)",
    ),
    "heartbeat": LogEvent(
        "info",
        "every 30 s: the service is there; records and requests in hand and done since the last one, memory (MiB), "
        "open HTTP connections",
    ),
    "monitor.failed": LogEvent(
        "warning", "what a heartbeat asks could not be asked", "see error.message: most often PostgreSQL is not reached"
    ),
    "dependency.unreachable": LogEvent(
        "warning", "what the service depends on does not answer; it waits and tries again", "bring it back"
    ),
    "dependency.reached": LogEvent("info", "Kafka or PostgreSQL answers again"),
    "consumer.lag": LogEvent(
        "info",
        "every 30 s for each partition with unread records: how many, and how old the oldest is at least (seconds)",
        "if it grows: see batch.retried and dependency.unreachable; if neither is there, start another process",
        over="warning",
    ),
    "consumer.rebalanced": LogEvent("info", "partitions that this process has won or lost to others of its group"),
    "records.expired": LogEvent(
        "error",
        "retention has deleted records that this group had not read: from which offset, and how many",
        "have the sender send that time again (repeats are harmless); lengthen the topic's retention",
    ),
    "batch.committed": LogEvent("info", "a batch of records is done and its offsets are committed"),
    "batch.retried": LogEvent(
        "warning", "a batch failed as a whole and comes again; nothing of it is lost", "if it lasts, see error.message"
    ),
    "events.accepted": LogEvent("info", "submissions of one batch: how many were accepted and how many refused"),
    "rejection.written": LogEvent(
        "warning", "a submission was refused; the reason is on the sender's rejections topic", "tell the sender"
    ),
    "brake.applied": LogEvent(
        "warning",
        "more than half of a sender's last events were refused: its refusals are summed up, its HTTP requests slowed",
        "tell the sender, whose rejections topic says the same with an example",
    ),
    "brake.released": LogEvent("info", "a sender's events are mostly accepted again"),
    "refusals.rate": LogEvent("info", "every minute for each sender that sent: refused, of how many, per cent"),
    "rejections.continued": LogEvent("warning", "how many more submissions of a braked sender were refused"),
    "event.conflicted": LogEvent(
        "error", "a second content under a source and id already recorded; the first stands", "tell the sender"
    ),
    "record.unreadable": LogEvent(
        "error", "a record on procurement.events that ingest did not write; it is set aside", "find who wrote it"
    ),
    "events.recorded": LogEvent("info", "events of one transaction: recorded, repeated, in conflict"),
    "event.accepted": LogEvent("debug", "one event that ingest passed on, by all that names it"),
    "event.recorded": LogEvent("debug", "one event of a transaction, new or known, by all that names it"),
    "transaction.slow": LogEvent(
        "warning", "one batch's transaction took more than 5 s", "see PostgreSQL: locks, disk, autovacuum"
    ),
    "department.silent": LogEvent(
        "warning",
        "once a day: a department has sent nothing for longer than SVR_AGGREGATOR_SILENT_DAYS; no days: never anything",
        "ask the department; with nothing to report it sends a heartbeat event",
    ),
    "chain.sealed": LogEvent("info", "events sealed into the hash chain: how many, the newest block, its hash"),
    "chain.verified": LogEvent("info", "svr verify: every event is as it was sealed; entries, blocks and the head"),
    "chain.broken": LogEvent(
        "error",
        "svr verify: the ledger, or its chain, is not as it was sealed; each row is named",
        "find who had the owner's access to the database; restore from a backup (docs/operations.md)",
    ),
    "state.rebuilt": LogEvent("info", "svr rebuild: the state made anew took the place of the live one"),
    "person.erased": LogEvent(
        "info", "svr person erase: a name was taken out of so many events and publications; the reason, never the name"
    ),
    "status.recomputed": LogEvent("info", "departments and periods counted anew, and how many of them changed"),
    "status.received": LogEvent("info", "statuses taken by the reporter: how many were new"),
    "outbox.depth": LogEvent(
        "info",
        "every 30 s: what is decided and not yet said on Kafka: rows, age of the oldest in seconds",
        "if it grows: see task.failed of the step outbox, and whether Kafka answers",
        over="warning",
    ),
    "outbox.sent": LogEvent("info", "rows of the outbox that the broker has acknowledged"),
    "rejections.recorded": LogEvent("info", "rejections of one batch, kept for those who ask for a receipt"),
    "rejections.expired": LogEvent("info", "rejections older than their retention were deleted"),
    "migration.applied": LogEvent("info", "one numbered migration has been applied"),
    "report.published": LogEvent("info", "one immutable revision of a report: department, period, revision, SHA-256"),
    "forms.made": LogEvent("info", "PDF and spreadsheet of one publication: its id, SHA-256, duration"),
    "form.failed": LogEvent(
        "error", "the PDF or spreadsheet of one publication could not be made; the others are", "see error.message"
    ),
    "round.opened": LogEvent("info", "a round is open, or its dates were moved: period, due day"),
    "return.late": LogEvent("warning", "a department has not signed, and its due day has passed", "ask the department"),
    "round.overdue": LogEvent("warning", "a round's due day has passed with so many returns unsigned"),
    "delivery.attempted": LogEvent("info", "one letter: sent, waiting for another attempt, or given up; and why"),
    "delivery.abandoned": LogEvent(
        "error", "a letter will not be sent: refused, or put off for days", "see error; mend the address"
    ),
    "sign-in.done": LogEvent("info", "somebody has signed in: role, and as whom they speak"),
    "sign-in.refused": LogEvent("warning", "a sign-in that could not be proved, or of nobody we know: the reason"),
    "http.request": LogEvent("info", "one request: method, path, status, duration"),
    "request.failed": LogEvent("error", "a page could not be made; its reader saw 500", "see error.stack_trace: a bug"),
    "slo.summary": LogEvent(
        "info", "every minute with requests: how many, how many were answered 5xx, percentiles of their duration (ms)"
    ),
    "task.failed": LogEvent("warning", "a background step failed and is tried again", "if it lasts, see error.message"),
}
