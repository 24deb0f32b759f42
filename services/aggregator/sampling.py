"""The spot-check sample: seeded, weighted by risk, and the same for everyone who draws it again. Pure."""

import hashlib
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

LARGE = 1_000_000_000  # pence: ten million pounds
NUMBERS = 2**64


@dataclass(frozen=True, slots=True)
class Candidate:
    """A procurement in scope. `concerns` as in its assessment; pence, None where no value is known."""

    ocid: str
    department: str
    title: str | None
    started_on: str | None
    pence: int | None
    concerns: tuple[str, ...]
    urgent: bool
    checked: bool


def risk(candidate: Candidate) -> int:
    """How likely to be drawn, relative to others: every procurement may be, what is amiss or large more so.

    1 for being in scope, 2 for each concern, 2 for urgency claimed, 2 for ten million pounds or more, 1 for no value.
    """
    large = candidate.pence is not None and candidate.pence >= LARGE
    return 1 + 2 * len(candidate.concerns) + 2 * candidate.urgent + 2 * large + (candidate.pence is None)


def draw(candidates: Iterable[Candidate], *, size: int, seed: str) -> Sequence[Candidate]:
    """`size` of them without replacement, in the order drawn; what has been checked already is left out.

    Each gets a number from the hash of seed and OCID, raised to 1/weight; the largest are the sample (Efraimidis and
    Spirakis). So neither the order of the candidates nor other candidates' presence changes anybody's number.
    """
    eligible = [candidate for candidate in candidates if not candidate.checked]
    return sorted(eligible, key=lambda c: (-_number(c, seed), c.ocid))[:size]


def _number(candidate: Candidate, seed: str) -> float:
    digest = hashlib.sha256(f"{seed}\n{candidate.ocid}".encode()).digest()
    uniform = (int.from_bytes(digest[:8]) + 1) / (NUMBERS + 1)
    return math.log(uniform) / risk(candidate)
