"""The whole sample in the order in which it was sent."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import count

from deploy.local.sample import contracts, departments, mishaps, review
from deploy.local.sample.buyers import Buyers
from deploy.local.sample.delivery import delivery
from deploy.local.sample.forward import planned
from deploy.local.sample.mishaps import Made
from deploy.local.sample.model import FIRST_DAY, LAST_DAY, PERIODS, SEED, Draft, Line, dice, due, office_hour
from deploy.local.sample.notices import notices
from deploy.local.sample.procurements import Procurement, invent, of_department, of_others
from deploy.local.sample.profiles import Profile, profile_of
from deploy.local.sample.records import records
from deploy.local.sample.rounds import rounds
from shared.departments import Department, Register


def sample(register: Register, *, seed: int = SEED) -> Iterator[Line]:
    """The lines in the order in which they were sent: all of the history, then the rounds."""
    for made in generate(register, seed):
        yield made.line


def generate(register: Register, seed: int) -> list[Made]:
    """The lines with what is meant to become of each."""
    number = count(1).__next__
    drafts: list[Draft] = []
    procurements: list[Procurement] = []
    profiles = {department: profile_of(department) for department in _asked(register)}
    for department, profile in profiles.items():
        for p, said in _of_department(register, department, profile, seed, number):
            procurements.append(p)
            drafts += said
        if profile.mishap != "silent":
            drafts += _about_itself(register, department, profile, seed, number)
    for period in PERIODS:
        for p in of_others(period, seed, number):
            drafts += notices(dice(seed, "notices", p.number), p)
    for p, said in contracts.six_contracts(register, seed, number):
        procurements.append(p)
        drafts += said
    sound = [d.code for d, profile in profiles.items() if profile.mishap is None and profile.size > 9]
    drafts += mishaps.withdrawal(drafts, sound)
    drafts = mishaps.bare(drafts)
    broken = {d.code for d, profile in profiles.items() if profile.mishap == "refused"}
    drafts += review.standing(register, seed)
    drafts += review.cases(procurements, seed)
    drafts += review.spot_checks(procurements, [d for d in drafts if d.sender not in broken], seed)
    drafts += review.attribution(register, seed)
    drafts += rounds()
    drafts.sort(key=lambda d: (d.recorded, d.event["id"]))
    drafts.append(mishaps.conflict(drafts, sound))
    made = list(mishaps.breaking((d for d in drafts if d.sender in broken), sound[0]))
    made += [Made(d.recorded, Line(d.sender, d.body, d.stage)) for d in drafts if d.sender not in broken]
    made += mishaps.repeats(made, seed)
    # A stable sort: what was sent at one instant stays in the order in which it was made, a repeat after its first.
    return sorted(made, key=lambda m: (m.line.stage, m.sent))


def _asked(register: Register) -> list[Department]:
    """Those that a Secretary of State led at any time in the two years."""
    return [
        d
        for d in register.departments()
        if d.secretary_of_state
        and (d.exists_from is None or d.exists_from <= LAST_DAY)
        and (d.exists_to is None or d.exists_to >= FIRST_DAY)
    ]


def _of_department(
    register: Register, department: Department, profile: Profile, seed: int, number: Callable[[], int]
) -> Iterator[tuple[Procurement, list[Draft]]]:
    for period, p in of_department(register, department, profile, seed, number):
        said = list(notices(dice(seed, "notices", p.number), p))
        if profile.mishap != "silent":
            said += records(dice(seed, "records", p.number), profile.level(period), p)
            said += delivery(dice(seed, "delivery", p.number), profile.level(period), p)
        yield p, said


def _about_itself(
    register: Register, department: Department, profile: Profile, seed: int, number: Callable[[], int]
) -> Iterator[Draft]:
    yield from departments.capability(department, profile, seed)
    for period in PERIODS:
        if department.existed(period.last_day):
            holder = review.holder_of(department, due(period))
            signed = departments.statement(department, profile, period, seed, holder)
            if signed is not None:
                yield signed
    if department.existed(LAST_DAY):
        rng = dice(seed, "planned", department.code)
        for _ in range(2):
            start = office_hour(rng, LAST_DAY + timedelta(days=rng.randint(60, 500)))
            buyer = Buyers(register, department).own(LAST_DAY)
            yield planned(rng, invent(rng, number(), buyer, "services", start))
