"""Which form is sent, and whether it has to be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.reporter.negotiation import HTML, JSON, matches, preferred, split_suffix


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        (None, HTML),
        ("*/*", HTML),
        ("application/json", JSON),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", HTML),
        ("application/json;q=0.9, text/html;q=0.5", JSON),
        ("text/html;q=0, */*", JSON),
        ("image/png", HTML),
        ("application/json;q=much", HTML),
        ("APPLICATION/JSON", JSON),
    ],
)
def test_the_form_is_the_one_the_reader_likes_best(accept: str | None, chosen: str) -> None:
    """HTML where nothing else is said."""
    assert preferred(accept) == chosen


@given(st.text(max_size=60))
def test_any_accept_header_chooses_something_offered(accept: str) -> None:
    """However it is written."""
    assert preferred(accept) in (HTML, JSON)


def test_a_suffix_that_is_none_of_ours_belongs_to_the_name() -> None:
    """A department's code may hold no dot, but an address may hold anything."""
    assert [split_suffix(n) for n in ("2026-27-q2.json", "2026-27-q2", "a.b", ".json", "r1.JSON")] == [
        ("2026-27-q2", "json"),
        ("2026-27-q2", None),
        ("a.b", None),
        ("", "json"),
        ("r1.JSON", None),
    ]


@pytest.mark.parametrize(
    ("header", "same"), [(None, False), ('"a"', True), ('W/"a"', True), ('"b", "a"', True), ("*", True), ('"b"', False)]
)
def test_a_tag_that_the_reader_has_matches(header: str | None, same: bool) -> None:
    """By weak comparison."""
    assert matches(header, '"a"') is same
