"""Problems: RFC 9457 members and RFC 6901 pointers, never longer than can be read."""

import ast
from pathlib import Path

import pytest

from services.ingest import problems
from services.ingest.answers import SLUGS
from services.ingest.problems import LONGEST, TITLES, Fault, Problem, escape, problem

SOURCES = sorted(Path(problems.__file__).parent.glob("*.py"))


def test_a_problem_as_a_document() -> None:
    """The members that do not depend on HTTP."""
    assert problem("not-json", "/a", "no").to_dict() == {
        "type": "/problems/not-json",
        "title": "The body is not JSON that every system reads the same way",
        "detail": "no",
        "errors": [{"pointer": "/a", "detail": "no"}],
    }


def test_a_problem_of_a_part_is_one_of_the_whole() -> None:
    """Only the pointers are longer by the part's own place."""
    faults = (Fault("", "x"), Fault("/a", "y"))
    assert Problem("not-json", "x", faults).under("/data") == Problem(
        "not-json", "x", (Fault("/data", "x"), Fault("/data/a", "y"))
    )


def test_what_is_quoted_is_cut() -> None:
    """The sender's own million characters are not sent back in the reason."""
    long = "x" * (LONGEST + 1)
    assert Problem("not-json", long, (Fault(long, long),)) == Problem(
        "not-json", "x" * LONGEST + "…", (Fault("x" * LONGEST + "…", "x" * LONGEST + "…"),)
    )


@pytest.mark.parametrize(("part", "step"), [("a", "a"), (0, "0"), ("a/b", "a~1b"), ("~1", "~01"), ("", "")])
def test_one_step_of_a_pointer(part: str | int, step: str) -> None:
    """RFC 6901: tildes first, then slashes."""
    assert escape(part) == step


def test_every_problem_that_is_raised_has_a_title() -> None:
    """A kind of problem without title would fail only when it is told."""
    calls = [
        call
        for source in SOURCES
        for call in ast.walk(ast.parse(source.read_text("utf-8")))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name)
    ]
    places = {"problem": 0, "Problem": 0, "HttpProblem": 1, "later": 1}
    given = [(c.args[places[c.func.id]]) for c in calls if isinstance(c.func, ast.Name) and c.func.id in places]
    slugs = {argument.value for argument in given if isinstance(argument, ast.Constant)}
    assert slugs | set(SLUGS.values()) == set(TITLES)
