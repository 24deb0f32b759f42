"""Small notices and declarations of invented procurements, and the way from them to a scope decision."""

from datetime import UTC, datetime
from typing import Any

from services.aggregator.hearing import heard
from services.aggregator.procurement import Procurement
from services.aggregator.scope import Scope, decide
from services.aggregator.subjects import build
from shared import times
from shared.departments import AuthorityClass, load_register
from shared.envelope import Event
from shared.events.catalogue import event_type
from shared.rules import load_rules

OCID = "ocds-abcdef-0001"
CENTRAL = "publicAuthorityCentralGovernment"
SUB_CENTRAL = "publicAuthoritySubCentralGovernment"
PA2023 = {"scheme": "UKPGA", "id": "2023/54"}
PCR2015 = {"scheme": "CELEX", "id": "32014L0024"}

TAGS = {
    "UK1": ["planning"],
    "UK2": ["planning"],
    "UK3": ["planning"],
    "UK4": ["tender"],
    "UK5": ["award", "contract"],
    "UK6": ["award", "contract"],
    "UK7": ["award", "contract"],
    "UK9": ["implementation"],
    "UK10": ["contractAmendment"],
    "UK11": ["contractTermination"],
    "UK12": ["tenderCancellation"],
    "UK13": ["tender"],
    "UK14": ["award", "contract"],
}


def release(
    notice_type: str | None = "UK4",
    *,
    id: str = "000001-2026",
    date: str = "2026-07-20T10:00:00+01:00",
    kind: str | None = CENTRAL,
    devolved: str | None = None,
    basis: dict[str, str] | None = PA2023,
    tags: list[str] | None = None,
    tender: dict[str, Any] | None = None,
    **parts: Any,
) -> dict[str, Any]:
    """One release with a buyer. `tender` and `parts` add to it; `notice_type` None is an older form."""
    classes = [{"scheme": "UK_CA_TYPE", "id": kind}] if kind else []
    if devolved:
        classes.append({"scheme": "UK_CA_DEVOLVED_REGULATIONS", "id": devolved})
    document = {"id": id, "noticeType": notice_type} if notice_type else {"id": id}
    return {
        "ocid": OCID,
        "id": id,
        "date": date,
        "tag": tags or TAGS[notice_type or "UK4"],
        "buyer": {"id": "GB-PPON-TEST-0001", "name": "Office of Examples"},
        "parties": [
            {
                "id": "GB-PPON-TEST-0001",
                "name": "Office of Examples",
                "roles": ["buyer"],
                "details": {"classifications": classes},
            }
        ],
        "tender": {
            "title": "Gardens",
            "documents": [document],
            **({"legalBasis": basis} if basis else {}),
            **(tender or {}),
        },
        **parts,
    }


def services(**tender: Any) -> dict[str, Any]:
    return {"mainProcurementCategory": "services", **tender}


def pounds(*, net: float | None = None, gross: float | None = None, currency: str = "GBP") -> dict[str, Any]:
    amounts = {"amount": net, "amountGross": gross}
    return {"currency": currency, **{name: amount for name, amount in amounts.items() if amount is not None}}


def event(
    name: str, data: dict[str, Any], *, id: str | None = None, time: str | None = None, sender: str = "dwp"
) -> Event:
    at = times.parse(
        time or (data.get("date") if isinstance(data.get("date"), str) else None) or "2026-07-01T09:00:00Z"
    )
    return Event(
        source=f"/{sender}/commercial",
        id=id or str(data.get("id", name)),
        type=event_type(name).type,
        subject=OCID,
        time=at,
        data=data,
        sender=sender,
        received=datetime(2026, 11, 1, tzinfo=UTC),
    )


def published(data: dict[str, Any]) -> Event:
    return event("notice.published", data)


def procurement(*events: Event) -> Procurement:
    return Procurement(OCID, heard(build(OCID, events).facts, load_register()))


def scope(
    *found: Event | dict[str, Any], authority: AuthorityClass | None = None, is_register_body: bool = False
) -> Scope:
    """Of notices (as releases) and other events."""
    events = [part if isinstance(part, Event) else published(part) for part in found]
    return decide(procurement(*events), authority=authority, is_register_body=is_register_body, rules=load_rules())


def codes(decided: Scope) -> tuple[str, tuple[str, ...]]:
    """The decision and the codes of its reasons."""
    return decided.decision.value, tuple(reason.code for reason in decided.reasons)
