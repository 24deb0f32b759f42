"""What a notice establishes, and that no release whatever breaks the reading of it."""

import copy
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.aggregator.facts import Fact, canonical
from services.aggregator.merging import rule_of
from services.aggregator.notices import facts
from services.aggregator.procurement import Procurement
from services.aggregator.scope import decide
from shared.envelope import Event
from shared.rules import load_rules
from tests.notices import real_events
from tests.unit.aggregator.examples import OCID, PCR2015, SUB_CENTRAL, pounds, published, release, services


def values(data: dict[str, Any]) -> dict[str, Any]:
    """Fact name → value, of one notice."""
    return {name: fact.value for name, fact in facts(published(data)).items()}


def value(name: str, data: dict[str, Any]) -> Any:
    return values(data).get(name)


def test_a_tender_notice_as_facts() -> None:
    """All that a plain tender notice says, and nothing that it does not."""
    tender = services(
        value=pounds(net=200_000, gross=240_000.5),
        aboveThreshold=True,
        procurementMethodDetails="Open procedure",
        tenderPeriod={"endDate": "2026-08-20T12:00:00+01:00"},
    )
    assert values(release(tender=tender)) == {
        "buyer": {"ids": ["GB-PPON-TEST-0001"], "name": "Office of Examples"},
        "buyer-class": "central",
        "title": "Gardens",
        "category": "services",
        "regime": "PA2023",
        "procedure": "Open procedure",
        "value/000001-2026": [{"kind": "estimate", "net": "200000", "gross": "240000.5", "currency": "GBP"}],
        "flag/000001-2026": True,
        "notice/000001-2026": {"type": "UK4", "tags": ["tender"]},
        "start/000001-2026": {"at": "2026-07-20T09:00:00.000000Z", "limb": "a", "bound": "exact"},
        "deadline": "2026-08-20T11:00:00.000000Z",
    }


def test_a_fact_speaks_of_the_releases_own_date_and_names_its_event() -> None:
    """Notices are ordered by their own date, parsed, never by the text of it."""
    found = facts(published(release(date="2026-07-20T12:00:00+01:00")))["title"]
    assert found == Fact("Gardens", "2026-07-20T11:00:00.000000Z", "/dwp/commercial", "000001-2026")


def test_a_sparse_notice_yields_few_facts() -> None:
    """A cancellation says that it is one, and leaves everything else as it was."""
    stub = {
        "ocid": OCID,
        "id": "2",
        "date": "2026-08-01T10:00:00Z",
        "tag": ["tenderCancellation"],
        "tender": {"id": "2", "status": "withdrawn", "documents": [{"id": "2", "noticeType": "UK12"}]},
        "awards": [{"id": "1", "statusDetails": "No bids", "finalStatusDate": "2026-07-31T00:00:00+01:00"}],
    }
    assert values(stub) == {
        "notice/2": {"type": "UK12", "tags": ["tenderCancellation"]},
        "cancellation/2": {"on": "2026-07-31", "reason": "No bids", "status": "withdrawn"},
    }


def test_the_buyer_is_the_lead_of_several() -> None:
    """`buyer.id` names the lead; identifiers and additional ones are ids that a register may know."""
    data = release()
    data["parties"].append({"id": "GB-COH-2", "name": "Second Office", "roles": ["buyer"]})
    data["parties"][0]["identifier"] = {"scheme": "GB-PPON", "id": "TEST-0001"}
    data["parties"][0]["additionalIdentifiers"] = [{"scheme": "GB-COH", "id": "77"}]
    found = values(data)
    assert found["buyer"] == {"ids": ["GB-PPON-TEST-0001", "GB-COH-77"], "name": "Office of Examples"}
    assert found["joint-buyers"] == [{"ids": ["GB-COH-2"], "name": "Second Office"}]


def test_without_a_buyer_the_party_with_that_role_is_it() -> None:
    """Terminations and cancellations have no `buyer`."""
    data = {k: v for k, v in release("UK12").items() if k != "buyer"}
    assert value("buyer", data) == {"ids": ["GB-PPON-TEST-0001"], "name": "Office of Examples"}


def test_devolved_rules_are_kept_as_said() -> None:
    """A class of the buyer, beside its threshold class."""
    found = values(release(kind=SUB_CENTRAL, devolved="GB-WLS"))
    assert (found["buyer-class"], found["buyer-devolved"]) == ("sub-central", ["GB-WLS"])


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        (1000, "1000"),
        (1000.10, "1000.1"),
        (0.1, "0.1"),
        (1e7, "10000000"),
        ("1234.50", "1234.5"),
        (0, None),
        (-5, None),
        (1e300, None),
        (float("inf"), None),
        (float("nan"), None),
        (True, None),
        (" 000,", None),
        (None, None),
        ([1], None),
    ],
)
def test_amounts_are_decimal_text_or_nothing(amount: Any, expected: str | None) -> None:
    """No float arithmetic; zero, and whatever is no amount, is no information."""
    found = value("value/000001-2026", release(tender={"value": {"amount": amount, "currency": "GBP"}}))
    assert found == (None if expected is None else [{"kind": "estimate", "net": expected, "currency": "GBP"}])


def test_without_a_total_the_lots_are_added_up() -> None:
    """Net and gross each, where every lot that has a value states it."""
    lots = [{"value": pounds(net=0.1, gross=0.12)}, {"value": pounds(net=0.2)}, {"value": None}]
    assert value("value/000001-2026", release(tender={"lots": lots})) == [
        {"kind": "estimate", "net": "0.3", "currency": "GBP"}
    ]


def test_awards_and_contracts_stand_in_for_an_estimate() -> None:
    """In the order of the notice, each with its kind."""
    data = release("UK7", awards=[{"value": pounds(net=5)}], contracts=[{"value": pounds(gross=7)}])
    assert value("value/000001-2026", data) == [
        {"kind": "award", "net": "5", "currency": "GBP"},
        {"kind": "contract", "gross": "7", "currency": "GBP"},
    ]


def test_above_threshold_if_any_part_is() -> None:
    """Two contracts in one notice may lie on either side."""
    contracts = [{"aboveThreshold": False}, {"aboveThreshold": True}]
    assert value("flag/000001-2026", release("UK7", contracts=contracts)) is True


def test_awards_of_a_dynamic_market_are_suppliers_admitted() -> None:
    """Not contract awards: no award, no value, no start."""
    data = release("UK14", awards=[{"id": "1", "suppliers": [{"id": "S"}], "value": pounds(net=5)}])
    assert not {name.partition("/")[0] for name in values(data)} & {"awards", "value", "start"}


def category(*awards: tuple[str, int | None]) -> str | None:
    found = [
        {"id": str(n), "mainProcurementCategory": c, **({"value": pounds(gross=v)} if v else {})}
        for n, (c, v) in enumerate(awards)
    ]
    answer: str | None = value("category", release("UK6", awards=found))
    return answer


def test_the_greater_part_by_value_is_the_category_of_mixed_awards() -> None:
    """s.1(1) speaks of services together with goods or works; without all values it stays open."""
    assert category(("goods", 10), ("services", 7), ("services", 7)) == "services"
    assert category(("goods", 10), ("services", 7)) == "goods"
    assert category(("goods", 10), ("services", None)) is None
    assert category(("goods", 10), ("services", 10)) is None
    assert category(("services", None), ("services", None)) == "services"


# ── starts ────────────────────────────────────────────────────────────────────────────────────────────────────────

AT = "2026-07-20T09:00:00.000000Z"
SIGNED = [{"dateSigned": "2026-07-02T00:00:00+01:00"}, {"dateSigned": "2026-06-30T00:00:00+01:00"}]
FINDER: dict[str, Any] = {"basis": None, "kind": None}
OPPORTUNITY = {"datePublished": "2026-06-01T09:00:00Z", "tenderPeriod": {"endDate": "2026-06-20T12:00:00Z"}}

STARTS = {
    "a pipeline notice": (release("UK1"), None),
    "market engagement": (release("UK2"), None),
    "market engagement that seeks interest": (
        release("UK2", tender={"description": "Expressions of interest are sought."}),
        {"at": AT, "limb": "b", "bound": "possible"},
    ),
    "a planned procurement": (release("UK3"), None),
    "a tender notice": (release("UK4"), {"at": AT, "limb": "a", "bound": "exact"}),
    "a corrected tender notice": (
        release("UK4", tags=["tenderUpdate"]),
        {"at": AT, "limb": "a", "bound": "not-later-than"},
    ),
    "a transparency notice": (release("UK5"), {"at": AT, "limb": "c", "bound": "not-later-than"}),
    "an award decision": (release("UK6"), {"at": AT, "bound": "not-later-than"}),
    "contract details": (
        release("UK7", contracts=SIGNED),
        {"at": "2026-06-30", "limb": "e", "bound": "not-later-than"},
    ),
    "contract details with a mistyped year": (
        release("UK7", contracts=[{"dateSigned": "2006-06-30T00:00:00+01:00"}]),
        {"at": AT, "limb": "e", "bound": "not-later-than"},
    ),
    "a contract change": (release("UK10", contracts=SIGNED), None),
    "a contract's end": (release("UK11", contracts=SIGNED), None),
    "a cancellation": (release("UK12"), None),
    "a dynamic market": (release("UK13"), None),
    "an older contract notice": (
        release(None, basis=PCR2015, tags=["tender"]),
        {"at": AT, "limb": "a", "bound": "exact"},
    ),
    "an older call by prior information": (
        release(None, basis=PCR2015, tags=["planning", "tender"]),
        {"at": AT, "limb": "b", "bound": "exact"},
    ),
    "an older correction": (
        release(None, basis=PCR2015, tags=["tenderUpdate"]),
        {"at": AT, "limb": "a", "bound": "not-later-than"},
    ),
    "an older award": (
        release(
            None,
            basis=PCR2015,
            tags=["award", "contract"],
            tender={"tenderPeriod": {"endDate": "2026-05-01T12:00:00+01:00"}},
            awards=[{"date": "2026-06-01T00:00:00+01:00"}],
        ),
        {"at": "2026-05-01T11:00:00.000000Z", "bound": "not-later-than"},
    ),
    "an opportunity": (
        release(None, **FINDER, tags=["tenderAmendment"], tender=OPPORTUNITY),
        {"at": "2026-06-01T09:00:00.000000Z", "limb": "b", "bound": "exact"},
    ),
    "the award of an opportunity": (
        release(None, **FINDER, tags=["award"], tender=OPPORTUNITY),
        {"at": "2026-06-01T09:00:00.000000Z", "limb": "b", "bound": "exact"},
    ),
    "an award of long ago": (
        release(None, **FINDER, tags=["award"], awards=[{"date": "2021-03-01T00:00:00Z"}]),
        {"at": "2021-03-01", "bound": "not-later-than"},
    ),
}


@pytest.mark.parametrize(("notice", "expected"), STARTS.values(), ids=STARTS)
def test_the_step_of_section_1_2_that_a_notice_shows(notice: dict[str, Any], expected: Any) -> None:
    """Exact only where the notice is itself the step; otherwise a bound; an engagement at most a possibility."""
    assert value("start/000001-2026", notice) == expected


def test_the_document_with_the_notices_own_number_tells_its_type() -> None:
    """A release may list the documents of earlier notices too."""
    documents = [{"id": "000000-2026", "noticeType": "UK2"}, {"id": "000001-2026", "noticeType": "UK4"}]
    assert value("notice/000001-2026", release(tender={"documents": documents}))["type"] == "UK4"


# ── the weight of social value ────────────────────────────────────────────────────────────────────────────────────


def lot(*criteria: tuple[str, float | None], weight: str = "percentageExact") -> dict[str, Any]:
    return {
        "awardCriteria": {
            "criteria": [
                {"name": name, **({"numbers": [{"number": number, "weight": weight}]} if number is not None else {})}
                for name, number in criteria
            ]
        }
    }


QUALITY = ("Quality", 60)
WEIGHTS = {
    "stated": ([lot(QUALITY, ("Social Value", 10.0))], {"answer": "stated", "percent": "10"}),
    "spelt otherwise": ([lot(QUALITY, (" social-VALUE ", 12.5))], {"answer": "stated", "percent": "12.5"}),
    "the lowest lot": ([lot(("Social Value", 20)), lot(("Social Value", 5))], {"answer": "stated", "percent": "5"}),
    "combined": ([lot(("Quality and Social Value", 30))], {"answer": "combined", "percent": "30"}),
    "combined in one lot": (
        [lot(("Social Value", 10)), lot(("Quality incl. social value", 60))],
        {"answer": "combined", "percent": "60"},
    ),
    "not in one lot": ([lot(("Social Value", 10)), lot(QUALITY)], {"answer": "not-stated"}),
    "named without a number": ([lot(("Social Value", None))], {"answer": "not-stated"}),
    "a rank": ([lot(("Social Value", 2), weight="order")], {"answer": "not-stated"}),
    "above a hundred": ([lot(("Social Value", 1000))], {"answer": "not-stated"}),
    "other criteria": ([lot(QUALITY)], {"answer": "not-stated"}),
    "no criteria": ([{}], None),
    "a lot without criteria beside one with": (
        [{}, lot(("Social Value", 10))],
        {"answer": "stated", "percent": "10"},
    ),
}


@pytest.mark.parametrize(("lots", "expected"), WEIGHTS.values(), ids=WEIGHTS)
def test_the_weight_of_social_value(lots: list[Any], expected: Any) -> None:
    """Stated only where it stands alone, as a percentage, in every lot that has criteria."""
    assert value("weight/000001-2026", release(tender={"lots": lots})) == expected


def test_only_a_call_for_tenders_has_a_weight() -> None:
    """An award notice may repeat the criteria; they bind nobody any more."""
    found = values(release("UK6", tender={"lots": [lot(("Social Value", 10))]}))
    assert "weight/000001-2026" not in found
    assert found["social-value-mention/000001-2026"] is True


# ── outcomes ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_awards_and_contracts_with_their_suppliers() -> None:
    """The scale of a supplier as its party states it; days where notices give a day at midnight."""
    data = release(
        "UK7",
        awards=[{"id": "1", "status": "active", "suppliers": [{"id": "S1", "name": "Small Ltd"}, {"id": "S2"}]}],
        contracts=[
            {
                "id": "1",
                "awardID": "1",
                "dateSigned": "2026-07-02T00:00:00+01:00",
                "period": {"startDate": "2026-08-01T00:00:00+01:00", "maxExtentDate": "2029-07-31T23:59:59+01:00"},
                "value": pounds(net=5),
            }
        ],
    )
    data["parties"].append({"id": "S1", "roles": ["supplier"], "details": {"scale": "sme", "vcse": True}})
    found = values(data)
    assert found["awards/000001-2026"] == [
        {
            "id": "1",
            "status": "active",
            "suppliers": [{"id": "S1", "name": "Small Ltd", "scale": "sme", "vcse": True}, {"id": "S2"}],
        }
    ]
    assert found["contracts/000001-2026"] == [
        {
            "id": "1",
            "award": "1",
            "signed": "2026-07-02",
            "period": {"start": "2026-08-01", "longest": "2029-07-31"},
            "value": {"net": "5", "currency": "GBP"},
        }
    ]


def test_an_indicator_is_social_value_only_where_it_says_so() -> None:
    """Apprenticeships without the words are possible, shown apart."""
    metrics = [
        {"id": "1", "title": "KPI 1", "description": "Social Value commitments met"},
        {"id": "2", "title": "Apprenticeships started"},
        {"id": "3", "title": "Calls answered"},
    ]
    found = value("kpis/000001-2026", release("UK7", contracts=[{"id": "1", "agreedMetrics": metrics}]))
    assert [(kpi["id"], kpi["social-value"]) for kpi in found] == [("1", "yes"), ("2", "possible"), ("3", "no")]


def test_ratings_of_a_performance_notice() -> None:
    """SI 2024/692 reg 39(5): five words, by the classification of the measure; another one is no rating."""
    observations = [
        {"measureClassification": {"id": "slightlyBelow"}, "period": {"endDate": "2026-03-31T23:59:59+01:00"}},
        {"measureClassification": {"id": "dreadful"}},
    ]
    metrics = [{"id": "m", "title": "Social value", "observations": observations}]
    data = release("UK9", contracts=[{"id": "1", "implementation": {"metrics": metrics}}])
    assert value("ratings/000001-2026", data) == [
        {
            "contract": "1",
            "kpi": "m",
            "title": "Social value",
            "social-value": "yes",
            "rating": "approaching-target",
            "assessed-on": "2026-03-31",
        }
    ]


def test_the_end_of_a_contract_and_why() -> None:
    """The ordinary end is told from a breach by its reason."""
    contract = {
        "id": "2",
        "status": "terminated",
        "terminationRationaleClassifications": [{"id": "breachOfContract"}],
        "implementation": {"endDate": "2026-03-12T00:00:00Z", "performanceFailures": [{"id": "1"}]},
    }
    assert value("termination/000001-2026", release("UK11", contracts=[contract])) == [
        {"contract": "2", "reasons": ["breachOfContract"], "on": "2026-03-12", "failures": 1}
    ]


def test_urgency_is_a_hint_and_acceleration_is_none() -> None:
    """Extreme urgency justifies a direct award; it is no claim under s.1(8)."""
    urgent = release(tender={"procurementMethodRationaleClassifications": [{"id": "urgency"}]})
    accelerated = release(tender={"procedure": {"isAccelerated": True}})
    assert value("urgency-hint/000001-2026", urgent) is True
    assert "urgency-hint/000001-2026" not in values(accelerated)


# ── whatever comes ────────────────────────────────────────────────────────────────────────────────────────────────

RICH = release(
    "UK7",
    devolved="GB-WLS",
    links=[{"rel": "canonical", "href": "https://example.org"}],
    relatedProcesses=[{"relationship": ["framework"]}],
    planning={"milestones": [{"type": "engagement", "description": "Expressions of interest"}]},
    awards=[
        {
            "id": "1",
            "mainProcurementCategory": "services",
            "value": pounds(net=1, gross=2),
            "date": "2026-07-01",
            "suppliers": [{"id": "S", "name": "S"}],
            "contractPeriod": {"startDate": "2026-08-01", "endDate": "2027-08-01"},
        }
    ],
    contracts=[
        {
            "id": "1",
            "awardID": "1",
            "dateSigned": "2026-07-02",
            "value": pounds(net=1),
            "aboveThreshold": True,
            "agreedMetrics": [{"id": "1", "title": "Social value"}],
            "terminationRationaleClassifications": [{"id": "contractCompleted"}],
            "amendments": [{"description": "longer", "unstructuredChanges": [{"newValue": {"text": "x"}}]}],
            "implementation": {
                "endDate": "2026-09-01",
                "finalValue": pounds(net=1),
                "metrics": [
                    {
                        "id": "m",
                        "observations": [{"measureClassification": {"id": "met"}, "period": {"endDate": "2026-08-01"}}],
                    }
                ],
            },
        }
    ],
    tender={
        "mainProcurementCategory": "services",
        "additionalProcurementCategories": ["goods"],
        "specialRegime": ["lightTouch"],
        "procurementMethodDetails": "Open procedure (above threshold)",
        "procurementMethodRationaleClassifications": [{"id": "urgency"}],
        "techniques": {"hasFrameworkAgreement": True, "frameworkAgreement": {"isOpenFrameworkScheme": True}},
        "communication": {"futureNoticeDate": "2026-09-01"},
        "tenderPeriod": {"endDate": "2026-08-01T12:00:00Z"},
        "lots": [lot(("Social Value", 10)) | {"value": pounds(net=3)}],
        "procedure": {"features": "none"},
    },
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place of a JSON value, by its path."""
    found = [path] if path else []
    if isinstance(value, dict):
        for key, inner in value.items():
            found += places(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            found += places(inner, (*path, index))
    return found


PLACES = places(RICH)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
    | st.sampled_from(
        [
            "0001-01-01T00:00:00+14:00",
            "9999-12-31T23:59:59-14:00",
            "2026-07-20T10:00:00",
            "2026-W30-1",
            "1999-12-31",
            "UK4",
            "UK12",
            "UK14",
            "percentageExact",
            "buyer",
            "supplier",
        ]
    )
)
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
)


def placed(path: tuple[Any, ...], value: Any, within: dict[str, Any]) -> dict[str, Any]:
    """The release with another value in one place; the release as it is where an earlier change took the place."""
    changed = copy.deepcopy(within)
    holder: Any = changed
    try:
        for step in path[:-1]:
            holder = holder[step]
        holder[path[-1]] = value
    except (KeyError, IndexError, TypeError):
        return within
    return changed


NOW = datetime(2026, 8, 1, tzinfo=UTC)


def carried(data: Any, time: datetime = NOW) -> Event:
    return Event("/s", "i", "uk.gov.social-value.notice.published.v1", OCID, time, data, "dwp", NOW)


def carry_through(data: Any, time: datetime = NOW) -> None:
    """The whole way of a notice: facts that the merge knows and JSON can hold, the view, the decision."""
    found = facts(carried(data, time))
    for name, fact in found.items():
        rule_of(name)
        canonical(fact.value)
        assert fact.value is not None
    decided = decide(Procurement(OCID, found), authority=None, is_register_body=False, rules=load_rules())
    assert decided.reasons


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(PLACES), JSON), min_size=1, max_size=4))
def test_no_json_in_any_place_of_a_release_breaks_the_reading(changes: list[tuple[tuple[Any, ...], Any]]) -> None:
    """Arbitrary JSON in arbitrary places: never an exception, and never a fact that the merge does not know."""
    data = RICH
    for path, value in changes:
        data = placed(path, value, data)
    carry_through(data)


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.sampled_from([*RICH, "planning", "x"]), JSON), st.datetimes(timezones=st.just(UTC)))
def test_no_object_at_all_breaks_the_reading(data: dict[str, Any], time: datetime) -> None:
    """Any object, and any time of the event that carries it."""
    carry_through(data, time)


@pytest.mark.parametrize("wrong", [None, "text", 7, [], [[1]], {}, {"id": {"id": 1}}, [None, {"id": []}]])
def test_every_place_of_a_release_in_turn_may_be_of_another_type(wrong: Any) -> None:
    """Each single place with each wrong shape."""
    for path in PLACES:
        carry_through(placed(path, wrong, RICH))


def test_null_is_the_same_as_absent() -> None:
    """Notices write null for what they do not know."""
    for path in PLACES:
        if isinstance(path[-1], str):
            changed = placed(path, None, RICH)
            without = copy.deepcopy(RICH)
            holder: Any = without
            for step in path[:-1]:
                holder = holder[step]
            del holder[path[-1]]
            assert facts(carried(changed)) == facts(carried(without)), path


def test_every_name_that_real_notices_yield_is_in_the_merge_table() -> None:
    """A fact without a rule would halt the aggregator."""
    for event in real_events():
        for name in facts(event):
            rule_of(name)


def test_weights_of_real_tender_notices() -> None:
    """Eighteen state the weight of social value by itself, seven only together with something else."""
    answers: dict[str, int] = {}
    for event in real_events():
        found = facts(event)
        if any(fact.value.get("type") == "UK4" for name, fact in found.items() if name.startswith("notice/")):
            weights = [fact.value["answer"] for name, fact in found.items() if name.startswith("weight/")]
            answer = weights[0] if weights else "no-criteria"
            answers[answer] = answers.get(answer, 0) + 1
    assert (answers["stated"], answers["combined"]) == (18, 7)
    assert sum(answers.values()) == 129
