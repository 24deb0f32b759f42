"""Publications and the style sheet, for the tests of the forms."""

import functools

from services.reporter import rendering
from services.reporter.forms import pdf
from services.reporter.model import Overview, Report
from services.reporter.stylesheets import Assets, load
from tests.unit.reporter.test_rendering import report, the_overview

BASE = "https://reports.example/"


@functools.cache
def assets() -> Assets:
    """As built by `python -m deploy.local.assets`, which `make test` does first."""
    return load()


def paper(said: Report | Overview) -> bytes:
    page = rendering.published(said, stylesheet=assets().stylesheet)["report.html"]
    make = pdf.department if isinstance(said, Report) else pdf.overview
    return make(page, id=said.id, base=BASE, stylesheet=next(iter(assets().files.values())))


@functools.cache
def the_report() -> Report:
    return report()


@functools.cache
def overview() -> Overview:
    return the_overview()
