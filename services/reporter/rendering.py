"""Publications as bytes: canonical JSON, and HTML by Jinja with GOV.UK's macros. Pure; the environment is built once.

The templates take view models only, and escape everything that is not Markup.
"""

import base64
import hashlib
import re
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PackageLoader, PrefixLoader
from markupsafe import Markup

from services.reporter import addresses, tables, views, words
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


def report_html(report: Report, *, stylesheet: str) -> bytes:
    """`stylesheet`: its address. The page names the size and SHA-256 of the JSON beside it."""
    return page("department.html", stylesheet=stylesheet, **views.department(report, _download(report)))


def overview_html(overview: Overview, *, stylesheet: str) -> bytes:
    drawn = environment().get_template("charts.html").module
    return page(
        "overview.html",
        stylesheet=stylesheet,
        **views.overview(overview, _download(overview), draw=lambda chart: Markup(drawn.spark(chart))),  # type: ignore[attr-defined]  # noqa: S704 - a macro's own output
    )


def _download(document: Report | Overview) -> views.Download:
    content = canonical(document)
    code = document.department.code if isinstance(document, Report) else "overview"
    address = addresses.publication(code, document.period.key, document.revision) + ".json"
    return views.Download("JSON", address, len(content), hashlib.sha256(content).hexdigest())


@cache
def script_hash() -> str:
    """Of the one inline script of GOV.UK's template, for the content security policy."""
    blank = environment().get_template("blank.html").render()
    script = re.search(r"<script[^>]*>(.*?)</script>", blank, re.DOTALL)
    if script is None:
        raise LookupError("GOV.UK's template has no inline script any more: drop the hash from the policy")
    return "sha256-" + base64.b64encode(hashlib.sha256(script[1].encode()).digest()).decode()
