"""All departments on one page, worst first: the finding, at most three decisions, where each stands. Pure.

A department that sent nothing stands there too, and says so; `unattributed` is no department but what no one claims.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from services.reporter import findings, rounds, sectors, summary
from services.reporter import series as eight
from services.reporter.figures import Figure, figure, no_record
from services.reporter.model import Change, Decision, Key, Names, Overview, Revision, Standing
from services.reporter.report import period_before
from services.reporter.revisions import total
from services.reporter.totals import totals
from services.reporter.words import RATING_WORDS, day, label, listed, plural
from shared.periods import Period
from shared.status import Rating, Status
from shared.times import london_day

MOST_DECISIONS = 3
WORST_FIRST = (Rating.POOR, Rating.NOT_ENOUGH_DATA, Rating.PARTIAL, Rating.GOOD)
_HEIGHT = {Rating.POOR: 0, Rating.PARTIAL: 1, Rating.GOOD: 2}


def overview(
    statuses: Sequence[Status],
    *,
    histories: Mapping[str, Sequence[Status]],
    names: Mapping[str, Names],
    published_at: datetime,
    unattributed: Status | None = None,
    comparators: Sequence[Status] = (),
    previous: Overview | None = None,
    reason: str | None = None,
    changes: tuple[Change, ...] = (),
    sample: bool = False,
) -> Overview:
    """`statuses`: one for each answerable department, of one period; `histories` and `names` by department code.

    The histories may hold departments that are gone: the figures of the period before are all of government's then.
    `comparators`: the statuses of other sectors, which stand beside and are in no total.
    """
    period = Period.parse(statuses[0].period)
    words = rounds.words(period)
    revision = previous.revision + 1 if previous else 1
    preceding = {s.department: period_before(histories.get(s.department, ()), period) for s in statuses}
    second = "delivered" if any("delivered" in s.measures for s in statuses) else "consultation"
    shown_measures = (eight.MAIN, second)
    standings = sorted(
        (
            standing(s, histories.get(s.department, ()), preceding[s.department], names[s.department], words.word)
            for s in statuses
        ),
        key=lambda row: (WORST_FIRST.index(row.rating), row.label.casefold()),
    )
    announced = rounds.publish_at(statuses) or published_at
    next_update = rounds.expected(period, announced)
    now = totals(statuses, shown_measures)
    then = totals([s for h in histories.values() if (s := period_before(h, period))], shown_measures)
    return Overview(
        id=f"overview/{period}/r{revision}",
        period=words,
        revision=revision,
        published_at=published_at,
        provisional=revision == 1,
        next_update=next_update,
        sample=sample,
        method=max(s.method for s in statuses),
        chain=max((s.chain for s in statuses if s.chain), key=lambda chain: chain.block, default=None),
        revisions=(
            *(previous.revisions if previous else ()),
            Revision(revision=revision, published_at=published_at, reason=reason, changes=changes),
        ),
        headline=headline(standings),
        summary=_summary(standings),
        keys=_keys(statuses, now, then, second=second, since=period.preceding.title, word=words.word),
        decisions=_decisions(standings, statuses, preceding, names, next_update, words.word),
        movement=movement(standings),
        figures=now,
        second_measure=second,
        standings=tuple(standings),
        silent=tuple(row.department.code for row in standings if row.silent),
        statements_missing=tuple(row.department.code for row in standings if row.statement == "Not received"),
        unattributed=unattributed.measures["in-scope"].population
        if unattributed and "in-scope" in unattributed.measures
        else 0,
        data=total([*statuses, *([unattributed] if unattributed else [])]),
        comparators=sectors.comparators(statuses, comparators),
    )


def headline(rows: Sequence[Standing]) -> str:
    """The finding, which is the page's title."""
    count = {rating: sum(row.rating is rating for row in rows) for rating in Rating}
    if count[Rating.NOT_ENOUGH_DATA] == len(rows):
        return "No department sent enough data to be rated"
    first = f"{count[Rating.GOOD]} of {plural(len(rows), 'department')} {_is(count[Rating.GOOD])} rated good on the Act"
    rest = []
    if count[Rating.POOR]:
        rest.append(f"{count[Rating.POOR]} {_is(count[Rating.POOR])} poor")
    if count[Rating.NOT_ENOUGH_DATA]:
        rest.append(f"{count[Rating.NOT_ENOUGH_DATA]} cannot be rated")
    return f"{first}; {listed(rest)}" if rest else f"{first}; none is poor"


def movement(rows: Sequence[Standing]) -> str:
    """`3 improved, 2 declined, 7 unchanged.`"""
    count = {direction: sum(row.direction == direction for row in rows) for direction in ("up", "down", "same", "none")}
    words = f"{count['up']} improved, {count['down']} declined, {count['same']} unchanged"
    return words + (f", {count['none']} not comparable." if count["none"] else ".")


def standing(status: Status, history: Sequence[Status], preceding: Status | None, names: Names, word: str) -> Standing:
    silent = findings.is_silent(status)
    direction, change = _change(status, history, preceding, word)
    return Standing(
        department=names,
        label=label(names.name),
        rating=status.rating,
        previous_rating=preceding.rating if preceding else None,
        change=change,
        direction=direction,
        figures={
            name: figure(status.measures[name])
            for name in (eight.MAIN, eight.second_measure(status))
            if name in status.measures
        },
        trend=eight.trend(status, history),
        data=_data_words(status, history, silent=silent),
        silent=silent,
        statement=_statement(status),
        previous_method=status.previous_method,
    )


def _is(count: int) -> str:
    return "is" if count == 1 else "are"


def _summary(rows: Sequence[Standing]) -> str:
    parts = [
        f"{sum(row.rating is rating for row in rows)} {RATING_WORDS[rating].lower()}"
        for rating in (Rating.GOOD, Rating.PARTIAL, Rating.POOR, Rating.NOT_ENOUGH_DATA)
    ]
    return f"{plural(len(rows), 'department')}: {listed(parts)}."


def _keys(
    statuses: Sequence[Status],
    now: Mapping[str, Figure],
    then: Mapping[str, Figure],
    *,
    second: str,
    since: str,
    word: str,
) -> tuple[Key, ...]:
    main, main_then = now.get(eight.MAIN, summary.EMPTY), then.get(eight.MAIN)
    attention = tuple(item for s in statuses for item in s.attention)
    large = summary.large_words(attention, sum(s.attention_total for s in statuses))
    on = f"on {since}"
    return (
        summary.ratio_key(eight.MAIN, main, main_then, since=on, word=word),
        summary.value_key(main, main_then, since=on, word=word),
        summary.ratio_key(second, now.get(second, summary.EMPTY), then.get(second), since=on, word=word),
        summary.record_key(main, main_then, word=word, large=large),
    )


def _decisions(
    rows: Sequence[Standing],
    statuses: Sequence[Status],
    preceding: Mapping[str, Status | None],
    names: Mapping[str, Names],
    next_update: datetime,
    word: str,
) -> tuple[Decision, ...]:
    """Those of the worst departments, the ones with most procurements without a record first."""
    by_code = {status.department: status for status in statuses}
    found = []
    for row in rows:
        status = by_code[row.department.code]
        owner = status.office_holder.office if status.office_holder else names[status.department].head_title
        decided = findings.decision(
            status, preceding[status.department], owner=owner, due=london_day(next_update), word=word
        )
        if decided is not None:
            found.append((WORST_FIRST.index(row.rating), -_unrecorded(status), row.label.casefold(), decided))
    return tuple(decided for *_, decided in sorted(found, key=lambda item: item[:3])[:MOST_DECISIONS])


def _unrecorded(status: Status) -> int:
    return no_record(figure(status.measures[eight.MAIN])) if eight.MAIN in status.measures else 0


def _change(
    status: Status, history: Sequence[Status], preceding: Status | None, word: str
) -> tuple[summary.Direction, str]:
    """The movement of the rating; to or from not enough data is neither better nor worse."""
    if preceding is None:
        return "none", f"no {word} before"
    if preceding.rating is status.rating:
        length = 1
        for earlier in reversed(history):
            if earlier.rating is not status.rating:
                break
            length += 1
        if status.rating is Rating.POOR and length > 2:
            return "same", f"poor for {length} {word}s"
        return "same", "no change"
    was = f"was {RATING_WORDS[preceding.rating].lower()}"
    if Rating.NOT_ENOUGH_DATA in (status.rating, preceding.rating):
        return "none", was
    return ("up" if _HEIGHT[status.rating] > _HEIGHT[preceding.rating] else "down"), was


def _data_words(status: Status, history: Sequence[Status], *, silent: bool) -> str:
    if silent:
        times = [s.data.last_received for s in (*history, status) if s.data.last_received is not None]
        return f"No data since {day(london_day(max(times)))}" if times else "No data yet"
    unknown = status.measures[eight.MAIN].unknown if eight.MAIN in status.measures else 0
    parts = [f"{unknown} unknown"] if unknown else []
    if status.data.late:
        parts.append(f"{status.data.late} late")
    return ", ".join(parts) or "Complete"


def _statement(status: Status) -> str:
    if status.statement is None:
        return "Not received"
    late = (status.statement.signed_on - status.round.due).days if status.round else 0
    return f"{plural(late, 'day')} late" if late > 0 else "On time"
