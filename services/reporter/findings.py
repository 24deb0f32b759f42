"""What a reader should take away: improving, off track, data quality, and the decision sought. Pure."""

from datetime import date

from services.reporter.figures import no_record, shown
from services.reporter.model import Bullet, Decision, Quarter, Report, Test
from services.reporter.series import MAIN, percents, running
from services.reporter.summary import measured
from services.reporter.words import RATING_WORDS, day, listed, lower_first, number, plural, shortened
from shared.indicators import GROUPS_BY_LETTER
from shared.status import Rating, Status
from shared.times import london_day

MOST_OF_A_TITLE = 120
"""Characters: a decision is one sentence, and the overview one page, whatever a procurement is called."""


def bullets(
    status: Status, previous: Status | None, *, tests: tuple[Test, ...], quarters: tuple[Quarter, ...], word: str
) -> tuple[Bullet, ...]:
    return (
        Bullet(word="Improving", text=improving(status, previous, tests=tests, quarters=quarters, word=word)),
        Bullet(word="Off track", text=off_track(status, tests)),
        Bullet(word="Data quality", text=data_quality(status, word)),
    )


def improving(
    status: Status, previous: Status | None, *, tests: tuple[Test, ...], quarters: tuple[Quarter, ...], word: str
) -> str:
    """The greatest rise in percentage points; else fewer procurements without a record; else that nothing rose."""
    if previous is None:
        return f"there is no {word} before to compare with."
    rises = []
    for test in tests:
        before = measured(previous, test.id)
        if test.figure.percent is not None and before is not None and before.percent is not None:
            rises.append((test.figure.percent - before.percent, test, before.percent))
    best = max(rises, key=lambda rise: rise[0], default=None)
    if best is not None and best[0] > 0:
        _, test, earlier = best
        run = running(percents(quarters, test.id), word) if test.id in quarters[-1].figures else None
        return f"{subject(test)} {run or f'rose from {earlier}% to {test.figure.percent}%'}."
    now, then = measured(status, MAIN), measured(previous, MAIN)
    if now and then and no_record(now) < no_record(then):
        return f"procurements with no record of consideration fell from {no_record(then)} to {no_record(now)}."
    return f"no measure rose on the {word} before."


def off_track(status: Status, tests: tuple[Test, ...]) -> str:
    """The test furthest below its level, then any further group that is rated poor."""
    parts = []
    below = [test for test in tests if test.good is False]
    if below:
        worst = max(below, key=_shortfall)
        found = worst.figure
        value = shown(found.numerator, found.denominator, found.percent)
        parts.append(f"{subject(worst)} is at {value}, below the {worst.good_from}% rated good")
    poor = [GROUPS_BY_LETTER[g.group].title for g in status.groups if g.rating is Rating.POOR and g.group in "BCDEF"]
    if poor:
        parts.append(f"{listed([lower_first(title) for title in poor])} {'is' if len(poor) == 1 else 'are'} rated poor")
    if not parts and all(test.good is None for test in tests):
        return "nothing can be compared with the levels rated good."
    return ("; ".join(parts) or "nothing measured is below the level rated good") + "."


def subject(test: Test) -> str:
    return "consideration before the start" if test.id == MAIN else lower_first(test.title)


def _shortfall(test: Test) -> float:
    found = test.figure
    return (test.good_from or 0) - 100 * (found.numerator or 0) / (found.denominator or 1)


def data_quality(status: Status, word: str) -> str:
    if is_silent(status):
        last = status.data.last_received
        return f"no event was received for this {word}" + (
            f"; the last came on {day(london_day(last))}." if last else "."
        )
    found = measured(status, MAIN)
    parts = []
    if found and found.unknown:
        parts.append(f"{number(found.unknown)} of {plural(found.population, 'procurement')} in scope "
                     f"{'is' if found.unknown == 1 else 'are'} unknown as to consideration")  # fmt: skip
    if found and found.value.unvalued:
        parts.append(f"{plural(found.value.unvalued, 'carries', 'carry')} no value and "
                     f"{'is' if found.value.unvalued == 1 else 'are'} left out of the £ figures")  # fmt: skip
    for count, one, many in (
        (status.data.late, "event came after the cut-off", "events came after the cut-off"),
        (status.data.conflicts, "event contradicts one already recorded", "events contradict ones already recorded"),
        (status.data.withdrawn, "event was withdrawn", "events were withdrawn"),
    ):
        if count:
            parts.append(plural(count, one, many))
    return ("; ".join(parts) or "nothing is unknown, late, withdrawn or in conflict") + "."


def is_silent(status: Status | Report) -> bool:
    """Nothing at all was received for the period. A heartbeat is an event: it says that there is nothing to report."""
    return status.data.events == 0


def completeness(status: Status) -> str:
    found = measured(status, MAIN)
    if is_silent(status):
        return "No data"
    if found is None or not found.population:
        return "No procurement in scope"
    all_of_them = plural(found.population, "procurement")
    if not found.unknown:
        return f"Complete: all {all_of_them} in scope can be placed"
    return f"{number(found.population - found.unknown)} of {all_of_them} in scope can be placed; " + (
        f"{number(found.unknown)} unknown"
    )


def decision(status: Status, previous: Status | None, *, owner: str, due: date, word: str) -> Decision | None:
    """One sentence, who has to act, by when; None when nothing is asked of the Prime Minister's office."""
    text = _asked(status, previous, owner, word)
    if text is None:
        return None
    named = status.attention[0].ocid if status.attention and _recovery(status) else None
    return Decision(text=text, owner=owner, due=due, department=status.department, ocid=named)


def _recovery(status: Status) -> bool:
    return status.rating is Rating.POOR and not is_silent(status)


def _asked(status: Status, previous: Status | None, owner: str, word: str) -> str | None:
    if is_silent(status):
        return f"Ask the {owner} why nothing was sent for this {word}, and for the return."
    if _recovery(status):
        if not status.attention:
            return f"Ask the {owner} for a recovery plan."
        title = status.attention[0].title
        first = f"“{shortened(title, MOST_OF_A_TITLE)}”" if title else "the one named here"
        if status.attention_total == 1:
            return f"Ask the {owner} for the record of what was considered for {first}, or for a recovery plan."
        return (
            f"Ask the {owner} for the records of consideration, or a recovery plan, for the "
            f"{number(status.attention_total)} procurements that need attention, beginning with {first}."
        )
    found = measured(status, MAIN)
    if status.rating is Rating.NOT_ENOUGH_DATA and found is not None and found.unknown:
        missing = plural(found.unknown, "procurement")
        return f"Ask the {owner} for the missing records of consideration of {missing}."
    if status.round is not None and status.statement is None and found is not None and found.population:
        return f"Ask the {owner} for the signed statement, which was due on {day(status.round.due)}."
    if previous is not None and previous.rating is Rating.GOOD and status.rating is Rating.PARTIAL:
        return f"Ask the {owner} what has changed since the {word} before, which was rated good."
    return None


def rating_change(rating: Rating, before: Rating | None, word: str) -> str:
    """`Was Poor the quarter before`."""
    if before is None:
        return f"Not rated the {word} before"
    return f"Same as the {word} before" if before is rating else f"Was {RATING_WORDS[before]} the {word} before"


def statement_words(status: Status, owner: str) -> str:
    """Whether the statement came, and whether in time."""
    signed = status.statement
    due = status.round.due if status.round else None
    if signed is None:
        return f"No statement of the {owner} had been received when this report was published" + (
            f"; it was due on {day(due)}." if due else "."
        )
    late = 0 if due is None else (signed.signed_on - due).days
    return f"Signed on {day(signed.signed_on)}" + (f", {plural(late, 'day')} after it was due." if late > 0 else ".")
