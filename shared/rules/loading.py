"""thresholds.toml and policies.toml → `Rules`. The files are packaged; nothing else is read."""

import tomllib
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache
from importlib import resources
from typing import Any

from shared.departments import Mark
from shared.events.base import Framework
from shared.rules.model import (
    AtLeast,
    Band,
    DetailsNotice,
    Health,
    KpiRule,
    Policy,
    Rules,
    Span,
    Statute,
    Threshold,
    Vat,
)


@lru_cache(maxsize=1)
def load_rules() -> Rules:
    """Raises KeyError or ValueError when a file is not as it must be: that is a fault of the release, so at start."""
    folder = resources.files("shared.rules")
    return parse_rules(
        tomllib.loads((folder / "thresholds.toml").read_text("utf-8")),
        tomllib.loads((folder / "policies.toml").read_text("utf-8")),
    )


def parse_rules(law: Mapping[str, Any], policy: Mapping[str, Any]) -> Rules:
    health = law["health"]
    if health["decision"] not in ("applies", "does-not-apply", "cannot-tell"):
        raise ValueError(f"health: {health['decision']!r} is no decision")
    return Rules(
        vat_rate=Decimal(law["vat-rate"]),
        thresholds=tuple(_threshold(row) for row in law["threshold"]),
        statutes=tuple(_statute(row) for row in law["statute"]),
        policies=tuple(_policy(row) for row in policy["policy"]),
        health=Health(health["decision"], Mark(health["mark"]), health["source"]),
        kpi=_kpi(policy["kpi"]),
        details_notice=_details_notice(policy["details-notice"]),
    )


def _span(row: Mapping[str, Any], first: str = "from") -> Span:
    start: date = row[first]
    end: date | None = row.get("to")
    if end is not None and end < start:
        raise ValueError(f"the row from {start} ends before it begins")
    return Span(start, end)


def _threshold(row: Mapping[str, Any]) -> Threshold:
    light_touch = row.get("light-touch")
    return Threshold(
        valid=_span(row),
        central=Decimal(row["central"]),
        sub_central=Decimal(row["sub-central"]),
        light_touch=None if light_touch is None else Decimal(light_touch),
        vat=Vat(row["vat"]),
        central_mark=Mark(row["central-mark"]),
        sub_central_mark=Mark(row["sub-central-mark"]),
        source=row["source"],
    )


def _statute(row: Mapping[str, Any]) -> Statute:
    return Statute(
        code=row["code"],
        title=row["title"],
        valid=_span(row),
        light_touch_sub_central={"own": False, "sub-central": True}[row["light-touch-row"]],
        light_touch_vat=None if row["light-touch-vat"] == "as-the-row" else Vat(row["light-touch-vat"]),
        mark=Mark(row["mark"]),
        source=row["source"],
    )


def _policy(row: Mapping[str, Any]) -> Policy:
    kpis = row.get("social-value-kpis")
    bands = (Band(Decimal(band["from"]), Decimal(band["weight"])) for band in row.get("bands", []))
    return Policy(
        code=row["code"],
        title=row["title"],
        framework=Framework(row["framework"]) if "framework" in row else None,
        may_from=row.get("may-from", row["must-from"]),
        valid=_span(row, "must-from"),
        who=row["who"],
        bands=tuple(sorted(bands, key=lambda band: band.start)),
        social_value_kpis=None if kpis is None else AtLeast(Decimal(kpis["from"]), kpis["at-least"]),
        mark=Mark(row["mark"]),
        source=row["source"],
    )


def _kpi(row: Mapping[str, Any]) -> KpiRule:
    return KpiRule(
        limits=AtLeast(Decimal(row["more-than"]), row["at-least"]),
        assessed_within_months=row["assessed-within-months"],
        mark=Mark(row["mark"]),
        source=row["source"],
    )


def _details_notice(row: Mapping[str, Any]) -> DetailsNotice:
    return DetailsNotice(row["days"], row["days-light-touch"], Mark(row["mark"]), row["source"])
