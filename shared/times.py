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


FIRST_YEAR, LAST_YEAR = 2001, 2098
"""Before these and after them no event of ours happened, and no period of ours can be written."""


def is_plausible(moment: datetime) -> bool:
    return FIRST_YEAR <= moment.year <= LAST_YEAR


def text(moment: datetime) -> str:
    """UTC datetime → RFC 3339 text of fixed width, so that text sorts as time does."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def london_day(moment: datetime) -> date:
    """The calendar day in London, by which the Act's dates and the quarters are reckoned."""
    return moment.astimezone(LONDON).date()


def start_of_day(day: date) -> datetime:
    """The first instant of a London day, in UTC."""
    return datetime.combine(day, time.min, LONDON).astimezone(UTC)
