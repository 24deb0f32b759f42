"""Whether a status says something new, and what."""

from datetime import UTC, datetime

from services.reporter.model import Change, Report
from services.reporter.overview import overview
from services.reporter.report import build
from services.reporter.revisions import canonical, cause, changes, content, overview_changes, reason
from shared.status import Data, Rating, Status
from tests.unit.reporter.examples import DWP, PUBLISH_AT, considered, status


def published(first: Status) -> Report:
    return build(first, history=[], names=DWP, published_at=PUBLISH_AT)


def data(**more: int) -> Data:
    parts = {"events": 10, "conflicts": 0, "withdrawn": 0, "late": 0, "notices": 5}
    return Data(last_received=PUBLISH_AT, **parts | more)


def test_the_clock_is_no_content() -> None:
    """A version, a heartbeat, a later reception or a closed round changes nothing that is said."""
    first = status()
    later = first.model_copy(
        update={
            "version": 7,
            "data": first.data.model_copy(update={"events": 413, "last_received": datetime(2026, 10, 20, tzinfo=UTC)}),
        }
    )
    assert content(first) == content(later)


def test_a_figure_is_content() -> None:
    """One procurement more considered in time."""
    assert content(status(main=considered(6, 2, 0, 1))) != content(status(main=considered(7, 2, 0, 0)))


def test_a_late_event_is_named_with_new_and_old_value() -> None:
    """Counts rather than percentages, the indicators in their order."""
    before = published(status(main=considered(6, 2, 0, 1), consultation=(8, 8), strands={}))
    found = changes(status(main=considered(7, 2, 0, 1), consultation=(8, 8), strands={}), before)
    assert reason(found, "late event").startswith("late event: considered in time 7 of 9, previously 6 of 8")


def test_changes_hold_old_and_new_values_for_the_log() -> None:
    """A record that came for a procurement counted as unknown."""
    before = published(status(main=considered(50, 4, 3, 8), consultation=(47, 57), strands={}))
    found = changes(status(main=considered(51, 4, 3, 7), consultation=(47, 57), strands={}), before)
    assert found[0] == Change(
        what="Considered in time",
        old="50 of 57",
        new="51 of 58",
        text="Considered in time 51 of 58, previously 50 of 57",
    )
    assert found[1] == Change(
        what="No record of consideration", old="8", new="7", text="No record of consideration 7, previously 8"
    )


def test_a_changed_rating_comes_first() -> None:
    """In the words of ratings."""
    found = changes(status(rating=Rating.GOOD), published(status(rating=Rating.PARTIAL)))
    assert [change.text for change in found] == ["Rating Good, previously Partial"]


def test_a_statement_that_came_late_is_a_change_without_a_figure() -> None:
    """It is named all the same."""
    found = changes(status(), published(status(statement=None)))
    assert reason(found, "late event") == "late event: statement received, previously not received"


def test_what_is_no_figure_still_has_a_reason() -> None:
    """A title, say."""
    found = changes(status(bodies=()), published(status()))
    assert reason(found, "correction") == "correction: details changed, no figure did"


def test_the_cause_is_what_the_counts_tell() -> None:
    """A withdrawal, an event more, or neither."""
    said = [cause(data(withdrawn=1), data()), cause(data(events=11), data()), cause(data(), data())]
    assert said == ["withdrawal", "late event", "correction"]


def test_a_second_revision_keeps_the_first_in_its_log() -> None:
    """Oldest first, itself last, with reason and changes; it is no longer provisional."""
    first = published(status(main=considered(6, 2, 0, 1)))
    at = datetime(2026, 10, 19, 9, 3, tzinfo=UTC)
    found = changes(status(main=considered(7, 2, 0, 0)), first)
    second = build(
        status(main=considered(7, 2, 0, 0)),
        history=[],
        names=DWP,
        published_at=at,
        previous=first,
        reason="why",
        changes=found,
    )
    assert [(r.revision, r.published_at, r.reason) for r in second.revisions] == [(1, PUBLISH_AT, None), (2, at, "why")]
    assert (second.id, second.provisional, second.revisions[1].changes) == ("dwp/2026-27-q2/r2", False, found)
    assert second.series[-1].revised


def test_the_overview_names_the_department_that_changed() -> None:
    """And what of it."""
    before = overview([status(main=considered(6, 2, 0, 1))], histories={}, names={"dwp": DWP}, published_at=PUBLISH_AT)
    found = overview_changes([status(main=considered(7, 2, 0, 1))], {"dwp": "Work and Pensions"}, before)
    assert found[0].text == "Work and Pensions: considered in time 7 of 9, previously 6 of 8"


def test_canonical_json_sorts_its_keys() -> None:
    """So that one value has one spelling."""
    assert canonical(published(status())).startswith(b'{"attention":')
