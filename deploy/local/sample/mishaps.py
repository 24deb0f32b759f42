"""What goes wrong on the way: repeats, a conflict, a withdrawal, bare notices, and a department's broken events."""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from deploy.local.sample import broken
from deploy.local.sample.model import LATEST, Draft, Line, dice, draft
from deploy.local.sample.notices import PUBLISHER

REPEATS = 40
BARE = 6


@dataclass(frozen=True, slots=True)
class Made:
    """A line, when it was sent, and the problem with which it is meant to be refused."""

    sent: datetime
    line: Line
    intended: str | None = None


def withdrawal(drafts: Sequence[Draft], senders: Iterable[str]) -> Iterator[Draft]:
    """An urgency claimed for the wrong procurement, and taken back two days later."""
    wanted = set(senders)
    last = [d for d in drafts if d.sender in wanted and d.name == "consideration.recorded"][-1]
    subject, recorded = last.event["subject"], last.recorded
    when = datetime.fromisoformat(last.event["time"])
    claim = {"claimed_at": last.event["time"], "subsections": ["3"], "reason": "Cover was needed within three weeks."}
    mistaken = draft(last.sender, "urgency.claimed", subject, when, claim, recorded=recorded, key="mistaken")
    yield mistaken
    later = recorded + timedelta(days=2)
    back = {
        "source": mistaken.event["source"],
        "id": mistaken.event["id"],
        "reason": "Entered for the wrong procurement.",
    }
    yield draft(last.sender, "event.withdrawn", subject, later, back, recorded=later)


def conflict(drafts: Sequence[Draft], senders: Iterable[str]) -> Draft:
    """The same source and id with another count, three days later: kept, told to its sender, and never applied."""
    wanted = set(senders)
    first = next(d for d in drafts if d.sender in wanted and d.name == "staff.counted")
    data = first.event["data"] | {"commercial_staff": first.event["data"]["commercial_staff"] + 40}
    recorded = first.recorded + timedelta(days=3)
    return replace(first, event={**first.event, "data": data, "recordedtime": recorded.isoformat()}, recorded=recorded)


def bare(drafts: Sequence[Draft]) -> list[Draft]:
    """The last notices go without an envelope; and one that went with it comes again without."""
    notices = sorted((d for d in drafts if d.sender == PUBLISHER), key=lambda d: (d.recorded, d.event["id"]))
    last = {d.event["id"] for d in notices[-BARE:]}
    changed = [replace(d, bare=True) if d.sender == PUBLISHER and d.event["id"] in last else d for d in drafts]
    again = notices[-BARE - 1]
    return [*changed, replace(again, bare=True, recorded=again.recorded + timedelta(days=1))]


def breaking(drafts: Iterable[Draft], other: str) -> Iterator[Made]:
    """Every second event, each in the next way in which it can be wrong. `other` is another department."""
    ways = deque(broken.BREAKS)
    for position, good in enumerate(drafts):
        made = Made(good.recorded, Line(good.sender, good.body, good.stage))
        if position % 2 and good.name != "heartbeat":
            for way in list(ways):
                body = broken.broken(good.event, way, other)
                if body is not None:
                    made = Made(good.recorded, Line(good.sender, body, good.stage), broken.BREAKS[way][0])
                    ways.remove(way)
                    ways.append(way)
                    break
        yield made


def repeats(made: Sequence[Made], seed: int) -> Iterator[Made]:
    """Exactly the same bytes again, hours or days later."""
    rng = dice(seed, "repeats")
    good = [m for m in made if m.intended is None and m.line.stage == "history"]
    for first in rng.sample(good, REPEATS):
        yield replace(first, sent=min(first.sent + timedelta(hours=rng.randint(1, 70)), LATEST))
