"""Whether to consult, and the consultation itself (section 1(7) of the Act)."""

import random
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Any

from deploy.local.sample import wording
from deploy.local.sample.about import about
from deploy.local.sample.model import LATEST, Draft
from deploy.local.sample.procurements import Procurement
from deploy.local.sample.profiles import Level
from shared.times import LONDON


def not_after(when: datetime) -> datetime:
    """Nothing that is told late may lie too near the end of the sample."""
    return min(when, LATEST - timedelta(days=14))


def consulted(rng: random.Random, level: Level, p: Procurement) -> Iterator[Draft]:
    """Whether to consult, before the start, after it, or never decided; and now and then the consultation itself."""
    if rng.random() < level.consulted:
        when = p.start - timedelta(days=rng.randint(3, 30), hours=1)
    elif rng.random() < 0.5:
        when = not_after(p.start + timedelta(days=rng.randint(2, 25)))
    else:
        return
    consult = rng.random() < (0.6 if p.bought.citizen else 0.2)
    data: dict[str, Any] = {
        "decided_at": when.isoformat(timespec="seconds"),
        "consult": consult,
        "citizen_service": p.bought.citizen,
        "reason": wording.CONSULTATION if consult else wording.NO_CONSULTATION,
    }
    yield about(p, "consultation.decided", when, data, rng, late=level.late)
    if consult and when < p.start and rng.random() < 0.6:
        yield held(rng, p, when)


def held(rng: random.Random, p: Procurement, decided: datetime) -> Draft:
    first = decided.date() + timedelta(days=1)
    last = max(first, min(first + timedelta(days=14), p.start.date() - timedelta(days=1)))
    data: dict[str, Any] = {
        "held_from": first.isoformat(),
        "held_to": last.isoformat(),
        "with_whom": rng.choice(wording.WITH_WHOM),
        "responses": rng.randint(4, 120),
    }
    return about(p, "consultation.held", datetime.combine(last, time(17), LONDON), data, rng)
