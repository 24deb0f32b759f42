"""The event catalogue, and what a subject is by its spelling."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.departments import load_register
from shared.events.base import Data
from shared.events.catalogue import CATALOGUE, SUBJECTS, EventType, Kind, Role, event_type, kind_of

SPELLINGS = {
    "ocds-h6vhtk-06e0b1": Kind.PROCUREMENT,
    "ocds-b5fd17-1c9ec64e-1d5a-4d3c-8d4b-3d1d6a9bfbd4": Kind.PROCUREMENT,
    "ocds-h6vhtk-A/b:é": Kind.PROCUREMENT,
    "dwp": Kind.DEPARTMENT,
    "home-office": Kind.DEPARTMENT,
    "dcms-1997": Kind.DEPARTMENT,
    "case/PPRS-2026-0012": Kind.CASE,
    "case/1": Kind.CASE,
    "2026-27": Kind.ROUND,
    "2026-27-q2": Kind.ROUND,
    "2026-27/dwp": Kind.STATEMENT,
    "2026-27-q2/home-office": Kind.STATEMENT,
    "register/buyers": Kind.REGISTER,
}


@pytest.mark.parametrize(("subject", "kind"), SPELLINGS.items())
def test_the_spelling_says_what_a_subject_is(subject: str, kind: Kind) -> None:
    """So a subject needs no other key."""
    assert kind_of(subject) is kind


@pytest.mark.parametrize(
    "subject",
    [
        "",
        " ",
        "d",
        "DWP",
        "1dwp",
        "dwp ",
        "dwp\n",
        "ministère",
        "a" * 41,
        "ocds-h6vhtk",
        "ocds-h6vhtk-",
        "ocds-h6vhtk-a b",
        "ocds-short-1",
        "ocds-h6vhtk-" + "x" * 201,
        "case/",
        "case/a/b",
        "2026",
        "2026-27-q5",
        "20२६-२७",
        "2026-27/",
        "2026-27/DWP",
        "/dwp",
        "register/sellers",
    ],
)
def test_any_other_spelling_is_no_subject(subject: str) -> None:
    """Near to a subject is not one."""
    assert kind_of(subject) is None


def test_every_kind_of_subject_has_a_spelling() -> None:
    """A kind added to the catalogue is recognised."""
    assert set(SUBJECTS) == set(Kind) == set(SPELLINGS.values())


def matching(subject: str) -> list[Kind]:
    return [kind for kind, (pattern, _) in SUBJECTS.items() if pattern.fullmatch(subject)]


@given(st.one_of(*(st.from_regex(pattern, fullmatch=True) for pattern, _ in SUBJECTS.values())))
@settings(max_examples=200, deadline=None)
def test_no_subject_is_of_two_kinds(subject: str) -> None:
    """Whatever fits one spelling fits no other, so the order in which they are tried does not matter."""
    assert len(matching(subject)) == 1


@pytest.mark.parametrize("sender", [department.code for department in load_register().departments()])
def test_the_code_of_a_department_is_a_subject(sender: str) -> None:
    """And nothing else than a department."""
    assert matching(sender) == [Kind.DEPARTMENT]


def test_the_hints_show_subjects_of_their_kind() -> None:
    """A refusal quotes them."""
    shown = {kind: re.split(r" such as ", hint)[-1] for kind, (_, hint) in SUBJECTS.items()}
    assert {kind: kind_of(example) for kind, example in shown.items()} == {kind: kind for kind in Kind}


def test_a_type_is_found_by_its_name_and_by_its_type() -> None:
    """The short name is for people, the type is what is sent."""
    row = event_type("notice.published")
    assert row.type == "uk.gov.social-value.notice.published.v1"
    assert CATALOGUE[row.type] is row


def test_an_unknown_name_is_no_type() -> None:
    """A misspelling in our own code fails at once."""
    with pytest.raises(KeyError):
        event_type("notice.publshed")


@pytest.mark.parametrize("row", CATALOGUE.values(), ids=lambda row: row.name)
def test_a_row_of_the_catalogue_is_whole(row: EventType) -> None:
    """Its name is spelt as names are, somebody may send it, and its data has a model."""
    assert re.fullmatch(r"[a-z-]+(\.[a-z-]+)?", row.name)
    assert row.senders
    assert row.senders <= set(Role)
    assert issubclass(row.model, Data)


def test_every_model_but_the_notice_refuses_what_it_does_not_know() -> None:
    """A property that nobody reads would be a misspelling; only OCDS may bring more."""
    open_ones = [row.name for row in CATALOGUE.values() if row.model.model_config.get("extra") != "forbid"]
    assert open_ones == ["notice.published"]
