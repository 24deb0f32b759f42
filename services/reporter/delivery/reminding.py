"""What follows from the calendar: rounds that it opens, reminders, and what the log says of rounds and late returns."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from services.reporter.archive import Archive
from services.reporter.delivery import posting
from services.reporter.delivery.letters import FORGOTTEN, Reminder, reminder
from services.reporter.returns import dates, views
from services.reporter.returns.desk import Asked, StoredDesk
from services.reporter.returns.speaking import submission
from services.reporter.returns.states import days_late
from shared.departments import Register
from shared.events.round import RoundOpened
from shared.logging import get_logger

log = get_logger()


class Reminding:
    """`contacts`: whom to remind; empty: nobody, and only the log says who is late."""

    def __init__(
        self,
        archive: Archive,
        register: Register,
        desk: StoredDesk,
        contacts: Mapping[str, Sequence[str]],
        *,
        url: str,
        opens_rounds: bool,
        clock: Callable[[], datetime],
    ) -> None:
        self.archive, self.register, self.desk, self.contacts = archive, register, desk, contacts
        self.url, self.opens_rounds, self.clock = url, opens_rounds, clock

    async def step(self) -> int:
        """Idempotent. Returns 0: the calendar is looked at again after a pause."""
        now = self.clock()
        rounds = await self.desk.rounds()
        if self.opens_rounds:
            await self._open({str(asked.period) for asked in rounds}, now)
        for asked in rounds:
            if asked.round.closed_on is None and days_late(asked.round.due, now) <= FORGOTTEN:
                await self._remind(asked, now)
        return 0

    async def _open(self, known: set[str], now: datetime) -> None:
        """As events of the Prime Minister's office, each the same however often it is sent."""
        for period in dates.opened_by_calendar(now):
            if str(period) in known:
                continue
            plan = dates.plan(period)
            data = RoundOpened(due=plan.due, publish_at=plan.publish_at)
            await self.desk.say(
                submission("round.opened", str(period), data, sender="pm-office", key="calendar", at=plan.opens_at)
            )

    async def _remind(self, asked: Asked, now: datetime) -> None:
        key, late = str(asked.period), days_late(asked.round.due, now)
        found = views.states(
            asked,
            self.register,
            statuses=await self.desk.statuses(key),
            drafts=await self.desk.drafts(key),
            published=await self.desk.published(key),
            now=now,
        )

        kinds = {
            code: kind for code, state in found.items() if (kind := reminder(asked.round, state, late)) is not None
        }
        overdue = {code for code, kind in kinds.items() if kind in (Reminder.LATE, Reminder.STILL_LATE)}
        dated = f"{key}/{asked.round.due}"

        async def note(connection: Any) -> set[str]:
            """All of a round in one transaction; what the log has to say for the first time, it says after it."""
            async with connection.transaction():
                for code, kind in kinds.items():
                    await posting.enqueue(
                        connection,
                        kind=kind,
                        about=f"{key}/{code}/{asked.round.due}",
                        recipients=self.contacts.get(code, ()),
                        url=self.url,
                        now=now,
                    )
                known = {f"round.opened/{dated}/{asked.round.publish_at.isoformat()}"}
                known |= {f"return.late/{dated}/{code}" for code in overdue}
                known |= {f"round.overdue/{dated}"} if overdue else set()
                rows = await connection.fetch(
                    """INSERT INTO noticed (what, noticed_at) SELECT w, $2 FROM unnest($1::text[]) AS u (w)
                    ON CONFLICT DO NOTHING RETURNING what""",
                    sorted(known),
                    now,
                )
            return {row["what"] for row in rows}

        new = await self.archive.read(note)
        if any(what.startswith("round.opened/") for what in new):
            log.info("round.opened", period=key, due=str(asked.round.due))
        if f"round.overdue/{dated}" in new:
            log.warning("round.overdue", period=key, returns=len(overdue), days=late)
        for code in sorted(overdue):
            if f"return.late/{dated}/{code}" in new:
                log.warning("return.late", period=key, department=code, days=late, state=found[code].value)
