"""The spot-check sample: reproducible, weighted, and indifferent to the order of the candidates."""

from collections import Counter
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from services.aggregator.sampling import Candidate, draw, risk


def candidate(ocid: str, *, concerns: int = 0, checked: bool = False) -> Candidate:
    return Candidate(ocid, "dwp", None, "2026-07-01", 1, ("No record of consideration",) * concerns, False, checked)


@given(st.text(), st.integers(0, 1000))
def test_order_does_not_matter(seed: str, shuffle: int) -> None:
    """The same seed draws the same procurements, however they are listed."""
    rows = [candidate(f"ocds-abcdef-{n}", concerns=n % 3) for n in range(30)]
    shuffled = list(rows)
    Random(shuffle).shuffle(shuffled)
    assert draw(rows, size=7, seed=seed) == draw(shuffled, size=7, seed=seed)


def test_what_was_checked_is_not_drawn_again() -> None:
    """A procurement with a spot check is left out."""
    rows = [candidate("ocds-abcdef-1", checked=True), candidate("ocds-abcdef-2")]
    assert [c.ocid for c in draw(rows, size=5, seed="x")] == ["ocds-abcdef-2"]


def test_more_concerns_are_drawn_more_often() -> None:
    """Over many seeds a procurement comes first in proportion to its risk."""
    rows = [candidate("ocds-abcdef-1"), candidate("ocds-abcdef-2", concerns=2)]
    first = Counter(draw(rows, size=1, seed=str(seed))[0].ocid for seed in range(6000))
    assert [risk(row) for row in rows] == [1, 5]
    assert 4 < first["ocds-abcdef-2"] / first["ocds-abcdef-1"] < 6.2
