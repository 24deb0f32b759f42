"""What a procurement answers after its start, in which period, and for whom."""

from datetime import UTC, datetime
from typing import Any

from services.aggregator.assessment import assess
from services.aggregator.indicators import item_tallies
from services.aggregator.items import Item
from services.aggregator.subjects import build
from shared.departments import load_register
from shared.envelope import Event
from shared.events.catalogue import event_type
from shared.periods import Period
from shared.rules import load_rules

OCID = "ocds-abcdef-1"
COMMITMENT = {
    "commitment": "c1",
    "description": "Apprenticeships",
    "quantity": 10,
    "unit": "places",
    "due": "2026-05-31",
}


def items(*told: tuple[str, dict[str, Any]], sender: str = "dwp") -> tuple[Item, ...]:
    events = [
        Event(
            source="/x",
            id=str(number),
            type=event_type(name).type,
            subject=OCID,
            time=datetime(2026, 1, 5, 9, tzinfo=UTC),
            data=data,
            sender=sender,
            received=datetime(2026, 11, 1, tzinfo=UTC),
        )
        for number, (name, data) in enumerate(told)
    ]
    return assess(build(OCID, events), register=load_register(), rules=load_rules()).items


def delivered(found: tuple[Item, ...], period: str, department: str = "dwp") -> dict[str, int]:
    counted = item_tallies(found, department, Period.parse(period))
    return {answer: tally.procurements for (question, answer), tally in counted.items() if question == "delivered"}


def reported(quantity: int, as_of: str) -> tuple[str, dict[str, Any]]:
    return ("commitment.reported", {"commitment": "c1", "delivered": quantity, "as_of": as_of})


def test_a_commitment_is_asked_for_from_its_due_day_on() -> None:
    """Not yet due, then unreported, then short, then delivered: each in the periods on whose last day it holds."""
    found = items(("commitment.made", COMMITMENT), reported(4, "2026-07-15"), reported(10, "2026-10-20"))
    assert delivered(found, "2025-26-q4") == {}
    assert delivered(found, "2026-27-q1") == {"unreported": 1}
    assert delivered(found, "2026-27-q2") == {"short": 1}
    assert delivered(found, "2026-27-q3") == {"delivered": 1}


def test_a_report_from_before_the_due_day_counts_on_it() -> None:
    """Delivered early is delivered."""
    assert delivered(items(("commitment.made", COMMITMENT), reported(10, "2026-03-01")), "2026-27-q1") == {
        "delivered": 1
    }


def test_what_cannot_be_counted_is_not_due() -> None:
    """A commitment without quantity or date is none that can be delivered."""
    vague = {"commitment": "c2", "description": "Do good"}
    assert delivered(items(("commitment.made", vague)), "2026-27-q1") == {}


def test_a_successor_answers_from_its_first_day() -> None:
    """The department abolished on 22 July 2026 answers for June, the one that took over for September."""
    found = items(("commitment.made", COMMITMENT), sender="dsit")
    assert delivered(found, "2026-27-q1", "dsit") == {"unreported": 1}
    assert delivered(found, "2026-27-q2", "dsit") == {}
    assert delivered(found, "2026-27-q2", "bist") == {"unreported": 1}


def test_a_plan_is_looked_forward_to_until_it_starts() -> None:
    """Proposed for September: part of the forward look at the end of June, no longer at the end of September."""
    proposal = {"title": "Security", "planned_start": "2026-09-01", "social_value_planned": True}
    found = items(("procurement.proposed", proposal))
    answers = {i.answer for i in found if i.question == "forward-look"}
    assert answers == {"social-value-planned"}
    for period, count in (("2026-27-q1", 1), ("2026-27-q2", 0)):
        counted = item_tallies(found, "dwp", Period.parse(period))
        assert len([key for key in counted if key[0] == "forward-look"]) == count


def test_an_old_rating_of_a_kpi_is_called_old() -> None:
    """PA 2023 s.71: assessed at least once in 12 months; after them both the rating and its age are told."""
    kpi = {"kpi": "k1", "title": "Local jobs", "social_value": True, "rating": "good", "assessed_on": "2025-05-01"}
    found = items(("kpi.assessed", kpi))
    for period, answers in (("2025-26-q4", {"kpi-good"}), ("2026-27-q1", {"kpi-good", "older-than-12-months"})):
        counted = item_tallies(found, "dwp", Period.parse(period))
        assert {answer for question, answer in counted if question == "kpi-rating"} == answers
