"""Central government beside other sectors."""

from datetime import timedelta

from services.reporter import overview_tables, rendering
from services.reporter.overview import overview
from services.reporter.publication import OVERVIEW, Due, Issued, Mark, drafts, due
from services.reporter.sectors import comparators
from shared.departments import load_register
from shared.periods import Period
from shared.status import Data, PreviousMethod, Rating, Status
from tests.unit.reporter.examples import ALL_NAMES, PERIOD, PUBLISH_AT, considered, government, status
from tests.unit.reporter.test_rendering import Page

REGISTER = load_register()


def sector(code: str, before: int, late: int, unknown: int, *, events: int = 0, period: str = PERIOD) -> Status:
    data = Data(events=events, last_received=None, conflicts=0, withdrawn=0, late=0, notices=unknown)
    found = status("dwp", period, main=considered(before, late, 0, unknown), statement=None, data=data)
    return found.model_copy(update={"department": code})


def build(*sectors: Status):  # type: ignore[no-untyped-def]
    now, before = government()
    return overview(now, histories=before, names=ALL_NAMES, published_at=PUBLISH_AT, comparators=sectors)


COUNCILS, HEALTH = sector("local-authority", 6, 1, 4, events=9), sector("health", 0, 0, 31)


def test_sectors_stand_beside_and_change_nothing_else() -> None:
    """No rank, no total, no decision: all of the overview but the comparators is as without them."""
    assert build(COUNCILS, HEALTH).model_copy(update={"comparators": ()}) == build()
    assert build().comparators == ()


def test_central_government_comes_first_and_is_the_departments_added() -> None:
    """Then the sectors that are known, in one order."""
    now, _ = government()
    found = comparators(now, [HEALTH, COUNCILS, status("dwp")])
    assert [c.id for c in found] == ["central-government", "local-authority", "health"]
    main = found[0].figures["considered-in-time"]
    assert main == build().figures["considered-in-time"]


def test_counts_under_ten_have_no_percentage_and_the_unknown_has_a_column() -> None:
    """Nothing considered on record is not available; it is no zero."""
    table = overview_tables.comparators(build(COUNCILS, HEALTH))
    rows = [[cell["text"] if "text" in cell else cell["html"].striptags() for cell in row] for row in table.rows]
    assert [(row[0], row[3], row[4], row[6]) for row in rows[1:]] == [
        ("Local authorities", "6 of 7", "4", "Notices and 9 events"),
        ("Health bodies", "[x]", "31", "Published notices alone"),
    ]


def test_the_page_says_what_the_comparison_can_tell() -> None:
    """And the departments' table holds no sector."""
    page = Page(rendering.overview_html(build(COUNCILS, HEALTH), stylesheet="/assets/app.css"))
    assert "comes from published notices alone" in page.text
    assert [row[0] for row in page.table("beside other sectors")[1:]] == [
        "Central government",
        "Local authorities",
        "Health bodies",
    ]
    assert "Health bodies" not in [row[0] for row in page.table("worst first")]


def whole(*sectors: Status, issued: dict[str, Issued] | None = None):  # type: ignore[no-untyped-def]
    departments = [
        status("dwp").model_copy(update={"department": d.code, "office_holder": None})
        for d in REGISTER.answerable(Period.parse(PERIOD).last_day)
    ]
    return drafts(
        Due(PERIOD, "", PUBLISH_AT), [*departments, *sectors], issued=issued or {}, revised={}, register=REGISTER,
        now=PUBLISH_AT, sample=False,
    )  # fmt: skip


def test_a_sectors_earlier_periods_are_no_part_of_governments() -> None:
    """The change on the quarter before is of departments alone."""
    earlier = sector("health", 90, 0, 0, period="2026-27-q1")
    first = next(d.document for d in whole(HEALTH) if d.code == OVERVIEW)
    second = next(d.document for d in whole(HEALTH, earlier) if d.code == OVERVIEW)
    assert first == second


def test_a_sectors_change_revises_the_overview_alone_and_says_so() -> None:
    """In the words of the sector."""
    first = {d.code: Issued(d.document, d.content_sha256) for d in whole(HEALTH)}
    made = whole(sector("health", 2, 0, 29), issued=first)
    assert [d.code for d in made] == [OVERVIEW]
    reason = made[0].document.revisions[-1].reason
    assert reason is not None
    assert reason.startswith("correction: Health bodies: considered in time 2 of 2, previously")


def test_a_period_waits_for_no_sector_but_lets_one_settle() -> None:
    """A sector without a round does not hold the period back; one that has just changed does."""
    at = PUBLISH_AT - timedelta(hours=1)
    codes = [d.code for d in REGISTER.answerable(Period.parse(PERIOD).last_day)]
    marks = [Mark(code, PERIOD, 1, PUBLISH_AT, at) for code in codes]

    def found(*more: Mark) -> int:
        return len(due([*marks, *more], considered={}, register=REGISTER, now=PUBLISH_AT, settle=timedelta(seconds=2)))

    assert found() == 1
    assert found(Mark("health", PERIOD, 1, None, at)) == 1
    assert found(Mark("health", PERIOD, 1, None, PUBLISH_AT)) == 0


def test_what_the_method_before_would_have_said_stands_on_both_pages() -> None:
    """With a made-up earlier method."""
    was = PreviousMethod(method=1, rating=Rating.POOR, reason="50 of 57 considered before the start")
    now, before = government()
    now = [s.model_copy(update={"method": 2, "previous_method": was}) if s.department == "dwp" else s for s in now]
    said = overview(now, histories=before, names=ALL_NAMES, published_at=PUBLISH_AT)
    text = Page(rendering.overview_html(said, stylesheet="/assets/app.css")).text
    assert "The method has changed: Work and Pensions would have been poor under method version 1." in text
