"""Which departments nobody has heard of for long: said once a day, whichever aggregator asks first."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime

import asyncpg

from shared.departments import Register
from shared.logging import get_logger
from shared.times import london_day

log = get_logger()


def silent(last: Mapping[str, date], codes: Iterable[str], *, today: date, days: int) -> list[tuple[str, int | None]]:
    """The departments whose last day lies more than `days` back, and for how long; None: never heard. Pure."""
    found: list[tuple[str, int | None]] = []
    for code in sorted(codes):
        heard = last.get(code)
        if heard is None:
            found.append((code, None))
        elif (today - heard).days > days:
            found.append((code, (today - heard).days))
    return found


class Silence:
    """`days`: how long a department may send nothing; its own heartbeat event is enough."""

    def __init__(self, pool: asyncpg.Pool, register: Register, *, days: int) -> None:
        self.pool, self.register, self.days = pool, register, days

    async def step(self) -> int:
        """Returns 0: it is asked again after a pause. Before the first event of all nobody is silent."""
        await self.look(london_day(datetime.now(UTC)))
        return 0

    async def look(self, today: date) -> None:
        """Once a day: whoever comes second finds that it is done."""
        async with self.pool.acquire() as connection, connection.transaction():
            first = "INSERT INTO silence VALUES ($1) ON CONFLICT DO NOTHING RETURNING true"
            if not await connection.fetchval(first, today):
                return
            rows = await connection.fetch("SELECT sender, max(received) AS received FROM event GROUP BY sender")
        last = {row["sender"]: london_day(row["received"]) for row in rows}
        answerable = [department.code for department in self.register.answerable(today)]
        for code, days in silent(last, answerable, today=today, days=self.days) if last else ():
            log.warning("department.silent", department=code, days=days)
