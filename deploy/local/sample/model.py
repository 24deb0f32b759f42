"""What the sample is made of: drafts of events, the periods that it covers, and its own dice."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Literal

import orjson

from shared.events.catalogue import event_type
from shared.periods import Period, quarters_to
from shared.times import LONDON

Stage = Literal["history", "rounds"]

SEED = 2012
PERIODS = tuple(quarters_to(Period.parse("2026-27-q2"), 8))
FIRST_DAY, LAST_DAY = PERIODS[0].first_day, PERIODS[-1].last_day
LATEST = datetime(2026, 11, 20, 18, tzinfo=LONDON)
"""Nothing in the sample was recorded after this."""

SYSTEMS = {"find-a-tender": "notices", "pm-office": "rounds", "review-team": "casework"}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a file that `sender` sends. "rounds" is to be played after "history"."""

    sender: str
    body: bytes
    stage: Stage


@dataclass(frozen=True, slots=True)
class Draft:
    """An event before it is written. `bare`: its data, an OCDS release, goes without the envelope."""

    sender: str
    event: Mapping[str, Any]
    recorded: datetime
    stage: Stage = "history"
    bare: bool = False

    @property
    def name(self) -> str:
        """The short name of its type: `notice.published`."""
        return str(self.event["type"]).removeprefix("uk.gov.social-value.").removesuffix(".v1")

    @property
    def body(self) -> bytes:
        return orjson.dumps(self.event["data"] if self.bare else self.event)


def dice(seed: int, *names: object) -> random.Random:
    """Dice of their own for each part, so that a change to one part leaves the others as they are."""
    return random.Random("/".join(map(str, (seed, *names))))  # noqa: S311 - the sample must repeat, not be secret


def draft(
    sender: str,
    name: str,
    subject: str,
    when: datetime,
    data: Mapping[str, Any],
    *,
    recorded: datetime,
    key: str = "",
    id: str | None = None,
    stage: Stage = "history",
) -> Draft:
    """`key` tells events of one type and subject apart; an id not given is made of the three and so is stable."""
    event = {
        "specversion": "1.0",
        "id": id or "/".join(part for part in (subject, name, key) if part),
        "source": f"/{sender}/{SYSTEMS.get(sender, 'commercial-system')}",
        "type": event_type(name).type,
        "subject": subject,
        "time": when.isoformat(timespec="seconds"),
        "recordedtime": recorded.isoformat(timespec="seconds"),
        "datacontenttype": "application/json",
        "data": data,
    }
    return Draft(sender, event, recorded, stage)


def workday(day: date) -> date:
    """The day, or the Monday after a weekend."""
    return day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0)


def pick_day(rng: random.Random, first: date, last: date) -> date:
    """A day of the span, on a weekday unless that would leave the span."""
    day = first + timedelta(days=rng.randint(0, max(0, (last - first).days)))
    friday = day - timedelta(days=max(0, day.weekday() - 4))
    return friday if friday >= first else day


def office_hour(rng: random.Random, day: date) -> datetime:
    return datetime.combine(day, time(rng.randint(9, 16), rng.randint(0, 59)), LONDON)


def due(period: Period) -> date:
    """When a round's returns are due: about two weeks after the quarter's end."""
    return workday(period.last_day + timedelta(days=14))


def publish_at(period: Period) -> datetime:
    return datetime.combine(workday(due(period) + timedelta(days=6)), time(9, 30), LONDON)


def noted(rng: random.Random, when: datetime, late: float = 0.0) -> datetime:
    """When the sender's system recorded what happened at `when`: within days, or in `late` of cases after the round."""
    if rng.random() < late:
        return min(office_hour(rng, due(Period.of(when.date())) + timedelta(days=rng.randint(8, 30))), LATEST)
    return min(when + timedelta(hours=rng.randint(2, 80), minutes=rng.randint(0, 59)), LATEST)
