"""What is due, and what is then published."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from services.reporter import publication, revisions
from services.reporter.publication import OVERVIEW, Due, Issued, Mark, drafts, due
from services.reporter.report import build
from shared.departments import parse_register
from shared.status import Status
from tests.unit.reporter.examples import PERIOD, PUBLISH_AT, considered, status

SETTLE = timedelta(seconds=2)
LATER = PUBLISH_AT + timedelta(minutes=1)


REGISTER = parse_register(
    """
    [department.dwp]
    names = [{ text = "Department for Work and Pensions", short = "DWP" }]
    heads = [{ text = "Secretary of State for Work and Pensions" }]
    secretary_of_state = true
    slugs = [{ text = "dwp" }]

    [department.ho]
    names = [{ text = "Home Office", short = "HO" }]
    heads = [{ text = "Home Secretary" }]
    secretary_of_state = true
    slugs = [{ text = "ho" }]

    [department.dfid]
    names = [{ text = "Department for International Development", short = "DfID" }]
    heads = [{ text = "Secretary of State for International Development" }]
    secretary_of_state = true
    until = 2020-09-02
    slugs = [{ text = "dfid" }]

    [[change]]
    effective = 2020-09-02
    what = "DfID goes"
    mark = "confirmed"
    moves = [{ from = "dfid", to = "ho", share = "1" }]
    """
)


def mark(code: str = "dwp", **more: Any) -> Mark:
    parts: dict[str, Any] = {
        "department": code,
        "period": PERIOD,
        "version": 1,
        "publish_at": PUBLISH_AT,
        "changed_at": PUBLISH_AT - timedelta(hours=1),
    }
    return Mark(**parts | more)


def is_due(*marks: Mark, now: datetime = LATER, considered: dict[str, str] | None = None) -> list[str]:
    found = due(marks, considered=considered or {}, register=REGISTER, now=now, settle=SETTLE)
    return [item.period for item in found]


def test_a_period_is_due_when_its_time_has_come_and_everybody_is_there() -> None:
    """On the second, and not before."""
    both = [mark("dwp"), mark("ho")]
    assert is_due(*both, now=PUBLISH_AT) == [PERIOD]
    assert is_due(*both, now=PUBLISH_AT - timedelta(seconds=1)) == []


def test_a_department_that_is_not_there_is_waited_for() -> None:
    """Its row of the overview would be missing."""
    assert is_due(mark("dwp")) == []


def test_a_round_that_has_not_reached_every_status_is_waited_for() -> None:
    """It may yet say another time."""
    assert is_due(mark("dwp"), mark("ho", publish_at=None)) == []


def test_a_round_that_is_being_moved_is_due_at_the_later_time() -> None:
    """Until all statuses say the same."""
    moved = mark("ho", publish_at=PUBLISH_AT + timedelta(days=1))
    assert is_due(mark("dwp"), moved) == []


def test_a_burst_is_waited_out() -> None:
    """One that has just changed holds back the whole period."""
    assert is_due(mark("dwp"), mark("ho", changed_at=LATER - timedelta(seconds=1))) == []
    assert is_due(mark("dwp"), mark("ho", changed_at=LATER - SETTLE)) == [PERIOD]


def test_what_has_been_considered_is_not_due_again_until_a_version_rises() -> None:
    """The fingerprint is of the versions."""
    marks = [mark("dwp"), mark("ho")]
    first = due(marks, considered={}, register=REGISTER, now=LATER, settle=SETTLE)[0]
    assert is_due(*marks, considered={PERIOD: first.fingerprint}) == []
    assert is_due(mark("dwp"), mark("ho", version=2), considered={PERIOD: first.fingerprint}) == [PERIOD]


def test_the_oldest_period_comes_first() -> None:
    """So that later reports know which earlier ones were revised."""
    earlier = [mark(code, period="2025-26-q4") for code in ("dwp", "ho")]
    assert is_due(mark("dwp"), mark("ho"), *earlier) == ["2025-26-q4", PERIOD]


def test_a_department_that_is_gone_is_not_waited_for() -> None:
    """It answered for the periods that ended while it existed, and is waited for in those."""
    then = [mark(code, period="2019-20-q4") for code in ("dwp", "ho")]
    assert is_due(*then) == []
    assert is_due(*then, mark("dfid", period="2019-20-q4")) == ["2019-20-q4"]


def draw(*statuses: Status, issued: dict[str, Issued] | None = None) -> list[publication.Draft]:
    return drafts(
        Due(PERIOD, "", PUBLISH_AT),
        statuses,
        issued=issued or {},
        revised={},
        register=REGISTER,
        now=LATER,
        sample=False,
    )


def first() -> dict[str, Issued]:
    return {d.code: Issued(d.document, d.content_sha256) for d in draw(status("dwp"), status("ho"))}


def test_a_first_publication_is_a_report_of_each_and_an_overview() -> None:
    """At the time of the round, whenever it is made."""
    made = draw(status("dwp"), status("ho"))
    assert [(d.code, d.document.id, d.document.published_at) for d in made] == [
        ("dwp", f"dwp/{PERIOD}/r1", PUBLISH_AT),
        ("ho", f"ho/{PERIOD}/r1", PUBLISH_AT),
        (OVERVIEW, f"overview/{PERIOD}/r1", PUBLISH_AT),
    ]


def test_nothing_is_published_when_nothing_new_is_said() -> None:
    """A higher version with the same content."""
    again = status("dwp").model_copy(update={"version": 5})
    assert draw(again, status("ho"), issued=first()) == []


def test_a_change_revises_its_department_and_the_overview() -> None:
    """With the reason in words, now; the other department's report stands."""
    changed = status("dwp", main=considered(51, 4, 3, 6, order=1, urgent=2))
    made = draw(changed, status("ho"), issued=first())
    assert [
        (d.document.id, d.document.published_at, (d.document.revisions[-1].reason or "").split(";")[0]) for d in made
    ] == [
        (f"dwp/{PERIOD}/r2", LATER, "correction: considered in time 51 of 58, previously 50 of 57"),
        (
            f"overview/{PERIOD}/r2",
            LATER,
            "correction: Work and Pensions: considered in time 51 of 58, previously 50 of 57",
        ),
    ]


def test_a_report_that_a_name_was_taken_out_of_is_revised_for_that_reason() -> None:
    """The report and the overview; figures that changed meanwhile are named beside it."""
    issued = first()
    issued["dwp"] = replace(issued["dwp"], erased=True)
    changed = status("dwp", main=considered(51, 4, 3, 6, order=1, urgent=2))
    made = draw(changed, status("ho"), issued=issued)
    assert [(d.document.id, (d.document.revisions[-1].reason or "").partition(":")[0]) for d in made] == [
        (f"dwp/{PERIOD}/r2", "erasure of a person's name"),
        (f"overview/{PERIOD}/r2", "erasure of a person's name"),
    ]


def test_an_earlier_period_is_history_and_makes_no_revision() -> None:
    """A change to it is that period's own revision."""
    earlier = status("dwp", "2026-27-q1", main=considered(9, 1, 0, 0))
    assert draw(status("dwp"), status("ho"), earlier, issued=first()) == []


def test_the_report_that_is_drafted_is_the_one_that_build_makes() -> None:
    """With the register's names of the period's last day and the department's history."""
    earlier = status("ho", "2026-27-q1")
    made = draw(status("dwp"), status("ho"), earlier)[1]
    names = publication.names_of(REGISTER, "ho", PERIOD)
    assert made.document == build(status("ho"), history=[earlier], names=names, published_at=PUBLISH_AT)
    assert made.content_sha256 == revisions.content(status("ho"))


def test_two_years_are_looked_back_on() -> None:
    """Eight quarters with the period itself."""
    assert publication.periods_before(PERIOD)[0::7] == ["2024-25-q3", PERIOD]
