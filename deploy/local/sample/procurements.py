"""The procurements of a department and quarter: what, of whom, when, for how much, and how it ends."""

import math
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from deploy.local.sample import wording
from deploy.local.sample.buyers import OUTSIDE, UNRESOLVED, Buyer, Buyers
from deploy.local.sample.model import FIRST_DAY, LAST_DAY, dice, office_hour, pick_day
from deploy.local.sample.profiles import Profile
from deploy.local.sample.wording import Bought, Kind
from shared.departments import Department, Register
from shared.periods import Period

ACT_OF_2023 = date(2025, 2, 24)
"""Procurements that started before it ran under the regulations of 2015, and their notices look otherwise."""

IN_SCOPE: tuple[Kind, ...] = ("services", "services", "services", "services", "light-touch", "light-touch", "direct")
OUT_OF_SCOPE: tuple[Kind, ...] = ("below", "call-off", "goods", "below", "call-off", "works", "concession")
CHOICES: dict[Kind, tuple[Bought, ...]] = {
    "light-touch": wording.LIGHT_TOUCH,
    "goods": wording.GOODS,
    "works": wording.WORKS,
    "concession": wording.CONCESSIONS,
}
NET: dict[Kind, tuple[int, int]] = {"below": (20_000, 100_000), "works": (200_000, 4_000_000)}
"""Least and most pounds without VAT. Clear of every threshold, so that VAT leaves no doubt."""


@dataclass(frozen=True, slots=True)
class Procurement:
    """`weight` of social value in the evaluation; None: none was set, or nobody says."""

    number: int
    buyer: Buyer
    kind: Kind
    bought: Bought
    title: str
    start: datetime
    net: int | None
    signed: date | None = None
    cancelled: date | None = None
    weight: int | None = None
    published_weight: bool = False

    @property
    def ocid(self) -> str:
        return f"ocds-sv0001-{self.number:06x}"

    @property
    def contract(self) -> str:
        return f"{self.number:06x}-1"

    @property
    def in_scope(self) -> bool:
        return self.kind in IN_SCOPE

    @property
    def old(self) -> bool:
        return self.start.date() < ACT_OF_2023

    @property
    def category(self) -> str:
        return self.kind if self.kind in ("goods", "works") else "services"


def of_department(
    register: Register, department: Department, profile: Profile, seed: int, number: Callable[[], int]
) -> Iterator[tuple[Period, Procurement]]:
    """`number` counts the procurements of the whole sample."""
    buyers = Buyers(register, department)
    for period, first, last in spans(department):
        rng = dice(seed, "procurements", department.code, period)
        size = max(1, (profile.size + rng.randint(0, 3)) * ((last - first).days + 1) // 90)
        for position in range(size):
            kind = _kind(rng, position / size)
            start = office_hour(rng, pick_day(rng, first, last))
            yield period, invent(rng, number(), buyers.pick(rng, start.date()), kind, start)


def of_others(period: Period, seed: int, number: Callable[[], int]) -> Iterator[Procurement]:
    """Of buyers outside the departments, and of buyers that the register does not know."""
    rng = dice(seed, "others", period)
    for buyer in (*rng.sample(OUTSIDE, 3), *rng.sample(UNRESOLVED, 2), UNRESOLVED[0]):
        start = office_hour(rng, pick_day(rng, period.first_day, period.last_day))
        yield invent(rng, number(), buyer, rng.choice(IN_SCOPE), start)


def spans(department: Department) -> Iterator[tuple[Period, date, date]]:
    """The quarters of the sample in which it existed, each with its first and last day there."""
    first = max(FIRST_DAY, department.exists_from or FIRST_DAY)
    last = min(LAST_DAY, department.exists_to or LAST_DAY)
    period = Period.of(first)
    while period.first_day <= last:
        yield period, max(first, period.first_day), min(last, period.last_day)
        period = period.following


def invent(
    rng: random.Random,
    number: int,
    buyer: Buyer,
    kind: Kind,
    start: datetime,
    bought: Bought | None = None,
    title: str | None = None,
) -> Procurement:
    bought = bought or rng.choice(CHOICES.get(kind, wording.SERVICES))
    weight = rng.choice((10, 10, 10, 12, 15, 20)) if kind in IN_SCOPE else None
    signed = cancelled = None
    ended = start.date() + timedelta(days=rng.randint(70, 150))
    if kind == "call-off" or rng.random() < 0.36:
        signed = ended if ended <= LAST_DAY else None
    elif rng.random() < 0.1:
        cancelled = ended if ended <= LAST_DAY else None
    return Procurement(
        number=number,
        buyer=buyer,
        kind=kind,
        bought=bought,
        title=title or f"{bought.title}, {rng.choice(wording.PLACES)}",
        start=start,
        net=None if kind == "cannot-tell" else _pounds(rng, *NET.get(kind, (230_000, 9_000_000))),
        signed=signed,
        cancelled=cancelled,
        weight=weight,
        published_weight=rng.random() < 0.4,
    )


def _kind(rng: random.Random, place: float) -> Kind:
    """About seven in ten are in scope, whatever the size: with too few of them nothing could be rated."""
    if place < 0.7:
        return rng.choice(IN_SCOPE)
    return "cannot-tell" if rng.random() < 0.12 else rng.choice(OUT_OF_SCOPE)


def _pounds(rng: random.Random, least: int, most: int) -> int:
    """Small values are far more frequent than large ones."""
    return int(round(math.exp(rng.uniform(math.log(least), math.log(most))), -3))
