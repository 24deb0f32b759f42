"""The six contracts that the review of 2014 gave as good practice, as they might be bought today, with full records."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from deploy.local.sample import wording
from deploy.local.sample.about import about, evidence
from deploy.local.sample.buyers import Buyers
from deploy.local.sample.consulting import held
from deploy.local.sample.delivery import commitment
from deploy.local.sample.model import Draft, dice, draft, noted
from deploy.local.sample.notices import notices
from deploy.local.sample.procurements import Procurement, invent
from deploy.local.sample.profiles import LEVELS
from deploy.local.sample.records import started
from deploy.local.sample.wording import Bought
from shared.departments import Department, Register
from shared.times import LONDON

STRANDS = ("economic", "social", "environmental")
STRONG = replace(LEVELS["S"], weighted=1, complete=1, delivered=1, reported=1, late=0)
"""Leaves nothing to the dice."""


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
            signed = contract.start + timedelta(days=100)
            p = replace(_procurement(register, department, contract, seed, number()), signed=signed)
            published = notices(dice(seed, contract.bought.title, "notices"), p)
            yield p, [*published, *_before(p, seed), *_after(p, contract, signed, seed)]


def _names(department: Department) -> str:
    return f"{department.names[-1].text}; {department.head_titles[-1].text}"


def _procurement(register: Register, department: Department, contract: Contract, seed: int, number: int) -> Procurement:
    rng = dice(seed, contract.bought.title)
    start = datetime.combine(contract.start, time(10), LONDON)
    buyer = Buyers(register, department).own(contract.start)
    p = invent(rng, number, buyer, "services", start, contract.bought, contract.bought.title)
    return replace(p, net=2_400_000, cancelled=None, weight=15, published_weight=True)


def _before(p: Procurement, seed: int) -> Iterator[Draft]:
    """What was recorded up to the start."""
    rng = dice(seed, p.bought.title, "before")
    considered = p.start - timedelta(days=40)
    answers = {
        "considered_at": considered.isoformat(),
        "strands": {name: {"answer": "considered", "text": getattr(p.bought, name)} for name in STRANDS},
        "process": wording.PROCESS[0],
        "relevance": wording.RELEVANCE[0],
        "proportionality": wording.PROPORTIONALITY[0],
        "outcome": "adopted",
        "evidence": evidence(p, "consideration.pdf"),
    }
    yield about(p, "consideration.recorded", considered, answers, rng)
    decided = p.start - timedelta(days=34)
    decision = {
        "decided_at": decided.isoformat(),
        "consult": True,
        "citizen_service": p.bought.citizen,
        "reason": wording.CONSULTATION,
        "evidence": evidence(p, "consultation.pdf"),
    }
    yield about(p, "consultation.decided", decided, decision, rng)
    yield held(rng, p, decided)
    yield started(rng, STRONG, p)


def _after(p: Procurement, contract: Contract, signed: date, seed: int) -> Iterator[Draft]:
    """What came of it."""
    rng = dice(seed, p.bought.title, "after")
    for key, (text, unit, (least, most)) in zip(("C1", "C2"), wording.COMMITMENTS, strict=False):
        yield from commitment(rng, STRONG, p, signed, key, text, unit, (least + most) // 2)
    assessed = datetime.combine(signed + timedelta(days=110), time(11), LONDON)
    kpi = {
        "kpi": "SV1",
        "contract": p.contract,
        "title": "Social value: commitments met",
        "social_value": True,
        "rating": "good",
        "assessed_on": str(assessed.date()),
    }
    yield about(p, "kpi.assessed", assessed, kpi, rng, key="SV1")
    example = {
        "title": p.title,
        "service": p.title,
        "strands": list(STRANDS),
        "outcome": contract.outcome,
        "ocid": p.ocid,
    }
    shared, code = assessed + timedelta(days=14), p.buyer.sender
    key = p.title.lower().replace(" ", "-")
    yield draft(code, "example.shared", code, shared, example, recorded=noted(rng, shared), key=key)
