"""One department's report from its status."""

from datetime import UTC, date, datetime

from services.reporter.figures import figure
from services.reporter.model import Bullet, Decision, Key, Revision
from services.reporter.report import build
from services.reporter.revisions import canonical
from shared.status import Rating
from tests.unit.reporter.examples import (
    ALL_NAMES,
    DWP,
    PUBLISH_AT,
    considered,
    history,
    measures,
    silent,
    status,
)


def test_the_four_numbers_stand_with_change_target_and_unknown() -> None:
    """Consideration, value, consultation, no record: whole values."""
    report = build(status(), history=history(), names=DWP, published_at=PUBLISH_AT)
    assert report.keys == (
        Key(
            id="considered-in-time",
            shown="88%",
            label="of in-scope procurements considered social value before the start",
            number=50,
            of=57,
            percent=88,
            change="up 6 points on Q1 2026 to 2027",
            direction="up",
            target="good from 95%",
            unknown=8,
            unknown_words="8 unknown",
        ),
        Key(
            id="value",
            shown="£135m",
            label="of £178m in scope was considered before the start",
            number=13_500_000_000,
            of=17_755_000_000,
            percent=None,
            change="up £24.3m on Q1 2026 to 2027",
            direction="up",
            target=None,
            unknown=2,
            unknown_words="2 without a value; £1.20m net of VAT kept apart",
        ),
        Key(
            id="consultation",
            shown="82%",
            label="of in-scope procurements decided before the start whether to consult",
            number=47,
            of=57,
            percent=82,
            change="down 2 points on Q1 2026 to 2027",
            direction="down",
            target="good from 90%",
            unknown=10,
            unknown_words="10 unknown",
        ),
        Key(
            id="no-record",
            shown="7",
            label="procurements started with no record of consideration",
            number=7,
            of=67,
            percent=None,
            change="down from 12",
            direction="down",
            target="aim: none",
            unknown=8,
            unknown_words="3 above £10 million",
        ),
    )


def test_the_three_bullets_each_begin_with_their_word() -> None:
    """What improves, what is off track, how good the data is."""
    report = build(status(), history=history(), names=DWP, published_at=PUBLISH_AT)
    assert report.bullets == (
        Bullet(
            word="Improving",
            text="consideration before the start has risen for four quarters running, from 60% to 88%.",
        ),
        Bullet(word="Off track", text="consultation decided before the start is at 82%, below the 90% rated good."),
        Bullet(
            word="Data quality",
            text="8 of 67 procurements in scope are unknown as to consideration; 2 carry no value and are left out of "
            "the £ figures; 6 events came after the cut-off; 1 event contradicts one already recorded; 2 events were "
            "withdrawn.",
        ),
    )


def test_a_first_publication_is_provisional_at_the_time_of_its_round() -> None:
    """Its id names department, period and revision; the next is expected as long after the next quarter's end."""
    report = build(status(), history=[], names=DWP, published_at=PUBLISH_AT)
    assert (report.id, report.revision, report.provisional, report.next_update, report.revisions) == (
        "dwp/2026-27-q2/r1",
        1,
        True,
        datetime(2027, 1, 14, 9, 30, tzinfo=UTC),
        (Revision(revision=1, published_at=PUBLISH_AT, reason=None),),
    )


def test_a_poor_department_needs_a_decision_with_owner_and_date() -> None:
    """One sentence, beginning with the procurement that most needs attention."""
    report = build(status(rating=Rating.POOR), history=[], names=DWP, published_at=PUBLISH_AT)
    assert report.decision == Decision(
        text="Ask the Secretary of State for Work and Pensions for the records of consideration, or a recovery plan, "
        "for the 14 procurements that need attention, beginning with “Jobcentre cleaning and security, north”.",
        owner="Secretary of State for Work and Pensions",
        due=date(2027, 1, 14),
        department="dwp",
        ocid="ocds-h6vhtk-06e0b1",
    )


def test_a_statement_that_is_missing_is_asked_for() -> None:
    """It was due before publication."""
    report = build(status(statement=None), history=[], names=DWP, published_at=PUBLISH_AT)
    assert report.decision is not None
    assert report.decision.text == (
        "Ask the Secretary of State for Work and Pensions for the signed statement, which was due on 9 October 2026."
    )


def test_a_department_on_its_way_needs_no_decision() -> None:
    """Partial, statement signed, not fallen from good."""
    assert build(status(), history=history(), names=DWP, published_at=PUBLISH_AT).decision is None


def test_a_silent_department_is_unknown_and_never_zero() -> None:
    """No number, no figure in the series, and the question why nothing was sent."""
    report = build(silent("ukef"), history=[], names=ALL_NAMES["ukef"], published_at=PUBLISH_AT)
    assert [(key.shown, key.number) for key in report.keys] == [("[x]", None)] * 4
    assert report.series[-1].figures == {}
    assert report.decision is not None
    assert report.decision.text.startswith("Ask the Secretary of State for UK Export Finance why nothing was sent")


def test_below_ten_the_counts_stand_and_the_change_is_the_earlier_counts() -> None:
    """No percentage, and so no percentage points."""
    earlier = status(period="2026-27-q1", main=considered(6, 2, 0, 1))
    report = build(status(main=considered(7, 2, 0, 2)), history=[earlier], names=DWP, published_at=PUBLISH_AT)
    assert (report.keys[0].shown, report.keys[0].percent, report.keys[0].change) == (
        "7 of 9",
        None,
        "6 of 8 the quarter before",
    )


def test_population_is_always_counted_unknown_and_excluded_together() -> None:
    """As the report shows it."""
    report = build(status(), history=[], names=DWP, published_at=PUBLISH_AT)
    main = report.figures["considered-in-time"]
    assert main.population == (main.denominator or 0) + main.unknown + sum(main.excluded.values())


def test_delivery_takes_the_place_of_consultation_where_it_is_measured() -> None:
    """In the numbers and in the series."""
    with_delivery = measures(considered(50, 4, 3, 7), (40, 57)) | {"delivered": considered(63, 37, 0, 0)}
    report = build(status(measures=with_delivery), history=[], names=DWP, published_at=PUBLISH_AT)
    assert (report.keys[2].id, report.keys[2].shown, report.series_measures) == (
        "delivered",
        "63%",
        ("considered-in-time", "delivered"),
    )


def test_what_is_not_measured_is_named() -> None:
    """So that its absence is not taken for a clean record."""
    report = build(status(), history=[], names=DWP, published_at=PUBLISH_AT)
    assert "Commitments delivered" in report.not_measured
    assert "Considered before the start" not in report.not_measured


def test_the_same_input_gives_the_same_bytes() -> None:
    """Also after a round trip through the JSON form, and whatever the order of mappings."""
    first = build(status(), history=history(), names=DWP, published_at=PUBLISH_AT)
    turned = status(measures=dict(reversed(status().measures.items())))
    second = build(turned, history=history(), names=DWP, published_at=PUBLISH_AT)
    assert canonical(first) == canonical(second) == canonical(type(first).model_validate_json(canonical(first)))


def test_a_years_report_speaks_of_years() -> None:
    """Periods of a financial year are compared with the years before."""
    report = build(status(period="2026-27"), history=[], names=DWP, published_at=PUBLISH_AT)
    assert (report.period.word, report.series[0].period, report.bullets[0].text) == (
        "year",
        "2019-20",
        "there is no year before to compare with.",
    )


def test_figures_are_those_of_the_status() -> None:
    """Every measure that the status carries is in the JSON."""
    given = status()
    report = build(given, history=[], names=DWP, published_at=PUBLISH_AT)
    assert report.figures == {name: figure(measure) for name, measure in given.measures.items()}
