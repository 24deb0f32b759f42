"""What is due, and what is then published: the decision and the documents. Pure; the store reads, writes and locks.

A period is published when its round's time has come, every answerable department's status is there and all of them
have stood still for a while. It is published again when what a status says has changed, department by department; the
overview whenever one of them has.
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.reporter import revisions, rounds
from services.reporter.model import Change, Names, Overview, Report
from services.reporter.overview import overview
from services.reporter.report import build
from services.reporter.words import label
from shared.departments import Register
from shared.periods import Period, quarters_to
from shared.status import UNATTRIBUTED, Status

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
    """The latest revision of a report as it was published."""

    document: Report | Overview
    content_sha256: str


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
        used = [present[code] for code in (*codes, UNATTRIBUTED) if code in present]
        fingerprint = _fingerprint(used)
        times = [mark.publish_at for mark in used if mark.department != UNATTRIBUTED]
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
        elif status.department != UNATTRIBUTED:
            histories.setdefault(status.department, []).append(status)
    found = [
        draft
        for code in names
        if (draft := _department(due, current[code], histories.get(code, []), issued.get(code), names[code],
                                 revised.get(code, ()), now, sample))
    ]  # fmt: skip
    whole = _overview(due, current, histories, issued.get(OVERVIEW), names, now, sample)
    return [*found, *([whole] if whole else [])]


def _department(
    due: Due,
    status: Status,
    history: Sequence[Status],
    issued: Issued | None,
    names: Names,
    revised: Collection[str],
    now: datetime,
    sample: bool,
) -> Draft | None:
    content = revisions.content(status)
    if issued is not None and issued.content_sha256 == content:
        return None
    previous = issued.document if issued else None
    if previous is None:
        document = build(
            status, history=history, names=names, published_at=due.publish_at, revised=revised, sample=sample
        )
        return Draft(status.department, document, content)
    if not isinstance(previous, Report):
        raise TypeError(f"{previous.id} is no department's report")
    changes = revisions.changes(status, previous)
    document = build(
        status,
        history=history,
        names=names,
        published_at=now,
        previous=previous,
        reason=revisions.reason(changes, revisions.cause(status.data, previous.data)),
        changes=changes,
        revised=revised,
        sample=sample,
    )
    return Draft(status.department, document, content)


def _overview(
    due: Due,
    current: Mapping[str, Status],
    histories: Mapping[str, Sequence[Status]],
    issued: Issued | None,
    names: Mapping[str, Names],
    now: datetime,
    sample: bool,
) -> Draft | None:
    statuses = [current[code] for code in names]
    unattributed = current.get(UNATTRIBUTED)
    content = revisions.contents([*statuses, *([unattributed] if unattributed else [])])
    if issued is not None and issued.content_sha256 == content:
        return None
    previous = issued.document if issued else None
    if previous is not None and not isinstance(previous, Overview):
        raise TypeError(f"{previous.id} is no overview")
    changes: tuple[Change, ...] = ()
    reason = None
    if previous is not None:
        changes = revisions.overview_changes(statuses, {code: label(n.name) for code, n in names.items()}, previous)
        everything = revisions.total([*statuses, *([unattributed] if unattributed else [])])
        reason = revisions.reason(changes, revisions.cause(everything, previous.data), names=True)
    document = overview(
        statuses,
        histories=histories,
        names=names,
        published_at=now if previous else due.publish_at,
        unattributed=unattributed,
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
