"""What each department says of itself: champion, strategy, guidance, training, barriers, actions, its statement."""

import random
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from deploy.local.sample.model import PERIODS, Draft, dice, draft, due, noted, office_hour, pick_day
from deploy.local.sample.procurements import spans
from deploy.local.sample.profiles import LEVELS, Profile
from shared.departments import Department
from shared.events.department import Barrier, Programme
from shared.periods import Period
from shared.times import LONDON

Json = dict[str, Any]

PRIORITIES = ["Jobs and skills near where we spend", "Room for small firms and social enterprises", "Less carbon"]
APPLYING = (
    "Each team answers the three questions of the Act in its business case, and a champion reads it before notice."
)
BARRIERS = {
    Barrier.NOT_INSPIRED: "Teams see the record as one more form, and few have met an example from their own field.",
    Barrier.UNCERTAIN_OF_LAW: "Teams ask how far a matter must concern what is bought before it may be weighed.",
    Barrier.SUPPORT_FRAGMENTED: "Guidance is spread over several sites, and new staff do not find it.",
    Barrier.VALUE_NOT_DEMONSTRATED: "Small providers have no figures on the difference that they make.",
}


def subject_of(department: Department, on: date) -> str:
    """What its head is Secretary of State for; the short name for other heads."""
    return department.head_title(on).partition(" for ")[2] or department.short_name(on)


def capability(department: Department, profile: Profile, seed: int) -> Iterator[Draft]:
    rng = dice(seed, "capability", department.code)
    quarters = list(spans(department))
    staff = 20 + profile.size * rng.randint(15, 30)
    for position, (period, first, last) in enumerate(quarters):
        level = profile.level(period)
        day = pick_day(rng, first, last)
        if position % 4 == 0:
            yield _say(department, rng, "staff.counted", day, {"counted_on": str(day), "commercial_staff": staff})
        if position % 3 == 1 or profile.size < 3:
            yield _say(department, rng, "heartbeat", day, {"nothing_to_report": True}, str(period))
        yield from _training(department, rng, period, pick_day(rng, first, last), round(staff * level.trained))
        if rng.random() < 0.35:
            barrier = rng.choice(tuple(BARRIERS))
            data: Json = {"barrier": barrier, "text": BARRIERS[barrier]}
            yield _say(department, rng, "barrier.reported", day, data, str(period))
    yield from _champion(department, rng, profile, quarters[0][1], quarters[-1][2])
    yield from _papers(department, rng, profile, quarters[0][1], quarters[-1][2])
    yield from _actions(department, rng, profile, quarters[0][1], quarters[-1][2])


def _say(d: Department, rng: random.Random, name: str, day: date, data: Json, key: str = "") -> Draft:
    when = office_hour(rng, day)
    return draft(d.code, name, d.code, when, data, recorded=noted(rng, when), key=key or str(day))


def _training(d: Department, rng: random.Random, period: Period, day: date, trained: int) -> Iterator[Draft]:
    """The Commissioning Academy in every fourth quarter, other programmes between."""
    academy = period.quarter == 4
    programme = Programme.COMMISSIONING_ACADEMY if academy else rng.choice(tuple(Programme)[1:])
    participants = trained + rng.randint(2, 12)
    data = {"programme": programme, "completed_on": str(day), "participants": participants, "commercial_staff": trained}
    yield _say(d, rng, "training.completed", day, data, str(period))


def _champion(d: Department, rng: random.Random, profile: Profile, first: date, last: date) -> Iterator[Draft]:
    weak = profile.level(Period.of(first)) is LEVELS["W"]
    name = f"Sample Champion for {subject_of(d, last)}"
    day = first + timedelta(days=rng.randint(100, 200) if weak else 1)
    if day >= last:
        return
    data = {"name": name, "post": "Commercial Director", "appointed_on": str(day)}
    yield _say(d, rng, "champion.appointed", day, data)
    gone = day + timedelta(days=rng.randint(250, 600))
    if gone < last and rng.random() < 0.5:
        yield _say(d, rng, "champion.stood-down", gone, {"stood_down_on": str(gone)})
        if profile.level(Period.of(last)) is not LEVELS["W"] and (after := gone + timedelta(days=40)) < last:
            data = {"name": f"Second {name}", "post": "Deputy Director, Sourcing", "appointed_on": str(after)}
            yield _say(d, rng, "champion.appointed", after, data)


def _papers(d: Department, rng: random.Random, profile: Profile, first: date, last: date) -> Iterator[Draft]:
    """A first strategy, often with one part only, and a year later a whole one, if the department does well by then."""
    whole = profile.level(Period.of(first)) in (LEVELS["S"], LEVELS["N"])
    day = min(first + timedelta(days=rng.randint(5, 60)), last)
    strategy: Json = {
        "title": f"Social value in what {d.short_name(day)} buys",
        "published_on": str(day),
        "priorities": PRIORITIES,
        "url": f"https://www.example.gov.uk/{d.code}/social-value",
    } | ({"how_teams_apply": APPLYING} if whole else {})
    yield _say(d, rng, "strategy.published", day, strategy)
    later = day + timedelta(days=400)
    if not whole and later < last and profile.level(Period.of(later)) is not LEVELS["W"]:
        data = strategy | {"published_on": str(later), "how_teams_apply": APPLYING}
        yield _say(d, rng, "strategy.published", later, data)
    for_whom = rng.choice(("commissioning teams of the department and its bodies", "contract managers"))
    guide = {"title": "Considering social value, in two pages", "issued_on": str(day), "for_whom": for_whom, "pages": 2}
    yield _say(d, rng, "guidance.issued", day, guide)


def _actions(d: Department, rng: random.Random, profile: Profile, first: date, last: date) -> Iterator[Draft]:
    texts = ("Train every buyer who has joined since the last count", "Publish an example from each business area")
    for number, text in enumerate(texts, 1):
        day = min(first + timedelta(days=90 * number), last)
        until = day + timedelta(days=200)
        key = f"{d.code}-{number}"
        yield _say(d, rng, "action.raised", day, {"action": key, "text": text, "due": str(until)}, key)
        closed = until + timedelta(days=rng.randint(-30, 20))
        if closed < last and rng.random() < profile.level(Period.of(closed)).delivered:
            data: Json = {"action": key, "closed_on": str(closed), "done": rng.random() < 0.9}
            yield _say(d, rng, "action.closed", closed, data, key)


def statement(d: Department, profile: Profile, period: Period, seed: int, holder: str) -> Draft | None:
    """The Secretary of State's. Most sign some days before the round is due; a few never do, and one is late."""
    rng = dice(seed, "statement", d.code, period)
    late = profile.mishap == "late-statement" and period.quarter % 2 == 0
    level = profile.level(period)
    if not late and rng.random() > 0.85 + level.reported / 7:
        return None
    day = due(period) + timedelta(days=rng.randint(3, 9) if late else -rng.randint(1, 7))
    share = "nearly all" if level is LEVELS["S"] else "most" if level is LEVELS["F"] else "fewer than we should wish"
    data: Json = {
        "statement": f"In {period.months} we considered social value before the start in {share} of our procurements. "
        "What was missing is named in this report, and the teams concerned have been asked for it.",
        "signed_by": holder,
        "office": d.head_title(day),
        "signed_on": str(day),
    }
    if level is not LEVELS["S"]:
        text = "Check each notice for the record of consideration before it is published"
        data["actions"] = [{"action": f"{d.code}-{period}", "text": text, "due": str(period.following.last_day)}]
        if rng.random() < 0.3:
            disputed = "We hold records for two more, which our own system sent after the cut-off."
            data["comments"] = [{"indicator": "considered-in-time", "text": disputed}]
    before = statement(d, profile, period.preceding, seed, holder) if period > PERIODS[0] else None
    if before is not None:
        data["outcomes"] = [
            {"action": action["action"], "done": True, "text": "Every notice since then"}
            if rng.random() < level.delivered
            else {"action": action["action"], "done": False}
            for action in before.event["data"].get("actions", ())
        ]
    when = datetime.combine(day, time(15), LONDON)
    return draft(d.code, "statement.signed", f"{period}/{d.code}", when, data, recorded=when + timedelta(hours=1))
