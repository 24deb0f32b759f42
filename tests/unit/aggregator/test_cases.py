"""Group E at its edges, and the counts of cases beside it."""

from datetime import date

import pytest

from services.aggregator.cases import Case, Recommendation, challenge, rate
from shared.periods import Period
from shared.status import Measure, Rating

Q2 = Period.parse("2026-27-q2")


def case(
    opened: date,
    closed: date | None = None,
    *,
    outcome: str | None = None,
    central: bool = True,
    recommendations: tuple[Recommendation, ...] = (),
) -> Case:
    return Case("dwp", opened, central, closed, outcome, recommendations)


JULY = date(2026, 7, 1)
IN_TIME = case(JULY, date(2026, 9, 1), outcome="not-upheld")
A_DAY_LATE = case(JULY, date(2026, 9, 2), outcome="not-upheld")
DONE = Recommendation(date(2026, 9, 1), date(2026, 9, 1))
NOT_DONE = Recommendation(date(2026, 9, 1), date(2026, 9, 2))


@pytest.mark.parametrize(
    ("cases", "expected"),
    [
        ([], Rating.GOOD),
        ([IN_TIME], Rating.GOOD),
        ([A_DAY_LATE], Rating.PARTIAL),
        ([A_DAY_LATE, A_DAY_LATE], Rating.POOR),
        ([case(JULY, date(2026, 9, 2), outcome="not-upheld", central=False)], Rating.GOOD),
        ([case(date(2026, 7, 30))], Rating.GOOD),
        ([case(date(2026, 7, 29))], Rating.PARTIAL),
        ([case(JULY, date(2026, 8, 1), outcome="upheld")], Rating.POOR),
        ([case(JULY, date(2026, 8, 1), outcome="upheld", recommendations=(DONE,))], Rating.GOOD),
        ([case(JULY, date(2026, 8, 1), outcome="upheld", recommendations=(NOT_DONE,))], Rating.PARTIAL),
        ([case(JULY, date(2026, 8, 1), outcome="upheld", recommendations=(NOT_DONE, NOT_DONE))], Rating.POOR),
        ([case(date(2026, 1, 1), date(2026, 6, 30), outcome="upheld")], Rating.GOOD),
        ([case(date(2026, 10, 1))], Rating.GOOD),
    ],
)
def test_challenge_is_rated(cases: list[Case], expected: Rating) -> None:
    """Two months for central government, three for others; recommendations by their date; no case is good."""
    assert rate(cases, Q2).rating is expected


def test_cases_are_counted_by_outcome() -> None:
    """Opened, closed and open in the period; a case closed before it or opened after it is not of it."""
    found = [
        IN_TIME,
        case(date(2026, 8, 1)),
        case(date(2026, 1, 1), date(2026, 6, 30), outcome="upheld"),
        case(date(2026, 10, 1)),
    ]
    assert challenge(found, {"passed": 2}, Q2) == Measure(
        population=4,
        unknown=1,
        answers={"closed-not-upheld": 1, "open": 1, "opened": 2, "spot-check-passed": 2},
    )
