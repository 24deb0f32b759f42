"""The register as the review team's attributions change it."""

from datetime import UTC, datetime

from services.aggregator.recounting import attributed
from services.aggregator.subjects import build
from shared.departments import load_register
from shared.envelope import Event
from shared.events.catalogue import event_type

AT = datetime(2026, 1, 5, 9, tzinfo=UTC)


def attribution(id: str, buyer: str, department: str) -> Event:
    data = {"buyer_name": buyer, "department": department}
    kind = event_type("buyer.attributed").type
    return Event("/review", id, kind, "register/buyers", AT, data, "review-team", AT)


def test_a_buyer_is_attributed_to_a_department_that_is_known() -> None:
    """One of the register is; a department that is not in it (any more) changes nothing."""
    said = [attribution("a1", "Nowhere Board", "moj"), attribution("a2", "Elsewhere Board", "nobody")]
    register = attributed(build("register/buyers", said), load_register())
    found = [register.resolve(ids=(), name=name, on=AT.date()) for name in ("NOWHERE BOARD", "Elsewhere Board")]
    assert [resolution and resolution.department for resolution in found] == ["moj", None]
