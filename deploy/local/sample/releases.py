"""What OCDS releases hold, in the shapes of the two years: under the regulations of 2015 and the Act of 2023."""

import random
from datetime import date, timedelta
from typing import Any

from deploy.local.sample.procurements import Procurement

Json = dict[str, Any]

DETAILS = {"call-off": "Call-off from a framework agreement", "below": "Open procedure (below threshold)"}
WITHOUT_NOTICE = "Negotiated procedure without prior publication"


def _tender(p: Procurement) -> Json:
    tender: Json = {
        "id": p.ocid,
        "title": p.title,
        "mainProcurementCategory": p.category,
        "classification": {"scheme": "CPV", "id": p.bought.cpv},
    }
    if not p.old:
        tender["legalBasis"] = {"scheme": "UKPGA", "id": "2023/54"}
    elif p.kind not in DETAILS:
        tender["legalBasis"] = {"scheme": "CELEX", "id": "32014L0023" if p.kind == "concession" else "32014L0024"}
    return tender


def _value(p: Procurement, net: int) -> Json:
    """Notices under the regulations of 2015 gave the value without VAT only."""
    gross = {} if p.old else {"amountGross": net * 6 // 5}
    return {"amount": net, **gross, "currency": "GBP"}


def _flag(p: Procurement) -> Json:
    """A light touch contract may be flagged below its own threshold, and still be above the one that counts here."""
    if p.old or p.net is None:
        return {}
    return {"aboveThreshold": p.net > 663_540 if p.kind == "light-touch" else p.kind != "below"}


def opportunity(p: Procurement) -> Json:
    tender = _tender(p)
    closes = p.start + timedelta(days=35)
    tender |= {"status": "active", "tenderPeriod": {"endDate": closes.isoformat(timespec="seconds")}}
    if p.net is not None:
        tender["value"] = _value(p, p.net)
    if p.old:
        tender["procurementMethodDetails"] = DETAILS.get(p.kind, "Open procedure")
        if p.kind in DETAILS:
            tender["datePublished"] = p.start.isoformat(timespec="seconds")
        return {"tag": ["tender"], "tender": tender}
    tender["procurementMethodDetails"] = "Below threshold - open competition" if p.kind == "below" else "Open procedure"
    tender |= _flag(p)
    if p.kind in ("light-touch", "concession"):
        tender["specialRegime"] = ["lightTouch" if p.kind == "light-touch" else "concession"]
    if p.in_scope:
        tender["lots"] = [{"id": "1", "title": p.title, "awardCriteria": {"criteria": _criteria(p)}}]
    return {"tag": ["tender"], "noticeType": "UK4", "tender": tender}


def _criteria(p: Procurement) -> list[Json]:
    weights = {"Quality": 60 - (p.weight or 0), "Price": 40}
    if p.published_weight and p.weight is not None:
        weights["Social Value"] = p.weight
    else:
        weights["Quality"] = 60
    return [
        {"type": "quality" if name != "Price" else "price", "name": name, "numbers": [_percent(weight)]}
        for name, weight in weights.items()
    ]


def _percent(weight: int) -> Json:
    return {"number": weight, "weight": "percentageExact"}


def _award(p: Procurement, status: str) -> Json:
    return {
        "id": "1",
        "title": p.title,
        "status": status,
        "mainProcurementCategory": p.category,
        "value": _value(p, p.net or 0),
        **_flag(p),
        "suppliers": [{"id": _supplier_id(p), "name": _supplier(p)}],
    }


def transparency(p: Procurement) -> Json:
    tender = _tender(p) | {"procurementMethod": "direct", "procurementMethodDetails": "Direct award"}
    return {"tag": ["award", "contract"], "noticeType": "UK5", "tender": tender, "awards": [_award(p, "pending")]}


def decision(p: Procurement) -> Json:
    return {"tag": ["award", "contract"], "noticeType": "UK6", "tender": _tender(p), "awards": [_award(p, "active")]}


def ended(p: Procurement) -> Json:
    """Such notices hold hardly more than an id and a title."""
    tender = {"id": p.ocid, "title": p.title, "status": "cancelled"}
    return {"tag": ["tenderCancellation"], "tender": tender} | ({} if p.old else {"noticeType": "UK12"})


def contract(rng: random.Random, p: Procurement, signed: date) -> Json:
    tender, award = _tender(p), _award(p, "active")
    signed_contract: Json = {
        "id": p.contract,
        "awardID": "1",
        "status": "active",
        "dateSigned": signed.isoformat(),
        "value": _value(p, p.net or 0),
        "period": {
            "startDate": (signed + timedelta(days=14)).isoformat(),
            "endDate": (signed + timedelta(days=365 * rng.randint(2, 4))).isoformat(),
        },
    }
    if p.kind == "call-off":
        tender["procurementMethodDetails"] = DETAILS["call-off"] if p.old else "Award under framework"
    elif p.kind == "direct":
        tender["procurementMethod"] = "direct"
        tender["procurementMethodDetails"] = WITHOUT_NOTICE if p.old else "Direct award"
    if not p.old and p.in_scope and (p.net or 0) > 4_000_000:
        titles = ("Answer within the agreed time", "Availability of the service", "Social value: commitments met")
        signed_contract["agreedMetrics"] = [
            {"id": str(number), "title": title} for number, title in enumerate(titles, 1)
        ]
    supplier: Json = {"id": _supplier_id(p), "name": _supplier(p), "roles": ["supplier"]}
    if not p.old:
        supplier["details"] = {"scale": rng.choice(("sme", "sme", "large")), "vcse": rng.random() < 0.15}
    parts = {"tag": ["award", "contract"], "tender": tender, "awards": [award], "contracts": [signed_contract]}
    return parts | {"suppliers": [supplier]} | ({} if p.old else {"noticeType": "UK7"})


def _supplier(p: Procurement) -> str:
    return f"Sample Supplier {p.number % 97 + 1} Ltd"


def _supplier_id(p: Procurement) -> str:
    return f"GB-COH-S{p.number % 97 + 1:07d}"
