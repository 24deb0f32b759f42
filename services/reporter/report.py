"""One department's report from its status: what is said of the period, beside what was said of those before.

Pure and without a clock: the same arguments give the same report, and so the same bytes, anywhere.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from services.reporter import findings, gaps, rounds, summary
from services.reporter import series as eight
from services.reporter.figures import Figure, figure
from services.reporter.model import Change, Names, Quarter, Report, Revision, Successor
from services.reporter.words import listed
from shared.periods import Period
from shared.status import Status
from shared.times import london_day


@dataclass(frozen=True, slots=True)
class Before:
    """What the departments that this one succeeded reported for one period, added."""

    departments: tuple[Names, ...]
    figures: Mapping[str, Figure]
    unheard: tuple[Names, ...] = ()


SHOWN = (eight.MAIN, "consultation", "delivered")


def build(
    status: Status,
    *,
    history: Sequence[Status],
    names: Names,
    published_at: datetime,
    previous: Report | None = None,
    reason: str | None = None,
    changes: tuple[Change, ...] = (),
    revised: Collection[str] = (),
    sample: bool = False,
    before: Mapping[str, Before] | None = None,
    dissolved_on: date | None = None,
    successors: tuple[Successor, ...] = (),
) -> Report:
    """`history`: the department's earlier periods, oldest first. `previous`: the revision before, with `reason`.

    `revised`: the earlier periods that have been published in more than one revision; their figures bear the mark [r].
    `before`: period → what its predecessors reported; shown in the series with a mark, and compared with nothing.
    """
    period = Period.parse(status.period)
    words = rounds.words(period)
    revision = previous.revision + 1 if previous else 1
    preceding = period_before(history, period)
    next_update = rounds.expected(period, status.round.publish_at if status.round else published_at)
    tests = gaps.tests(status)
    quarters = eight.series(status, history, revised=revised, revision=revision)
    owner = status.office_holder.office if status.office_holder else names.head_title
    return Report(
        id=f"{status.department}/{status.period}/r{revision}",
        period=words,
        revision=revision,
        published_at=published_at,
        provisional=revision == 1,
        next_update=next_update,
        sample=sample,
        method=status.method,
        chain=status.chain,
        revisions=(
            *(previous.revisions if previous else ()),
            Revision(revision=revision, published_at=published_at, reason=reason, changes=changes),
        ),
        department=names,
        office_holder=status.office_holder,
        rating=status.rating,
        previous_rating=preceding.rating if preceding else None,
        reason=status.reason,
        groups=status.groups,
        completeness=findings.completeness(status),
        keys=summary.keys(status, preceding, previous_title=period.preceding.title, word=words.word),
        bullets=findings.bullets(status, preceding, tests=tests, quarters=quarters, word=words.word),
        decision=findings.decision(status, preceding, owner=owner, due=london_day(next_update), word=words.word),
        figures={name: figure(measure) for name, measure in sorted(status.measures.items())},
        series_measures=(eight.MAIN, eight.second_measure(status)),
        series_headline=eight.headline(quarters, words.word),
        series=tuple(_with(quarter, before or {}) for quarter in quarters),
        tests_headline=gaps.headline(tests),
        tests=tests,
        not_measured=gaps.not_measured(status),
        strands=gaps.strands(status),
        bodies=gaps.bodies(status),
        attention=status.attention,
        attention_total=status.attention_total,
        urgency=status.urgency,
        capability=status.capability,
        statement=status.statement,
        statement_due=status.round.due if status.round else None,
        statement_words=findings.statement_words(status, owner),
        previous_actions=status.previous_actions,
        data=status.data,
        previous_method=status.previous_method,
        predecessors=_predecessors(quarters, before or {}),
        unheard=_unheard(quarters, before or {}),
        dissolved_on=dissolved_on,
        successors=successors,
    )


def _with(quarter: Quarter, before: Mapping[str, Before]) -> Quarter:
    """A period of which the department itself has nothing, with what stood in its place."""
    found = before.get(quarter.period)
    if found is None or quarter.figures:
        return quarter
    figures = {name: found.figures[name] for name in SHOWN if name in found.figures}
    return quarter.model_copy(update={"figures": figures, "mapped": True})


def _predecessors(quarters: Sequence[Quarter], before: Mapping[str, Before]) -> tuple[Names, ...]:
    shown = [before[q.period] for q in quarters if q.period in before and not q.figures]
    named = {department.code: department for each in shown for department in each.departments}
    return tuple(sorted(named.values(), key=lambda department: department.name.casefold()))


def _unheard(quarters: Sequence[Quarter], before: Mapping[str, Before]) -> tuple[str, ...]:
    """`Q1 2026 to 2027: DSIT`, for every mapped period in which a part is missing."""
    shown = [(quarter.title, before[quarter.period]) for quarter in quarters if quarter.period in before]
    return tuple(
        f"{title}: {listed([department.short for department in each.unheard])}" for title, each in shown if each.unheard
    )


def period_before(history: Sequence[Status], period: Period) -> Status | None:
    """The status of the period just before, if it is there."""
    return next((status for status in history if status.period == str(period.preceding)), None)
