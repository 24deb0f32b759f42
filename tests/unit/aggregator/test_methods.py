"""A new version of the method rates, and says what would have been under the one before."""

from services.aggregator.capability import capability
from services.aggregator.methods import METHODS, Evidence, Method, Rated, version_1
from services.aggregator.standing import Counts, Told, standing
from shared import indicators
from shared.periods import Period
from shared.status import Data, PreviousMethod, Rating

PERIOD = Period.parse("2026-27-q2")
NOTHING = Counts(
    tallies={},
    bodies=(),
    attention=(),
    attention_total=0,
    urgency=(),
    data=Data(events=0, last_received=None, conflicts=0, withdrawn=0, late=0, notices=0),
)
TOLD = Told(department={}, round={})


def lenient(evidence: Evidence) -> Rated:
    """A made-up second version: all is good."""
    groups, _, _ = version_1(evidence)
    return groups, Rating.GOOD, "by decree"


def test_the_present_method_is_the_one_described() -> None:
    """The methodology page describes the version that rates."""
    assert METHODS[-1].version == indicators.METHOD
    assert [method.version for method in METHODS] == list(range(1, len(METHODS) + 1))


def test_without_an_earlier_method_nothing_would_have_been() -> None:
    """The first version has no predecessor."""
    status = standing("dwp", PERIOD, NOTHING, TOLD)
    assert (status.method, status.rating, status.previous_method) == (1, Rating.NOT_ENOUGH_DATA, None)
    assert status.capability == capability({}, PERIOD)


def test_a_new_method_says_what_would_have_been() -> None:
    """Both ratings stand in the status."""
    status = standing("dwp", PERIOD, NOTHING, TOLD, methods=(METHODS[0], Method(2, lenient)))
    assert (status.method, status.rating, status.reason) == (2, Rating.GOOD, "by decree")
    assert status.previous_method == PreviousMethod(
        method=1, rating=Rating.NOT_ENOUGH_DATA, reason="0 procurements in scope; at least 5 are needed"
    )
