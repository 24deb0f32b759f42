"""The calendar of publications: when a period is published, and when the next one is expected. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from services.reporter.model import PeriodWords
from services.reporter.shelf import Entry, Planned
from shared.periods import Period
from shared.status import Round, Status
from shared.times import LONDON, london_day


def publish_at(statuses: Iterable[Status]) -> datetime | None:
    """The moment the period's round sets. None while any of the statuses does not know of the round yet.

    A moved date reaches the statuses one after the other: until all say the same, the latest stands.
    """
    rounds = [status.round for status in statuses]
    known: list[Round] = [round for round in rounds if round is not None]
    return max((round.publish_at for round in known), default=None) if len(known) == len(rounds) else None


def expected(period: Period, published: datetime) -> datetime:
    """When the following period's report may be expected: as long after its end, and at the same hour in London.

    A provisional date, until the round of that period is opened.
    """
    following = period.following.last_day
    after = london_day(published) - period.last_day
    hour = published.astimezone(LONDON).time()
    return datetime.combine(following + max(after, timedelta(days=1)), hour, LONDON).astimezone(published.tzinfo)


def words(period: Period) -> PeriodWords:
    return PeriodWords(
        key=str(period),
        title=period.title,
        months=period.months,
        first_day=period.first_day,
        last_day=period.last_day,
        word="quarter" if period.quarter else "year",
    )


@dataclass(frozen=True, slots=True)
class Release:
    """One line of the release calendar."""

    period: PeriodWords
    at: datetime
    state: Literal["Published", "Waiting for data", "Confirmed", "Provisional", "Cancelled"]


def releases(planned: Iterable[Planned], now: datetime) -> list[Release]:
    """The calendar, latest first: what is announced, and the quarter after it with the date that may be expected."""
    found = []
    for item in planned:
        ahead: Literal["Confirmed", "Waiting for data"] = "Confirmed" if item.publish_at > now else "Waiting for data"
        found.append(
            Release(words(Period.parse(item.period)), item.publish_at, "Published" if item.published else ahead)
        )
    quarters = [release for release in found if release.period.word == "quarter"]
    if quarters:
        last = max(quarters, key=lambda release: release.period.last_day)
        period = Period.parse(last.period.key)
        found.append(Release(words(period.following), expected(period, last.at), "Provisional"))
    return sorted(found, key=lambda release: (release.at, release.period.key), reverse=True)


def cancelled(entries: Iterable[Entry]) -> list[Release]:
    """What was announced and is not to come."""
    gone = (entry for entry in entries if entry.state == "cancelled")
    return [Release(words(Period.parse(entry.period)), entry.at, "Cancelled") for entry in gone]


def calendar(known: Mapping[str, Entry], planned: Iterable[Planned], now: datetime) -> list[Entry]:
    """The entries of the calendar that have to be written: what is new, and with a higher sequence what has changed.

    A date that was announced and is there no more is cancelled.
    """
    said = list(planned)
    wanted = {release.period.key: release for release in releases(said, now)}
    found = []
    for period, release in sorted(wanted.items()):
        state = "provisional" if release.state == "Provisional" else "confirmed"
        entry = known.get(period)
        if entry is None or (entry.at, entry.state) != (release.at, state):
            found.append(Entry(period, release.at, state, entry.sequence + 1 if entry else 0, now))
    for period, entry in sorted(known.items()):
        if period not in wanted and entry.state != "cancelled":
            found.append(Entry(period, entry.at, "cancelled", entry.sequence + 1, now))
    return found
