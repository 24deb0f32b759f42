"""When a period's round is opened, its returns are due and its reports come out. One rule, and pure.

Quarters: opened a fortnight before the end, due a fortnight after it, published six days later. Years: opened at the
end, due six weeks and a half after it, published three weeks later. All on working days in England, at 9:30am. The only
bank holidays that these days can meet are Good Friday and Easter Monday.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from shared.periods import Period
from shared.times import LONDON

PUBLICATION = time(9, 30)
OPENING = time(9)


@dataclass(frozen=True, slots=True)
class Plan:
    """Times are of London."""

    opens_at: datetime
    due: date
    publish_at: datetime


def plan(period: Period) -> Plan:
    end = period.last_day
    opens, due, after = (-13, 14, 6) if period.quarter else (1, 45, 21)
    due_on = working_day(end + timedelta(days=due))
    return Plan(
        datetime.combine(working_day(end + timedelta(days=opens)), OPENING, LONDON),
        due_on,
        publication(working_day(due_on + timedelta(days=after))),
    )


def publication(day: date) -> datetime:
    """9:30am in London, summer or winter."""
    return datetime.combine(day, PUBLICATION, LONDON)


def working_day(day: date) -> date:
    """The day itself, or the next one that is no weekend and not Good Friday or Easter Monday."""
    easter = easter_sunday(day.year)
    while day.weekday() > 4 or day in (easter - timedelta(days=2), easter + timedelta(days=1)):
        day += timedelta(days=1)
    return day


def easter_sunday(year: int) -> date:
    """Gregorian, by the method of Meeus, Jones and Butcher."""
    golden, (century, rest) = year % 19, divmod(year, 100)
    moon = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    week = (32 + 2 * (century % 4) + 2 * (rest // 4) - moon - rest % 4) % 7
    late = (golden + 11 * moon + 22 * week) // 451
    month, day = divmod(moon + week - 7 * late + 114, 31)
    return date(year, month, day + 1)


def opened_by_calendar(now: datetime) -> list[Period]:
    """The quarters and years whose round should be open by now and whose publication is still to come, oldest first."""
    quarter = Period.of(now.astimezone(LONDON).date())
    near = [quarter.preceding, quarter, Period(quarter.year - 1, 0), Period(quarter.year, 0)]
    found = [(plan(period), period) for period in near]
    return [
        period for plan_, period in sorted(found, key=lambda f: f[0].due) if plan_.opens_at <= now < plan_.publish_at
    ]
