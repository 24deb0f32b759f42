"""Which notices are published of a procurement, and when."""

import random
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from deploy.local.sample import releases
from deploy.local.sample.buyers import CLASSES
from deploy.local.sample.model import Draft, draft, noted
from deploy.local.sample.procurements import Procurement
from shared.departments import AuthorityClass
from shared.times import LONDON

PUBLISHER = "find-a-tender"


def notices(rng: random.Random, p: Procurement) -> Iterator[Draft]:
    """In the order of publication."""
    if p.kind not in ("direct", "call-off"):
        yield _published(rng, p, 1, p.start, releases.opportunity(p))
    elif p.kind == "direct" and not p.old:
        # A supplier is contacted some weeks before the transparency notice says so.
        yield _published(rng, p, 1, p.start + timedelta(days=rng.randint(8, 25)), releases.transparency(p))
    if p.cancelled is not None:
        yield _published(rng, p, 3, _noon(p.cancelled), releases.ended(p))
    if p.signed is not None:
        if not p.old and rng.random() < 0.25:
            yield _published(rng, p, 2, _noon(p.signed - timedelta(days=15)), releases.decision(p))
        yield _published(
            rng, p, 4, _noon(p.signed + timedelta(days=rng.randint(3, 28))), releases.contract(rng, p, p.signed)
        )


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12), LONDON)


def _published(rng: random.Random, p: Procurement, step: int, when: datetime, parts: dict[str, Any]) -> Draft:
    id = f"{p.number * 10 + step:06d}-{when.year}"
    notice_type = parts.pop("noticeType", None)
    place = parts[next(name for name in ("contracts", "awards", "tender") if name in parts)]
    if notice_type is not None:
        (place[0] if isinstance(place, list) else place)["documents"] = [{"id": id, "noticeType": notice_type}]
    release = {
        "ocid": p.ocid,
        "id": id,
        "date": when.isoformat(timespec="seconds"),
        "initiationType": "tender",
        "parties": [_party(p), *parts.pop("suppliers", [])],
        "buyer": {"id": p.buyer.id, "name": p.buyer.name},
        **parts,
    }
    recorded = noted(rng, when) if rng.random() < 0.1 else when + timedelta(minutes=rng.randint(5, 200))
    # The id that ingest gives a bare release, so that one sent both ways is known as a repeat.
    return draft(PUBLISHER, "notice.published", p.ocid, when, release, recorded=recorded, id=f"{p.ocid}/{id}")


def _party(p: Procurement) -> dict[str, Any]:
    central = p.buyer.authority is AuthorityClass.CENTRAL
    if p.old:
        classification = {"scheme": "TED_CA_TYPE", "id": "MINISTRY" if central else "REGIONAL_AUTHORITY"}
    else:
        classification = {"scheme": "UK_CA_TYPE", "id": CLASSES[p.buyer.authority]}
    return {
        "id": p.buyer.id,
        "name": p.buyer.name,
        "roles": ["buyer"],
        "details": {"classifications": [classification]},
    }
