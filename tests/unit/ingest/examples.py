"""One valid event of every type in the catalogue, and small makers of submissions for the tests of ingest."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson

from services.ingest.acceptance import Accepted, Rejected, accept
from services.ingest.binding import Mode, Submission
from shared.departments import load_register
from shared.envelope import Event
from shared.events.catalogue import event_type

Json = dict[str, Any]

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
TIME = "2026-11-20T09:30:00+00:00"
OCID = "ocds-h6vhtk-06e0b1"
ROUND = "2026-27-q2"
EVIDENCE = {"url": "https://example.gov.uk/records/17", "sha256": "a" * 64}

RELEASE: Json = {
    "ocid": OCID,
    "id": "071453-2026",
    "date": TIME,
    "tag": ["tender"],
    "initiationType": "tender",
    "parties": [{"id": "GB-PPON-1", "name": "Department for Work and Pensions", "roles": ["buyer"]}],
    "buyer": {"id": "GB-PPON-1", "name": "Department for Work and Pensions"},
    "tender": {"id": "t", "title": "Cleaning", "value": {"amount": 250000.5, "currency": "GBP"}},
}

EXAMPLES: Mapping[str, tuple[str, str, Json]] = {
    "notice.published": ("find-a-tender", OCID, RELEASE),
    "procurement.proposed": (
        "dwp",
        OCID,
        {"title": "Cleaning", "planned_start": "2027-05-01", "category": "services", "value": {"net": "250000.00"}},
    ),
    "procurement.started": (
        "dwp",
        OCID,
        {
            "started_at": TIME,
            "limb": "a",
            "value": {"net": 250000, "gross": 300000.5},
            "light_touch": False,
            "weight": 12.5,
            "framework": "PPN002",
            "codes": ["MAC-1.1"],
        },
    ),
    "consideration.recorded": (
        "dwp",
        OCID,
        {
            "considered_at": "2026-11-01",
            "strands": {
                "economic": {"answer": "considered"},
                "environmental": {"answer": "not-relevant", "text": "Remote work only."},
            },
            "outcome": "adopted",
            "evidence": EVIDENCE,
        },
    ),
    "consultation.decided": ("dwp", OCID, {"decided_at": TIME, "consult": False, "reason": "A service for staff."}),
    "consultation.held": (
        "dwp",
        OCID,
        {"held_from": "2026-09-01", "held_to": "2026-09-30", "with_whom": "Providers", "responses": 12},
    ),
    "urgency.claimed": ("dwp", OCID, {"claimed_at": TIME, "subsections": ["3", "7"], "reason": "Flood."}),
    "commitment.made": (
        "dwp",
        OCID,
        {"commitment": "C-1", "description": "Apprenticeships", "quantity": 20, "unit": "people", "due": "2027-11-30"},
    ),
    "commitment.reported": ("dwp", OCID, {"commitment": "C-1", "delivered": "7.5", "as_of": "2026-11-01"}),
    "kpi.assessed": (
        "dwp",
        OCID,
        {"kpi": "K-1", "title": "Jobs", "social_value": True, "rating": "good", "assessed_on": "2026-11-01"},
    ),
    "champion.appointed": ("dwp", "dwp", {"name": "A Person", "post": "Director", "appointed_on": "2026-11-01"}),
    "champion.stood-down": ("dwp", "dwp", {"stood_down_on": "2026-11-01"}),
    "strategy.published": (
        "dwp",
        "dwp",
        {"title": "Strategy", "published_on": "2026-11-01", "priorities": ["Jobs"], "how_teams_apply": "By lot."},
    ),
    "guidance.issued": (
        "dwp",
        "dwp",
        {"title": "Guidance", "issued_on": "2026-11-01", "for_whom": "Commissioners", "pages": 4},
    ),
    "training.completed": (
        "dwp",
        "dwp",
        {"programme": "masterclass", "completed_on": "2026-11-01", "participants": 9, "commercial_staff": 3},
    ),
    "staff.counted": ("dwp", "dwp", {"counted_on": "2026-11-01", "commercial_staff": 400}),
    "example.shared": (
        "dwp",
        "dwp",
        {"title": "Lots", "service": "Cleaning", "strands": ["social"], "outcome": "Twelve jobs.", "ocid": OCID},
    ),
    "barrier.reported": ("dwp", "dwp", {"barrier": "not-inspired", "text": "No time."}),
    "action.raised": ("review-team", "dwp", {"action": "A-1", "text": "Publish a strategy.", "due": "2027-01-31"}),
    "action.closed": ("dwp", "dwp", {"action": "A-1", "closed_on": "2026-11-01", "done": True}),
    "heartbeat": ("dwp", "dwp", {"nothing_to_report": True}),
    "office-holder.appointed": (
        "review-team",
        "dwp",
        {"name": "A Person", "office": "Secretary of State", "appointed_on": "2026-07-05"},
    ),
    "case.opened": (
        "review-team",
        "case/PPRS-2026-0012",
        {"department": "dwp", "authority": "An agency", "issue": "Weight", "opened_on": "2026-11-01", "ocid": OCID},
    ),
    "case.updated": ("review-team", "case/PPRS-2026-0012", {"state": "screened", "on": "2026-11-02"}),
    "case.closed": ("review-team", "case/PPRS-2026-0012", {"closed_on": "2026-11-20", "outcome": "upheld"}),
    "recommendation.issued": (
        "review-team",
        "case/PPRS-2026-0012",
        {"recommendation": "R-1", "text": "Ask earlier.", "issued_on": "2026-11-20", "due": "2027-02-20"},
    ),
    "recommendation.implemented": (
        "review-team",
        "case/PPRS-2026-0012",
        {"recommendation": "R-1", "implemented_on": "2026-11-21"},
    ),
    "spot-check.completed": (
        "review-team",
        OCID,
        {"check": "S-1", "completed_on": "2026-11-20", "result": "passed", "three_strands": True},
    ),
    "buyer.attributed": (
        "review-team",
        "register/buyers",
        {"buyer_id": "GB-PPON-9", "buyer_name": "Nowhere Board", "department": "dwp"},
    ),
    "round.opened": ("pm-office", ROUND, {"due": "2026-12-15", "publish_at": "2026-12-20T09:30:00+00:00"}),
    "round.closed": ("pm-office", ROUND, {"closed_on": "2026-11-20"}),
    "statement.signed": (
        "dwp",
        f"{ROUND}/dwp",
        {
            "statement": "We did well.",
            "signed_by": "A Person",
            "office": "Secretary of State",
            "signed_on": "2026-11-20",
            "actions": [{"action": "A-2", "text": "Train all.", "due": "2027-03-31"}],
        },
    ),
    "event.withdrawn": ("dwp", OCID, {"source": "/dwp/system", "id": "e-0", "reason": "Wrong procurement."}),
}
"""Name of the type → (sender, subject, data)."""

REGISTER = load_register()


def event_of(name: str, **changes: Any) -> Json:
    """The example of a type as a CloudEvent; an attribute given as None is left out."""
    sender, subject, data = EXAMPLES[name]
    whole = {
        "specversion": "1.0",
        "id": "e-1",
        "source": f"/{sender}/system",
        "type": event_type(name).type,
        "subject": subject,
        "time": TIME,
        "data": data,
    }
    return {key: value for key, value in (whole | changes).items() if value is not None}


def structured(event: Any) -> Submission:
    """`event` as JSON, or bytes as they are."""
    return Submission(Mode.STRUCTURED, event if isinstance(event, bytes) else orjson.dumps(event), {})


def outcome(submission: Submission, *, sender: str = "dwp", replay: bool = False) -> Accepted | Rejected:
    """What accept() says, NOW, of a submission by `sender`."""
    return accept(submission, sender=REGISTER.sender(sender), register=REGISTER, received=NOW, replay=replay)


def accepted(submission: Submission, *, sender: str = "dwp", replay: bool = False) -> Event:
    found = outcome(submission, sender=sender, replay=replay)
    assert isinstance(found, Accepted), found
    return found.event


def rejected(submission: Submission, *, sender: str = "dwp") -> tuple[str, list[tuple[str, str]]]:
    """The kind of problem, and (JSON pointer, detail) of each fault."""
    found = outcome(submission, sender=sender)
    assert isinstance(found, Rejected), found
    return found.problem.slug, [(fault.pointer, fault.detail) for fault in found.problem.errors]
