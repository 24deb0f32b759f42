"""Policy, contracts, suppliers, plans and cases in the department's report."""

from typing import Any

from services.reporter import capability_tables, contract_tables, rendering
from services.reporter.model import Report
from services.reporter.report import build
from services.reporter.tables import Table
from shared.status import Capability, GroupRating, Measure, PreviousMethod, Rating, Strategy
from tests.unit.reporter.examples import DWP, PUBLISH_AT, capability, status
from tests.unit.reporter.test_rendering import Page


def measure(**answers: int) -> Measure:
    return Measure(population=sum(answers.values()), answers={k.replace("_", "-"): n for k, n in answers.items()})


DELIVERED = Measure(
    population=12,
    numerator=8,
    denominator=11,
    unknown=1,
    answers={
        "delivered": 8,
        "short": 3,
        "unreported": 1,
        "kpi-good": 5,
        "kpi-inadequate": 1,
        "older-than-12-months": 2,
    },
)


def report(**measures: Measure) -> Report:
    named = {key.replace("_", "-"): found for key, found in measures.items()}
    return build(status(measures=status().measures | named), history=[], names=DWP, published_at=PUBLISH_AT)


def cells(table: Table | None) -> list[list[Any]]:
    assert table is not None
    return [[cell.get("text") or str(cell["html"].striptags()) for cell in row] for row in table.rows]


def test_the_weight_is_counted_by_answer_with_what_is_unknown_and_excluded() -> None:
    """In the catalogue's words and order; the last row is all, with its evidence."""
    said = report(weight=measure(not_stated=3, at_minimum=5, direct_award=1, below_minimum=2))
    table = contract_tables.weight(said)
    assert cells(table) == [
        ["At or above the minimum", "5"],
        ["Below the minimum", "2"],
        ["Weight not stated", "3"],
        ["Direct award", "1"],
        ["All tenders covered", "11"],
    ]
    assert table is not None
    assert "/departments/dwp/2026-27-q2/evidence/weight" in table.rows[-1][0]["html"]


def test_indicators_of_contracts_are_apart_from_commitments() -> None:
    """In the five words of the regulations; the stale are among them, not one more."""
    said = report(delivered=DELIVERED)
    assert cells(contract_tables.delivered(said)) == [
        ["Delivered in full", "8"],
        ["Less than was due", "3"],
        ["Due and not reported", "1"],
        ["All commitments due", "12"],
    ]
    assert cells(contract_tables.kpis(said)) == [
        ["Good", "5"],
        ["Approaching target", "0"],
        ["Requires improvement", "0"],
        ["Inadequate", "1"],
        ["Other", "0"],
        ["Among them: last assessed more than 12 months before", "2"],
    ]


def test_outcomes_are_counted_by_framework_and_never_merged() -> None:
    """Those without a code last."""
    found = Measure(population=6, unknown=1, answers={"no-code": 1, "PPN0620:MAC 2.2": 2, "PPN002:outcome-2": 3})
    assert cells(contract_tables.outcomes(report(outcome_mix=found))) == [
        ["PPN 002", "outcome-2", "3"],
        ["PPN 06/20", "MAC 2.2", "2"],
        ["Not given", "No outcome code", "1"],
    ]


def test_social_enterprises_are_among_the_suppliers_and_not_beside_them() -> None:
    """A kind, not a size."""
    found = Measure(
        population=4, numerator=2, denominator=3, unknown=1, answers={"sme": 2, "large": 1, "not-stated": 1, "vcse": 1}
    )
    assert cells(contract_tables.suppliers(report(supplier_reach=found))) == [
        ["Small or medium-sized enterprise", "2"],
        ["Larger supplier", "1"],
        ["Size not stated", "1"],
        ["All contracts awarded", "4"],
        ["Among them: voluntary, community or social enterprise", "1"],
    ]


def test_nothing_on_record_is_no_table_of_zeros() -> None:
    """The page says in words that nothing is on record."""
    said = report()
    tables = (contract_tables.weight, contract_tables.outcomes, contract_tables.kpis, contract_tables.challenge)
    assert [table(said) for table in tables] == [None] * 4
    text = Page(rendering.report_html(said, stylesheet="/assets/app.css")).text
    assert "No tender under a policy on social value is on record for this quarter." in text
    assert "No case and no spot check is on record for this quarter." in text


def test_cases_are_counts_with_the_rating_of_the_service_standard() -> None:
    """Never a percentage."""
    found = Measure(population=3, unknown=1, answers={"open": 1, "closed-upheld": 1, "spot-check-passed": 1})
    group = GroupRating(group="E", rating=Rating.PARTIAL, reason="2 cases; 1 outside the service standard")
    said = build(
        status(measures=status().measures | {"challenge": found}, groups=(group,)),
        history=[], names=DWP, published_at=PUBLISH_AT,
    )  # fmt: skip
    assert cells(contract_tables.challenge(said)) == [
        ["Cases still open at its end", "1"],
        ["Cases closed: upheld", "1"],
        ["Spot checks passed", "1"],
    ]
    assert "1 outside the service standard." in Page(rendering.report_html(said, stylesheet="/assets/app.css")).text


def test_every_programme_and_every_barrier_has_its_row() -> None:
    """A programme that nobody reported is not available; a barrier was reported so many times, none included."""
    said = report()
    assert cells(capability_tables.training(said)) == [
        ["Commissioning Academy", "46", "31"],
        ["Commercial masterclass", "18", "18"],
        ["Public Service Transformation Network", "[x]", "[x]"],
        ["Inspiring Impact", "[x]", "[x]"],
        ["Social value training", "[x]", "[x]"],
    ]
    assert [row[1] for row in cells(capability_tables.barriers(said))] == ["0", "3", "0", "5"]


def test_a_strategy_without_one_of_its_parts_is_said_to_lack_it() -> None:
    """Both parts make it complete; no strategy lacks nothing."""
    whole = capability().strategy
    assert whole is not None
    parts: list[dict[str, Any]] = [
        {},
        {"priorities": ()},
        {"how_teams_apply": None},
        {"priorities": (), "how_teams_apply": None},
    ]
    found = [capability_tables.missing(Capability(strategy=Strategy(**dict(whole) | part))) for part in parts]
    how = "how commissioning teams should go about applying them"
    assert found == [[], ["explicit priorities"], [how], ["explicit priorities", how]]
    assert capability_tables.missing(Capability()) == []


def test_the_report_says_what_the_method_before_would_have_said() -> None:
    """With a made-up earlier method; nothing where there was none."""
    was = PreviousMethod(method=1, rating=Rating.GOOD, reason="everything considered")
    pages = [
        Page(
            rendering.report_html(
                build(status(method=2, previous_method=method), history=[], names=DWP, published_at=PUBLISH_AT),
                stylesheet="/assets/app.css",
            )
        ).text
        for method in (was, None)
    ]
    words = "It would have been good under the previous method (version 1): Everything considered."
    assert [words in page for page in pages] == [True, False]
    assert "would have been" not in pages[1]
