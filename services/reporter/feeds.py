"""Atom feeds (RFC 4287) and the release calendar (iCalendar, RFC 5545). Pure: what is on the shelf in, bytes out."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from feedgen.feed import FeedGenerator
from icalendar import Calendar, Event

from services.reporter import addresses
from services.reporter.shelf import Entry, Issue
from services.reporter.words import RATING_WORDS, moment
from shared.periods import Period

ATOM = "application/atom+xml"
ICALENDAR = "text/calendar; charset=utf-8"
AUTHORITY = "social-value.gov.uk"
"""Names things in tags (RFC 4151) and calendars; it is no address."""
TITLE = "Social value implementation reports"
_NOT_XML = re.compile("[^\\t\\n\\r\\x20-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")
_NEVER = datetime(2013, 1, 31, tzinfo=UTC)
"""The Act came into force; the date of a feed with nothing in it."""


def atom(issues: Sequence[Issue], *, path: str, title: str, base: str, sample: bool) -> bytes:
    """`issues`: newest first. `base`: where readers reach the pages. An entry's id is a tag and never an address."""
    feed = FeedGenerator()
    feed.id(f"tag:{AUTHORITY},2026:{path}")
    feed.title(printable(f"{title} (sample data: figures are invented)" if sample else title))
    feed.author({"name": TITLE})
    feed.link(href=base + path, rel="self", type=ATOM)
    feed.link(href=base + path.removesuffix("/feed.atom") or base, rel="alternate", type="text/html")
    feed.updated(max((issue.published_at for issue in issues), default=_NEVER))
    feed.generator("")
    for issue in issues:
        entry = feed.add_entry(order="append")
        entry.id(f"tag:{AUTHORITY},2026:report/{issue.id}")
        entry.title(printable(_title(issue)))
        entry.link(href=base + addresses.publication(issue.department, issue.period, issue.revision))
        entry.updated(issue.published_at)
        entry.published(issue.published_at)
        entry.summary(printable(_summary(issue)))
    content: bytes = feed.atom_str(pretty=True)
    return content


def printable(text: str) -> str:
    """Without what XML 1.0 cannot hold; never empty, as a feed asks for titles."""
    return _NOT_XML.sub("", text) or "–"


def _title(issue: Issue) -> str:
    period = Period.parse(issue.period).title
    if issue.rating is None:
        return f"Overview, {period}: {issue.title}"
    return f"{issue.title}, {period}: {RATING_WORDS[issue.rating].lower()}"


def _summary(issue: Issue) -> str:
    return f"Revision {issue.revision}: {issue.reason}" if issue.reason else f"Published {moment(issue.published_at)}"


def calendar(entries: Sequence[Entry], *, base: str, sample: bool) -> bytes:
    """A provisional date is tentative. What is cancelled stays, and says so."""
    found = Calendar()
    found.add("prodid", f"-//{AUTHORITY}//releases//EN")
    found.add("version", "2.0")
    found.add("x-wr-calname", f"{TITLE} (sample data)" if sample else TITLE)
    for entry in entries:
        period = Period.parse(entry.period)
        event = Event()
        event.add("uid", f"{entry.period}@{AUTHORITY}")
        event.add("sequence", entry.sequence)
        event.add("dtstamp", entry.changed_at.astimezone(UTC))
        event.add("last-modified", entry.changed_at.astimezone(UTC))
        event.add("dtstart", entry.at.astimezone(UTC))
        event.add("duration", timedelta(minutes=30))
        event.add("summary", f"Social value reports, {period.title} ({period.months}): {entry.state}")
        event.add("status", {"provisional": "TENTATIVE", "confirmed": "CONFIRMED"}.get(entry.state, "CANCELLED"))
        event.add("url", base + addresses.publication("overview", entry.period))
        event.add("transp", "TRANSPARENT")
        found.add_component(event)
    content: bytes = found.to_ical()
    return content
