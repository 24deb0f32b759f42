"""The six contracts that the review of 2014 gave as good practice, as they might be bought today, with full records."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from deploy.local.sample import wording
from deploy.local.sample.buyers import Buyers
from deploy.local.sample.delivery import commitment
from deploy.local.sample.model import LATEST, Draft, dice, draft, noted
from deploy.local.sample.notices import notices
from deploy.local.sample.procurements import Procurement, invent
from deploy.local.sample.profiles import LEVELS
from deploy.local.sample.records import evidence, held, started
from deploy.local.sample.wording import Bought
from shared.departments import Department, Register
from shared.times import LONDON


@dataclass(frozen=True, slots=True)
class Contract:
    """`department`: words of its name. `outcome` is what the example tells others."""

    department: str
    start: date
    bought: Bought
    outcome: str


SIX = (
    Contract(
        "Housing",
        date(2024, 11, 13),
        Bought("Housing repairs", "50700000", True, social="Tenants trained and hired as repair operatives."),
        "Twelve tenants began as repair operatives; complaints fell as crews came from the estates they served.",
    ),
    Contract(
        "Energy",
        date(2025, 3, 12),
        Bought("Energy efficiency in low-income homes", "71314300", True, economic="Local installers certified."),
        "Local installers did four in five homes, and households had advice on bills along with the insulation.",
    ),
    Contract(
        "Environment",
        date(2025, 5, 14),
        Bought("River management", "90733000", False, environmental="Banks planted rather than walled."),
        "Volunteers and trainees planted nine kilometres of bank; the next flood stayed below the gardens.",
    ),
    Contract(
        "Work and Pensions",
        date(2025, 9, 10),
        Bought("Support for troubled families", "85300000", True, social="Key workers from the same streets."),
        "One key worker a family, employed locally; attendance at school and at work rose within the year.",
    ),
    Contract(
        "Justice",
        date(2025, 11, 19),
        Bought(
            "Banking services for people leaving custody", "66110000", True, social="An account on the day of release."
        ),
        "Basic accounts through credit unions; wages could be paid from the first week in work.",
    ),
    Contract(
        "Education",
        date(2026, 2, 11),
        Bought("School milk", "15511000", True, environmental="Returnable bottles, one delivery round a region."),
        "Dairies of the region deliver in returnable bottles; farm visits became part of the contract.",
    ),
)


def six_contracts(
    register: Register, seed: int, number: Callable[[], int]
) -> Iterator[tuple[Procurement, list[Draft]]]:
    for contract in SIX:
        department = next((d for d in register.secretaries(contract.start) if contract.department in _names(d)), None)
        if department is not None:
            p = _procurement(register, department, contract, seed, number())
            yield p, [*notices(dice(seed, contract.bought.title, "notices"), p), *_records(p, contract, seed)]


def _names(department: Department) -> str:
    return f"{department.names[-1].text}; {department.head_titles[-1].text}"


def _procurement(register: Register, department: Department, contract: Contract, seed: int, number: int) -> Procurement:
    rng = dice(seed, contract.bought.title)
    start = datetime.combine(contract.start, time(10), LONDON)
    buyer = Buyers(register, department).own(contract.start)
    p = invent(rng, number, buyer, "services", start, contract.bought, contract.bought.title)
    signed = contract.start + timedelta(days=100)
    return replace(p, net=2_400_000, signed=signed, cancelled=None, weight=15, published_weight=True)


def _records(p: Procurement, contract: Contract, seed: int) -> Iterator[Draft]:
    rng = dice(seed, contract.bought.title, "records")
    sender = str(p.buyer.sender)
    strong = replace(LEVELS["S"], weighted=1, complete=1, delivered=1, reported=1, late=0)

    def say(name: str, subject: str, when: datetime, data: dict[str, Any], key: str = "") -> Draft:
        return draft(sender, name, subject, when, data, recorded=noted(rng, when), key=key)

    considered = p.start - timedelta(days=40)
    strands = {
        name: {"answer": "considered", "text": getattr(p.bought, name)}
        for name in ("economic", "social", "environmental")
    }
    answers = {
        "considered_at": considered.isoformat(),
        "strands": strands,
        "process": wording.PROCESS[0],
        "relevance": wording.RELEVANCE[0],
        "proportionality": wording.PROPORTIONALITY[0],
        "outcome": "adopted",
        "evidence": evidence(p, "consideration.pdf"),
    }
    yield say("consideration.recorded", p.ocid, considered, answers)
    decided = p.start - timedelta(days=34)
    decision = {
        "decided_at": decided.isoformat(),
        "consult": True,
        "citizen_service": True,
        "reason": wording.CONSULTATION,
        "evidence": evidence(p, "consultation.pdf"),
    }
    yield say("consultation.decided", p.ocid, decided, decision)
    yield held(rng, p, decided)
    yield started(rng, strong, p)
    for key, (text, unit, (least, most)) in zip(("C1", "C2"), wording.COMMITMENTS[:2], strict=True):
        yield from commitment(rng, strong, p, key, text, unit, (least + most) // 2)
    assert p.signed is not None  # noqa: S101 - _procurement() sets it
    assessed = min(datetime.combine(p.signed + timedelta(days=120), time(11), LONDON), LATEST - timedelta(days=60))
    kpi = {"title": "Social value: commitments met", "social_value": True, "rating": "good"}
    kpi |= {"kpi": "SV1", "contract": p.contract, "assessed_on": str(assessed.date())}
    yield say("kpi.assessed", p.ocid, assessed, kpi, "SV1")
    example = {
        "title": p.title,
        "service": p.title,
        "strands": list(strands),
        "outcome": contract.outcome,
        "ocid": p.ocid,
    }
    shared = min(assessed + timedelta(days=20), LATEST - timedelta(days=55))
    yield say("example.shared", sender, shared, example, p.title)
