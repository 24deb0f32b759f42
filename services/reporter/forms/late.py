"""The forms that take time, made from what is published: a worker process's one function. Pure, and slow.

A machine without Pango is told by the import of `pdf`; nothing else needs it.
"""

import re

from services.reporter.forms import catalogue

STYLESHEET = re.compile(rb'<link rel="stylesheet" href="/assets/([^"/]+)">')


def stylesheet_of(page: bytes) -> str:
    """The file name of the style sheet that a published page names. Raises LookupError."""
    found = STYLESHEET.search(page)
    if found is None:
        raise LookupError("the page names no style sheet of ours")
    return found[1].decode()


def make(id: str, page: bytes, document: bytes, stylesheet: bytes, base: str) -> dict[str, bytes]:
    """File name → content. `page` and `document`: the publication's HTML and JSON; `base`: where its links lead.

    The libraries take a second to load and are wanted in worker processes only, so they are imported here.
    """
    from services.reporter.forms import pdf, spreadsheet
    from services.reporter.model import Overview, Report

    overview = id.startswith("overview/")
    paper = pdf.overview if overview else pdf.department
    said = (Overview if overview else Report).model_validate_json(document)
    made = {
        "pdf": paper(page, id=id, base=base, stylesheet=stylesheet),
        "xlsx": spreadsheet.workbook(said),
    }
    return {catalogue.BY_SUFFIX[suffix].file: content for suffix, content in made.items()}
