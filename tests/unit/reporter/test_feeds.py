"""Feeds and calendar: stable names, times of publication, changes that programs notice."""

from datetime import timedelta
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from services.reporter import feeds, rounds
from services.reporter.shelf import Entry, Planned
from tests.unit.reporter.examples import PUBLISH_AT
from tests.unit.reporter.test_site import issue

ATOM = "{http://www.w3.org/2005/Atom}"
BASE = "https://reports.example"


def feed(title: str = "Reports") -> ElementTree.Element:
    issues = [issue(revision=2), issue("overview")]
    content = feeds.atom(issues, path="/feed.atom", title=title, base=BASE, sample=False)
    return ElementTree.fromstring(content)  # noqa: S314 - we have just written it


def test_an_entry_is_named_by_a_tag_and_dated_by_its_publication() -> None:
    """The id is no address; the link is of the immutable revision; newest first."""
    entries = feed().findall(f"{ATOM}entry")
    assert [entry.findtext(f"{ATOM}id") for entry in entries] == [
        "tag:social-value.gov.uk,2026:report/dwp/2026-27-q2/r2",
        "tag:social-value.gov.uk,2026:report/overview/2026-27-q2/r1",
    ]
    assert [entry.findtext(f"{ATOM}updated") for entry in entries] == ["2026-10-14T08:30:00+00:00"] * 2
    link = entries[0].find(f"{ATOM}link")
    assert link is not None
    assert link.attrib["href"] == f"{BASE}/departments/dwp/2026-27-q2/r2"
    assert entries[0].findtext(f"{ATOM}summary") == "Revision 2: late event: considered in time 7 of 9"


def test_the_feed_is_as_new_as_its_newest_entry_and_without_the_clock() -> None:
    """The same shelf gives the same bytes; an empty feed is a feed."""
    assert feed().findtext(f"{ATOM}updated") == "2026-10-14T08:30:00+00:00"
    made = [feeds.atom([issue()], path="/feed.atom", title="T", base=BASE, sample=False) for _ in range(2)]
    assert made[0] == made[1]
    assert feeds.atom([], path="/feed.atom", title="T", base=BASE, sample=True).startswith(b"<?xml")


@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=40))
def test_any_title_is_well_formed(title: str) -> None:
    """Whatever script or control character."""
    assert feed(title).findtext(f"{ATOM}title", "").split() == feeds.printable(title).split()


def entry(**more: object) -> Entry:
    parts = {"period": "2026-27-q2", "at": PUBLISH_AT, "state": "confirmed", "sequence": 2, "changed_at": PUBLISH_AT}
    return Entry(**parts | more)  # type: ignore[arg-type]


def test_a_release_is_an_event_of_a_calendar() -> None:
    """A stable name, its sequence, its time in UTC; CRLF, and no line longer than 75 bytes."""
    content = feeds.calendar([entry(), entry(period="2026-27-q3", state="cancelled")], base=BASE, sample=True)
    events = Calendar.from_ical(content).walk("VEVENT")
    assert [(str(e["uid"]), str(e["sequence"]), str(e["status"])) for e in events] == [
        ("2026-27-q2@social-value.gov.uk", "2", "CONFIRMED"),
        ("2026-27-q3@social-value.gov.uk", "2", "CANCELLED"),
    ]
    assert b"DTSTART:20261014T083000Z\r\n" in content
    assert content.count(b"\n") == content.count(b"\r\n")
    assert max(len(line) for line in content.split(b"\r\n")) <= 75


def planned(at: object = PUBLISH_AT) -> list[Planned]:
    return [Planned("2026-27-q2", at, None, False)]  # type: ignore[arg-type]


def test_the_sequence_rises_with_every_change_and_only_then() -> None:
    """New, the same, moved, gone and back again."""
    now = PUBLISH_AT - timedelta(days=3)
    first = rounds.calendar({}, planned(), now)
    assert [(e.period, e.state, e.sequence) for e in first] == [
        ("2026-27-q2", "confirmed", 0),
        ("2026-27-q3", "provisional", 0),
    ]
    known = {e.period: e for e in first}
    assert rounds.calendar(known, planned(), now + timedelta(days=1)) == []
    moved = {e.period: e for e in rounds.calendar(known, planned(PUBLISH_AT + timedelta(days=1)), now)}
    assert {period: e.sequence for period, e in moved.items()} == {"2026-27-q2": 1, "2026-27-q3": 1}
    gone = rounds.calendar(moved, [], now)
    assert [(e.state, e.sequence) for e in gone] == [("cancelled", 2)] * 2
    assert rounds.calendar({e.period: e for e in gone}, [], now) == []
    again = rounds.calendar({e.period: e for e in gone}, planned(), now)
    assert [(e.state, e.sequence) for e in again] == [("confirmed", 3), ("provisional", 3)]
