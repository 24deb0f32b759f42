"""What the review team sends: office-holders, actions asked for, cases, spot checks, an attribution."""

import random
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from deploy.local.sample.buyers import UNRESOLVED
from deploy.local.sample.departments import subject_of
from deploy.local.sample.model import FIRST_DAY, LAST_DAY, Draft, dice, draft, noted
from deploy.local.sample.procurements import Procurement
from shared.departments import Department, Register
from shared.times import LONDON

TEAM = "review-team"
ISSUES = (
    "The notice left three days between questions and bids, and no record of consideration was to be had.",
    "The supplier was told that social value had been left out for lack of time.",
    "The criterion of social value could be met only by firms with offices in every region.",
    "No answer came to the question whether users had been consulted.",
)
STEPS = (("screened", 4), ("accepted", 9), ("information-requested", 12), ("findings", 45))


def holder_of(department: Department, on: date) -> str:
    """A placeholder, never a person."""
    return f"Sample Office-Holder for {subject_of(department, on)}"


def _say(name: str, subject: str, day: date, data: dict[str, Any], rng: random.Random, key: str = "") -> Draft:
    when = datetime.combine(day, time(11), LONDON)
    return draft(TEAM, name, subject, when, data, recorded=noted(rng, when), key=key)


def standing(register: Register, seed: int) -> Iterator[Draft]:
    """For every department of the two years: who answers, anew with each title; and what the review of 2015 asks."""
    rng = dice(seed, "office-holders")
    existing = [d for d in register.departments() if (d.exists_from or FIRST_DAY) <= LAST_DAY]
    for department in existing:
        if department.exists_to is not None and department.exists_to < FIRST_DAY:
            continue
        first = max(FIRST_DAY, department.exists_from or FIRST_DAY)
        last = min(LAST_DAY, department.exists_to or LAST_DAY)
        days = [first, *(t.since for t in department.head_titles if t.since is not None and first < t.since <= last)]
        for day in days:
            data = {"name": holder_of(department, day), "office": department.head_title(day), "appointed_on": str(day)}
            yield _say("office-holder.appointed", department.code, day, data, rng, str(day))
        text = "Name a champion of social value among ministers or senior officials"
        ask = {"action": f"review-2015-{department.code}", "text": text, "origin": "Review of the Act, February 2015"}
        yield _say("action.raised", department.code, first + timedelta(days=14), ask, rng, ask["action"])


def cases(procurements: Sequence[Procurement], seed: int) -> Iterator[Draft]:
    """About two a quarter, most of them closed. Nothing in a case says who complained."""
    rng = dice(seed, "cases")
    known = [p for p in procurements if p.buyer.sender and p.in_scope]
    for number, p in enumerate(sorted(rng.sample(known, min(18, len(known))), key=lambda p: p.start), 1):
        subject = f"case/SAMPLE-{p.start.year}-{number:04d}"
        opened = p.start.date() + timedelta(days=rng.randint(20, 60))
        opening = {
            "department": p.buyer.sender,
            "authority": p.buyer.name,
            "issue": rng.choice(ISSUES),
            "opened_on": str(opened),
            "ocid": p.ocid,
        }
        yield _say("case.opened", subject, opened, opening, rng)
        for state, days in STEPS:
            day = opened + timedelta(days=days)
            yield _say("case.updated", subject, day, {"state": state, "on": str(day)}, rng, state)
        if number % 6 == 0:
            continue
        closed = opened + timedelta(days=rng.choice((50, 52, 57, 75)))
        outcome = rng.choice(("upheld", "not-upheld", "no-change", "upheld"))
        yield _say("case.closed", subject, closed, {"closed_on": str(closed), "outcome": outcome}, rng)
        if outcome == "upheld":
            yield from _recommendation(rng, subject, closed)


def _recommendation(rng: random.Random, subject: str, closed: date) -> Iterator[Draft]:
    until = closed + timedelta(days=60)
    data = {
        "recommendation": "R1",
        "text": "Keep the record of consideration with the business case, and give its date in the procurement file.",
        "issued_on": str(closed),
        "due": str(until),
        "accepted": rng.random() < 0.9,
    }
    yield _say("recommendation.issued", subject, closed, data, rng, "R1")
    done = until + timedelta(days=rng.choice((-20, -5, -2, 25)))
    if data["accepted"] and done <= LAST_DAY:
        ended = {"recommendation": "R1", "implemented_on": str(done)}
        yield _say("recommendation.implemented", subject, done, ended, rng, "R1")


def spot_checks(procurements: Sequence[Procurement], said: Sequence[Draft], seed: int) -> Iterator[Draft]:
    """Two a quarter, answered from what the department itself recorded."""
    rng = dice(seed, "spot-checks")
    found: dict[str, dict[str, Any]] = {}
    for event in said:
        found.setdefault(event.event["subject"], {})[event.name] = event.event["data"]
    known = [p for p in procurements if p.in_scope and p.buyer.sender and p.start.date() < LAST_DAY]
    for number, p in enumerate(sorted(rng.sample(known, min(16, len(known))), key=lambda p: p.start), 1):
        record = found.get(p.ocid, {}).get("consideration.recorded")
        strands = record.get("strands", {}) if record else {}
        before = (
            None if record is None else record["considered_at"] < p.start.isoformat() and record.get("considered", True)
        )
        decided = "consultation.decided" in found.get(p.ocid, {})
        result = "could-not-be-assessed" if record is None else "passed" if before and decided else "not-passed"
        day = p.start.date() + timedelta(days=rng.randint(30, 60))
        data: dict[str, Any] = {
            "check": f"check-{number:03d}",
            "completed_on": str(day),
            "result": "passed-with-advice" if result == "passed" and len(strands) < 3 else result,
            "in_scope": True,
            "consultation_decided": decided,
        }
        if record is not None:
            data |= {"considered_before_start": before, "three_strands": len(strands) == 3}
        yield _say("spot-check.completed", p.ocid, day, data, rng, data["check"])


def attribution(register: Register, seed: int) -> Iterator[Draft]:
    """One unknown buyer is attributed; the others stay, to show what is not."""
    environment = next((d for d in register.secretaries(LAST_DAY) if "Environment" in d.name(LAST_DAY)), None)
    if environment is not None:
        data = {"buyer_name": UNRESOLVED[1].name, "department": environment.code}
        yield _say("buyer.attributed", "register/buyers", date(2026, 9, 1), data, dice(seed, "attribution"), "1")
