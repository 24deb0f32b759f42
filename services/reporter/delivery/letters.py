"""The letters: the overview for the Prime Minister's office, and the reminders for departments. Pure."""

import hashlib
from datetime import date
from enum import StrEnum
from urllib.parse import urlsplit

from services.reporter import addresses
from services.reporter.delivery.mailing import Attachment, Letter
from services.reporter.figures import shown
from services.reporter.model import Overview, Standing
from services.reporter.rendering import environment
from services.reporter.returns import addresses as at
from services.reporter.returns.states import State, is_waiting
from services.reporter.words import RATING_WORDS, day, moment, plural
from shared.periods import Period
from shared.status import Round

OVERVIEW = "overview"


class Reminder(StrEnum):
    COMMISSIONED = "commissioned"
    DUE_SOON = "due soon"
    DUE_TOMORROW = "due tomorrow"
    LATE = "late"
    STILL_LATE = "still late"


_FROM = (
    (Reminder.STILL_LATE, 7),
    (Reminder.LATE, 1),
    (Reminder.DUE_TOMORROW, -1),
    (Reminder.DUE_SOON, -7),
)
"""From how many days after the due day on."""
FORGOTTEN = 30
"""Days after which nobody is reminded any more."""


def reminder(round: Round, state: State, late: int) -> Reminder | None:
    """The one that is due now, whatever was missed before it; `late`: days after the due day. None: nothing is due."""
    if round.closed_on is not None or not is_waiting(state) or late > FORGOTTEN:
        return None
    return next((kind for kind, days in _FROM if late >= days), Reminder.COMMISSIONED)


def message_id(*parts: str, url: str) -> str:
    """The same for the same letter to the same person; tells nobody who they are."""
    digest = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:40]
    return f"<{digest}@{urlsplit(url).hostname or 'localhost'}>"


def overview(said: Overview, *, id: str, recipient: str, url: str, pack: bytes | None) -> Letter:
    """The whole overview in the body, as text and as HTML; links lead to the immutable revision."""
    link = url.rstrip("/") + addresses.publication(OVERVIEW, said.period.key, said.revision)
    attachment = None if pack is None else Attachment(f"social-value-{said.period.key}-r{said.revision}.pdf", pack)
    html = (
        environment()
        .get_template("email/overview.html")
        .render(mail=said, link=link, rows=[_row(row) for row in said.standings], pack=pack is not None)
    )
    revised = f" (revision {said.revision})" if said.revision > 1 else ""
    return Letter(
        id=id,
        recipient=recipient,
        subject=f"Social value, {said.period.title}{revised}: {said.headline}",
        text=_text(said, link, pack is not None),
        html=html,
        attachment=attachment,
    )


def _row(standing: Standing) -> tuple[str, str, str, str, str]:
    main = standing.figures.get("considered-in-time")
    considered = shown(main.numerator, main.denominator, main.percent) if main else "[x]"
    return (standing.label, RATING_WORDS[standing.rating], standing.change, considered, standing.data)


def _text(said: Overview, link: str, pack: bool) -> str:
    lines = [said.headline, "", f"{said.period.title} ({said.period.months})"]
    if said.sample:
        lines += ["Sample data - figures are invented"]
    if said.revision > 1:
        lines += ["", f"Revision {said.revision}: {said.revisions[-1].reason}"]
    lines += ["", *(f"{key.shown}  {key.label} ({key.change}; {key.unknown_words})" for key in said.keys), ""]
    if said.decisions:
        lines += ["DECISIONS SOUGHT", *(f"{n}. {_decided(d.text, d.due)}" for n, d in enumerate(said.decisions, 1))]
    else:
        lines += ["No decision needed."]
    lines += ["", said.movement, said.summary, "", "DEPARTMENTS, WORST FIRST"]
    lines += [f"{name}: {rating}. {change}. Considered: {considered}. {data}" for name, rating, change, considered, data
              in map(_row, said.standings)]  # fmt: skip
    if said.statements_missing:
        missing = [row.label for row in said.standings if row.department.code in said.statements_missing]
        lines += ["", f"Published unsigned: {'; '.join(missing)}"]
    lines += ["", f"Published {moment(said.published_at)}. Next update: {moment(said.next_update)}."]
    lines += ["[x] means not available. Unknown is never counted as no.", "", f"The overview: {link}"]
    if pack:
        lines += ["The reports of all departments are attached as one PDF."]
    return "\n".join(lines) + "\n"


def _decided(text: str, due: date | None) -> str:
    return f"{text} By {day(due)}." if due else text


def reminding(
    kind: Reminder, *, name: str, code: str, period: Period, round: Round, late: int, id: str, recipient: str, url: str
) -> Letter:
    """`name` of the department."""
    link = url.rstrip("/") + at.return_(str(period), code)
    due = {
        Reminder.COMMISSIONED: f"is due on {day(round.due)}",
        Reminder.DUE_SOON: f"is due on {day(round.due)}",
        Reminder.DUE_TOMORROW: "is due today" if late == 0 else f"is due tomorrow, {day(round.due)}",
        Reminder.LATE: f"is late: it was due on {day(round.due)}",
        Reminder.STILL_LATE: f"is {plural(late, 'day')} late: it was due on {day(round.due)}",
    }[kind]
    lines = [
        f"The return of {name} for {period.title} ({period.months}) {due}.",
        "The Prime Minister's office asks what the department has done to implement the Public Services (Social Value) "
        "Act 2012.",
        f"The report is published on {moment(round.publish_at)}, signed or not. Without the statement it says so.",
        f"See the draft report, and write and sign the statement: {link}",
    ]
    return Letter(
        id=id,
        recipient=recipient,
        subject=f"Social value return for {period.title} {due.partition(':')[0]}",
        text="\n\n".join(lines) + "\n",
        html=environment().get_template("email/reminder.html").render(lines=lines[:-1], link=link),
    )
