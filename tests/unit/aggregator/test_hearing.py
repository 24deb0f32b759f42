"""Whose word counts of a procurement: a department speaks for itself and its bodies, whatever comes first."""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import permutations
from typing import Any

import pytest

from services.aggregator.assessment import Assessment, assess
from services.aggregator.hearing import heard
from services.aggregator.subjects import build
from shared.departments import load_register
from shared.envelope import Event
from shared.events.catalogue import event_type
from shared.rules import load_rules

REGISTER = load_register()
OCID = "ocds-abcdef-1"
RECORD = {"considered_at": "2026-04-01", "process": "smaller lots"}


def event(sender: str, name: str, data: dict[str, Any], *, day: int = 1) -> Event:
    at = datetime(2026, 5, day, 9, tzinfo=UTC)
    source, id = f"/{sender}/commercial", f"{name}/{day}"
    return Event(source, id, event_type(name).type, OCID, at, data, sender=sender, received=at)


def notice(buyer: str | None, *, sender: str = "find-a-tender", day: int = 1, **more: Any) -> Event:
    release = {"ocid": OCID, "id": f"{day}", "date": f"2026-05-{day:02d}T10:00:00+01:00", "tag": ["tender"]}
    named = {"buyer": {"id": "B-1", "name": buyer}, "parties": [{"id": "B-1", "name": buyer, "roles": ["buyer"]}]}
    return event(sender, "notice.published", release | (named if buyer else {}) | more, day=day)


def record(sender: str, *, day: int = 2, process: str = "smaller lots") -> Event:
    return event(sender, "consideration.recorded", RECORD | {"process": process}, day=day)


def assessed(*events: Event) -> Assessment:
    return assess(build(OCID, events), register=REGISTER, rules=load_rules())


def process(*events: Event) -> str | None:
    """The process that the heard record names; None when none is heard."""
    fact = heard(build(OCID, events).facts, REGISTER).get("consideration")
    return None if fact is None else fact.value["process"]


def test_the_buyers_word_counts_and_another_departments_does_not() -> None:
    """In any order; the other's later record neither counts nor hides the buyer's."""
    told = (
        notice("Department for Work and Pensions"),
        record("dwp", process="lots"),
        record("moj", day=9, process="another's"),
    )
    for order in permutations(told):
        assert process(*order) == "lots"
        assert assessed(*order).department == "dwp"
        assert assessed(*order).unheard == ("moj",)


def test_another_departments_word_alone_is_no_record() -> None:
    """Nothing that others say makes a procurement considered, started or reported."""
    said = assessed(
        notice("Department for Work and Pensions"),
        record("moj"),
        event("moj", "procurement.started", {"started_at": "2026-01-01", "limb": "a"}),
    )
    assert said.answers["return-quality"] == ("silent",)
    assert said.started_on == "2026-05-01"


def test_a_department_cannot_cancel_anothers_procurement() -> None:
    """Its notice of another's OCID is no notice of it."""
    theirs = notice(None, sender="moj", day=3, tag=["tenderCancellation"], tender={"status": "cancelled"})
    ours = notice("Department for Work and Pensions")
    assert replace(assessed(ours, theirs), unheard=()) == assessed(ours)


def test_a_department_speaks_for_its_bodies() -> None:
    """Companies House is the Department for Business and Trade's."""
    assert (
        process(notice("Companies House"), record("dbt"), record("dwp", day=5, process="another's")) == "smaller lots"
    )


def test_a_successor_speaks_for_what_it_took_over() -> None:
    """Energy went from BEIS to DESNZ in February 2023: both may speak, and the later word stands."""
    bought = notice("Department for Business, Energy and Industrial Strategy")
    assert process(bought, record("beis", day=2, process="first"), record("desnz", day=5, process="later")) == "later"


@pytest.mark.parametrize("buyer", ["Kent County Council", "Leeds Teaching Hospitals NHS Trust"])
def test_no_department_speaks_for_a_council_or_a_trust(buyer: str) -> None:
    """They are shown beside the departments, never among them."""
    assert process(notice(buyer), record("dwp")) is None
    assert assessed(notice(buyer), record("dwp")).department in ("local-authority", "health")


def test_an_unknown_buyer_is_its_whose_department_speaks_of_it() -> None:
    """The register knows no such buyer: the one department that reports on it answers for it."""
    unknown = notice("Office of Lost Property")
    assert process(unknown, record("dwp")) == "smaller lots"
    assert assessed(unknown, record("dwp")).department == "dwp"


def test_of_two_that_contradict_each_other_neither_is_heard() -> None:
    """Until a notice or an attribution says whose it is."""
    unknown = notice("Office of Lost Property")
    told = (unknown, record("dwp", process="ours"), record("moj", day=9, process="theirs"))
    assert process(*told) is None
    assert assessed(*told).department == "unattributed"
    attributed = REGISTER.with_attributions({"Office of Lost Property": "dwp"})
    fact = heard(build(OCID, told).facts, attributed)["consideration"]
    assert fact.value["process"] == "ours"


def test_without_a_publishers_notice_the_departments_own_names_the_buyer() -> None:
    """Who says that it buys itself goes before one who only speaks of it."""
    own = notice("Department for Work and Pensions", sender="dwp")
    assert process(own, record("dwp", process="ours"), record("moj", day=9, process="theirs")) == "ours"


def test_the_review_team_is_heard_of_any_procurement() -> None:
    """A spot check is no department's word."""
    check = {"check": "S1", "completed_on": "2026-06-01", "result": "passed"}
    found = heard(build(OCID, [event("review-team", "spot-check.completed", check)]).facts, REGISTER)
    assert list(found) == ["spot-check/S1"]
