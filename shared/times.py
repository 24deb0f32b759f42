"""Moments as the rest of the system compares them: UTC, microseconds (PostgreSQL's timestamptz keeps no more)."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")


def parse(text: str) -> datetime:
    """RFC 3339 text → UTC datetime. Raises ValueError when it is no time or has no offset."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} has no offset from UTC")
    return moment.astimezone(UTC)


def text(moment: datetime) -> str:
    """UTC datetime → RFC 3339 text of fixed width, so that text sorts as time does."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def london_day(moment: datetime) -> date:
    """The calendar day in London, by which the Act's dates and the quarters are reckoned."""
    return moment.astimezone(LONDON).date()


def start_of_day(day: date) -> datetime:
    """The first instant of a London day, in UTC."""
    return datetime.combine(day, time.min, LONDON).astimezone(UTC)
