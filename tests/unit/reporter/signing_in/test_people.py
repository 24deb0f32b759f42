"""The claims of a proved token → who it is."""

from typing import Any

import pytest

from services.reporter.signing_in.people import Denied, Person, person
from shared.departments import load_register
from shared.events.catalogue import Role

REGISTER = load_register()


def who(role_claim: str = "role", **claims: Any) -> Person:
    said = {"sub": "1", "name": "Robin Marsh", "role": "department", "department": "dwp", **claims}
    return person(said, role_claim=role_claim, department_claim="department", register=REGISTER)


def test_a_department_speaks_as_itself() -> None:
    """It sees its own only."""
    found = who()
    assert found == Person("1", "Robin Marsh", Role.DEPARTMENT, "dwp")
    assert (found.sees("dwp"), found.sees("moj"), found.answers_for("dwp"), found.opens_rounds) == (
        True,
        False,
        True,
        False,
    )


@pytest.mark.parametrize(("role", "opens"), [("pm-office", True), ("review-team", False)])
def test_the_others_see_all_and_answer_for_nobody(role: str, opens: bool) -> None:
    """Even where their token names a department."""
    found = who(role=role)
    assert (found.sender, found.sees("moj"), found.answers_for("dwp"), found.opens_rounds) == (role, True, False, opens)


def test_roles_may_be_a_list_among_others_under_another_claim() -> None:
    """As many providers give groups."""
    assert who("groups", groups=["everybody", "review-team"]).role is Role.REVIEW_TEAM


@pytest.mark.parametrize("name", [None, "", "  ", 7])
def test_without_a_name_the_subject_is_shown(name: object) -> None:
    """Somebody must stand there."""
    assert who(name=name).name == "1"


@pytest.mark.parametrize(
    "claims",
    [
        {"sub": None},
        {"sub": ""},
        {"role": None},
        {"role": "publisher"},
        {"role": ["pm-office", "department"]},
        {"role": {"pm-office": True}},
        {"department": None},
        {"department": "atlantis"},
        {"department": ["dwp"]},
        {"department": "pm-office"},
    ],
)
def test_nobody_we_know(claims: dict[str, Any]) -> None:
    """Denied, with a reason for the log."""
    with pytest.raises(Denied):
        who(**claims)
