"""The evidence for programs: all procurements behind a figure as CSV, a procurement and its events as JSON."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict
from datetime import date
from typing import TypeVar

import orjson

from services.reporter.evidence import CAPABILITY, ITEMS, PAGE, Counted, CountedItems, Procurement, Records, Said
from services.reporter.forms.table import written
from services.reporter.item_pages import FOR_EVER
from shared.periods import Period

T = TypeVar("T", Counted, CountedItems)

COUNTED = ("ocid", "title", "answers", "started_on", "value_gross_pence", "value_net_pence", "events")
EVENT = ("event", "at", "says", "source", "id")
ITEM = ("ocid", "title", "question", "answer", "from", "before", "value_gross_pence", "value_net_pence")


async def evidence(records: Records, department: str, period: Period, question: str) -> bytes:
    """Everything that an indicator counts, however many pages it takes; text as `forms.table` writes it."""
    if question in ITEMS:
        items = await _all(
            lambda after: records.items(department, period.first_day, period.last_day, ITEMS[question], after)
        )
        return written(
            ITEM,
            (
                (r.ocid, r.title, i.question, i.answer, _day(i.first), _day(i.past), i.gross, i.net)
                for r in items
                for i in r.items
            ),
        )
    if question == "capability":
        told = await capability(records, department, period)
        return written(
            EVENT,
            ((s.fact.name.partition("/")[0], s.fact.at, _json(s.fact.value), s.fact.source, s.fact.id) for s in told),
        )
    quarters = [str(quarter) for quarter in period.quarters]
    rows = await _all(lambda after: records.counted(department, quarters, question, after))
    return written(
        COUNTED,
        (
            (r.ocid, r.title, "; ".join(r.answers), _day(r.started_on), r.value_gross, r.value_net, r.events)
            for r in rows
        ),
    )


async def capability(records: Records, department: str, period: Period) -> list[Said]:
    """What the department, and the review team of it, said up to the period's end, in the order of time."""
    told = [said for event in CAPABILITY for said in await records.said(event) if said.department == department]
    return sorted(
        (said for said in told if said.fact.at[:10] <= period.last_day.isoformat()), key=lambda said: said.fact.at
    )


def _json(value: object) -> str:
    return orjson.dumps(value).decode()


async def _all(page: Callable[[str], Awaitable[Sequence[T]]]) -> list[T]:
    found: list[T] = []
    while True:
        rows = await page(found[-1].ocid if found else "")
        found.extend(rows)
        if len(rows) < PAGE:
            return found


def _day(value: date | None) -> str | None:
    """None too for a day that never comes: the end of what nobody has told."""
    return None if value is None or value == FOR_EVER else value.isoformat()


def procurement(p: Procurement, *, sample: bool) -> bytes:
    """As on its page. `counts` of a fact: whether who said it answers for the buyer. Values in pence."""
    facts = [
        {
            "name": fact.plain,
            "value": fact.value,
            "at": fact.at,
            "said_by": fact.said_by or None,
            "counts": fact.said_by not in p.unheard,
            "event": {"source": fact.source, "id": fact.id},
        }
        for fact in p.facts
    ]
    said = asdict(p) | {"facts": facts, "sample": sample}
    return orjson.dumps(said, option=orjson.OPT_SORT_KEYS)
