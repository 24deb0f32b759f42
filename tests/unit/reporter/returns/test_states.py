"""How far a return is, at every edge of its days in London."""

from datetime import UTC, date, datetime

import pytest

from services.reporter.returns.states import State, days_late, is_waiting, state
from shared.status import Round, Statement

DUE = date(2026, 10, 14)
ROUND = Round(due=DUE, publish_at=datetime(2026, 10, 20, 8, 30, tzinfo=UTC))
SIGNED = Statement(statement="We did.", signed_by="A", office="B", signed_on=DUE, comment=None)
LAST_MOMENT = datetime(2026, 10, 14, 22, 59, 59, tzinfo=UTC)
"""A second before midnight in London, which is an hour ahead in October."""
MIDNIGHT = datetime(2026, 10, 14, 23, tzinfo=UTC)


def at(now: datetime, *, signed: bool = False, drafted: bool = False, published: bool | None = None) -> State:
    return state(ROUND, statement=SIGNED if signed else None, drafted=drafted, published_signed=published, now=now)


@pytest.mark.parametrize(
    ("now", "said", "expected"),
    [
        (LAST_MOMENT, {}, State.COMMISSIONED),
        (LAST_MOMENT, {"drafted": True}, State.DRAFTED),
        (LAST_MOMENT, {"signed": True, "drafted": True}, State.SIGNED),
        (MIDNIGHT, {}, State.OVERDUE),
        (MIDNIGHT, {"drafted": True}, State.OVERDUE),
        (MIDNIGHT, {"signed": True}, State.SIGNED),
        (LAST_MOMENT, {"published": True}, State.PUBLISHED),
        (MIDNIGHT, {"published": False}, State.PUBLISHED_UNSIGNED),
        (MIDNIGHT, {"published": False, "drafted": True}, State.PUBLISHED_UNSIGNED),
        (MIDNIGHT, {"published": False, "signed": True}, State.PUBLISHED_UNSIGNED),
        (MIDNIGHT, {"published": True, "signed": True}, State.PUBLISHED),
    ],
)
def test_each_state(now: datetime, said: dict[str, bool], expected: State) -> None:
    """The due day is in time to its last second; publication goes before everything else."""
    assert at(now, **said) is expected


@pytest.mark.parametrize(("now", "days"), [(LAST_MOMENT, 0), (MIDNIGHT, 1), (datetime(2026, 10, 1, tzinfo=UTC), -13)])
def test_days_are_londons(now: datetime, days: int) -> None:
    """Not UTC's."""
    assert days_late(DUE, now) == days


def test_in_winter_the_day_ends_at_midnight_utc() -> None:
    """London is on UTC then."""
    winter = Round(due=date(2027, 1, 14), publish_at=datetime(2027, 1, 20, 9, 30, tzinfo=UTC))
    last, next = datetime(2027, 1, 14, 23, 59, 59, tzinfo=UTC), datetime(2027, 1, 15, tzinfo=UTC)
    found = [state(winter, statement=None, drafted=False, published_signed=None, now=now) for now in (last, next)]
    assert found == [State.COMMISSIONED, State.OVERDUE]


def test_whom_the_office_still_waits_for() -> None:
    """Everybody who has not signed, published or not."""
    assert {found for found in State if not is_waiting(found)} == {State.SIGNED, State.PUBLISHED}
