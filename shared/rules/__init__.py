"""Rules of law and policy: dated data with a citation, in thresholds.toml and policies.toml beside this file."""

from shared.rules.loading import load_rules, parse_rules
from shared.rules.model import (
    AtLeast,
    Band,
    DetailsNotice,
    Health,
    Interval,
    KpiRule,
    MinimumWeight,
    Policy,
    Rules,
    Span,
    Statute,
    Threshold,
    Vat,
)

__all__ = [
    "AtLeast",
    "Band",
    "DetailsNotice",
    "Health",
    "Interval",
    "KpiRule",
    "MinimumWeight",
    "Policy",
    "Rules",
    "Span",
    "Statute",
    "Threshold",
    "Vat",
    "load_rules",
    "parse_rules",
]
