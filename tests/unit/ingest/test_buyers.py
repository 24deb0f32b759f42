"""Whose notice it is: a department's own, a body's of its own, or one of a department whose work it has taken over."""

from typing import Any

import pytest

from services.ingest.binding import Submission
from services.ingest.buyers import buyer_of
from tests.unit.ingest.examples import RELEASE, accepted, event_of, rejected, structured


def notice(name: str, *, date: str = "2026-11-20T09:30:00+00:00") -> Submission:
    release = {**RELEASE, "date": date, "buyer": {"name": name}, "parties": None}
    return structured(event_of("notice.published", time=date, data=release))


@pytest.mark.parametrize(
    ("sender", "buyer", "date"),
    [
        pytest.param("dwp", "Department for Work and Pensions", "2026-11-20T09:30:00+00:00", id="itself"),
        pytest.param("defra", "Animal and Plant Health Agency", "2026-11-20T09:30:00+00:00", id="a body of its own"),
        pytest.param("beis", "Acas", "2020-11-20T09:30:00+00:00", id="a body that was its own on that day"),
        pytest.param("fcdo", "Department for International Development", "2019-11-20T09:30:00+00:00", id="its heir"),
        pytest.param(
            "desnz",
            "Department for Business, Energy and Industrial Strategy",
            "2020-11-20T09:30:00+00:00",
            id="an heir",
        ),
        pytest.param("dwp", "A Board That Nobody Knows", "2026-11-20T09:30:00+00:00", id="nobody knows whose"),
        pytest.param("find-a-tender", "Ministry of Justice", "2026-11-20T09:30:00+00:00", id="a publisher, anyone's"),
    ],
)
def test_a_notice_may_be_sent_by_who_answers_for_it(sender: str, buyer: str, date: str) -> None:
    """On the day of the notice, or now; what nobody can resolve is attributed later."""
    assert accepted(notice(buyer, date=date), sender=sender).sender == sender


@pytest.mark.parametrize(
    ("sender", "buyer", "date", "detail"),
    [
        (
            "dwp",
            "Ministry of Justice",
            "2026-11-20T09:30:00+00:00",
            "the buyer is moj, for which moj answers",
        ),
        (
            "dwp",
            "Animal and Plant Health Agency",
            "2026-11-20T09:30:00+00:00",
            "the buyer is apha, for which defra answers",
        ),
        ("dft", "Acas", "2020-11-20T09:30:00+00:00", "the buyer is acas, for which beis answers"),
    ],
)
def test_a_notice_of_anothers_is_refused(sender: str, buyer: str, date: str, detail: str) -> None:
    """By the buyer, naming who answers for it."""
    assert rejected(notice(buyer, date=date), sender=sender) == ("not-yours-to-send", [("/data/buyer", detail)])


BUYERS: dict[str, tuple[Any, tuple[list[str], str | None]]] = {
    "nothing": ({}, ([], None)),
    "the party it points to": (
        {
            "buyer": {"id": "2"},
            "parties": [
                {"id": "1", "name": "One", "roles": ["buyer"]},
                {"id": "2", "name": "Two", "roles": ["buyer"], "identifier": {"scheme": "GB-PPON", "id": "X"}},
            ],
        },
        (["2", "GB-PPON-X"], "Two"),
    ),
    "the first in that role": (
        {"parties": [{"id": "1", "roles": ["supplier"]}, {"id": 7, "roles": ["buyer"], "name": " Seven "}]},
        (["7"], "Seven"),
    ),
    "every identifier, once": (
        {
            "buyer": {"id": "A-1", "name": "B"},
            "parties": [
                {
                    "id": "A-1",
                    "roles": ["buyer"],
                    "identifier": {"scheme": "A", "id": "1"},
                    "additionalIdentifiers": [{"scheme": "C", "id": 2}, {"scheme": "D"}],
                }
            ],
        },
        (["A-1", "C-2"], "B"),
    ),
    "whatever shape": (
        {"buyer": [], "parties": [7, {"roles": "buyer"}, {"roles": ["buyer"], "id": True, "identifier": 1}]},
        ([], None),
    ),
}


@pytest.mark.parametrize(("release", "found"), BUYERS.values(), ids=list(BUYERS))
def test_the_lead_buyer_is_read(release: Any, found: tuple[list[str], str | None]) -> None:
    """By everything that a register may know it by."""
    assert buyer_of(release) == found
