"""Does the Act apply? Every ground, every unknown, and every boundary of the thresholds."""

from datetime import date, timedelta
from typing import Any

import pytest

from services.aggregator.scope import decide
from shared.departments import AuthorityClass
from shared.rules import load_rules
from tests.notices import real_events
from tests.unit.aggregator.examples import (
    CENTRAL,
    OCID,
    PCR2015,
    SUB_CENTRAL,
    codes,
    event,
    pounds,
    procurement,
    published,
    release,
    scope,
    services,
)
from tests.unit.aggregator.test_rules import ROWS, with_health

FLAGGED = services(aboveThreshold=True)
APPLIES = ("applies", ("authority", "regime", "services", "no-call-off", "flagged-above"))


def test_services_above_the_threshold_are_in() -> None:
    """Five conditions, each answered yes, each with its events."""
    decided = scope(release(tender=FLAGGED))
    assert codes(decided) == APPLIES
    assert decided.missing == ()
    assert not decided.provisional
    assert {reason.code: reason.evidence for reason in decided.reasons}["services"] == (
        ("/dwp/commercial", "000001-2026"),
    )


def no(*grounds: str) -> tuple[str, tuple[str, ...]]:
    return ("does-not-apply", grounds)


def unclear(*questions: str) -> tuple[str, tuple[str, ...]]:
    return ("cannot-tell", questions)


SCOTTISH = [{"rel": "canonical", "href": "https://api.publiccontractsscotland.gov.uk/v1/Notice?id=1"}]


def special(*regimes: str) -> dict[str, Any]:
    return {**FLAGGED, "specialRegime": list(regimes)}


GROUNDS = {
    "a Welsh buyer": (release(devolved="GB-WLS", tender=FLAGGED), no("devolved")),
    "a Scottish buyer": (release(devolved="GB-SCT", tender=FLAGGED), no("devolved")),
    "a Northern Irish buyer": (release(devolved="GB-NIR", tender=FLAGGED), no("devolved")),
    "a notice first published in Scotland": (release(links=SCOTTISH, tender=FLAGGED), no("scottish-notice")),
    "a private utility": (release(kind="privateUtility", tender=FLAGGED), no("private-utility")),
    "a utilities contract": (release(tender=special("utilities")), no("utilities-contract")),
    "a defence contract": (release(tender=special("defenceSecurity")), no("defence-contract")),
    "a concession": (release(tender=special("concession")), no("concession-contract")),
    "a light touch concession": (release(tender=special("concession", "lightTouch")), no("concession-contract")),
    "the utilities regulations": (
        release(basis={"scheme": "CELEX", "id": "32014L0025"}, tender=FLAGGED),
        no("utilities-contract"),
    ),
    "the concession regulations": (
        release(basis={"scheme": "CELEX", "id": "32014L0023"}, tender=FLAGGED),
        no("concession-contract"),
    ),
    "the defence regulations": (
        release(basis={"scheme": "CELEX", "id": "32009L0081"}, tender=FLAGGED),
        no("defence-contract"),
    ),
    "a dynamic market": (release("UK13", tender=FLAGGED), no("dynamic-market")),
    "goods": (release(tender={**FLAGGED, "mainProcurementCategory": "goods"}), no("goods-contract")),
    "works with services": (
        release(
            tender={
                **FLAGGED,
                "mainProcurementCategory": "works",
                "additionalProcurementCategories": ["services"],
            }
        ),
        no("works-contract"),
    ),
    "an award under a framework": (
        release("UK7", tender=services(procurementMethodDetails="Award under framework", aboveThreshold=True)),
        no("call-off"),
    ),
    "an award below threshold under a framework": (
        release("UK7", tender=services(procurementMethodDetails="Below threshold - award under framework")),
        no("call-off", "flagged-below"),
    ),
    "a related framework": (
        release("UK7", tender=FLAGGED, relatedProcesses=[{"relationship": ["framework"], "scheme": "ocid"}]),
        no("call-off"),
    ),
    "below the threshold by its flag": (release(tender=services(aboveThreshold=False)), no("flagged-below")),
    "below the threshold by its value": (release(tender=services(value=pounds(net=1000))), no("value-below")),
    "every ground at once": (
        release(
            devolved="GB-WLS",
            tender={"mainProcurementCategory": "goods", "aboveThreshold": False, "specialRegime": ["utilities"]},
        ),
        no("devolved", "utilities-contract", "goods-contract", "flagged-below"),
    ),
    "a bare cancellation of a Welsh council": (release("UK12", devolved="GB-WLS"), no("devolved")),
}


@pytest.mark.parametrize(("notice", "expected"), GROUNDS.values(), ids=GROUNDS)
def test_a_ground_on_which_the_act_does_not_apply(
    notice: dict[str, Any], expected: tuple[str, tuple[str, ...]]
) -> None:
    """Any no decides, and every ground is listed with its section and its event."""
    decided = scope(notice)
    assert codes(decided) == expected
    assert all(reason.section and reason.words and reason.evidence for reason in decided.reasons)


PSR = services(aboveThreshold=True, description="Awarded under the Health Care Services (Provider Selection Regime).")

QUESTIONS = {
    "a public undertaking": (
        release(kind="publicUndertaking", tender=FLAGGED),
        unclear("public-undertaking-claimed"),
        ("authority-class",),
    ),
    "health": (release(tender=PSR), unclear("health-procurement"), ("health-procurement",)),
    "an exempted contract": (
        release(tender=services(aboveThreshold=True, description="This is an exempted contract.")),
        unclear("exempted-claimed"),
        ("exemption",),
    ),
    "another legal basis": (
        release(basis={"scheme": "UKSI", "id": "2030/1"}, tender=FLAGGED),
        unclear("legal-basis"),
        ("regime",),
    ),
    "no category": (release(tender={"aboveThreshold": True}), unclear("no-category"), ("category",)),
    "a plan to buy through a framework": (
        release("UK2", tender=services(aboveThreshold=True, description="To be procured via a national framework.")),
        unclear("framework-hint"),
        ("call-off",),
    ),
    "no value": (release(tender=services()), unclear("no-value"), ("value",)),
    "a value of zero": (release(tender=services(value=pounds(net=0, gross=0))), unclear("no-value"), ("value",)),
    "euros": (
        release(tender=services(value=pounds(net=900_000, currency="EUR"))),
        unclear("foreign-currency"),
        ("value-in-pounds",),
    ),
    "a net value that VAT may lift": (
        release(tender=services(value=pounds(net=120_000))),
        unclear("value-between"),
        ("vat",),
    ),
    "no class, and a value between the two rows": (
        release(kind=None, tender=services(value=pounds(gross=150_000))),
        unclear("value-between"),
        ("authority-class",),
    ),
    "a bound that spans two rows": (
        release("UK7", tender=services(), contracts=[{"dateSigned": "2026-03-01", "value": pounds(gross=137_000)}]),
        unclear("value-between"),
        ("start",),
    ),
    "a flag that the value contradicts": (
        release(tender=services(aboveThreshold=False, value=pounds(net=120_000, gross=144_000))),
        unclear("contradiction"),
        ("value-or-flag",),
    ),
    "net and gross that cannot both be right": (
        release(tender=services(value=pounds(net=50_000, gross=600_000))),
        unclear("value-between"),
        ("vat",),
    ),
    "a bare termination": (release("UK11"), unclear("no-category", "no-value"), ("category", "value")),
}


@pytest.mark.parametrize(("notice", "expected", "missing"), QUESTIONS.values(), ids=QUESTIONS)
def test_a_question_that_leaves_it_open(
    notice: dict[str, Any], expected: tuple[str, tuple[str, ...]], missing: tuple[str, ...]
) -> None:
    """Without a no, any unknown leaves it open, and the answer names what would settle it."""
    decided = scope(notice)
    assert codes(decided) == expected
    assert decided.missing == missing


def test_no_buyer_and_no_department_leaves_it_open() -> None:
    """Nobody can be held to the Act whom no event names."""
    nobody = {**release(tender=FLAGGED), "buyer": None, "parties": None}
    assert codes(scope(nobody)) == unclear("no-buyer")


@pytest.mark.parametrize(
    ("decision", "expected"),
    [("cannot-tell", "cannot-tell"), ("does-not-apply", "does-not-apply"), ("applies", "applies")],
)
def test_one_flag_switches_health_procurement(decision: str, expected: str) -> None:
    """Section 1(16)(b) may be settled one day: then one word of data changes."""
    found = procurement(published(release(tender=PSR)))
    decided = decide(found, authority=None, is_register_body=False, rules=with_health(decision))
    assert decided.decision.value == expected


def test_the_registers_class_wins_over_the_notices() -> None:
    """£150,000 is above for a central authority and below for another, whatever the notice calls it."""
    notice = release(kind=SUB_CENTRAL, tender=services(value=pounds(gross=150_000)))
    assert codes(scope(notice)) == no("value-below")
    central = scope(notice, authority=AuthorityClass.CENTRAL, is_register_body=True)
    assert codes(central) == ("applies", ("register-body", "regime", "services", "no-call-off", "value-above"))


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (AuthorityClass.EXCLUDED, "excluded-authority"),
        (AuthorityClass.PRIVATE_UTILITY, "private-utility"),
        (AuthorityClass.PUBLIC_UNDERTAKING, "public-undertaking"),
    ],
)
def test_bodies_of_the_register_that_are_no_authorities(kind: AuthorityClass, code: str) -> None:
    """s.1(15): intelligence services, ARIA; undertakings and utilities but for utilities contracts, which are out."""
    assert codes(scope(release(tender=FLAGGED), authority=kind, is_register_body=True)) == no(code)


def test_a_body_of_the_register_under_devolved_rules_is_a_conflict() -> None:
    """Region is no test: an agency of a department may sit in Swansea, so the claim raises a question."""
    notice = release(devolved="GB-WLS", tender=FLAGGED)
    decided = scope(notice, authority=AuthorityClass.CENTRAL, is_register_body=True)
    assert codes(decided) == unclear("devolved-conflict")


def test_a_department_that_reports_a_procurement_without_a_notice_is_its_authority() -> None:
    """Its own start, category and value suffice; only its class would have to come from a notice or the register."""
    started = event(
        "procurement.started",
        {
            "started_at": "2026-05-01",
            "limb": "c",
            "category": "services",
            "value": {"gross": "300000"},
            "call_off": False,
        },
    )
    assert codes(scope(started)) == (
        "applies",
        ("declared-by-department", "regime", "services", "no-call-off", "value-above"),
    )


def test_the_departments_own_word_settles_a_hint_of_a_framework() -> None:
    """Free text raises the question; the department answers it, either way."""
    hint = release("UK2", tender=services(aboveThreshold=True, description="To be procured via a national framework."))
    for call_off, expected in ((False, "applies"), (True, "does-not-apply")):
        told = event("procurement.started", {"started_at": "2026-08-01", "limb": "a", "call_off": call_off})
        assert scope(hint, told).decision.value == expected


def test_setting_up_a_framework_is_no_call_off() -> None:
    """s.1(1)(b): concluding the framework is itself within the Act."""
    tender = {**FLAGGED, "techniques": {"hasFrameworkAgreement": True, "frameworkAgreement": {"type": "closed"}}}
    assert codes(scope(release(tender=tender))) == APPLIES


def test_a_dynamic_purchasing_system_is_no_framework() -> None:
    """A contract under a dynamic market or purchasing system is not a call-off."""
    details = "Call-off from a dynamic purchasing system"
    notice = release(
        None, basis=None, tags=["award"], tender=services(procurementMethodDetails=details, value=pounds(net=999_999))
    )
    assert scope(notice).decision.value == "applies"


def test_a_flag_above_outlives_a_lower_award() -> None:
    """Procurement Act 2023 Sch 3: the estimate decides, not what it came to."""
    later = release("UK7", id="000002-2026", date="2026-09-01T10:00:00+01:00", contracts=[{"value": pounds(gross=5)}])
    assert codes(scope(release(tender=FLAGGED), later)) == APPLIES


def test_an_estimate_outweighs_a_higher_award() -> None:
    """What is compared is the estimate, wherever one is known."""
    first = release(tender=services(value=pounds(gross=100_000)))
    later = release("UK7", id="2", date="2026-09-01T10:00:00+01:00", contracts=[{"value": pounds(gross=900_000)}])
    assert codes(scope(first, later)) == no("value-below")


def test_below_threshold_says_nothing_on_a_light_touch_contract() -> None:
    """The flag means £663,540 there, and this Act's threshold is far lower."""
    tender = services(specialRegime=["lightTouch"], aboveThreshold=False, value=pounds(gross=300_000))
    assert codes(scope(release(tender=tender)))[1][-1] == "light-touch-above"


def test_contracts_finder_says_above_and_below_in_the_name_of_the_procedure() -> None:
    """It has no flag; a bare name says nothing."""
    expected = {
        "Open procedure (above threshold)": ("applies", "text-above"),
        "Open procedure (below threshold)": ("does-not-apply", "flagged-below"),
        "Open procedure": ("cannot-tell", "no-value"),
    }
    for details, (decision, code) in expected.items():
        decided = scope(release(None, basis=None, kind=None, tender=services(procurementMethodDetails=details)))
        assert (decided.decision.value, decided.reasons[-1].code) == (decision, code)


def test_before_a_start_the_decision_is_provisional() -> None:
    """A planned procurement is judged by the day it is planned for."""
    planned = {**FLAGGED, "communication": {"futureNoticeDate": "2026-12-01T00:00:00Z"}}
    decided = scope(release("UK3", tender=planned))
    assert codes(decided) == APPLIES
    assert decided.provisional


# ── thresholds ────────────────────────────────────────────────────────────────────────────────────────────────────


def at_value(day: date, kind: str, amount: int, *, vat: str) -> tuple[str, str]:
    """An opportunity of a day, valued exactly as its threshold is."""
    value = pounds(gross=amount) if vat == "included" else pounds(net=amount)
    basis = PCR2015 if day < date(2025, 2, 24) else None
    notice = release(
        "UK4" if basis is None else None,
        kind=kind,
        date=f"{day}T12:00:00+00:00",
        tags=["tender"],
        tender=services(value=value, **({"legalBasis": basis} if basis else {})),
    )
    decided = scope(notice)
    return decided.decision.value, decided.reasons[-1].code


BOUNDARIES = [
    (day, kind, figure, vat)
    for first, last, central, sub_central, vat in ROWS
    for day in (first, last)
    for kind, figure in ((CENTRAL, central), (SUB_CENTRAL, sub_central))
    if day > "2013"
]


@pytest.mark.parametrize(("day", "kind", "figure", "vat"), BOUNDARIES)
def test_at_or_above_the_threshold(day: str, kind: str, figure: int, vat: str) -> None:
    """One pound under, exactly, and over, on the first and the last day of each row, for both classes."""
    on = date.fromisoformat(day)
    assert at_value(on, kind, figure - 1, vat=vat) == ("does-not-apply", "value-below")
    assert at_value(on, kind, figure, vat=vat) == ("applies", "value-above")
    assert at_value(on, kind, figure + 1, vat=vat) == ("applies", "value-above")


def test_the_day_before_the_act() -> None:
    """SI 2012/3173: in force on 31 January 2013."""
    first = date(2013, 1, 31)
    assert at_value(first, CENTRAL, 500_000, vat="excluded") == ("applies", "value-above")
    assert at_value(first - timedelta(days=1), CENTRAL, 500_000, vat="excluded") == (
        "does-not-apply",
        "before-the-act",
    )


@pytest.mark.parametrize(
    ("net", "expected"),
    [
        (112_514, "value-below"),
        (112_515, "value-between"),
        (135_017, "value-between"),
        (135_018, "value-above"),
    ],
)
def test_a_net_value_bounds_the_gross_one(net: int, expected: str) -> None:
    """net ≤ gross ≤ 1.2 × net: only where the threshold lies between is it unknown."""
    assert scope(release(tender=services(value=pounds(net=net)))).reasons[-1].code == expected


@pytest.mark.parametrize(
    ("gross", "expected"),
    [(122_975, "value-below"), (122_976, "value-between"), (147_571, "value-between"), (147_572, "value-above")],
)
def test_a_gross_value_bounds_the_net_one(gross: int, expected: str) -> None:
    """Until 2021 the threshold was without VAT."""
    notice = release(
        None, basis=PCR2015, date="2021-06-01T12:00:00Z", tags=["tender"], tender=services(value=pounds(gross=gross))
    )
    assert scope(notice).reasons[-1].code == expected


LIGHT = {"specialRegime": ["lightTouch"]}


@pytest.mark.parametrize(
    ("day", "kind", "net", "expected"),
    [
        # Part B services met the sub-central figure whoever bought them, until 17 April 2016.
        ("2014-06-01", CENTRAL, 172_513, "value-below"),
        ("2014-06-01", CENTRAL, 172_514, "light-touch-above"),
        ("2016-04-17", CENTRAL, 164_175, "value-below"),
        ("2016-04-17", CENTRAL, 164_176, "light-touch-above"),
        ("2016-04-18", CENTRAL, 106_046, "value-below"),
        ("2016-04-18", CENTRAL, 106_047, "light-touch-above"),
        # Net to the end of the regulations of 2015, though other thresholds included VAT from 2022.
        ("2025-02-23", CENTRAL, 139_687, "value-below"),
        ("2025-02-23", CENTRAL, 139_688, "light-touch-above"),
        ("2025-02-23", SUB_CENTRAL, 214_903, "value-below"),
        ("2025-02-23", SUB_CENTRAL, 214_904, "light-touch-above"),
        # With VAT under the Procurement Act 2023.
        ("2025-02-24", CENTRAL, 139_687, "value-between"),
        ("2025-02-24", CENTRAL, 139_688, "light-touch-above"),
    ],
)
def test_light_touch_services_over_the_years(day: str, kind: str, net: int, expected: str) -> None:
    """SI 2015/102, SI 2016/275 and SI 2025/163 each changed how light touch services are measured."""
    old = day < "2025-02-24"
    notice = release(
        None if old else "UK4",
        basis=PCR2015 if old else {"scheme": "UKPGA", "id": "2023/54"},
        kind=kind,
        date=f"{day}T12:00:00Z",
        tags=["tender"],
        tender=services(**LIGHT, value=pounds(net=net)),
    )
    assert scope(notice).reasons[-1].code == expected


def test_a_start_in_december_may_be_measured_by_januarys_row() -> None:
    """SI 2025/1200 reg 3: commencement is the tender notice, though contact before it was the start (s.1(2)(c))."""
    contact = event("procurement.started", {"started_at": "2025-12-15", "limb": "c"})
    notice = release(date="2026-01-05T10:00:00Z", tender=services(value=pounds(gross=137_000)))
    decided = scope(contact, notice)
    assert decided.decision.value == "applies"
    found = procurement(contact, published(notice))
    assert found.start is not None
    assert found.start.moment.day == date(2025, 12, 15)


def test_a_bound_within_one_row_is_as_good_as_a_day() -> None:
    """A value above every row that it may be measured by is above."""
    contracts = [{"dateSigned": "2026-03-01", "value": pounds(gross=139_688)}]
    assert scope(release("UK7", tender=services(), contracts=contracts)).reasons[-1].code == "value-above"


def test_pounds_come_before_other_currencies() -> None:
    """A lot mistyped in dirhams does not hide the total in pounds."""
    tender = services(value=pounds(gross=300_000), lots=[{"value": pounds(gross=300_000, currency="AED")}])
    assert scope(release(tender=tender)).decision.value == "applies"


# ── real notices ──────────────────────────────────────────────────────────────────────────────────────────────────

REAL = {
    "075757-2026": ("applies", "light-touch-above"),
    "076942-2026": ("applies", "light-touch-above"),
    "075845-2026": ("cannot-tell", "contradiction"),
    "065417-2026": ("cannot-tell", "contradiction"),
    "076665-2026": ("does-not-apply", "concession-contract"),
    "065431-2026": ("applies", "flagged-above"),
    "076813-2026": ("cannot-tell", "public-undertaking-claimed"),
    "076874-2026": ("does-not-apply", "devolved"),
    "075784-2026": ("cannot-tell", "no-category"),
    "071453-2026": ("cannot-tell", "no-category"),
    "075543-2026": ("applies", "flagged-above"),
    "076814-2026": ("does-not-apply", "flagged-below"),
    "076680-2026": ("does-not-apply", "goods-contract"),
    "076258-2026": ("applies", "flagged-above"),
    "076507-2026": ("does-not-apply", "goods-contract"),
    "076392-2026": ("cannot-tell", "health-procurement"),
}


def test_named_cases_among_real_notices() -> None:
    """Decided by the notices alone, without the register."""
    events = list(real_events())
    found = {}
    for wanted in REAL:
        subject = next(e.subject for e in events if e.data["id"] == wanted)
        decided = scope(*(e for e in events if e.subject == subject))
        found[wanted] = (decided.decision.value, {reason.code for reason in decided.reasons})
    assert {w: d for w, (d, _) in found.items()} == {w: decision for w, (decision, _) in REAL.items()}
    assert {w for w, (_, code) in REAL.items() if code not in found[w][1]} == set()


def test_a_scottish_class_on_a_body_of_the_register_among_real_notices() -> None:
    """The register knows this buyer, so its Scottish class is a question; its flag decides all the same."""
    events = [e for e in real_events() if e.data["id"] == "076874-2026"]
    decided = scope(*events, authority=AuthorityClass.CENTRAL, is_register_body=True)
    assert codes(decided) == no("flagged-below")


def test_every_real_procurement_is_decided() -> None:
    """A decision for each, and never without a reason."""
    by_subject: dict[str, list[Any]] = {}
    for real in real_events():
        by_subject.setdefault(real.subject, []).append(real)
    decisions: dict[str, int] = {}
    for events in by_subject.values():
        decided = decide(procurement(*events), authority=None, is_register_body=False, rules=load_rules())
        assert decided.reasons
        decisions[decided.decision.value] = decisions.get(decided.decision.value, 0) + 1
    assert set(decisions) == {"applies", "does-not-apply", "cannot-tell"}
    assert OCID not in by_subject
