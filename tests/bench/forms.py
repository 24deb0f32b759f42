"""All departments' reports and the overview of one quarter, in all forms: how long, and where the time goes.

    .venv/bin/python -m tests.bench.forms [PROCESSES]

Statuses are invented; the work is that of the reporter's worker processes, without the database.
"""

import os
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, as_completed
from typing import NamedTuple

from services.reporter import rendering, stylesheets
from services.reporter.forms import early, late, packing, pdf, spreadsheet
from services.reporter.forms.making import workers
from services.reporter.model import Names, Overview, Report
from services.reporter.overview import overview
from services.reporter.publication import names_of
from services.reporter.report import build
from services.reporter.revisions import canonical
from shared.departments import load_register
from shared.periods import Period
from shared.status import Rating
from tests.unit.reporter.examples import PERIOD, PUBLISH_AT, considered, history, status

BASE = "http://127.0.0.1:8000/"


def publications() -> list[Report | Overview]:
    """One for each department that answers for the quarter, and the overview."""
    register = load_register()
    codes = [department.code for department in register.answerable(Period.parse(PERIOD).last_day)]
    names: dict[str, Names] = {code: names_of(register, code, PERIOD) for code in codes}
    ratings = [Rating.GOOD, Rating.PARTIAL, Rating.POOR, Rating.NOT_ENOUGH_DATA]
    statuses = [
        status("dwp", main=considered(40 + i, 4, 3, i % 9), rating=ratings[i % 4]).model_copy(
            update={"department": code}
        )
        for i, code in enumerate(codes)
    ]
    before = {code: [s.model_copy(update={"department": code}) for s in history("dwp")] for code in codes}
    reports = [
        build(s, history=before[s.department], names=names[s.department], published_at=PUBLISH_AT) for s in statuses
    ]
    return [*reports, overview(statuses, histories=before, names=names, published_at=PUBLISH_AT)]


class Took(NamedTuple):
    """Seconds by the clock, and of one core: the latter says the same on a machine that others use."""

    wall: float
    core: float


def measured(work: Callable[[], object]) -> Took:
    wall, core = time.perf_counter(), time.process_time()
    work()
    return Took(time.perf_counter() - wall, time.process_time() - core)


def profile(said: list[Report | Overview], stylesheet: str, css: bytes) -> dict[str, Took]:
    """Form → time for all of them, one after the other in one process."""
    pages = [rendering.published(each, stylesheet=stylesheet)["report.html"] for each in said]
    departments = [(p, s) for p, s in zip(pages, said, strict=True) if isinstance(s, Report)]
    page, whole = pages[-1], said[-1]
    return {
        "JSON, CSV and metadata": measured(lambda: [early.make(each) for each in said]),
        "HTML": measured(lambda: [rendering.published(each, stylesheet=stylesheet) for each in said]),
        "PDF of departments": measured(
            lambda: [pdf.department(p, id=s.id, base=BASE, stylesheet=css) for p, s in departments]
        ),
        "PDF of the overview": measured(lambda: pdf.overview(page, id=whole.id, base=BASE, stylesheet=css)),
        "XLSX": measured(lambda: [spreadsheet.workbook(each) for each in said]),
    }


def packed(said: list[Report | Overview], stylesheet: str, css: bytes) -> None:
    pages = [rendering.published(each, stylesheet=stylesheet)["report.html"] for each in said]
    both = zip(said, pages, strict=True)
    parts = [packing.Part(s.department.name, s.rating, p, css) for s, p in both if isinstance(s, Report)]
    packing.make(canonical(said[-1]), pages[-1], css, parts, BASE)


def in_processes(said: list[Report | Overview], stylesheet: str, css: bytes, executor: ProcessPoolExecutor) -> None:
    asked = []
    for each in said:
        made = rendering.published(each, stylesheet=stylesheet)
        page, document = made["report.html"], made["report.json"]
        asked.append(executor.submit(late.make, each.id, page, document, css, BASE))
    for answer in as_completed(asked):
        answer.result()


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else os.cpu_count() or 1
    assets = stylesheets.load()
    css = next(iter(assets.files.values()))
    said = publications()
    rows = profile(said, assets.stylesheet, css)
    pack = measured(lambda: packed(said, assets.stylesheet, css))
    rows = {f"{len(said)} publications, one process": Took(*map(sum, zip(*rows.values(), strict=True))), **rows}
    with workers(count) as executor:
        whole = measured(lambda: in_processes(said, assets.stylesheet, css, executor))
    used = os.times()
    rows[f"All forms, {count} processes, with their start"] = Took(
        whole.wall, used.children_user + used.children_system
    )
    rows["The pack, which is made when it is sent"] = pack
    print(f"{'':42} {'wall s':>8} {'core s':>8}")  # noqa: T201
    for name, took in rows.items():
        print(f"{name:42} {took.wall:8.2f} {took.core:8.2f}")  # noqa: T201


if __name__ == "__main__":
    main()
