"""What departments and the review team declare, as facts; and how two statements of the same thing become one."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from services.aggregator import declarations
from services.aggregator.facts import Fact, Rule
from services.aggregator.merging import rule_of
from shared.envelope import Event
from shared.events.catalogue import CATALOGUE, Kind
from tests.unit.aggregator.examples import event, procurement

AT = "2026-07-01T09:00:00.000000Z"

EXAMPLES: dict[str, dict[str, Any]] = {
    "procurement.proposed": {"title": "Milk", "planned_start": "2027-01-01", "value": {"net": "5"}},
    "procurement.started": {
        "started_at": "2026-06-01",
        "limb": "c",
        "title": "Milk",
        "category": "services",
        "value": {"gross": "300000.50"},
        "light_touch": False,
        "call_off": False,
        "weight": 12.5,
        "framework": "PPN002",
        "codes": ["5.1"],
    },
    "consideration.recorded": {
        "considered_at": "2026-05-01T10:00:00+01:00",
        "strands": {"social": {"answer": "considered"}},
        "process": "smaller lots",
        "outcome": "adopted",
        "evidence": {"url": "https://example.org/record"},
    },
    "consultation.decided": {"decided_at": "2026-05-02", "consult": False, "reason": "back office"},
    "consultation.held": {"held_from": "2026-05-03", "held_to": "2026-05-20", "with_whom": "users", "responses": 7},
    "urgency.claimed": {"claimed_at": "2026-05-01", "subsections": ["7", "3"], "reason": "flood"},
    "commitment.made": {"commitment": "c1", "description": "jobs", "quantity": 5, "unit": "jobs", "due": "2027-03-31"},
    "commitment.reported": {"commitment": "c1", "delivered": 2.5, "as_of": "2026-12-31"},
    "kpi.assessed": {
        "kpi": "k1",
        "title": "Apprentices",
        "social_value": True,
        "rating": "good",
        "assessed_on": "2026-12-01",
    },
    "spot-check.completed": {"check": "s1", "completed_on": "2026-12-01", "result": "passed"},
}


def facts(said: Event) -> dict[str, Fact]:
    return declarations.facts(said, CATALOGUE[said.type].model.model_validate(said.data))


def values(name: str, **changes: Any) -> dict[str, Any]:
    return {key: fact.value for key, fact in facts(event(name, {**EXAMPLES[name], **changes}, id="e1")).items()}


def test_every_event_about_a_procurement_is_read() -> None:
    """A type added to the catalogue must be read here as well."""
    names = {row.name for row in CATALOGUE.values() if row.kind is Kind.PROCUREMENT} - {"notice.published"}
    assert names == set(EXAMPLES)


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_fact_has_a_merge_rule_and_names_its_event(name: str) -> None:
    """A fact without a rule would halt the aggregator."""
    for key, fact in facts(event(name, EXAMPLES[name], id="e1")).items():
        rule_of(key)
        assert fact.event == ("/dwp/commercial", "e1")


def test_every_rule_is_of_a_known_name() -> None:
    """An unknown name is a mistake, never a default."""
    with pytest.raises(KeyError):
        rule_of("declared-colour/1")


def test_a_start_as_facts() -> None:
    """The moment, and each thing that the notice may leave out as a fact of its own."""
    assert values("procurement.started") == {
        "declared-start": {"at": "2026-06-01", "limb": "c"},
        "declared-title": "Milk",
        "declared-category": "services",
        "declared-value": {"gross": "300000.50"},
        "declared-light-touch": False,
        "declared-call-off": False,
        "declared-weight": "12.5",
        "declared-framework": "PPN002",
        "declared-codes": ["5.1"],
        "sender/dwp": True,
    }


def test_what_a_department_leaves_out_is_no_fact() -> None:
    """Neither null nor an empty list stands for an answer."""
    sparse = facts(event("procurement.started", {"started_at": "2026-06-01", "limb": "c", "codes": [], "weight": None}))
    assert set(sparse) == {"declared-start", "sender/dwp"}


def test_the_first_speaks_of_its_own_moment_and_the_content_of_the_events() -> None:
    """So that the earliest consideration counts for the date, and the latest record for what it says."""
    found = facts(event("consideration.recorded", EXAMPLES["consideration.recorded"]))
    assert (found["considered-at"].at, found["consideration"].at) == ("2026-05-01T09:00:00.000000Z", AT)
    assert (rule_of("considered-at"), rule_of("consideration")) == (Rule.EARLIEST, Rule.LATEST)


def test_declared_not_considered_has_no_moment_of_consideration() -> None:
    """`considered` false is a statement of its own."""
    assert set(values("consideration.recorded", considered=False)) == {"consideration", "sender/dwp"}


def test_a_spot_check_says_nothing_of_who_buys() -> None:
    """The review team is not the department whose procurement it is."""
    assert values("spot-check.completed") == {
        "spot-check/s1": {
            "check": "s1",
            "completed_on": "2026-12-01",
            "result": "passed",
            "urgency_rejected": False,
        }
    }


@pytest.mark.parametrize("claimed_at", ["soon", "1850-01-01", "9999-12-31T23:59:59-14:00", None])
def test_data_that_was_never_accepted_is_refused(claimed_at: str | None) -> None:
    """The ledger holds accepted events only: anything else is a fault of ours, and loud."""
    with pytest.raises(ValidationError):
        values("urgency.claimed", claimed_at=claimed_at)


def test_considered_twice() -> None:
    """The first date and the later content, in whichever order they arrive."""
    first = event("consideration.recorded", EXAMPLES["consideration.recorded"], id="1", time="2026-05-01T10:00:00Z")
    fuller = {"considered_at": "2026-06-01", "relevance": "it is", "outcome": "adapted"}
    second = event("consideration.recorded", fuller, id="2", time="2026-06-01T10:00:00Z")
    for events in ((first, second), (second, first)):
        found = procurement(*events)
        assert found.considered_at is not None
        assert found.consideration is not None
        assert (found.considered_at.value.day, found.considered_at.event[1]) == (date(2026, 5, 1), "1")
        assert (found.consideration.relevance, found.consideration.event[1]) == ("it is", "2")


def test_decided_twice_whether_to_consult() -> None:
    """The first decision counts for the date, the last one for what was decided."""
    first = event("consultation.decided", EXAMPLES["consultation.decided"], id="1", time="2026-05-02T10:00:00Z")
    again = {"decided_at": "2026-06-02", "consult": True}
    second = event("consultation.decided", again, id="2", time="2026-06-02T10:00:00Z")
    found = procurement(second, first)
    assert found.consultation_decided_at is not None
    assert found.consultation is not None
    assert (found.consultation_decided_at.value.day, found.consultation.consult) == (date(2026, 5, 2), True)


def test_urgency_is_collected() -> None:
    """Each claim stands by itself, with its sub-sections in order."""
    found = procurement(
        event("urgency.claimed", EXAMPLES["urgency.claimed"], id="1"),
        event("urgency.claimed", {"claimed_at": "2026-05-02", "subsections": ["6"]}, id="2"),
    )
    assert [(claim.subsections, claim.reason) for claim in found.urgency] == [(("3", "7"), "flood"), (("6",), None)]


def test_of_one_day_the_last_report_of_a_commitment_counts() -> None:
    """Reports of other days stay, because a report on a past period asks for them."""
    reports = [("2026-09-30", 1, "09"), ("2026-12-31", 2, "10"), ("2026-12-31", 3, "11")]
    found = procurement(
        *(
            event(
                "commitment.reported",
                {"commitment": "c1", "delivered": delivered, "as_of": as_of},
                id=hour,
                time=f"2027-01-05T{hour}:00:00Z",
            )
            for as_of, delivered, hour in reports
        )
    )
    assert [(report.as_of, report.delivered) for report in found.commitment_reports] == [
        (date(2026, 9, 30), Decimal(1)),
        (date(2026, 12, 31), Decimal(3)),
    ]
