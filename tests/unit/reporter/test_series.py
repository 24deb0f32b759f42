"""Eight periods side by side."""

import pytest

from services.reporter import series
from services.reporter.series import headline, percents
from tests.unit.reporter.examples import considered, history, silent, status


def test_a_period_without_a_status_is_a_gap() -> None:
    """Eight rows always; what is not known has no figures."""
    quarters = series.series(status(), history()[5:], revised=["2026-27-q1"], revision=1)
    assert percents(quarters, series.MAIN) == [None] * 5 + [74, 82, 88]
    assert [(q.period, q.provisional, q.revised) for q in quarters[-2:]] == [
        ("2026-27-q1", False, True),
        ("2026-27-q2", True, False),
    ]


def test_a_silent_period_is_a_gap_and_not_a_zero() -> None:
    """Nothing came and no notice is known: there is nothing to count."""
    quarters = series.series(silent("ukef"), [], revised=(), revision=1)
    assert quarters[-1].figures == {}


@pytest.mark.parametrize(
    ("values", "length"),
    [([61, 68, 75], 2), ([75, 68, 61], -2), ([61, 61, 68], 1), ([61, None, 68], 0), ([68], 0), ([60, 70, 65], -1)],
)
def test_a_run_counts_rises_or_falls_up_to_the_last_period(values: list[int | None], length: int) -> None:
    """A gap or a standstill ends it."""
    assert series.run(values) == length


@pytest.mark.parametrize(
    ("now", "before", "said"),
    [
        (
            (50, 7, 0, 0),
            (61, 68, 75, 82),
            "Consideration before the start has risen for four quarters running, from 60% to 88% "
            "but is still below the 95% rated good",
        ),
        (
            (40, 10, 0, 0),
            (95, 90, 85),
            "Consideration before the start has fallen for three quarters running, from 94% to 80% "
            "and is below the 95% rated good",
        ),
        ((50, 0, 0, 0), (100,), "Consideration before the start stayed at 100%"),
        ((49, 1, 0, 0), (80,), "Consideration before the start rose from 80% to 98%"),
        ((7, 2, 0, 1), (80,), "7 of 9 considered before the start: too few for a percentage"),
        ((0, 0, 0, 6), (80,), "No procurement in scope can be placed before or after its start"),
        ((30, 20, 0, 0), (), "Consideration before the start is at 60%, below the 95% rated good"),
    ],
)
def test_the_headline_of_figure_1_says_what_is_found(
    now: tuple[int, int, int, int], before: tuple[int, ...], said: str
) -> None:
    """A finding, in words that claim no more than the counts show."""
    earlier = history(rises=before) if before else []
    quarters = series.series(status(main=considered(*now)), earlier, revised=(), revision=1)
    assert headline(quarters, "quarter") == said
