"""An event of a department about one of its procurements."""

import random
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from deploy.local.sample.model import Draft, draft, noted
from deploy.local.sample.procurements import Procurement


def about(
    p: Procurement,
    name: str,
    when: datetime,
    data: Mapping[str, Any],
    rng: random.Random,
    *,
    late: float = 0.0,
    key: str = "",
) -> Draft:
    """`late` is the share of events that come after the round was due."""
    return draft(p.buyer.sender, name, p.ocid, when, data, recorded=noted(rng, when, late), key=key)


def evidence(p: Procurement, record: str) -> dict[str, str]:
    return {"url": f"https://records.example.gov.uk/{p.buyer.sender}/{p.number:06x}/{record}"}
