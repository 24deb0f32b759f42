"""Numbers, money and dates as people read them."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.reporter import words


@pytest.mark.parametrize(
    ("pence", "shown"),
    [
        (0, "£0"),
        (99_949, "£999"),
        (13_501_800, "£135,018"),
        (99_999_950, "£1.00m"),
        (4_820_000_000, "£48.2m"),
        (999_999_999, "£10.0m"),
        (14_200_000_000, "£142m"),
        (99_999_999_999, "£1.00bn"),
        (161_000_000_000, "£1.61bn"),
        (1_240_000_000_000, "£12.4bn"),
    ],
)
def test_money_has_three_significant_digits_from_a_million(pence: int, shown: str) -> None:
    """Below a million pounds every pound is shown."""
    assert words.money(pence) == shown


@given(st.integers(min_value=0, max_value=10**16))
def test_money_is_never_far_from_what_it_rounds(pence: int) -> None:
    """Half a unit of the last digit at most."""
    shown = words.money(pence)
    unit = {"bn": 10**11, "m": 10**8}.get(shown.lstrip("£0123456789,."), 100)
    digits = shown.strip("£bnm").replace(",", "")
    decimals = len(digits.partition(".")[2])
    assert abs(float(digits) * unit - pence) <= unit / 10**decimals / 2 + 50


def test_moments_are_in_london_and_in_the_style_of_gov_uk() -> None:
    """British Summer Time is applied; whole hours have no minutes."""
    said = [words.moment(datetime(2026, 10, 14, 8, 30, tzinfo=UTC)), words.moment(datetime(2026, 1, 5, 12, tzinfo=UTC))]
    assert said == ["14 October 2026, 9:30am", "5 January 2026, 12pm"]


def test_days_are_written_out() -> None:
    """Without a leading zero."""
    assert words.day(date(2026, 5, 3)) == "3 May 2026"


def test_a_departments_label_drops_what_all_departments_are_called() -> None:
    """So that a narrow column shows what differs."""
    names = [
        "Department for Work and Pensions",
        "Ministry of Justice",
        "Department of Health and Social Care",
        "Home Office",
    ]
    assert [words.label(name) for name in names] == [
        "Work and Pensions",
        "Justice",
        "Health and Social Care",
        "Home Office",
    ]


def test_lists_are_joined_with_and() -> None:
    """As in a sentence."""
    assert [words.listed(parts) for parts in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == [
        "",
        "a",
        "a and b",
        "a, b and c",
    ]


def test_a_long_text_is_shortened_on_one_line() -> None:
    """Never longer than asked for."""
    assert words.shortened("two\nwords", 20) == "two words"
    assert words.shortened("x " * 100, 10) == "x x x x x…"
