"""The form by which the Prime Minister's office opens a round, or moves its dates. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from pydantic import ValidationError

from services.reporter.returns import dates
from services.reporter.returns.drafts import Fault
from shared.events.round import RoundOpened
from shared.periods import Period
from shared.status import Round
from shared.times import london_day

PARTS = ("day", "month", "year")


@dataclass(frozen=True, slots=True)
class Asked:
    """As typed. `form` tells one form from the next."""

    period: str
    due: tuple[str, str, str]
    publish: tuple[str, str, str]
    note: str
    form: str


def begun(period: Period, known: Round | None, *, form: str) -> Asked:
    """The form as it begins: with the round's dates, or those that the rule gives where it is not open yet."""
    plan = dates.plan(period)
    due, publish_at = (known.due, known.publish_at) if known else (plan.due, plan.publish_at)
    return Asked(str(period), _parts(due), _parts(london_day(publish_at)), "", form)


def _parts(day: date) -> tuple[str, str, str]:
    return (str(day.day), str(day.month), str(day.year))


def of_form(fields: Mapping[str, str]) -> Asked:
    def parts(name: str) -> tuple[str, str, str]:
        day, month, year = (fields.get(f"{name}-{part}", "").strip() for part in PARTS)
        return (day, month, year)

    return Asked(
        fields.get("period", "").strip(),
        parts("due"),
        parts("publish"),
        fields.get("note", "").strip(),
        fields.get("form", "").strip()[:64],
    )


def opened(asked: Asked, *, today: date) -> tuple[Period, RoundOpened] | list[Fault]:
    """The round's data, or all that is wrong with the form, in its order."""
    faults = []
    period = _period(asked.period)
    if period is None:
        faults.append(Fault("period", "Enter a period such as 2026-27-q2, or 2026-27 for a year"))
    due, publish = _day(asked.due), _day(asked.publish)
    if due is None:
        faults.append(Fault("due-day", "The day on which returns are due must be a real date"))
    elif period is not None and due <= period.last_day:
        faults.append(Fault("due-day", "Returns must be due after the period ends"))
    if publish is None:
        faults.append(Fault("publish-day", "The day of publication must be a real date"))
    elif due is not None and publish <= due:
        faults.append(Fault("publish-day", "The day of publication must be after the day on which returns are due"))
    elif publish < today:
        faults.append(Fault("publish-day", "The day of publication must be today or later"))
    if not asked.form.replace("-", "").replace("_", "").isalnum() or not asked.form.isascii():
        faults.append(Fault("period", "Load the page again: the form is not whole"))
    if faults or period is None or due is None or publish is None:
        return faults
    try:
        return period, RoundOpened(due=due, publish_at=dates.publication(publish), note=asked.note or None)
    except ValidationError:
        return [Fault("note", "The note must be 20,000 characters or fewer")]


def _period(text: str) -> Period | None:
    try:
        return Period.parse(text)
    except ValueError:
        return None


def _day(parts: tuple[str, str, str]) -> date | None:
    day, month, year = parts
    try:
        return date(int(year), int(month), int(day)) if len(year) == 4 else None
    except ValueError:
        return None
