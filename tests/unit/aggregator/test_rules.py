"""Dated rules: which row holds on which day, and the least weight of social value."""

import tomllib
from datetime import date, timedelta
from decimal import Decimal
from importlib import resources
from itertools import pairwise
from typing import Any

import pytest

from shared.departments import Mark
from shared.rules import Interval, MinimumWeight, Rules, Vat, load_rules, parse_rules

ROWS = [
    ("2012-01-01", "2013-12-31", 113_057, 173_934, "excluded"),
    ("2014-01-01", "2015-12-31", 111_676, 172_514, "excluded"),
    ("2016-01-01", "2017-12-31", 106_047, 164_176, "excluded"),
    ("2018-01-01", "2019-12-31", 118_133, 181_302, "excluded"),
    ("2020-01-01", "2021-12-31", 122_976, 189_330, "excluded"),
    ("2022-01-01", "2023-12-31", 138_760, 213_477, "included"),
    ("2024-01-01", "2025-12-31", 139_688, 214_904, "included"),
    ("2026-01-01", "2027-12-31", 135_018, 207_720, "included"),
]


@pytest.mark.parametrize(("first", "last", "central", "sub_central", "vat"), ROWS)
def test_the_row_of_thresholds_on_its_first_and_last_day(
    first: str, last: str, central: int, sub_central: int, vat: str
) -> None:
    """Exactly one row holds on any day, from its first to its last."""
    rules = load_rules()
    for day in (date.fromisoformat(first), date.fromisoformat(last)):
        (row,) = rules.thresholds_between(day, day)
        assert (row.central, row.sub_central, row.vat) == (Decimal(central), Decimal(sub_central), Vat(vat))


def test_rows_and_statutes_follow_each_other_without_gap_or_overlap() -> None:
    """A day between two rows would have no threshold."""
    rules = load_rules()
    for spans in ([row.valid for row in rules.thresholds], [row.valid for row in rules.statutes]):
        for span, following in pairwise(spans):
            assert span.last is not None
            assert span.last + timedelta(days=1) == following.first
        assert spans[-1].last is None


def test_every_row_names_its_source_and_says_how_sure_it_is() -> None:
    """The figure of 2018 for central authorities is the one that nobody confirmed."""
    rules = load_rules()
    assert all(row.source for row in rules.thresholds)
    assert all(row.source for row in rules.statutes)
    assert all(row.source for row in rules.policies)
    assert [str(r.valid.first) for r in rules.thresholds if r.central_mark is Mark.UNCONFIRMED] == ["2018-01-01"]


@pytest.mark.parametrize(
    ("day", "codes"),
    [
        ("2013-01-30", []),
        ("2013-01-31", ["PCR2006"]),
        ("2015-02-25", ["PCR2006"]),
        ("2015-02-26", ["PCR2015"]),
        ("2016-04-17", ["PCR2015"]),
        ("2016-04-18", ["PCR2015"]),
        ("2025-02-23", ["PCR2015"]),
        ("2025-02-24", ["PA2023"]),
    ],
)
def test_the_statute_that_section_1_leans_on(day: str, codes: list[str]) -> None:
    """By the day of the start (SI 2012/3173, SI 2015/102, SI 2016/275, SI 2025/163)."""
    on = date.fromisoformat(day)
    assert [statute.code for statute in load_rules().statutes_between(on, on)] == codes


NONE = MinimumWeight(None)


def percent(number: int, *policies: str) -> MinimumWeight:
    return MinimumWeight(Decimal(number), policies)


@pytest.mark.parametrize(
    ("start", "value", "expected"),
    [
        ("2020-12-31", 2_000_000, NONE),
        ("2021-01-01", 2_000_000, percent(10, "PPN 06/20")),
        ("2025-02-23", 2_000_000, percent(10, "PPN 06/20")),
        ("2025-02-24", 2_000_000, percent(10, "PPN 06/20", "PPN 002")),
        ("2025-09-30", 2_000_000, percent(10, "PPN 06/20", "PPN 002")),
        ("2025-10-01", 2_000_000, percent(10, "PPN 002")),
        ("2026-12-31", 200_000, percent(10, "PPN 002")),
        ("2027-01-01", 999_999, NONE),
        ("2027-01-01", 1_000_000, percent(10, "PPN 026")),
        ("2027-01-01", 4_999_999, percent(10, "PPN 026")),
        ("2027-01-01", 5_000_000, percent(20, "PPN 026")),
    ],
)
def test_the_least_weight_by_start_and_value(start: str, value: int, expected: MinimumWeight) -> None:
    """PPN 06/20, PPN 002 and PPN 026, each at its first day and at each of its bands."""
    pounds = Interval(Decimal(value), Decimal(value))
    assert load_rules().minimum_weight(date.fromisoformat(start), pounds) == expected


@pytest.mark.parametrize(
    ("start", "value", "expected"),
    [
        ("2026-06-01", None, percent(10, "PPN 002")),
        ("2027-06-01", None, MinimumWeight(None, ("PPN 026",))),
        ("2027-06-01", (900_000, 1_080_000), MinimumWeight(None, ("PPN 026",))),
        ("2027-06-01", (1_000_000, 1_200_000), percent(10, "PPN 026")),
        ("2027-06-01", (4_500_000, 5_400_000), MinimumWeight(None, ("PPN 026",))),
    ],
)
def test_where_the_value_decides_and_is_not_known(
    start: str, value: tuple[int, int] | None, expected: MinimumWeight
) -> None:
    """An unknown value, or VAT that spans two bands, gives an unknown least weight, not a guess."""
    pounds = Interval(Decimal(value[0]), Decimal(value[1])) if value else None
    found = load_rules().minimum_weight(date.fromisoformat(start), pounds)
    assert found == expected
    assert found.unknown == (expected.percent is None)


def test_performance_indicators_and_notices() -> None:
    """Procurement Act 2023 ss.52, 53 and 71; PPN 026."""
    rules = load_rules()
    limits = rules.kpi.limits
    assert (limits.start, limits.count, rules.kpi.assessed_within_months) == (Decimal(5_000_000), 3, 12)
    assert (rules.details_notice.days, rules.details_notice.days_light_touch) == (30, 120)
    (policy,) = rules.policies_on(date(2027, 1, 1))[-1:]
    assert policy.social_value_kpis is not None
    kpis = policy.social_value_kpis
    assert (policy.code, kpis.start, kpis.count) == ("PPN 026", Decimal(5_000_000), 3)


def files() -> tuple[dict[str, Any], dict[str, Any]]:
    folder = resources.files("shared.rules")
    law, policy = (tomllib.loads((folder / f"{name}.toml").read_text("utf-8")) for name in ("thresholds", "policies"))
    return law, policy


def with_health(decision: str) -> Rules:
    law, policy = files()
    return parse_rules({**law, "health": {**law["health"], "decision": decision}}, policy)


def test_a_decision_on_health_that_is_none_is_refused() -> None:
    """A misspelling in the one switch must not pass for an answer."""
    with pytest.raises(ValueError, match="maybe"):
        with_health("maybe")


def test_a_row_that_ends_before_it_begins_is_refused() -> None:
    """It would silently leave days without a threshold."""
    law, policy = files()
    law["threshold"][0]["to"] = date(2011, 1, 1)
    with pytest.raises(ValueError, match="2012-01-01"):
        parse_rules(law, policy)
