"""What a department says of one procurement: whether, when and how it considered section 1 of the Act."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from deploy.local.sample import wording
from deploy.local.sample.about import about, evidence
from deploy.local.sample.consulting import consulted, not_after
from deploy.local.sample.forward import proposed
from deploy.local.sample.model import Draft
from deploy.local.sample.procurements import Procurement
from deploy.local.sample.profiles import Level
from shared.times import LONDON

Json = dict[str, Any]

MODEL_OF_2025 = datetime(2025, 10, 1, tzinfo=LONDON)
"""From this day PPN 002 had to be used; before it, the sample's departments use PPN 06/20."""


def records(rng: random.Random, level: Level, p: Procurement) -> Iterator[Draft]:
    """By the department that answers for the buyer. Of what is out of scope, only that it started."""
    if not p.buyer.sender or rng.random() >= level.reported:
        return
    yield started(rng, level, p)
    if not p.in_scope:
        return
    if rng.random() < 0.12:
        yield from proposed(rng, p)
    if rng.random() < 0.025:
        yield urgent(rng, level, p)
        return
    if rng.random() >= level.missing:
        yield considered(rng, level, p)
        yield from consulted(rng, level, p)


def started(rng: random.Random, level: Level, p: Procurement) -> Draft:
    data: Json = {
        "started_at": p.start.isoformat(timespec="seconds"),
        "limb": "c" if p.kind in ("direct", "call-off") else "a",
        "title": p.title,
        "category": p.category,
    }
    if p.kind == "call-off":
        data["call_off"] = True
    if p.kind in ("direct", "call-off") and p.net is not None:
        data["value"] = {"net": p.net}  # which no notice states before the award
    if p.in_scope:
        data["light_touch"] = p.kind == "light-touch"
        data |= _model(rng, level, p)
    return about(p, "procurement.started", p.start, data, rng, late=level.late)


def _model(rng: random.Random, level: Level, p: Procurement) -> Json:
    """The weight where the notice is silent or says the same, and the outcomes sought."""
    first = p.start < MODEL_OF_2025
    codes = [f"{'theme' if first else 'outcome'}-{number}" for number in sorted(rng.sample(range(1, 6), 2))]
    found: Json = {"framework": "PPN0620" if first else "PPN002", "codes": codes}
    if p.published_weight or rng.random() < level.weighted:
        found["weight"] = p.weight
    elif rng.random() < 0.6:
        found["weight"] = 5
    return found


def urgent(rng: random.Random, level: Level, p: Procurement) -> Draft:
    when = p.start - timedelta(days=rng.randint(0, 3), hours=2)
    data: Json = {"claimed_at": when.isoformat(timespec="seconds"), "subsections": rng.choice((["3", "6", "7"], ["7"]))}
    if rng.random() < 0.8:
        data["reason"] = wording.URGENCY
    return about(p, "urgency.claimed", when, data, rng, late=level.late)


def considered(rng: random.Random, level: Level, p: Procurement) -> Draft:
    if rng.random() < level.in_time:
        when = p.start - timedelta(days=rng.randint(4, 45), hours=rng.randint(0, 3))
    elif rng.random() < 0.2:
        none: Json = {"considered_at": p.start.date().isoformat(), "considered": False, "reason": wording.NONE_MADE}
        return about(p, "consideration.recorded", p.start, none, rng, late=level.late)
    else:
        when = p.start + timedelta(days=rng.randint(2, 40))
    data = {"considered_at": _moment(rng, when), **_answers(rng, level, p)}
    return about(p, "consideration.recorded", not_after(when), data, rng, late=level.late)


def _moment(rng: random.Random, when: datetime) -> str:
    """Some systems know only the day."""
    return when.date().isoformat() if rng.random() < 0.15 else not_after(when).isoformat(timespec="seconds")


def _answers(rng: random.Random, level: Level, p: Procurement) -> Json:
    complete = rng.random() < level.complete
    if not complete and rng.random() < 0.15:
        return {"document_only": True, "evidence": evidence(p, "consideration.pdf")}
    strands: Json = {
        "economic": {"answer": "considered", "text": p.bought.economic},
        "social": {"answer": "considered", "text": p.bought.social},
        "environmental": {"answer": "considered", "text": p.bought.environmental},
    }
    if rng.random() < 0.12:
        strands["environmental"] = {"answer": "not-relevant", "text": wording.NOT_RELEVANT}
    answers: Json = {"strands": strands, "process": rng.choice(wording.PROCESS)}
    if not complete:
        left_out = rng.choice(("environmental", "economic", "process"))
        (answers if left_out == "process" else strands).pop(left_out)
    if rng.random() < level.complete:
        answers |= {"relevance": rng.choice(wording.RELEVANCE), "proportionality": rng.choice(wording.PROPORTIONALITY)}
    if rng.random() < 0.9:
        answers["outcome"] = rng.choice(("adopted", "adopted", "adopted", "adapted", "not-pursued"))
        if answers["outcome"] == "not-pursued":
            answers["reason"] = wording.NOT_PURSUED
    if rng.random() < 0.5:
        answers["evidence"] = evidence(p, "consideration.pdf")
    return answers
