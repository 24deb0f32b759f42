"""As reported then, and as mapped now."""

from datetime import date

from services.reporter import mapping, succession
from services.reporter.mapping import belonging, combined, mapped, portion, portion_of
from services.reporter.model import Quarter, Report, Successor
from services.reporter.publication import Due, drafts
from services.reporter.report import Before, build
from shared.departments import Mark, load_register
from shared.periods import Period
from shared.status import Rating, Status
from tests.unit.reporter.examples import ALL_NAMES, PUBLISH_AT, considered, names, silent, status

TODAY = date(2026, 11, 24)
REGISTER = load_register()
DBT, DSIT = names("dbt", "Department for Business and Trade"), names("dsit", "Department for Science")
ALL_NAMES = ALL_NAMES | {"dbt": DBT, "dsit": DSIT}


def small(
    code: str, period: str, before: int, late: int, unknown: int = 0, *, rating: Rating = Rating.PARTIAL
) -> Status:
    found = status("dwp", period, main=considered(before, late, 0, unknown), rating=rating)
    return found.model_copy(update={"department": code})


def test_a_department_belongs_to_the_one_that_answers_for_most_of_its_work_on_the_day() -> None:
    """Before the change to itself; sectors and what is unattributed to nobody."""
    codes = ["dsit", "dbt", "dcms", "unattributed", "health"]
    now = belonging(codes, "bist", register=REGISTER, on=TODAY)
    then = belonging(codes, "dsit", register=REGISTER, on=date(2026, 7, 21))
    assert (now, then) == (["dbt", "dsit"], ["dsit"])


def test_counts_are_added_and_percentages_taken_anew() -> None:
    """Seven of nine and two of three are nine of twelve, though neither alone has a percentage."""
    one, other = (
        portion(small(c, "2026-27-q1", *n), names(c, c)) for c, n in (("dbt", (7, 2, 1)), ("dsit", (2, 1, 4)))
    )
    main = combined([one.figures, other.figures])["considered-in-time"]
    assert [p.figures["considered-in-time"].percent for p in (one, other)] == [None, None]
    assert (main.numerator, main.denominator, main.percent, main.unknown) == (9, 12, 75, 5)


def test_ratings_are_never_added_and_capability_neither() -> None:
    """The whole is not rated, whatever its parts were; each part keeps its own."""
    parts = [
        portion(small("dbt", "2026-27-q1", 20, 0, rating=Rating.GOOD), DBT),
        portion(small("dsit", "2026-27-q1", 1, 20, rating=Rating.POOR), DSIT),
    ]
    found = mapped(ALL_NAMES["bist"], parts, period=Period.parse("2026-27-q1"), on=TODAY, sample=True)
    assert found.rating == "not rated: combined figures"
    assert [(p.department.code, p.rating) for p in found.portions] == [("dbt", Rating.GOOD), ("dsit", Rating.POOR)]
    assert "capability" in parts[0].figures
    assert "capability" not in found.figures
    assert found.strands["social"].population == sum(p.strands["social"].population for p in parts)


def test_a_part_of_which_nothing_was_received_is_named() -> None:
    """It is unknown, not zero."""
    gone = silent("ukef", "2026-27-q1")
    parts = [portion(small("dbt", "2026-27-q1", 20, 0), DBT), portion(gone, DSIT)]
    found = mapped(ALL_NAMES["bist"], parts, period=Period.parse("2026-27-q1"), on=TODAY, sample=False)
    assert found.silent == ("Department for Science",)


def test_a_report_gives_the_portion_that_its_status_gives() -> None:
    """So that the page shows the numbers of the reports it links to."""
    said = build(status(), history=[], names=ALL_NAMES["dwp"], published_at=PUBLISH_AT)
    assert portion_of(said) == portion(status(), ALL_NAMES["dwp"]).model_copy(update={"report": said.id})


def test_the_history_of_a_new_department_is_that_of_its_predecessors() -> None:
    """Only where it has no status of its own; other departments' and silent ones are left out."""
    earlier = [small("dbt", "2026-27-q1", 7, 2), small("dsit", "2026-27-q1", 2, 1), small("dwp", "2026-27-q1", 9, 9)]
    found = mapping.history(earlier, "bist", register=REGISTER, on=TODAY, without=())
    assert {period: (e.codes, e.figures["considered-in-time"].numerator) for period, e in found.items()} == {
        "2026-27-q1": (("dbt", "dsit"), 9)
    }
    assert mapping.history(earlier, "bist", register=REGISTER, on=TODAY, without={"2026-27-q1"}) == {}


def test_a_predecessor_of_whom_nothing_is_known_is_named_as_missing() -> None:
    """Its part is not counted as none."""
    gone = silent("ukef", "2026-27-q1").model_copy(update={"department": "dsit"})
    found = mapping.history([small("dbt", "2026-27-q1", 7, 2), gone], "bist", register=REGISTER, on=TODAY, without=())[
        "2026-27-q1"
    ]
    assert (found.codes, found.unheard, found.figures["considered-in-time"].numerator) == (("dbt",), ("dsit",), 7)
    said = build(
        status("bist"),
        history=[],
        names=ALL_NAMES["bist"],
        published_at=PUBLISH_AT,
        before={"2026-27-q1": Before((DBT,), found.figures, (DSIT,))},
    )
    assert said.unheard == ("Q1 2026 to 2027: DSIT",)


def with_predecessors() -> Report:
    earlier = [small("dbt", "2026-27-q1", 30, 10), small("dsit", "2026-27-q1", 10, 10)]
    found = mapping.history(earlier, "bist", register=REGISTER, on=TODAY, without=())
    before = {period: Before((DBT, DSIT), earlier.figures) for period, earlier in found.items()}
    return build(
        status("bist", rating=Rating.GOOD), history=[], names=ALL_NAMES["bist"], published_at=PUBLISH_AT, before=before
    )


def test_a_new_departments_series_shows_what_was_before_marked_and_compares_with_none_of_it() -> None:
    """No rating, no rise or fall across the change."""
    said = with_predecessors()
    q1: Quarter = said.series[-2]
    main = q1.figures["considered-in-time"]
    assert (q1.mapped, q1.rating, main.numerator, main.denominator) == (True, None, 40, 60)
    assert (said.series[-1].mapped, said.series[-3].figures) == (False, {})
    assert said.predecessors == (DBT, DSIT)
    assert said.series_headline == "Consideration before the start is at 88%, below the 95% rated good"
    assert said.keys[0].change == "no figure for the quarter before"


def test_a_draft_looks_back_through_the_register() -> None:
    """The real register's BIST in its first quarter; the sectors' history is none of it."""
    period = "2026-27-q2"
    now = [small(d.code, period, 20, 1) for d in REGISTER.answerable(Period.parse(period).last_day)]
    earlier = [small(code, "2026-27-q1", 8, 1) for code in ("dbt", "dsit", "dwp", "health")]
    made = drafts(
        Due(period, "", PUBLISH_AT), [*now, *earlier], issued={}, revised={}, register=REGISTER, now=PUBLISH_AT,
        sample=False,
    )  # fmt: skip
    said = {d.code: d.document for d in made}["bist"]
    assert isinstance(said, Report)
    assert [d.code for d in said.predecessors] == ["dbt", "dsit"]
    assert said.series[-2].figures["considered-in-time"].denominator == 18


def test_who_took_over_is_said_the_largest_part_first() -> None:
    """With what each took, as the register has it."""
    assert succession.successors(REGISTER, "dsit") == (
        Successor(
            code="bist",
            name="Department for Business, Innovation, Science and Trade",
            what="business, innovation and science",
            largest=True,
        ),
        Successor(
            code="dcms",
            name="Department for Digital, Culture, Media and Sport",
            what="digital government, GDS, digital identity, telecoms",
            largest=False,
        ),
        Successor(
            code="cabinet-office", name="Cabinet Office", what="AI policy and the AI Security Institute", largest=False
        ),
    )
    assert succession.successors(REGISTER, "dwp") == ()
    assert (succession.mark(REGISTER, "dsit"), succession.mark(REGISTER, "dwp")) == (Mark.SECONDARY, None)


def test_a_department_has_ended_from_the_day_after_its_last() -> None:
    """Not before."""
    days = [date(2026, 7, 21), date(2026, 7, 22)]
    assert [succession.dissolved(REGISTER, "dsit", on) for on in days] == [None, date(2026, 7, 22)]
