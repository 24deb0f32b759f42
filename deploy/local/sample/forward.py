"""The forward look: procurements that a department proposes, before they start."""

import random
from collections.abc import Iterator
from datetime import datetime, time, timedelta

from deploy.local.sample.about import about
from deploy.local.sample.model import FIRST_DAY, LAST_DAY, Draft
from deploy.local.sample.procurements import Procurement
from shared.times import LONDON


def proposed(rng: random.Random, p: Procurement) -> Iterator[Draft]:
    """The forward look, some months before."""
    when = p.start - timedelta(days=rng.randint(70, 150))
    data = {
        "title": p.title,
        "planned_start": p.start.date().isoformat(),
        "category": p.category,
        "social_value_planned": rng.random() < 0.7,
    } | ({"value": {"net": p.net}} if p.net else {})
    if when.date() >= FIRST_DAY:
        yield about(p, "procurement.proposed", when, data, rng)


def planned(rng: random.Random, p: Procurement) -> Draft:
    """A procurement that is yet to start: nothing is known of it but the plan."""
    when = datetime.combine(LAST_DAY - timedelta(days=rng.randint(5, 60)), time(11), LONDON)
    data = {
        "title": p.title,
        "planned_start": p.start.date().isoformat(),
        "category": p.category,
        "value": {"net": p.net},
        "social_value_planned": rng.random() < 0.7,
    }
    return about(p, "procurement.proposed", when, data, rng)
