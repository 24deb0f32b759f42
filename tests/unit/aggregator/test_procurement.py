"""The typed view: which of several statements stands for a procurement, and the evidence of each."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from services.aggregator.moments import Moment
from services.aggregator.parts import Value
from services.aggregator.procurement import Procurement
from shared.departments import AuthorityClass
from shared.events.procurement import KpiRating, Limb
from shared.rules import Interval, Vat, load_rules
from tests.notices import real_events
from tests.unit.aggregator.examples import event, pounds, procurement, published, release, services


def of(*releases: dict[str, Any]) -> Procurement:
    return procurement(*(published(data) for data in releases))


def started(at: str, limb: str = "c", **more: Any) -> Any:
    return event("procurement.started", {"started_at": at, "limb": limb, **more})


def start(*events: Any) -> tuple[str, str | None, bool, bool]:
    """Day, limb, exact, declared."""
    found = procurement(*events).start
    assert found is not None
    return str(found.moment.day), found.limb and found.limb.value, found.exact, found.declared


def test_nothing_is_known_of_a_procurement_that_only_has_a_number() -> None:
    """Every part is empty, none is a guess."""
    found = procurement()
    assert (found.buyer, found.start, found.estimate, found.weight, found.title) == (None, None, None, None, None)
    assert (found.notices, found.values, found.is_market_only, found.declared_none) == ((), (), False, False)


TENDER = published(release())


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ((TENDER,), ("2026-07-20", "a", True, False)),
        ((TENDER, started("2026-07-01")), ("2026-07-01", "c", True, True)),
        ((TENDER, started("2026-08-01")), ("2026-07-20", "a", True, False)),
        # A mere day may be before a time of that day, so it is the one that cannot be too late.
        ((TENDER, started("2026-07-20")), ("2026-07-20", "c", True, True)),
        ((TENDER, started("2026-07-20T09:00:01Z")), ("2026-07-20", "a", True, False)),
        # A bound is a bound: whatever the department says of a later day.
        ((published(release("UK5")), started("2026-08-01")), ("2026-07-20", "c", False, False)),
        ((published(release("UK5")), started("2026-07-20")), ("2026-07-20", "c", True, True)),
        ((TENDER, published(release("UK4", id="0", tags=["tenderUpdate"]))), ("2026-07-20", "a", True, False)),
    ],
)
def test_the_start_is_the_earliest_known_step(events: Any, expected: Any) -> None:
    """s.1(2): whichever is first; on one day the exact statement before the bound."""
    assert start(*events) == expected


def test_of_two_declared_starts_the_first_is_the_start() -> None:
    """A department that corrects a mistaken first one withdraws it."""
    first = event("procurement.started", {"started_at": "2026-05-01", "limb": "c"}, id="1")
    later = event("procurement.started", {"started_at": "2026-06-01", "limb": "a"}, id="2")
    assert start(later, first) == ("2026-05-01", "c", True, True)


def test_an_engagement_that_seeks_interest_counts_only_once_confirmed() -> None:
    """It may have been limb (b); only the department can say so."""
    found = of(release("UK2", tender={"description": "Expression of interest wanted"}))
    assert found.start is None
    assert [possible.limb for possible in found.possible_starts] == [Limb.ADVERTISEMENT]


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("2026-07-01", "2026-07-02", True),
        ("2026-07-02", "2026-07-01", False),
        ("2026-07-01", "2026-07-01", None),
        ("2026-07-01T10:00:00Z", "2026-07-01", None),
        ("2026-07-01T10:00:00Z", "2026-07-01T11:30:00+01:00", True),
        ("2026-07-01T10:00:00Z", "2026-07-01T11:00:00+01:00", False),
        # Half an hour before midnight in UTC is the next day in London's summer.
        ("2026-07-01T23:30:00Z", "2026-07-02", None),
    ],
)
def test_strictly_before(one: str, other: str, expected: bool | None) -> None:
    """One day without two times: the order is unknown."""
    assert Moment.of(one).before(Moment.of(other)) is expected


# ── values ────────────────────────────────────────────────────────────────────────────────────────────────────────


def estimate(*releases: dict[str, Any]) -> tuple[str, Decimal | None, Decimal | None]:
    found = of(*releases).estimate
    assert found is not None
    return found.kind, found.net, found.gross


def test_the_largest_estimate_stands() -> None:
    """Of several notices; and an estimate before any award."""
    small = release(id="1", tender={"value": pounds(net=100)})
    large = release(id="2", tender={"value": pounds(net=150, gross=180)})
    award = release("UK6", id="3", awards=[{"value": pounds(net=900)}])
    assert estimate(small, large, award) == ("estimate", Decimal(150), Decimal(180))
    assert estimate(award) == ("award", Decimal(900), None)


def test_the_departments_estimate_stands_where_notices_have_none() -> None:
    """Then its proposal, then what was awarded."""
    award = published(release("UK6", awards=[{"value": pounds(net=900)}]))
    proposal = {"title": "T", "planned_start": "2026-09-01", "value": {"net": "700"}}
    proposed = event("procurement.proposed", proposal)
    for events, expected in (
        ((award, proposed), ("proposal", 700)),
        ((award, proposed, started("2026-07-01", value={"net": "800"})), ("declared", 800)),
    ):
        found = procurement(*events).estimate
        assert found is not None
        assert (found.kind, found.net) == (expected[0], Decimal(expected[1]))


@pytest.mark.parametrize(
    ("net", "gross", "vat", "low", "high"),
    [
        (100, None, Vat.INCLUDED, "100", "120"),
        (None, 120, Vat.INCLUDED, "120", "120"),
        (100, 110, Vat.INCLUDED, "110", "110"),
        (100, None, Vat.EXCLUDED, "100", "100"),
        (None, 120, Vat.EXCLUDED, "100", "120"),
        (100, 110, Vat.EXCLUDED, "100", "100"),
        # Twelve times is no rate of VAT: either figure may be the mistyped one.
        (100, 1200, Vat.INCLUDED, "100", "1200"),
        (100, 1200, Vat.EXCLUDED, "100", "1200"),
        (100, 50, Vat.INCLUDED, "50", "120"),
    ],
)
def test_what_a_value_may_be_with_and_without_vat(
    net: int | None, gross: int | None, vat: Vat, low: str, high: str
) -> None:
    """net ≤ gross ≤ 1.2 × net; what is stated is taken as it is."""
    value = Value(
        "estimate",
        None if net is None else Decimal(net),
        None if gross is None else Decimal(gross),
        "GBP",
        ("/s", "1"),
    )
    assert value.interval(vat, Decimal("0.2")) == Interval(Decimal(low), Decimal(high))


def test_another_currency_has_no_interval_in_pounds() -> None:
    """Rates of exchange are not ours to choose."""
    found = of(release(tender={"value": pounds(net=100, currency="EUR")}))
    assert found.interval(Vat.INCLUDED, load_rules()) is None


# ── weight ────────────────────────────────────────────────────────────────────────────────────────────────────────


def criteria(name: str, number: int) -> dict[str, Any]:
    numbers = [{"number": number, "weight": "percentageExact"}]
    return {"lots": [{"awardCriteria": {"criteria": [{"name": name, "numbers": numbers}]}}]}


STATED = release(tender=criteria("Social Value", 10))
COMBINED = release(tender=criteria("Quality and Social Value", 40))
PLAIN = release(tender=criteria("Quality", 60))


@pytest.mark.parametrize(
    ("notice", "declared", "expected"),
    [
        (STATED, None, ("stated", Decimal(10), False)),
        (STATED, 15, ("stated", Decimal(10), False)),
        (COMBINED, None, ("combined", None, False)),
        (COMBINED, 15, ("stated", Decimal(15), True)),
        (PLAIN, None, ("not-stated", None, False)),
        (PLAIN, 15, ("stated", Decimal(15), True)),
        (release(), None, ("not-stated", None, False)),
        (release("UK5"), None, None),
        (release("UK5"), 15, ("stated", Decimal(15), True)),
    ],
)
def test_the_weight_of_the_notice_and_the_departments_where_it_is_silent(
    notice: dict[str, Any], declared: int | None, expected: Any
) -> None:
    """Not stated is unknown, and there is nothing to state without a call for tenders."""
    events = [published(notice)]
    if declared is not None:
        events.append(started("2026-07-20", weight=declared))
    weight = procurement(*events).weight
    assert (weight and (weight.answer, weight.percent, weight.declared)) == expected


def test_a_correction_without_criteria_does_not_erase_the_weight() -> None:
    """Silence is no statement."""
    correction = release(id="2", tags=["tenderUpdate"], date="2026-07-25T10:00:00Z")
    weight = of(STATED, correction).weight
    assert weight is not None
    assert (weight.percent, weight.event) == (Decimal(10), ("/dwp/commercial", "000001-2026"))


# ── the rest ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_notices_word_before_the_departments() -> None:
    """Published evidence first; the department's where the notice is silent."""
    told = started("2026-07-20", title="Hedges", category="goods", light_touch=True)
    loud = procurement(published(release(tender=services(specialRegime=["lightTouch"]))), told)
    silent = procurement(told)
    for found, title, category in ((loud, "Gardens", "services"), (silent, "Hedges", "goods")):
        assert found.title is not None
        assert found.category is not None
        assert found.light_touch is not None
        assert (found.title.value, found.category.value, found.light_touch.value) == (title, category, True)


def test_a_later_notice_without_a_class_leaves_the_class() -> None:
    """A fact is never erased by absence."""
    later = release("UK12", id="2", date="2026-09-01T10:00:00Z", kind=None)
    found = of(release(), later)
    assert found.authority is not None
    assert (found.authority.value, found.authority.event[1]) == (AuthorityClass.CENTRAL, "000001-2026")


def test_the_planned_start_is_the_later_word() -> None:
    """Of pipeline and planned procurement notices, and of the department's proposal."""
    notice = published(release("UK3", tender={"communication": {"futureNoticeDate": "2026-12-01T00:00:00Z"}}))
    for time, expected in (("2026-07-01T00:00:00Z", date(2026, 12, 1)), ("2026-08-01T00:00:00Z", date(2027, 1, 15))):
        proposal = {"title": "T", "planned_start": "2027-01-15"}
        found = procurement(notice, event("procurement.proposed", proposal, time=time)).planned_start
        assert found is not None
        assert found.value == expected


def test_awards_keep_their_release_because_ids_are_used_again() -> None:
    """ "1" is an award in each of two notices; the two are not one."""
    found = of(
        release("UK6", id="1", awards=[{"id": "1", "date": "2026-07-01", "status": "pending"}]),
        release("UK7", id="2", date="2026-08-01T10:00:00Z", awards=[{"id": "1", "status": "active"}]),
    )
    assert [(award.release, award.id, award.status, award.decided) for award in found.awards] == [
        ("1", "1", "pending", date(2026, 7, 1)),
        ("2", "1", "active", None),
    ]


def test_ratings_of_notices_and_of_the_department_side_by_side() -> None:
    """A performance notice shows the most material indicators only; the department's events the rest."""
    observation = {"measureClassification": {"id": "met"}, "period": {"endDate": "2026-06-30"}}
    metrics = [{"id": "m", "title": "Speed", "observations": [observation]}]
    notice = published(release("UK9", contracts=[{"id": "1", "implementation": {"metrics": metrics}}]))
    own = {
        "kpi": "k",
        "title": "Jobs",
        "social_value": True,
        "rating": "inadequate",
        "assessed_on": "2026-05-01",
    }
    found = procurement(notice, event("kpi.assessed", own))
    assert [(r.kpi, r.social_value, r.rating, r.assessed_on) for r in found.ratings] == [
        ("m", "no", KpiRating.GOOD, date(2026, 6, 30)),
        ("k", "yes", KpiRating.INADEQUATE, date(2026, 5, 1)),
    ]


def test_declared_not_considered_until_a_record_says_otherwise() -> None:
    """One record that it was considered is enough, whenever it comes."""
    denied = event("consideration.recorded", {"considered_at": "2026-07-01", "considered": False}, id="1")
    recorded = event("consideration.recorded", {"considered_at": "2026-06-01"}, id="2")
    assert procurement(denied).declared_none
    assert not procurement(denied, recorded).declared_none


def test_real_procurements_start_where_their_notices_show() -> None:
    """Direct award to contract details in three notices; a stub that follows a pipeline notice."""
    events: dict[str, list[Any]] = {}
    for real in real_events():
        events.setdefault(real.subject, []).append(real)
    three = procurement(*events["ocds-h6vhtk-06e1fa"])
    assert [notice.type for notice in three.notices] == ["UK5", "UK6", "UK7"]
    assert three.start is not None
    assert not three.start.exact
    stub = procurement(*events["ocds-h6vhtk-052516"])
    assert ([notice.type for notice in stub.notices], stub.start) == (["UK1", "UK12"], None)
    assert len(stub.cancellations) == 1
    ends = {
        notice.id: found.terminations[0].reasons
        for group in events.values()
        if (found := procurement(*group)).terminations
        for notice in found.notices
        if notice.type == "UK11"
    }
    assert (ends["075784-2026"], ends["071453-2026"]) == (("contractCompleted",), ("breachOfContract",))
