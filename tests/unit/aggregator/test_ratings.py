"""Every edge of the ratings, method version 1."""

from datetime import date

import pytest

from services.aggregator import ratings
from shared.status import Capability, Champion, Data, GroupRating, Measure, Rating, Strategy

GOOD, PARTIAL, POOR, NONE = Rating.GOOD, Rating.PARTIAL, Rating.POOR, Rating.NOT_ENOUGH_DATA


def ratio(numerator: int, denominator: int, unknown: int = 0) -> Measure:
    return Measure(population=denominator + unknown, numerator=numerator, denominator=denominator, unknown=unknown)


def duty(
    *,
    in_scope: int = 100,
    cannot_tell: int = 0,
    considered: tuple[int, int, int] = (100, 100, 0),
    complete: tuple[int, int] = (100, 100),
    consultation: tuple[int, int] = (100, 100),
) -> Rating:
    return ratings.legal_duty(
        {
            "in-scope": Measure(population=in_scope + cannot_tell, unknown=cannot_tell, answers={"applies": in_scope}),
            "considered-in-time": ratio(*considered),
            "complete-consideration": ratio(*complete),
            "consultation": ratio(*consultation),
        }
    ).rating


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        ({"considered": (95, 100, 0)}, GOOD),
        ({"considered": (94, 100, 0)}, PARTIAL),
        ({"considered": (75, 100, 0)}, PARTIAL),
        ({"considered": (74, 100, 0)}, POOR),
        ({"complete": (90, 100)}, GOOD),
        ({"complete": (89, 100)}, PARTIAL),
        ({"consultation": (90, 100)}, GOOD),
        ({"consultation": (89, 100)}, PARTIAL),
        ({"consultation": (0, 0)}, PARTIAL),
        ({"in_scope": 5, "considered": (5, 5, 0)}, GOOD),
        ({"in_scope": 4, "considered": (4, 4, 0)}, NONE),
        ({"in_scope": 75, "cannot_tell": 25}, GOOD),
        ({"in_scope": 74, "cannot_tell": 26}, NONE),
        ({"considered": (75, 75, 25)}, GOOD),
        ({"considered": (74, 74, 26)}, NONE),
        ({"considered": (0, 0, 0)}, NONE),
        ({"considered": (0, 0, 100)}, NONE),
    ],
)
def test_legal_duty(case: dict[str, object], expected: Rating) -> None:
    """Group A at each of its thresholds, and just beside them."""
    assert duty(**case) is expected  # type: ignore[arg-type]


CHAMPION = Champion(name="A", post="Director", since=date(2026, 1, 1))
STRATEGY = Strategy(
    title="S", published_on=date(2026, 1, 1), priorities=("jobs",), how_teams_apply="in every case", url=None
)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (Capability(events_in_period=0), NONE),
        (Capability(events_in_period=1), POOR),
        (Capability(events_in_period=1, champion=CHAMPION), POOR),
        (Capability(events_in_period=1, champion=CHAMPION, strategy=STRATEGY), PARTIAL),
        (
            Capability(
                events_in_period=1,
                champion=CHAMPION,
                strategy=STRATEGY,
                commercial_staff=10,
                commercial_staff_trained=4,
            ),
            PARTIAL,
        ),
        (
            Capability(
                events_in_period=1,
                champion=CHAMPION,
                strategy=STRATEGY,
                commercial_staff=10,
                commercial_staff_trained=5,
            ),
            GOOD,
        ),
        (
            Capability(
                events_in_period=1,
                champion=CHAMPION,
                strategy=STRATEGY.model_copy(update={"how_teams_apply": None}),
                commercial_staff=10,
                commercial_staff_trained=5,
            ),
            PARTIAL,
        ),
    ],
)
def test_capability(facts: Capability, expected: Rating) -> None:
    """Group D: champion, strategy with both parts, half of commercial staff trained; never counted is not trained."""
    assert ratings.capability(facts).rating is expected


def quality(*, reported: int, found: int, late: int = 0, events: int = 100, unknown: int = 0) -> Rating:
    data = Data(events=events, last_received=None, conflicts=0, withdrawn=0, late=late, notices=found)
    scope = Measure(population=100, unknown=unknown)
    return ratings.data_quality({"return-quality": ratio(reported, found), "in-scope": scope}, data).rating


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        ({"reported": 0, "found": 0}, NONE),
        ({"reported": 90, "found": 100}, GOOD),
        ({"reported": 89, "found": 100}, PARTIAL),
        ({"reported": 70, "found": 100}, PARTIAL),
        ({"reported": 69, "found": 100}, POOR),
        ({"reported": 9, "found": 10, "late": 10}, GOOD),
        ({"reported": 9, "found": 10, "late": 11}, PARTIAL),
        ({"reported": 9, "found": 10, "late": 26}, POOR),
        ({"reported": 9, "found": 10, "unknown": 10}, GOOD),
        ({"reported": 9, "found": 10, "unknown": 11}, PARTIAL),
        ({"reported": 9, "found": 10, "unknown": 26}, POOR),
    ],
)
def test_data_quality(case: dict[str, int], expected: Rating) -> None:
    """Group F: coverage of independent notices, lateness, what cannot be told."""
    assert quality(**case) is expected


@pytest.mark.parametrize(
    ("weight", "expected"),
    [
        ((0, 0, 0), NONE),
        ((90, 100, 0), GOOD),
        ((89, 100, 0), PARTIAL),
        ((70, 100, 0), PARTIAL),
        ((69, 100, 0), POOR),
        ((50, 50, 50), GOOD),
        ((49, 49, 51), NONE),
    ],
)
def test_policy_duty(weight: tuple[int, int, int], expected: Rating) -> None:
    """Group B: weights at or above the minimum; more than half not stated is not enough data."""
    assert ratings.policy_duty({"weight": ratio(*weight)}).rating is expected


@pytest.mark.parametrize(
    ("delivered", "inadequate", "expected"),
    [
        ((0, 0, 0), 0, NONE),
        ((85, 100, 0), 0, GOOD),
        ((85, 100, 0), 1, PARTIAL),
        ((84, 100, 0), 0, PARTIAL),
        ((60, 100, 0), 0, PARTIAL),
        ((59, 100, 0), 0, POOR),
        ((50, 50, 50), 0, GOOD),
        ((49, 49, 51), 0, NONE),
    ],
)
def test_delivery(delivered: tuple[int, int, int], inadequate: int, expected: Rating) -> None:
    """Group C: what was due is delivered; a KPI rated Inadequate is never good; unreported for more than half: none."""
    measure = ratio(*delivered).model_copy(update={"answers": {"kpi-inadequate": inadequate}})
    assert ratings.delivery({"delivered": measure}).rating is expected


@pytest.mark.parametrize(
    ("a", "f", "expected"),
    [
        (GOOD, GOOD, GOOD),
        (GOOD, PARTIAL, PARTIAL),
        (PARTIAL, GOOD, PARTIAL),
        (GOOD, POOR, POOR),
        (POOR, GOOD, POOR),
        (GOOD, NONE, GOOD),
        (NONE, GOOD, NONE),
        (NONE, NONE, NONE),
        (NONE, POOR, POOR),
    ],
)
def test_overall(a: Rating, f: Rating, expected: Rating) -> None:
    """The worse of A and F; never good or partial without A; silence is poor for its data."""
    groups = {
        "A": GroupRating(group="A", rating=a, reason="a"),
        "F": GroupRating(group="F", rating=f, reason="f"),
    }
    assert ratings.overall(groups)[0] is expected
