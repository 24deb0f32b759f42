"""A moment as notices and departments give it: an instant, or only a London day. Between the two, order may be unknown.

In facts it is text: `2026-08-21` for a day, `times.text` for an instant.
"""

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from shared import times

FIRST_YEAR, LAST_YEAR = times.FIRST_YEAR, times.LAST_YEAR
"""The years whose quarters the service can name. A moment outside them is a typing error, hence no fact."""


@dataclass(frozen=True, slots=True)
class Moment:
    """`instant` None: only the day is known."""

    day: date
    instant: datetime | None = None

    @classmethod
    @lru_cache(maxsize=20_000)  # a subject is looked at anew with each event of it, and most of its moments recur
    def of(cls, text: str) -> "Moment":
        """What `day_text` or `moment_text` wrote. Raises ValueError for anything else."""
        if len(text) == 10:
            return cls(date.fromisoformat(text))
        instant = times.parse(text)
        return cls(times.london_day(instant), instant)

    @property
    def earliest(self) -> datetime:
        """The instant, or the first of the day."""
        return self.instant if self.instant is not None else times.start_of_day(self.day)

    def before(self, other: "Moment") -> bool | None:
        """Strictly before? None: the same day, and at least one of the two has no time."""
        if self.instant is not None and other.instant is not None:
            return self.instant < other.instant
        return None if self.day == other.day else self.day < other.day


@lru_cache(maxsize=20_000)
def moment_text(text: str) -> str | None:
    """RFC 3339 text or a day → the text of a fact; None when it is neither, has no offset, or cannot be a real time."""
    try:
        if times.DAY.fullmatch(text):
            day = date.fromisoformat(text)
            return day.isoformat() if FIRST_YEAR <= day.year <= LAST_YEAR else None
        moment = times.parse(text)
    except (ValueError, OverflowError):
        return None
    return times.text(moment) if FIRST_YEAR <= moment.year <= LAST_YEAR else None


def day_text(text: str) -> str | None:
    """The same, cut to the London day: for properties that notices fill with a day at midnight."""
    found = moment_text(text)
    return found if found is None or len(found) == 10 else times.london_day(times.parse(found)).isoformat()
