"""Every alert fires for the lines that it is for, and for no others: lines as our own logging writes them."""

import io
import json
import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import structlog
import yaml

from deploy.docs.logs import calls, fields_of
from shared.log_events import LOG_EVENTS
from shared.logging import configure, get_logger
from tests.logql import Query

ROOT = Path(__file__).resolve().parents[3]
RULES = yaml.safe_load((ROOT / "deploy/logs/alerts.yaml").read_text("utf-8"))["groups"][0]["rules"]
NAMES = sorted({rule["alert"] for rule in RULES})
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
IN_EVERY_LINE = {"app", "service", "event_action", "log_level"}


@dataclass(frozen=True)
class Said:
    """One line: who says what, `ago` before NOW."""

    service: str
    level: str
    event: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    ago: timedelta = timedelta(seconds=20)


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    """Leaves structlog and the loggers as they were."""
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield
    root.handlers = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def recorded(*said: Said) -> list[dict[str, Any]]:
    """The lines as a service writes them. AssertionError for one that no source would write like this."""
    lines = []
    for one in said:
        alike = [call for call in calls() if call.event == one.event and one.level in call.levels]
        assert any(set(one.fields) <= set(call.fields) for call in alike), one
        stream = io.StringIO()
        configure(one.service, "json", stream=stream)
        getattr(get_logger(), one.level)(one.event, **one.fields)
        line = json.loads(stream.getvalue())
        line["@timestamp"] = (NOW - one.ago).isoformat()
        lines.append(line)
    return lines


def times(count: int, one: Said) -> list[Said]:
    return [one] * count


def unreachable(what: str) -> Said:
    return Said("ingest", "warning", "dependency.unreachable", {"dependency": what, "error": "gone"})


def lag(age: int) -> Said:
    return Said(
        "aggregator",
        "warning" if age > 300 else "info",
        "consumer.lag",
        {"group": "aggregator", "topic": "procurement.events", "partition": 1, "lag": 5, "age_seconds": age},
    )


def slo(errors: int, p95: float) -> Said:
    return Said("reporter", "info", "slo.summary", {"requests": 60, "errors": errors, "p95_ms": p95})


def depth(age: float) -> Said:
    return Said("reporter", "info", "outbox.depth", {"rows": 2, "age_seconds": age})


def refused(count: int) -> Said:
    return Said("ingest", "info", "refusals.rate", {"sender": "moj", "refused": count, "of": 200, "percent": 50.0})


def failed(attempt: int) -> Said:
    return Said("reporter", "warning", "task.failed", {"task": "publish", "attempt": attempt, "error": "gone"})


def retried(attempt: int) -> Said:
    return Said("aggregator", "warning", "batch.retried", {"group": "aggregator", "attempt": attempt, "error": "gone"})


HALTED = Said("aggregator", "error", "service.halted", {"error": "gone", "error_type": "OSError"})
REBALANCED = Said("ingest", "info", "consumer.rebalanced", {"group": "ingest", "held": 3, "won": [], "lost": []})
SLOW = Said("aggregator", "warning", "transaction.slow", {"records": 9_000, "duration": 6_000_000_000})
MONITOR = Said("reporter", "warning", "monitor.failed", {"monitor": "outbox", "error": "gone"})
VERIFIED = Said("svr", "info", "chain.verified", {"entries": 9, "block": 1, "unsealed": 0}, timedelta(hours=9))
BEATS = {
    name: Said(name, "info", "heartbeat", {"uptime": 9, "done": 1}) for name in ("ingest", "aggregator", "reporter")
}

GOOD_DAY = [
    VERIFIED,
    *BEATS.values(),
    Said("ingest", "info", "service.started", {"settings": "0123456789ab"}),
    Said("ingest", "info", "events.accepted", {"way": "http", "senders": ["dwp"], "accepted": 9, "rejected": 1}),
    Said("ingest", "warning", "rejection.written", {"sender": "dwp", "problem": "invalid-data", "pointer": "/data"}),
    Said("ingest", "info", "http.request", {"method": "POST", "path": "/v1/events", "status": 202, "duration": 9}),
    Said("aggregator", "info", "batch.committed", {"group": "aggregator", "records": 9}),
    Said("reporter", "info", "report.published", {"department": "dwp", "period": "2026-27-q2", "revision": 1}),
    Said("reporter", "warning", "return.late", {"department": "dwp", "period": "2026-27-q2", "days": 1}),
    *times(2, unreachable("Kafka")),
    *times(5, SLOW),
    *times(10, REBALANCED),
    *times(3, MONITOR),
    retried(3),
    failed(3),
    lag(300),
    depth(120),
    slo(10, 2000),
    refused(100),
]
"""So much happens on any day that nobody is to be woken for."""


@dataclass(frozen=True)
class Case:
    """What more is said, or is not said, than on a good day, and the labels of what then fires."""

    said: Sequence[Said]
    labels: Mapping[str, str]
    unsaid: Sequence[Said] = ()


def error(service: str, event: str, labels: Mapping[str, str], fields: Mapping[str, Any]) -> Case:
    return Case([Said(service, "error", event, fields)], labels)


def day(service: str, event: str, labels: Mapping[str, str], fields: Mapping[str, Any]) -> Case:
    return Case([Said(service, "warning", event, fields, timedelta(hours=23))], labels)


SILENT = {"app": "svr", "event_action": "heartbeat"}
EVENTS, PERIOD, REPORT = "procurement.events", "2026-27-q2", "dwp/2026-27-q2/r1"
CASES: Mapping[str, Sequence[Case]] = {
    "ServiceHalted": [Case([HALTED], {"service": "aggregator"})],
    "ServiceSilent": [Case([], {**SILENT, "service": name}, [beat]) for name, beat in BEATS.items()],
    "DependencyUnreachable": [Case([unreachable("Kafka")], {"service": "ingest", "svr_dependency": "Kafka"})],
    "BatchesFail": [Case([retried(4)], {"service": "aggregator"})],
    "TaskFails": [Case([failed(4)], {"service": "reporter", "svr_task": "publish"})],
    "MonitorFails": [Case([MONITOR], {"service": "reporter", "svr_monitor": "outbox"})],
    "ConsumerLate": [Case([lag(600)], {"service": "aggregator", "messaging_destination_name": EVENTS})],
    "ConsumersRebalance": [Case([REBALANCED], {"service": "ingest"})],
    "RecordsExpired": [
        error(
            "aggregator",
            "records.expired",
            {"service": "aggregator", "messaging_destination_name": EVENTS},
            {"group": "aggregator", "topic": EVENTS, "partition": 0, "offset": 3, "begins": 8, "records": 5},
        )
    ],
    "OutboxStuck": [Case([depth(121)], {"service": "reporter"})],
    "DepartmentMostlyRefused": [
        Case(
            [Said("ingest", "warning", "brake.applied", {"sender": "moj", "refused": 60, "of": 100})],
            {"svr_sender": "moj"},
        )
    ],
    "DepartmentRefused": [Case([refused(1)], {"svr_sender": "moj"})],
    "EventsConflict": [error("aggregator", "event.conflicted", {"svr_sender": "dwp"}, {"sender": "dwp"})],
    "RecordUnreadable": [
        error("aggregator", "record.unreadable", {"service": "aggregator"}, {"topic": EVENTS, "offset": 7})
    ],
    "ChainBroken": [error("svr", "chain.broken", {"service": "svr"}, {"entries": 9, "faults": 1})],
    "ChainUnverified": [Case([], {"app": "svr", "event_action": "chain.verified"}, [VERIFIED])],
    "TransactionsSlow": [Case([SLOW], {"service": "aggregator"})],
    "RequestsFail": [Case([slo(1, 5)], {"service": "reporter"})],
    "RequestsSlow": [Case([slo(0, 2000.1)], {"service": "reporter"})],
    "FormFailed": [
        error("reporter", "form.failed", {"svr_report": "dwp/2026-27-q2/r1"}, {"report": "dwp/2026-27-q2/r1"})
    ],
    "DepartmentSilent": [
        day("aggregator", "department.silent", {"svr_department": "moj"}, {"department": "moj", "days": 31})
    ],
    "RoundOverdue": [day("reporter", "round.overdue", {"svr_period": PERIOD}, {"period": PERIOD, "days": 3})],
    "DeliveryAbandoned": [error("reporter", "delivery.abandoned", {"service": "reporter"}, {"about": "overview"})],
    "AnyError": [
        error("reporter", "request.failed", {"service": "reporter", "event_action": "request.failed"}, {"error": "bug"})
    ],
}


def firing(lines: Sequence[Mapping[str, Any]]) -> set[tuple[str, tuple[tuple[str, str], ...]]]:
    """(alert, labels) of everything that fires over these lines."""
    return {
        (rule["alert"], tuple(sorted(labels.items())))
        for rule in RULES
        for labels in Query.parse(rule["expr"]).firing(lines, NOW)
    }


def test_on_a_good_day_nothing_fires() -> None:
    """Whatever is said on it, up to every limit."""
    assert firing(recorded(*GOOD_DAY)) == set()


@pytest.mark.parametrize("name", NAMES)
def test_an_alert_fires_when_it_must_and_alone(name: str) -> None:
    """One line over the limit, or one line missing; beside it only that something is an error."""
    for case in CASES[name]:
        lines = recorded(*(s for s in GOOD_DAY if s not in case.unsaid), *case.said)
        found = firing(lines)
        assert (name, tuple(sorted(case.labels.items()))) in found
        assert {alert for alert, _ in found} <= {name, "AnyError"}


@pytest.mark.parametrize("name", NAMES)
def test_an_alert_is_over_once_its_lines_are_old(name: str) -> None:
    """It says what is, not what was."""
    for case in CASES[name]:
        old = [Said(s.service, s.level, s.event, s.fields, timedelta(hours=37)) for s in case.said]
        assert name not in {alert for alert, _ in firing(recorded(*GOOD_DAY, *old))}


def test_every_alert_has_its_case_and_every_case_its_alert() -> None:
    """So that none is added untested."""
    assert sorted(CASES) == NAMES


@pytest.mark.parametrize("rule", RULES, ids=[rule["expr"][:60] for rule in RULES])
def test_an_alert_names_only_what_lines_have(rule: Mapping[str, Any]) -> None:
    """Its event is in the catalogue, and its fields are fields of that event."""
    query = Query.parse(rule["expr"])
    event = query.labels.get("event_action")
    assert event in LOG_EVENTS or (event is None and query.labels["log_level"] == "error")
    known = {name.replace(".", "_") for name in fields_of(event)} if event else set()
    assert query.fields - IN_EVERY_LINE <= known


@pytest.mark.parametrize("rule", RULES, ids=[rule["expr"][:60] for rule in RULES])
def test_an_alert_says_how_bad_it_is_and_of_whom(rule: Mapping[str, Any]) -> None:
    """A severity, and a summary that names only labels that there are."""
    assert rule["labels"]["severity"] in {"critical", "warning"}
    query = Query.parse(rule["expr"])
    assert set(re.findall(r"\$labels\.(\w+)", rule["annotations"]["summary"])) <= {*query.by, *query.labels}


def test_operations_says_what_each_alert_means() -> None:
    """Each has its paragraph, and none is about an alert that there is not."""
    text = (ROOT / "docs/operations.md").read_text("utf-8")
    section = text.partition("\n## What each alert means\n")[2].partition("\n## ")[0]
    assert sorted(re.findall(r"^\*\*(\w+)\*\*", section, re.MULTILINE)) == NAMES


@pytest.mark.parametrize(
    "expression",
    [
        'rate({app="svr"} | json [5m]) > 0',
        'sum by (service) (count_over_time({app="svr"} | json | event_action=~"a" [5m])) > 0',
        'max by (service) (max_over_time({app="svr"} | json | event_action="a" [5m])) > 0',
        'sum by (service) (max_over_time({app="svr"} | json | unwrap a [5m])) > 0',
        'count_over_time({app="svr"} | json [5m]) > 0',
    ],
)
def test_what_the_evaluator_does_not_know_it_refuses(expression: str) -> None:
    """Or an alert would be tested as another than it is."""
    with pytest.raises(ValueError, match=r".+"):
        Query.parse(expression)
