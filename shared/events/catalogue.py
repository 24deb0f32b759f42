"""The event catalogue: every type, what it is about, who may send it, and the model of its data.

JSON Schemas, AsyncAPI, OpenAPI and docs/events.md are generated from this table.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from shared.events import department, procurement, review, round
from shared.events.base import Data

PREFIX = "uk.gov.social-value."


class Kind(StrEnum):
    """What an event is about. The CloudEvents subject's spelling says which, so a subject needs no other key."""

    PROCUREMENT = "procurement"
    DEPARTMENT = "department"
    CASE = "case"
    ROUND = "round"
    STATEMENT = "statement"
    REGISTER = "register"


SUBJECTS: Mapping[Kind, tuple[re.Pattern[str], str]] = {
    Kind.PROCUREMENT: (re.compile(r"ocds-[0-9a-z]{6}-\S{1,200}"), "an OCID such as ocds-h6vhtk-06e0b1"),
    Kind.CASE: (re.compile(r"case/[A-Za-z0-9._-]{1,80}"), "a case reference such as case/PPRS-2026-0012"),
    Kind.ROUND: (re.compile(r"20[0-9]{2}-[0-9]{2}(-q[1-4])?"), "a period such as 2026-27-q2"),
    Kind.STATEMENT: (
        re.compile(r"20[0-9]{2}-[0-9]{2}(-q[1-4])?/[a-z][a-z0-9-]{1,39}"),
        "a period and a department such as 2026-27-q2/dwp",
    ),
    Kind.REGISTER: (re.compile(r"register/buyers"), "register/buyers"),
    Kind.DEPARTMENT: (re.compile(r"(?!ocds-)[a-z][a-z0-9-]{1,39}"), "a department's code such as dwp"),
}


class Role(StrEnum):
    """Who a sender is. A department speaks for itself and its bodies only."""

    DEPARTMENT = "department"
    PUBLISHER = "publisher"
    REVIEW_TEAM = "review-team"
    PM_OFFICE = "pm-office"


BUYER = frozenset({Role.DEPARTMENT})
NOTICES = frozenset({Role.DEPARTMENT, Role.PUBLISHER})
REVIEW = frozenset({Role.REVIEW_TEAM})
PM = frozenset({Role.PM_OFFICE})


@dataclass(frozen=True, slots=True)
class EventType:
    """One row of the catalogue. `kind` None: the subject may be of any kind (a withdrawal)."""

    name: str
    kind: Kind | None
    senders: frozenset[Role]
    model: type[Data]

    @property
    def type(self) -> str:
        return f"{PREFIX}{self.name}.v1"


_ROWS = [
    EventType("notice.published", Kind.PROCUREMENT, NOTICES, procurement.NoticePublished),
    EventType("procurement.proposed", Kind.PROCUREMENT, BUYER, procurement.ProcurementProposed),
    EventType("procurement.started", Kind.PROCUREMENT, BUYER, procurement.ProcurementStarted),
    EventType("consideration.recorded", Kind.PROCUREMENT, BUYER, procurement.ConsiderationRecorded),
    EventType("consultation.decided", Kind.PROCUREMENT, BUYER, procurement.ConsultationDecided),
    EventType("consultation.held", Kind.PROCUREMENT, BUYER, procurement.ConsultationHeld),
    EventType("urgency.claimed", Kind.PROCUREMENT, BUYER, procurement.UrgencyClaimed),
    EventType("commitment.made", Kind.PROCUREMENT, BUYER, procurement.CommitmentMade),
    EventType("commitment.reported", Kind.PROCUREMENT, BUYER, procurement.CommitmentReported),
    EventType("kpi.assessed", Kind.PROCUREMENT, BUYER, procurement.KpiAssessed),
    EventType("champion.appointed", Kind.DEPARTMENT, BUYER, department.ChampionAppointed),
    EventType("champion.stood-down", Kind.DEPARTMENT, BUYER, department.ChampionStoodDown),
    EventType("strategy.published", Kind.DEPARTMENT, BUYER, department.StrategyPublished),
    EventType("guidance.issued", Kind.DEPARTMENT, BUYER, department.GuidanceIssued),
    EventType("training.completed", Kind.DEPARTMENT, BUYER, department.TrainingCompleted),
    EventType("staff.counted", Kind.DEPARTMENT, BUYER, department.StaffCounted),
    EventType("example.shared", Kind.DEPARTMENT, BUYER, department.ExampleShared),
    EventType("barrier.reported", Kind.DEPARTMENT, BUYER, department.BarrierReported),
    EventType("action.raised", Kind.DEPARTMENT, BUYER | REVIEW, department.ActionRaised),
    EventType("action.closed", Kind.DEPARTMENT, BUYER, department.ActionClosed),
    EventType("heartbeat", Kind.DEPARTMENT, BUYER, department.Heartbeat),
    EventType("office-holder.appointed", Kind.DEPARTMENT, REVIEW, department.OfficeHolderAppointed),
    EventType("case.opened", Kind.CASE, REVIEW, review.CaseOpened),
    EventType("case.updated", Kind.CASE, REVIEW, review.CaseUpdated),
    EventType("case.closed", Kind.CASE, REVIEW, review.CaseClosed),
    EventType("recommendation.issued", Kind.CASE, REVIEW, review.RecommendationIssued),
    EventType("recommendation.implemented", Kind.CASE, REVIEW, review.RecommendationImplemented),
    EventType("spot-check.completed", Kind.PROCUREMENT, REVIEW, review.SpotCheckCompleted),
    EventType("buyer.attributed", Kind.REGISTER, REVIEW, review.BuyerAttributed),
    EventType("round.opened", Kind.ROUND, PM, round.RoundOpened),
    EventType("round.closed", Kind.ROUND, PM, round.RoundClosed),
    EventType("statement.signed", Kind.STATEMENT, BUYER, round.StatementSigned),
    EventType("event.withdrawn", None, frozenset(Role), round.EventWithdrawn),
]

CATALOGUE: Mapping[str, EventType] = {row.type: row for row in _ROWS}


def event_type(name: str) -> EventType:
    """By its short name, `notice.published`. Raises KeyError."""
    return CATALOGUE[f"{PREFIX}{name}.v1"]


@lru_cache(maxsize=20_000)  # asked several times of each event
def kind_of(subject: str) -> Kind | None:
    """What a subject is, by its spelling; None when it is none of them."""
    return next((kind for kind, (pattern, _) in SUBJECTS.items() if pattern.fullmatch(subject)), None)
