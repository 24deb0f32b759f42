"""All departments on one page."""

from services.reporter.overview import overview
from shared.status import Measure, Rating
from tests.unit.reporter.examples import ALL_NAMES, PUBLISH_AT, government, status


def build(**more: object):  # type: ignore[no-untyped-def]
    now, before = government()
    return overview(now, histories=before, names=ALL_NAMES, published_at=PUBLISH_AT, **more)  # type: ignore[arg-type]


def test_the_headline_is_the_finding() -> None:
    """Counted by rating; not enough data is neither good nor poor."""
    said = build()
    assert said.headline == "3 of 13 departments are rated good on the Act; 4 are poor and 1 cannot be rated"
    assert said.movement == "3 improved, 1 declined, 7 unchanged, 2 not comparable."


def test_the_worst_stand_first_and_ties_are_by_name() -> None:
    """Poor, not enough data, partial, good."""
    assert [(row.rating.value, row.label) for row in build().standings] == [
        ("poor", "Home Office"),
        ("poor", "Justice"),
        ("poor", "UK Export Finance"),
        ("poor", "Wales Office"),
        ("not-enough-data", "Housing, Communities and Local Government"),
        ("partial", "Defence"),
        ("partial", "Education"),
        ("partial", "Environment, Food and Rural Affairs"),
        ("partial", "Transport"),
        ("partial", "Work and Pensions"),
        ("good", "Business, Innovation, Science and Trade"),
        ("good", "Health and Social Care"),
        ("good", "HM Treasury"),
    ]


def test_at_most_three_decisions_those_of_the_worst_first() -> None:
    """Of the poor ones, those with most procurements without a record."""
    assert [decision.department for decision in build().decisions] == ["moj", "ho", "ukef"]


def test_silent_departments_stand_there_with_their_last_day() -> None:
    """As does one that has never sent anything."""
    said = {row.department.code: row.data for row in build().standings if row.silent}
    assert said == {"ukef": "No data since 3 May 2026", "wales-office": "No data yet"}


def test_movement_of_a_rating_is_said_in_words() -> None:
    """To and from not enough data is neither better nor worse."""
    said = {row.department.code: (row.direction, row.change) for row in build().standings}
    assert [said[code] for code in ("moj", "dhsc", "dwp", "mhclg", "ho", "wales-office")] == [
        ("down", "was partial"),
        ("up", "was partial"),
        ("same", "no change"),
        ("none", "was partial"),
        ("same", "poor for 8 quarters"),
        ("none", "no quarter before"),
    ]


def test_the_governments_figures_are_the_departments_added() -> None:
    """Numerator, denominator and unknown of the whole."""
    now, _ = government()
    main = build().figures["considered-in-time"]
    mains = [s.measures["considered-in-time"] for s in now]
    assert (main.numerator, main.denominator, main.unknown) == (
        sum(m.numerator or 0 for m in mains),
        sum(m.denominator or 0 for m in mains),
        sum(m.unknown for m in mains),
    )


def test_what_no_department_claims_is_counted_apart() -> None:
    """It is no row of the table."""
    lost = status("dwp").model_copy(
        update={"department": "unattributed", "measures": {"in-scope": Measure(population=9)}}
    )
    said = build(unattributed=lost)
    assert (said.unattributed, len(said.standings)) == (9, 13)


def test_late_statements_are_named() -> None:
    """Not received, and received after the day they were due."""
    said = build()
    assert said.statements_missing == ("ho", "ukef", "wales-office", "defra")
    assert {row.department.code: row.statement for row in said.standings}["dwp"] == "3 days late"


def test_when_nobody_can_be_rated_the_headline_says_so() -> None:
    """And claims nothing about the duty."""
    unrated = [status("dwp", rating=Rating.NOT_ENOUGH_DATA)]
    said = overview(unrated, histories={}, names=ALL_NAMES, published_at=PUBLISH_AT)
    assert said.headline == "No department sent enough data to be rated"
