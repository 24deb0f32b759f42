"""What a procurement's facts answer: considered in time, complete, consulted, urgent, and who answers for it."""

from datetime import UTC, datetime
from typing import Any

import pytest

from services.aggregator.assessment import Assessment, assess
from services.aggregator.subjects import build
from shared.departments import load_register
from shared.envelope import Event
from shared.events.catalogue import event_type
from shared.rules import load_rules

OCID = "ocds-abcdef-1"
WHOLE = {
    "considered_at": "2026-04-01",
    "strands": {
        "economic": {"answer": "considered"},
        "social": {"answer": "considered"},
        "environmental": {"answer": "not-relevant", "text": "an office service"},
    },
    "process": "smaller lots",
    "relevance": "local jobs",
    "proportionality": "light",
    "outcome": "adopted",
}


def tender(**tender: Any) -> tuple[str, dict[str, Any]]:
    """A tender notice of the Department for Work and Pensions of 1 May 2026 for services of £240,000 gross."""
    return (
        "notice.published",
        {
            "ocid": OCID,
            "id": "000001-2026",
            "date": "2026-05-01T10:00:00+01:00",
            "tag": ["tender"],
            "buyer": {"id": "GB-PPON-PJCP-7274-TLRQ", "name": "Department for Work and Pensions"},
            "tender": {
                "title": "Reception services",
                "legalBasis": {"scheme": "UKPGA", "id": "2023/54"},
                "mainProcurementCategory": "services",
                "aboveThreshold": True,
                "value": {"amount": 200000, "amountGross": 240000, "currency": "GBP"},
                "documents": [{"id": "000001-2026", "noticeType": "UK4"}],
                **tender,
            },
        },
    )


def assessed(*told: tuple[str, dict[str, Any]], sender: str = "dwp") -> Assessment:
    events = [
        Event(
            source="/x",
            id=str(number),
            type=event_type(name).type,
            subject=OCID,
            time=datetime(2026, 5, 1, 9, tzinfo=UTC),
            data=data,
            sender="find-a-tender" if name == "notice.published" else sender,
            received=datetime(2026, 5, 2, tzinfo=UTC),
        )
        for number, (name, data) in enumerate(told)
    ]
    return assess(build(OCID, events), register=load_register(), rules=load_rules())


def test_a_notice_alone() -> None:
    """In scope, attributed by the buyer's id, and silent: no record is no evidence, not a breach."""
    row = assessed(tender())
    assert (row.department, row.period, row.started_on) == ("dwp", "2026-27-q1", "2026-05-01")
    assert (row.scope, row.value_gross, row.value_net) == ("applies", 24_000_000, None)
    assert row.answers == {
        "in-scope": ("applies",),
        "return-quality": ("silent",),
        "considered-in-time": ("no-record",),
        "consultation": ("no-record",),
        "urgency": ("none",),
        "outcome-mix": ("no-code",),
        "weight": ("not-stated",),
    }
    assert row.concerns == ("No record of consideration", "No record of a decision whether to consult")


def test_considered_and_consulted_before_the_start() -> None:
    """A whole record dated before the tender notice answers everything."""
    row = assessed(
        tender(),
        ("consideration.recorded", WHOLE),
        ("consultation.decided", {"decided_at": "2026-04-02", "consult": False, "reason": "a back-office service"}),
    )
    assert row.answers == {
        "in-scope": ("applies",),
        "return-quality": ("reported",),
        "considered-in-time": ("before",),
        "complete-consideration": ("complete",),
        "relevance-proportionality": ("both-stated",),
        "outcome": ("adopted",),
        "economic": ("considered",),
        "social": ("considered",),
        "environmental": ("not-relevant",),
        "consultation": ("before",),
        "consultation-outcome": ("not-with-reason",),
        "urgency": ("none",),
        "outcome-mix": ("no-code",),
        "weight": ("not-stated",),
    }
    assert row.concerns == ()
    assert row.evidence["considered-in-time"] == (("/x", "0"), ("/x", "1"))


@pytest.mark.parametrize(
    ("considered_at", "answer"),
    [
        ("2026-04-30", "before"),
        ("2026-05-01", "order-unknown"),
        ("2026-05-01T08:59:59+01:00", "before"),
        ("2026-05-01T10:00:00+01:00", "late"),
        ("2026-05-02", "late"),
    ],
)
def test_before_is_strict(considered_at: str, answer: str) -> None:
    """s.1(1), "before starting": the same day without times is unknown, the same instant is late."""
    row = assessed(tender(), ("consideration.recorded", {"considered_at": considered_at}))
    assert row.answers["considered-in-time"] == (answer,)


def test_an_award_only_bounds_the_start() -> None:
    """Considered before an award that the start was not later than: the order is not known."""
    award = {
        "ocid": OCID,
        "id": "000002-2026",
        "date": "2026-05-01T10:00:00+01:00",
        "tag": ["award", "contract"],
        "awards": [{"id": "1", "documents": [{"id": "000002-2026", "noticeType": "UK6"}]}],
    }
    row = assessed(
        ("notice.published", award),
        ("procurement.started", {"started_at": "2026-06-01", "limb": "e", "category": "services"}),
        ("consideration.recorded", {"considered_at": "2026-04-30"}),
    )
    assert row.start_exact is False
    assert row.started_on == "2026-05-01"


def test_declared_not_considered() -> None:
    """The department says so itself: an answer, not an unknown."""
    row = assessed(tender(), ("consideration.recorded", {"considered_at": "2026-05-09", "considered": False}))
    assert row.answers["considered-in-time"] == ("declared-none",)


def test_urgency_excludes_only_what_it_was_claimed_for() -> None:
    """s.1(8): claimed for s.1(3), the consultation is still asked for; and a claim without a reason is of concern."""
    row = assessed(tender(), ("urgency.claimed", {"claimed_at": "2026-04-30", "subsections": ["3"]}))
    assert row.answers["considered-in-time"] == ("urgent",)
    assert row.answers["consultation"] == ("no-record",)
    assert row.answers["urgency-claim"] == ("no-reason", "s1-3")
    assert "Urgency claimed without a reason" in row.concerns


def test_urgency_rejected_on_review_counts_no_more() -> None:
    """A spot check that rejects the claim returns the procurement to the population."""
    check = {"check": "SC-1", "completed_on": "2026-06-01", "result": "not-passed", "urgency_rejected": True}
    row = assessed(
        tender(),
        ("urgency.claimed", {"claimed_at": "2026-04-30", "subsections": ["3"]}),
        ("spot-check.completed", check),
    )
    assert row.answers["considered-in-time"] == ("no-record",)


def test_a_document_answers_unknown() -> None:
    """Sent as a document only: considered in time, but how completely is not known."""
    row = assessed(tender(), ("consideration.recorded", {"considered_at": "2026-04-01", "document_only": True}))
    assert row.answers["considered-in-time"] == ("before",)
    assert row.answers["complete-consideration"] == ("document-only",)


def test_out_of_scope_of_the_act() -> None:
    """Goods only: the ground is listed, and only what policy asks of goods too is answered."""
    row = assessed(tender(mainProcurementCategory="goods"))
    assert row.scope == "does-not-apply"
    assert row.answers == {
        "in-scope": ("does-not-apply",),
        "scope-reason": ("goods-contract",),
        "return-quality": ("silent",),
        "outcome-mix": ("no-code",),
        "weight": ("not-stated",),
    }
    assert row.concerns == ()


def test_without_a_buyer_the_sender_answers() -> None:
    """A department that reports before any notice is there is the one it is counted for."""
    row = assessed(("consideration.recorded", WHOLE), sender="moj")
    assert (row.department, row.period) == ("moj", None)


def test_an_unknown_buyer_is_unattributed() -> None:
    """Never dropped: it stands under its own heading until it is attributed."""
    name, data = tender()
    row = assessed((name, {**data, "buyer": {"id": "X-1", "name": "Example Water Partnership"}}))
    assert (row.department, row.buyer_name, row.buyer_ids) == (
        "unattributed",
        "Example Water Partnership",
        ("X-1",),
    )
