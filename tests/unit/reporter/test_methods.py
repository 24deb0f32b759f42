"""The versions of the method."""

import copy

from services.reporter import methods
from services.reporter.methods import Changed
from shared.indicators import METHOD


def test_the_present_definitions_are_those_of_the_newest_version() -> None:
    """Whoever changes a definition makes a new version: raise METHOD, then `python -m services.reporter.methods`."""
    assert methods.versions()[METHOD] == methods.present()


def test_no_version_is_missing() -> None:
    """Each can be compared with the one before it."""
    assert list(methods.versions()) == list(range(1, METHOD + 1))


def test_what_changed_is_told_definition_by_definition() -> None:
    """Old and new words; what is new or gone has only one of them."""
    old = methods.versions()[1]
    new = copy.deepcopy(dict(old)) | {"version": 2}
    new["groups"][0]["good"] = "All of them"
    gone = new["indicators"].pop()
    found = methods.changes(old, new)
    assert found[0] == Changed("Group A", "Good", old["groups"][0]["good"], "All of them")
    assert {(c.what, c.new) for c in found[1:]} == {(f"Indicator {gone['id']}", "")}
    assert methods.changes(old, old) == []
