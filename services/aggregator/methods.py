"""The versions of the rating method. The last one rates; the one before it says what would have been.

A change of method is a new row here: every status is then counted anew and carries both ratings, so that a reader can
tell a change of the department from a change of the rules.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from services.aggregator import cases, ratings
from services.aggregator.cases import Case
from shared.periods import Period
from shared.status import Capability, Data, GroupRating, Measure, Rating


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a method rates."""

    measures: Mapping[str, Measure]
    capability: Capability
    data: Data
    cases: Sequence[Case]
    period: Period


Rated: TypeAlias = tuple[tuple[GroupRating, ...], Rating, str]
"""The groups, the overall rating and its reason."""


@dataclass(frozen=True, slots=True)
class Method:
    version: int
    rate: Callable[[Evidence], Rated]


def version_1(evidence: Evidence) -> Rated:
    """Groups A to F, the overall rating the worse of A and F."""
    groups = (
        ratings.legal_duty(evidence.measures),
        ratings.policy_duty(evidence.measures),
        ratings.delivery(evidence.measures),
        ratings.capability(evidence.capability),
        cases.rate(evidence.cases, evidence.period),
        ratings.data_quality(evidence.measures, evidence.data),
    )
    return (groups, *ratings.overall({group.group: group for group in groups}))


METHODS: tuple[Method, ...] = (Method(1, version_1),)
