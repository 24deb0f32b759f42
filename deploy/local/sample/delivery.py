"""What became of a contract: commitments made, what was delivered of them, and how its indicators were assessed."""

import random
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from deploy.local.sample import wording
from deploy.local.sample.about import about
from deploy.local.sample.model import LAST_DAY, Draft
from deploy.local.sample.procurements import Procurement
from deploy.local.sample.profiles import Level
from deploy.local.sample.records import MODEL_OF_2025
from shared.times import LONDON

RATINGS = ("good", "approaching-target", "requires-improvement", "inadequate")


def delivery(rng: random.Random, level: Level, p: Procurement) -> Iterator[Draft]:
    """Only for contracts in scope that were signed, and of those only where the department tells."""
    if not p.buyer.sender or p.signed is None or not p.in_scope or rng.random() >= level.reported:
        return
    for number, (text, unit, (least, most)) in enumerate(rng.sample(wording.COMMITMENTS, rng.randint(1, 2)), 1):
        yield from commitment(rng, level, p, p.signed, f"C{number}", text, unit, rng.randint(least, most))
    if (assessed := p.signed + timedelta(days=rng.randint(120, 300))) <= LAST_DAY:
        yield _kpi(rng, level, p, assessed)


def commitment(
    rng: random.Random, level: Level, p: Procurement, signed: date, key: str, text: str, unit: str, quantity: int
) -> Iterator[Draft]:
    until = signed + timedelta(days=rng.randint(60, 330))
    data: dict[str, Any] = {
        "commitment": key,
        "contract": p.contract,
        "description": text,
        "framework": "PPN0620" if p.start < MODEL_OF_2025 else "PPN002",
    }
    # Without a quantity, a unit and a day nobody can say later whether it was kept.
    if rng.random() < 0.5 + level.complete / 2:
        data |= {"quantity": quantity, "unit": unit, "due": until.isoformat()}
    yield about(p, "commitment.made", _morning(signed), data, rng, late=level.late, key=key)
    if "due" in data and until <= LAST_DAY and rng.random() < 0.3 + level.reported * 0.7:
        kept = rng.random() < level.delivered
        delivered = quantity + rng.randint(0, quantity // 5) if kept else quantity * rng.randint(10, 90) // 100
        report: dict[str, Any] = {"commitment": key, "delivered": delivered, "as_of": until.isoformat()}
        yield about(p, "commitment.reported", _morning(until), report, rng, late=level.late, key=key)


def _kpi(rng: random.Random, level: Level, p: Procurement, day: date) -> Draft:
    worst = rng.choices(range(4), (60, 25, 12, 3))[0]
    data = {
        "kpi": "SV1",
        "contract": p.contract,
        "title": "Social value: commitments met",
        "social_value": True,
        "rating": RATINGS[0 if rng.random() < level.delivered else worst],
        "assessed_on": day.isoformat(),
    }
    return about(p, "kpi.assessed", _morning(day), data, rng, late=level.late, key="SV1")


def _morning(day: date) -> datetime:
    return datetime.combine(day, time(10, 30), LONDON)
