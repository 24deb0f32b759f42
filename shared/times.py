"""Moments as the rest of the system compares them: UTC, microseconds (PostgreSQL's timestamptz keeps no more)."""

import re
from datetime import UTC, date, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
INSTANT = re.compile(rf"{DAY.pattern}[Tt][0-9]{{2}}:[0-9]{{2}}:[0-9]{{2}}(\.[0-9]+)?([Zz]|[+-][0-9]{{2}}:[0-9]{{2}})")
"""RFC 3339. Python by itself also reads weeks, basic format and times without seconds; pydantic, seconds since 1970."""


@lru_cache(maxsize=20_000)  # one event's facts all speak of a few moments
def parse(text: str) -> datetime:
    """RFC 3339 text → UTC datetime. Raises ValueError when it is no time, or has no offset."""
    if not INSTANT.fullmatch(text):
        raise ValueError(f"{text!r} is no RFC 3339 time with an offset from UTC")
    try:
        return datetime.fromisoformat(text.upper()).astimezone(UTC)
    except OverflowError:  # before the year 1 or after 9999 in UTC
        raise ValueError(f"{text!r} is no time that can be") from None


FIRST_YEAR, LAST_YEAR = 2001, 2098
"""Before these and after them no event of ours happened, and no period of ours can be written."""


def is_plausible(moment: datetime) -> bool:
    return FIRST_YEAR <= moment.year <= LAST_YEAR


def text(moment: datetime) -> str:
    """UTC datetime → RFC 3339 text of fixed width, so that text sorts as time does."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")[:26] + "Z"


def london_day(moment: datetime) -> date:
    """The calendar day in London, by which the Act's dates and the quarters are reckoned."""
    return moment.astimezone(LONDON).date()


def start_of_day(day: date) -> datetime:
    """The first instant of a London day, in UTC."""
    return datetime.combine(day, time.min, LONDON).astimezone(UTC)
