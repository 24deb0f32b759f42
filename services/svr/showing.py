"""How the command line shows things to people: tables on stdout, progress on stderr."""

import os
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

from services.aggregator.sampling import Candidate, risk
from services.svr.checking import Check
from shared.status import Status

out = Console()
err = Console(stderr=True)


@contextmanager
def progress(total: int | None, what: str) -> Iterator[Progress]:
    """A bar on a terminal; silent in pipes and CI, where each stage says its line itself."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
    )
    quiet = not sys.stderr.isatty() or "CI" in os.environ or "NO_COLOR" in os.environ
    with Progress(*columns, console=err, disable=quiet) as bar:
        bar.add_task(what, total=total)
        yield bar


def summarise(
    checked: Check, decisions: Counter[str], departments: Counter[str], reasons: Counter[tuple[str, str]]
) -> None:
    out.print(f"{checked.accepted} accepted, {checked.rejected} refused, {sum(decisions.values())} procurements")
    table = Table("Does the Act apply?", "Procurements", "Why")
    for decision, count in decisions.most_common():
        why = ", ".join(f"{reason} {n}" for (d, reason), n in reasons.most_common() if d == decision)
        table.add_row(decision, str(count), why)
    out.print(table)
    attributed = sum(n for code, n in departments.items() if checked.register.has_department(code))
    out.print(f"Attributed to a department: {attributed} of {sum(departments.values())}")
    for code, count in departments.most_common():
        out.print(f"  {code}: {count}", markup=False)


def standing_table(found: Sequence[Status]) -> Table:
    table = Table("Period", "Department", "Status", "In scope", "Considered before the start", "Unknown", "Reason")
    for each in found:
        considered = each.measures["considered-in-time"]
        table.add_row(
            each.period,
            each.department,
            each.rating.value,
            str(each.measures["in-scope"].answers.get("applies", 0)),
            f"{considered.numerator} of {considered.denominator}",
            str(considered.unknown),
            each.reason,
        )
    return table


def sample_table(drawn: Sequence[Candidate]) -> Table:
    table = Table("Reference", "Department", "Title", "Started", "Value", "Risk", "Why")
    for each in drawn:
        value = "not known" if each.pence is None else f"£{each.pence / 100:,.0f}"
        why = ", ".join((*each.concerns, *(["urgency claimed"] if each.urgent else [])))
        row = (each.ocid, each.department, each.title or "", each.started_on or "", value, str(risk(each)), why)
        table.add_row(*(escape(cell) for cell in row))
    return table
