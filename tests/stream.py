"""A seeded stream of submissions with everything that happens to events: repeats, conflicts, withdrawals, garbage."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import orjson

from services.ingest import binding
from services.ingest.acceptance import Accepted, accept
from shared.departments import load_register
from shared.envelope import Event
from shared.events.catalogue import event_type

DEPARTMENTS = {
    "dwp": "Department for Work and Pensions",
    "moj": "Ministry of Justice",
    "dft": "Department for Transport",
}
UNKNOWN = ("Nowhere Trading Board", "Office of Lost Property")
FIRST = datetime(2026, 1, 5, 9, tzinfo=UTC)
GARBAGE = (b"\xff\xfe", b"{", b"[]", b"null", b'{"specversion":"1.0"}', b'{"ocid":"ocds-abcdef-1"}')


@dataclass(frozen=True, slots=True)
class Submitted:
    """One line as `sender` sends it; `broken` lines are to be refused."""

    sender: str
    line: bytes
    broken: bool = False


def cloudevent(
    sender: str, name: str, subject: str, id: str, data: dict[str, Any], *, at: datetime = FIRST, late: int = 0
) -> dict[str, Any]:
    """A CloudEvent as a sender writes it; its system recorded it `late` days after it happened."""
    return {
        "specversion": "1.0",
        "id": id,
        "source": f"/{sender}/system",
        "type": event_type(name).type,
        "subject": subject,
        "time": at.isoformat(),
        "recordedtime": (at + timedelta(days=late)).isoformat(),
        "data": data,
    }


def release(
    ocid: str, id: str, *, at: datetime, buyer: str, tag: str = "tender", value: int = 900_000
) -> dict[str, Any]:
    """A small OCDS release of a services contract."""
    money = {"amount": value, "amountGross": value * 1.2, "currency": "GBP"}
    awarded = {
        "parties": [
            {"id": "GB-1", "name": buyer, "roles": ["buyer"]},
            {"id": "S-1", "name": "A firm", "roles": ["supplier"], "details": {"scale": "sme"}},
        ],
        "awards": [{"id": "A1", "status": "active", "value": money, "suppliers": [{"id": "S-1", "name": "A firm"}]}],
        "contracts": [{"id": "C1", "awardID": "A1", "status": "active", "dateSigned": at.isoformat(), "value": money}],
    }
    return {
        "ocid": ocid,
        "id": id,
        "date": at.isoformat(),
        "tag": [tag],
        "initiationType": "tender",
        "parties": [{"id": "GB-1", "name": buyer, "roles": ["buyer"]}],
        "buyer": {"id": "GB-1", "name": buyer},
        "tender": {
            "id": "T1",
            "title": f"Services {ocid[-4:]}",
            "status": "active",
            "mainProcurementCategory": "services",
            "value": money,
            "legalBasis": {"id": "2023/54", "scheme": "UKPGA"},
        },
        **(awarded if tag == "award" else {}),
    }


def stream(seed: int, *, procurements: int) -> list[Submitted]:
    """About seven submissions a procurement, shuffled."""
    rng = Random(seed)
    said = [*_rounds(), *_cases(), *_capability(rng)]
    for number in range(procurements):
        said += _procurement(rng, f"ocds-abcdef-{seed}{number:05d}")
    said += [event for event in said if rng.random() < 0.05]  # repeats
    for sender, event in list(said):
        if rng.random() < 0.02:
            reason = {"source": event["source"], "id": event["id"], "reason": "sent in error"}
            said.append((sender, event | _envelope("event.withdrawn", f"{event['id']}/withdrawal", reason)))
        elif rng.random() < 0.01:
            other = (FIRST + timedelta(days=40)).isoformat()
            said.append((sender, event | {"time": other, "recordedtime": other}))  # a conflict
    found = [Submitted(sender, orjson.dumps(event)) for sender, event in said]
    found += [
        Submitted(rng.choice(list(DEPARTMENTS)), rng.choice(GARBAGE), broken=True) for _ in range(len(said) // 40)
    ]
    rng.shuffle(found)
    return found


Said = tuple[str, dict[str, Any]]


def _envelope(name: str, id: str, data: dict[str, Any]) -> dict[str, Any]:
    return {"type": event_type(name).type, "id": id, "data": data}


def _rounds() -> Iterator[Said]:
    for period, due in (("2025-26-q4", "2026-04-15"), ("2026-27-q1", "2026-07-15"), ("2025-26", "2026-04-30")):
        data = {"due": due, "publish_at": f"{due}T09:30:00+01:00"}
        yield "pm-office", cloudevent("pm-office", "round.opened", period, f"{period}/opened", data)
    closed = {"closed_on": "2026-04-20"}
    yield "pm-office", cloudevent("pm-office", "round.closed", "2025-26-q4", "2025-26-q4/closed", closed)
    for buyer, department in ((UNKNOWN[0].upper(), "moj"), (UNKNOWN[1], "dft")):
        data = {"buyer_name": buyer, "department": department}
        yield (
            "review-team",
            cloudevent("review-team", "buyer.attributed", "register/buyers", f"attributed/{buyer}", data),
        )


def _cases() -> Iterator[Said]:
    """One case that ends well within the standard, one that is never closed and has a recommendation."""
    for key, department in (("case/1", "dwp"), ("case/2", "moj")):
        opened = {
            "department": department,
            "authority": "A board",
            "issue": "No consultation",
            "opened_on": "2026-02-01",
        }
        yield "review-team", cloudevent("review-team", "case.opened", key, f"{key}/opened", opened)
    closed = {"closed_on": "2026-03-01", "outcome": "not-upheld"}
    yield "review-team", cloudevent("review-team", "case.closed", "case/1", "case/1/closed", closed)
    advice = {"recommendation": "R1", "text": "Consult", "issued_on": "2026-03-01", "due": "2026-05-01"}
    yield "review-team", cloudevent("review-team", "recommendation.issued", "case/2", "case/2/R1", advice)


def _capability(rng: Random) -> Iterator[Said]:
    for code in DEPARTMENTS:
        for name, data in (
            ("champion.appointed", {"name": "A. Person", "post": "Commercial director", "appointed_on": "2025-12-01"}),
            ("champion.stood-down", {"stood_down_on": "2026-05-31"}),
            ("strategy.published", {"title": "Strategy", "published_on": "2026-01-10", "priorities": ["Jobs"]}),
            ("staff.counted", {"counted_on": "2026-01-31", "commercial_staff": 120}),
            ("barrier.reported", {"barrier": "uncertain-of-law", "text": "What is proportionate?"}),
            ("action.raised", {"action": "A1", "text": "Train everybody", "due": "2026-06-30"}),
            ("action.closed", {"action": "A1", "closed_on": "2026-06-01", "done": True}),
            ("heartbeat", {"nothing_to_report": True}),
            (
                "training.completed",
                {"programme": "masterclass", "completed_on": "2026-02-02", "participants": 9, "commercial_staff": 7},
            ),
        ):
            at = FIRST + timedelta(days=rng.randint(0, 170))
            yield code, cloudevent(code, name, code, f"{name}", data, at=at, late=rng.choice((0, 1, 90)))
        data = {
            "statement": "We did.",
            "signed_by": "B. Minister",
            "office": "Secretary of State",
            "signed_on": "2026-04-10",
        }
        yield code, cloudevent(code, "statement.signed", f"2025-26-q4/{code}", "statement/q4", data)


def _procurement(rng: Random, ocid: str) -> Iterator[Said]:
    code, name = rng.choice(list(DEPARTMENTS.items()))
    buyer = rng.choice(UNKNOWN) if rng.random() < 0.2 else name
    start = FIRST + timedelta(days=rng.randint(5, 170), minutes=rng.randint(0, 400))
    value = rng.choice((15_000, 250_000, 900_000, 4_000_000))
    for number, tag in enumerate(("tender", "tenderUpdate", "award")[: rng.randint(1, 3)], 1):
        at = start + timedelta(days=20 * (number - 1))
        data = release(ocid, f"{ocid.rpartition('-')[2]}-{number}", at=at, buyer=buyer, tag=tag, value=value)
        yield "find-a-tender", cloudevent("find-a-tender", "notice.published", ocid, data["id"], data, at=at)
    if rng.random() < 0.1:
        data = {"check": "S1", "completed_on": start.date().isoformat(), "result": rng.choice(("passed", "not-passed"))}
        yield "review-team", cloudevent("review-team", "spot-check.completed", ocid, f"{ocid}/S1", data, at=start)
    for kind, days, data in _declared(rng, start):
        if rng.random() < 0.7:
            at = start + timedelta(days=days)
            yield code, cloudevent(code, kind, ocid, f"{ocid}/{kind}", data, at=at, late=rng.choice((0, 2, 100)))
        if rng.random() < 0.03:  # another department's word, which counts where nobody knows the buyer
            other = rng.choice(sorted(DEPARTMENTS.keys() - {code}))
            at = start + timedelta(days=days + 1)
            yield other, cloudevent(other, kind, ocid, f"{ocid}/{kind}", data, at=at)


def _declared(rng: Random, start: datetime) -> Iterator[tuple[str, int, dict[str, Any]]]:
    day = start.date()
    strands = {s: {"answer": "considered", "text": "Yes"} for s in ("economic", "social", "environmental")}
    yield "procurement.started", 0, {"started_at": day.isoformat(), "limb": "a", "weight": "10"}
    days = rng.choice((-20, -3, 0, 10))
    considered = (start + timedelta(days=days)).isoformat()
    record = {"considered_at": considered, "strands": strands, "process": "Lots", "outcome": "adopted"}
    yield "consideration.recorded", days, record | ({"relevance": "r", "proportionality": "p"} if days < -5 else {})
    days = rng.choice((-10, 5))
    decided = (day + timedelta(days=days)).isoformat()
    yield "consultation.decided", days, {"decided_at": decided, "consult": rng.random() < 0.5, "reason": "Small"}
    if rng.random() < 0.2:
        yield "urgency.claimed", 0, {"claimed_at": day.isoformat(), "subsections": ["3", "7"], "reason": "Flood"}
    due = day + timedelta(days=rng.choice((30, 120, 300)))
    commitment = {"commitment": "C1", "description": "Apprentices", "quantity": "5", "unit": "people"}
    yield "commitment.made", 30, commitment | {"due": due.isoformat(), "framework": "PPN002", "codes": ["O1"]}
    report = {"commitment": "C1", "delivered": rng.choice(("2", "5")), "as_of": due.isoformat()}
    yield "commitment.reported", 90, report
    plan = {"title": "Next", "planned_start": (day + timedelta(days=200)).isoformat(), "social_value_planned": True}
    yield "procurement.proposed", -30, plan


def accepted(submissions: list[Submitted]) -> list[Event]:
    """What ingest makes of them, in their order."""
    register = load_register()
    found = []
    for submitted in submissions:
        outcome = accept(
            binding.line(submitted.line),
            sender=register.sender(submitted.sender),
            register=register,
            received=datetime(2026, 11, 1, tzinfo=UTC),
            replay=True,
        )
        assert isinstance(outcome, Accepted) is not submitted.broken, (submitted, outcome)
        if isinstance(outcome, Accepted):
            found.append(outcome.event)
    return found
