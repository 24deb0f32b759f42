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

        async def note(connection: Any) -> list[tuple[str, Mapping[str, object]]]:
            """All of a round in one transaction: what the log says, said once, after it."""
            said: list[tuple[str, Mapping[str, object]]] = []
            async with connection.transaction():
                dated = f"{key}/{asked.round.due}"
                if await _first(connection, f"round.opened/{dated}/{asked.round.publish_at.isoformat()}", now):
                    said.append(("round.opened", {"due": str(asked.round.due)}))
                waiting = 0
                for code, state in found.items():
                    kind = reminder(asked.round, state, late)
                    if kind is None:
                        continue
                    waiting += 1
                    await posting.enqueue(
                        connection,
                        kind=kind,
                        about=f"{key}/{code}/{asked.round.due}",
                        recipients=self.contacts.get(code, ()),
                        url=self.url,
                        now=now,
                    )
                    if kind in (Reminder.LATE, Reminder.STILL_LATE) and await _first(
                        connection, f"return.late/{code}/{dated}", now
                    ):
                        said.append(("return.late", {"department": code, "days": late, "state": state.value}))
                if late > 0 and waiting and await _first(connection, f"round.overdue/{dated}", now):
                    said.append(("round.overdue", {"returns": waiting, "days": late}))
            return said

        for event, fields in await self.archive.read(note):
            (log.info if event == "round.opened" else log.warning)(event, period=key, **fields)


async def _first(connection: Any, what: str, now: datetime) -> bool:
    row = await connection.fetchrow(
        "INSERT INTO noticed (what, noticed_at) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING what", what, now
    )
    return row is not None
