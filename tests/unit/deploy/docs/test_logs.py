"""What is read out of the calls that write log lines, for docs/logs.md and the alerts' tests."""

import pytest

from deploy.docs import logs
from deploy.docs.logs import calls_of, fields_of, markdown
from services.aggregator import recording
from services.aggregator.arrivals import Arrival
from services.ingest import taking
from shared import tracing
from shared.log_events import LOG_EVENTS
from tests.unit.shared.test_envelope import EVENT
from tests.unit.shared.test_tracing import PARENT


def test_a_call_is_read_with_its_levels_and_its_fields() -> None:
    """Two levels where a condition chooses, and the fields behind two asterisks."""
    text = """
(log.warning if late else log.info)("consumer.lag", topic=t, **failure.fields)
log.exception("form.failed", report=id)
other.info("not ours")
math.log(2)
"""
    lag, form = calls_of(text, "x.py")
    assert (lag.event, lag.levels, lag.fields[:2]) == (
        "consumer.lag",
        frozenset({"info", "warning"}),
        ("topic", "attempt"),
    )
    assert (form.levels, form.fields, form.where) == (frozenset({"error"}), ("report", "exc_info"), "x.py:3")


@pytest.mark.parametrize("text", ['log.info(f"{x}.y")', "log.info(event)", "log.info()", 'log.info("a", **unknown)'])
def test_a_call_that_cannot_be_read_is_a_fault(text: str) -> None:
    """Or the catalogue would be silent about it."""
    with pytest.raises(ValueError, match=r"x\.py:1"):
        list(calls_of(text, "x.py"))


def test_what_is_spread_into_lines_is_what_is_declared() -> None:
    """As the functions give it."""
    arrival = Arrival(EVENT, "", "", 1, 2, {})
    assert set(tracing.identity(EVENT) | tracing.fields(PARENT)) == set(logs.SPREADS["tracing.identity"])
    assert set(recording._identity(arrival) | tracing.fields(PARENT)) == set(logs.SPREADS["_identity"])
    assert set(taking._where("submissions.dwp/0/7")) == set(logs.SPREADS["_where"])
    assert set(tracing.fields(PARENT)) == set(logs.SPREADS["tracing.fields"])


def test_the_document_has_every_event_with_its_fields() -> None:
    """By the names that the lines have."""
    text = markdown()
    assert [name for name in LOG_EVENTS if f"| `{name}` |" not in text] == []
    assert "svr.age_seconds" in fields_of("outbox.depth")
    assert "messaging.kafka.offset" in fields_of("records.expired")
    assert "error.stack_trace" in fields_of("form.failed")
