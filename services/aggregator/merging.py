"""The one table of merge rules: fact name (without sender and item) → which of two statements of it stands.

A collected fact carries its item in its name, so two statements that meet under one name are of one item.
"""

from collections.abc import Mapping

from services.aggregator.facts import Rule
from shared.events.catalogue import CATALOGUE, Kind

_FROM_NOTICES = (
    "title",
    "buyer",
    "buyer-class",
    "buyer-devolved",
    "joint-buyers",
    "scottish-original",
    "category",
    "category-additional",
    "regime",
    "special-regimes",
    "procedure",
    "direct-award",
    "framework",
    "planned-start",
    "deadline",
)
_OF_EACH_NOTICE = (
    "notice",
    "start",
    "value",
    "flag",
    "flag-text",
    "call-off",
    "urgency-hint",
    "health-hint",
    "exempt-hint",
    "framework-hint",
    "weight",
    "social-value-mention",
    "awards",
    "contracts",
    "kpis",
    "ratings",
    "termination",
    "cancellation",
)
_DECLARED = (
    "sender",
    "proposal",
    "declared-title",
    "declared-category",
    "declared-value",
    "declared-light-touch",
    "declared-call-off",
    "declared-weight",
    "declared-framework",
    "declared-codes",
    "consideration",
    "consultation",
    "consultation-held",
    "urgency",
    "commitment",
    "commitment-report",
    "kpi-assessment",
    "spot-check",
)
_OF_OTHER_SUBJECTS = tuple(row.name for row in CATALOGUE.values() if row.kind is not Kind.PROCUREMENT)
"""Departments, cases and rounds keep every event as a fact of its own, under the name of its type."""

RULES: Mapping[str, Rule] = {
    **dict.fromkeys((*_FROM_NOTICES, *_OF_EACH_NOTICE, *_DECLARED, *_OF_OTHER_SUBJECTS), Rule.LATEST),
    # Section 1 asks what came first: the start is the first step of s.1(2), and what precedes it counts.
    "declared-start": Rule.EARLIEST,
    "considered-at": Rule.EARLIEST,
    "consultation-decided-at": Rule.EARLIEST,
}


def rule_of(name: str) -> Rule:
    """Raises KeyError for a name that no event establishes."""
    return RULES[name.partition("/")[0].rpartition(":")[2]]
