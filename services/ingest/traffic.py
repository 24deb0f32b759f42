"""How much a sender may send, and the brake on one whose events are mostly refused. Both ways in share it. Pure.

Each ingest process keeps its own account: a sender that spreads its requests over several may send as much to each.
"""

from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass

from services.ingest.problems import Problem

WINDOW = 200
"""Outcomes looked at, the latest."""
LEAST = 100
"""Outcomes before anything is concluded."""
BRAKED_RATE, BRAKED_BURST = 1.0, 5.0
"""HTTP requests a second of a braked sender."""
SUMMARY = 1_000
"""Refusals of a braked sender to a log line."""
LONGEST_WAIT = 60.0
"""Seconds; a debt that takes longer is forgiven, so that nobody waits for ever."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """A token bucket that may run into debt: what has come is taken, and paid for by waiting. `at` in seconds."""

    level: float
    at: float

    def filled(self, now: float, *, rate: float, burst: float) -> "Bucket":
        return Bucket(min(burst, self.level + max(0.0, now - self.at) * rate), now)

    def charged(self, count: float, now: float, *, rate: float, burst: float) -> "Bucket":
        level = self.filled(now, rate=rate, burst=burst).level - count
        return Bucket(max(level, -rate * LONGEST_WAIT), now)

    def wait(self, now: float, *, rate: float, burst: float) -> float:
        """Seconds until the debt is paid; 0 without one."""
        return max(0.0, -self.filled(now, rate=rate, burst=burst).level / rate)


@dataclass(frozen=True, slots=True)
class Refusal:
    """What was refused, where it came in, and why."""

    source: str | None
    id: str | None
    place: str
    problem: Problem


@dataclass(frozen=True, slots=True)
class Change:
    """The brake is applied or released: of the last `of` events so many were refused; of them an example of the most
    frequent problem.
    """

    applied: bool
    refused: int
    of: int
    example: Refusal | None


class Brake:
    """Applied when more than half of a sender's last events were refused, released when less than a quarter is."""

    def __init__(self) -> None:
        self.applied = False
        self.since = 0
        """Refusals since it was applied or last summed up."""
        self._last: deque[Refusal | None] = deque(maxlen=WINDOW)
        self._refused = 0

    def saw(self, refusal: Refusal | None) -> Change | None:
        """One more outcome (None: accepted) → what changes by it."""
        if len(self._last) == WINDOW and self._last[0] is not None:
            self._refused -= 1
        self._last.append(refusal)
        self._refused += refusal is not None
        self.since += self.applied and refusal is not None
        of = len(self._last)
        if of < LEAST:
            return None
        share = self._refused / of
        if (share >= 0.25) if self.applied else (share <= 0.5):
            return None
        self.applied = not self.applied
        self.since = 0
        return Change(self.applied, self._refused, of, self._example())

    def _example(self) -> Refusal | None:
        refusals = [refusal for refusal in self._last if refusal is not None]
        frequent = Counter(refusal.problem.slug for refusal in refusals).most_common(1)
        return next((r for r in reversed(refusals) if r.problem.slug == frequent[0][0]), None) if frequent else None


class Traffic:
    """The accounts and brakes of all senders. `rate` in events a second, 0 for no limit; times in seconds."""

    def __init__(self, rate: float, burst: float) -> None:
        self.rate, self.burst = rate, burst
        self._events: dict[str, Bucket] = {}
        self._requests: dict[str, Bucket] = {}
        self._brakes: dict[str, Brake] = {}
        self._untold: dict[str, list[Change]] = {}
        self._counts: dict[str, tuple[int, int]] = {}

    def charge(self, sender: str, events: int, now: float) -> float:
        """Takes `events` from the sender's account. Returns the seconds for which it has to wait."""
        if not self.rate:
            return 0.0
        held = self._events.get(sender, Bucket(self.burst, now))
        held = self._events[sender] = held.charged(events, now, rate=self.rate, burst=self.burst)
        return held.wait(now, rate=self.rate, burst=self.burst)

    def request(self, sender: str, now: float) -> float:
        """Seconds for which a braked sender's request has to wait; one that need not wait is counted."""
        if not self.is_braked(sender):
            return 0.0
        held = self._requests.get(sender, Bucket(BRAKED_BURST, now))
        full = held.filled(now, rate=BRAKED_RATE, burst=BRAKED_BURST)
        if full.level < 1:
            return (1 - full.level) / BRAKED_RATE
        self._requests[sender] = Bucket(full.level - 1, now)
        return 0.0

    def is_braked(self, sender: str) -> bool:
        return sender in self._brakes and self._brakes[sender].applied

    def saw(self, sender: str, outcomes: Iterable[Refusal | None]) -> None:
        outcomes = list(outcomes)
        refused, of = self._counts.get(sender, (0, 0))
        self._counts[sender] = (refused + sum(o is not None for o in outcomes), of + len(outcomes))
        brake = self._brakes.setdefault(sender, Brake())
        changes = [change for outcome in outcomes if (change := brake.saw(outcome)) is not None]
        self._untold.setdefault(sender, []).extend(changes)

    def take_counts(self) -> dict[str, tuple[int, int]]:
        """Sender → refused, and of how many, since the last time."""
        taken, self._counts = self._counts, {}
        return taken

    def take_untold(self, sender: str) -> list[Change]:
        """The changes nobody has been told of yet: whoever takes them tells them, or gives them back."""
        return self._untold.pop(sender, [])

    def give_back(self, sender: str, changes: list[Change]) -> None:
        self._untold[sender] = changes + self._untold.get(sender, [])

    def summary(self, sender: str) -> int:
        """Refusals of a braked sender that no log line has named, once there are enough of them; else 0."""
        brake = self._brakes.get(sender)
        if brake is None or not brake.applied or brake.since < SUMMARY:
            return 0
        count, brake.since = brake.since, 0
        return count
