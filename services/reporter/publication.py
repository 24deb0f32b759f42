"""What is due, and what is then published: the decision and the documents. Pure; the store reads, writes and locks.

A period is published when its round's time has come, every answerable department's status is there and all of them
have stood still for a while. It is published again when what a status says has changed, department by department; the
overview whenever one of them has.
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.reporter import mapping, revisions, rounds, sectors, succession
from services.reporter.model import Change, Names, Overview, Report
from services.reporter.overview import overview
from services.reporter.report import Before, build
from services.reporter.words import label
from shared.departments import Register
from shared.periods import Period, quarters_to
from shared.status import UNATTRIBUTED, Status
from shared.times import london_day

OVERVIEW = "overview"
HISTORY = 8


@dataclass(frozen=True, slots=True)
class Mark:
    """What the decision needs to know of one status."""

    department: str
    period: str
    version: int
    publish_at: datetime | None
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Due:
    """A period to be looked at, and the versions it would be published from."""

    period: str
    fingerprint: str
    publish_at: datetime


@dataclass(frozen=True, slots=True)
class Issued:
    """The latest revision of a report as it was published, but for a name that was `erased` since."""

    document: Report | Overview
    content_sha256: str
    erased: bool = False


@dataclass(frozen=True, slots=True)
class Draft:
    """One revision to be published. `code` is a department's, or `overview`."""

    code: str
    document: Report | Overview
    content_sha256: str


def due(
    marks: Iterable[Mark], *, considered: Mapping[str, str], register: Register, now: datetime, settle: timedelta
) -> list[Due]:
    """The periods to look at now, oldest first. `considered`: period → fingerprint of when it was last looked at."""
    by_period: dict[str, dict[str, Mark]] = {}
    for mark in marks:
        by_period.setdefault(mark.period, {})[mark.department] = mark
    found = []
    for key, present in by_period.items():
        period = Period.parse(key)
        codes = [department.code for department in register.answerable(period.last_day)]
        if not codes or any(code not in present for code in codes):
            continue
        used = [present[code] for code in (*codes, UNATTRIBUTED, *sectors.BESIDE) if code in present]
        fingerprint = _fingerprint(used)
        times = [present[code].publish_at for code in codes]
        announced = [time for time in times if time is not None]
        if len(announced) < len(times) or considered.get(key) == fingerprint:
            continue
        settled = all(mark.changed_at <= now - settle for mark in used)
        if settled and max(announced) <= now:
            found.append((period.last_day, key, Due(key, fingerprint, max(announced))))
    return [item for _, _, item in sorted(found, key=lambda item: item[:2])]


def _fingerprint(marks: Iterable[Mark]) -> str:
    lines = sorted(f"{mark.department} {mark.version}" for mark in marks)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def periods_before(period: str) -> list[str]:
    """The period itself and those that its reports look back on, oldest first."""
    return [str(earlier) for earlier in quarters_to(Period.parse(period), HISTORY)]


def drafts(
    due: Due,
    statuses: Sequence[Status],
    *,
    issued: Mapping[str, Issued],
    revised: Mapping[str, Collection[str]],
    register: Register,
    now: datetime,
    sample: bool,
) -> list[Draft]:
    """The revisions to publish of one period; none where nothing new is said.

    `statuses`: those of the period and of the seven before it, all departments. `issued`: the latest revisions of the
    period, by code. `revised`: department → earlier periods that were published more than once.
    """
    last_day = Period.parse(due.period).last_day
    names = {d.code: names_of(register, d.code, due.period) for d in register.answerable(last_day)}
    histories: dict[str, list[Status]] = {}
    current: dict[str, Status] = {}
    for status in sorted(statuses, key=lambda s: Period.parse(s.period)):
        if status.period == due.period:
            current[status.department] = status
        elif register.has_department(status.department):
            histories.setdefault(status.department, []).append(status)
    found = [
        draft
        for code in names
        if (draft := _department(due, current[code], histories, issued.get(code), names[code],
                                 revised.get(code, ()), register, now, sample))
    ]  # fmt: skip
    erased = any(each.erased for each in issued.values())
    whole = _overview(due, current, histories, issued.get(OVERVIEW), names, now, sample, erased=erased)
    return [*found, *([whole] if whole else [])]


def _department(
    due: Due,
    status: Status,
    histories: Mapping[str, Sequence[Status]],
    issued: Issued | None,
    names: Names,
    revised: Collection[str],
    register: Register,
    now: datetime,
    sample: bool,
) -> Draft | None:
    content = revisions.content(status)
    if issued is not None and issued.content_sha256 == content:
        return None
    previous = issued.document if issued else None
    published_at = now if previous else due.publish_at
    changes: tuple[Change, ...] = ()
    reason = None
    if previous is not None:
        if not isinstance(previous, Report):
            raise TypeError(f"{previous.id} is no department's report")
        changes = revisions.changes(status, previous)
        cause = revisions.ERASURE if issued and issued.erased else revisions.cause(status.data, previous.data)
        reason = revisions.reason(changes, cause)
    document = build(
        status,
        history=histories.get(status.department, ()),
        names=names,
        published_at=published_at,
        previous=previous,
        reason=reason,
        changes=changes,
        revised=revised,
        sample=sample,
        before=_before(due, status.department, histories, register),
        dissolved_on=(gone := succession.dissolved(register, status.department, london_day(published_at))),
        successors=succession.successors(register, status.department) if gone else (),
    )
    return Draft(status.department, document, content)


def _before(due: Due, code: str, histories: Mapping[str, Sequence[Status]], register: Register) -> dict[str, Before]:
    """What the departments that this one succeeded reported, as mapped on the period's last day."""
    on = Period.parse(due.period).last_day
    found = mapping.history(
        [status for history in histories.values() for status in history],
        code,
        register=register,
        on=on,
        without={status.period for status in histories.get(code, ())},
    )
    return {
        period: Before(
            tuple(succession.names_on(register, code, on) for code in earlier.codes),
            earlier.figures,
            tuple(succession.names_on(register, code, on) for code in earlier.unheard),
        )
        for period, earlier in found.items()
    }


def _overview(
    due: Due,
    current: Mapping[str, Status],
    histories: Mapping[str, Sequence[Status]],
    issued: Issued | None,
    names: Mapping[str, Names],
    now: datetime,
    sample: bool,
    *,
    erased: bool,
) -> Draft | None:
    statuses = [current[code] for code in names]
    beside = [current[code] for code in sectors.BESIDE if code in current]
    unattributed = current.get(UNATTRIBUTED)
    content = revisions.contents([*statuses, *beside, *([unattributed] if unattributed else [])])
    if issued is not None and issued.content_sha256 == content:
        return None
    previous = issued.document if issued else None
    if previous is not None and not isinstance(previous, Overview):
        raise TypeError(f"{previous.id} is no overview")
    changes: tuple[Change, ...] = ()
    reason = None
    if previous is not None:
        changes = (
            *revisions.overview_changes(statuses, {code: label(n.name) for code, n in names.items()}, previous),
            *revisions.comparator_changes(beside, previous),
        )
        everything = revisions.total([*statuses, *([unattributed] if unattributed else [])])
        cause = revisions.ERASURE if erased else revisions.cause(everything, previous.data)
        reason = revisions.reason(changes, cause, names=True)
    document = overview(
        statuses,
        histories=histories,
        names=names,
        published_at=now if previous else due.publish_at,
        unattributed=unattributed,
        comparators=beside,
        previous=previous,
        reason=reason,
        changes=changes,
        sample=sample,
    )
    return Draft(OVERVIEW, document, content)


def names_of(register: Register, code: str, period: str) -> Names:
    """What the register called a department on the period's last day."""
    department, on = register.department(code), rounds.words(Period.parse(period)).last_day
    return Names(
        code=code,
        name=department.name(on),
        short=department.short_name(on),
        head_title=department.head_title(on),
    )
