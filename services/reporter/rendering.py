"""Publications as bytes: canonical JSON, and HTML by Jinja with GOV.UK's macros. Pure; the environment is built once.

The templates take view models only, and escape everything that is not Markup.
"""

import base64
import hashlib
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PackageLoader, PrefixLoader
from markupsafe import Markup

from services.reporter import addresses, tables, views, words
from services.reporter.forms import catalogue, early
from services.reporter.model import Overview, Report
from services.reporter.revisions import canonical

TEMPLATES = Path(__file__).parent / "templates"


@cache
def environment() -> Environment:
    """GOV.UK's macros need the default Undefined, so what the templates name is held to the views by a test."""
    env = Environment(
        loader=ChoiceLoader(
            [
                FileSystemLoader(TEMPLATES),
                PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")}),
            ]
        ),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters |= {
        "day": words.day,
        "moment": words.moment,
        "money": words.money,
        "number": words.number,
        "plural": words.plural,
        "sentence": words.sentence,
        "rating_tag": tables.rating_tag,
        "rating_words": words.RATING_WORDS.__getitem__,
        "reference": tables.reference,
    }
    env.globals |= {"addresses": addresses, "ARROWS": tables.ARROWS, "NO_EVIDENCE": words.NO_EVIDENCE}
    return env


def page(template: str, *, stylesheet: str, **view: Any) -> bytes:
    """Any page: UTF-8."""
    return environment().get_template(template).render(stylesheet=stylesheet, **view).encode()


def report_json(report: Report | Overview) -> bytes:
    return canonical(report)


def published(document: Report | Overview, *, stylesheet: str) -> dict[str, bytes]:
    """Every form that is made while publishing: file name → content. The page names the others' sizes and SHA-256."""
    made = early.make(document)
    return {"report.html": _html(document, stylesheet, _downloads(document, made)), **made}


def report_html(report: Report, *, stylesheet: str) -> bytes:
    """`stylesheet`: its address."""
    return published(report, stylesheet=stylesheet)["report.html"]


def overview_html(overview: Overview, *, stylesheet: str) -> bytes:
    return published(overview, stylesheet=stylesheet)["report.html"]


def preview_html(document: Report | Overview, *, stylesheet: str, visitor: object) -> bytes:
    """What is not published yet, marked as such, for the person who looks at it; there is nothing to download."""
    return _html(document, stylesheet, [], preview=True, visitor=visitor)


def _html(document: Report | Overview, stylesheet: str, downloads: list[views.Download], **private: Any) -> bytes:
    if isinstance(document, Report):
        return page("department.html", stylesheet=stylesheet, **private, **views.department(document, downloads))
    drawn = environment().get_template("charts.html").module
    return page(
        "overview.html",
        stylesheet=stylesheet,
        **private,
        **views.overview(document, downloads, draw=lambda chart: Markup(drawn.spark(chart))),  # type: ignore[attr-defined]  # noqa: S704 - a macro's own output
    )


def _downloads(document: Report | Overview, made: Mapping[str, bytes]) -> list[views.Download]:
    """The late forms are made from the page itself, so it cannot name their hashes: the list of files does."""
    base = early.address(document)
    forms = catalogue.DOWNLOADS if isinstance(document, Report) else (*catalogue.DOWNLOADS, catalogue.PACK)
    return [views.Download(form.name, f"{base}.{form.suffix}", *_size(made.get(form.file))) for form in forms]


def _size(content: bytes | None) -> tuple[int | None, str | None]:
    return (None, None) if content is None else (len(content), hashlib.sha256(content).hexdigest())


@cache
def script_hash() -> str:
    """Of the one inline script of GOV.UK's template, for the content security policy."""
    blank = environment().get_template("blank.html").render()
    script = re.search(r"<script[^>]*>(.*?)</script>", blank, re.DOTALL)
    if script is None:
        raise LookupError("GOV.UK's template has no inline script any more: drop the hash from the policy")
    return "sha256-" + base64.b64encode(hashlib.sha256(script[1].encode()).digest()).decode()
