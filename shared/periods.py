"""Reporting periods: quarters and years of the financial year, which runs from 1 April."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self

PATTERN = r"^20[0-9]{2}-[0-9]{2}(-q[1-4])?$"


@dataclass(frozen=True, order=True, slots=True)
class Period:
    """A financial year (quarter 0) or one of its quarters, written `2026-27` or `2026-27-q2`."""

    year: int
    quarter: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """`2026-27-q2` → Period. Raises ValueError for any other spelling."""
        if not re.fullmatch(PATTERN, text) or int(text[5:7]) != (int(text[:4]) + 1) % 100:
            raise ValueError(f"{text!r} is no period: write 2026-27-q2 for a quarter, 2026-27 for a year")
        return cls(int(text[:4]), int(text[9:] or 0))

    @classmethod
    def of(cls, day: date) -> Self:
        """The quarter a London day lies in."""
        year = day.year if day.month >= 4 else day.year - 1
        return cls(year, (day.month - 4) % 12 // 3 + 1)

    def __str__(self) -> str:
        return f"{self.years}-q{self.quarter}" if self.quarter else self.years

    @property
    def years(self) -> str:
        return f"{self.year}-{(self.year + 1) % 100:02d}"

    @property
    def first_day(self) -> date:
        month = 4 + 3 * (max(self.quarter, 1) - 1)
        return date(self.year + month // 13, (month - 1) % 12 + 1, 1)

    @property
    def last_day(self) -> date:
        return (self.following.first_day if self.quarter else date(self.year + 1, 4, 1)) - timedelta(days=1)

    @property
    def following(self) -> "Period":
        if not self.quarter:
            return Period(self.year + 1, 0)
        return Period(self.year + 1, 1) if self.quarter == 4 else Period(self.year, self.quarter + 1)

    @property
    def preceding(self) -> "Period":
        if not self.quarter:
            return Period(self.year - 1, 0)
        return Period(self.year - 1, 4) if self.quarter == 1 else Period(self.year, self.quarter - 1)

    @property
    def quarters(self) -> tuple["Period", ...]:
        """A quarter itself; the four quarters of a year."""
        return (self,) if self.quarter else tuple(Period(self.year, quarter) for quarter in (1, 2, 3, 4))

    @property
    def title(self) -> str:
        """For people: `Q2 2026 to 2027`."""
        return f"Q{self.quarter} {self.year} to {self.year + 1}" if self.quarter else f"{self.year} to {self.year + 1}"

    @property
    def months(self) -> str:
        """For people: `July to September 2026`."""
        first, last = self.first_day, self.last_day
        if first.year == last.year:
            return f"{first:%B} to {last:%B %Y}"
        return f"{first:%B %Y} to {last:%B %Y}"


def quarters_to(last: Period, count: int) -> list[Period]:
    """The `count` quarters that end with `last`, oldest first."""
    periods = [last]
    while len(periods) < count:
        periods.append(periods[-1].preceding)
    return periods[::-1]
