"""A published page as PDF: its own bytes and style sheet, laid out for print. Pure: same bytes in, same bytes out.

Made to PDF/UA-1 (tagged, with language, alternative texts and bookmarks); no independent checker has certified it.
Nothing is fetched: the style sheet is given, and every address that a page names is refused. Pango, HarfBuzz and the
fonts are the system's; with other versions of them the same page may give other bytes.
"""

import logging
from collections.abc import Callable, Sequence
from functools import cache
from typing import NamedTuple, TypeAlias

try:
    from weasyprint import CSS, HTML, Document
    from weasyprint.urls import URLFetcher, URLFetcherResponse
except OSError as fault:
    raise ImportError(
        "PDF needs Pango: apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-liberation"
    ) from fault

SIZES = (9.5, 8.5, 7.5, 6.5, 5.5, 4.5)
"""Of the overview's text, in points: the first with which it fits one page."""

logging.getLogger("weasyprint").setLevel(logging.CRITICAL)  # it tells of every rule for screens and every refusal


class DoesNotFit(Exception):
    """The overview does not fit one page even in the smallest size."""


class Nothing(URLFetcher):
    """Refuses every address."""

    def fetch(self, url: str, headers: object = None) -> URLFetcherResponse:
        raise ValueError(f"nothing is fetched: {url}")


class Sheet(NamedTuple):
    """A page and its style sheet."""

    page: bytes
    stylesheet: bytes


class Place(NamedTuple):
    """Where a report begins in the pack."""

    anchor: str
    page: int


Contents: TypeAlias = Callable[[Sequence[Place]], Sheet]


def department(page: bytes, *, id: str, base: str, stylesheet: bytes) -> bytes:
    """`id` of the publication; `base`: where readers reach the pages, so that links lead there."""
    return _written(_laid_out(Sheet(page, stylesheet), base), id)


def overview(page: bytes, *, id: str, base: str, stylesheet: bytes) -> bytes:
    """On one page of A4, in the largest of `SIZES` with which it fits. Raises DoesNotFit."""
    return _written(_on_one_page(Sheet(page, stylesheet), id, base), id)


def pack(first: Sheet, contents: Contents, others: Sequence[Sheet], *, id: str, base: str, title: str) -> bytes:
    """One file: the overview, the contents, every department's report; its pages are numbered through.

    `contents`: where each of the others begins → the page that says so. Raises DoesNotFit.
    """
    documents = [_on_one_page(first, id, base, _numbered(1))]
    begin = 2 + len(_laid_out(contents([Place(f"report-{n}", n) for n in range(len(others))]), base).pages)
    places, reports = [], []
    for position, sheet in enumerate(others, 1):
        place = Place(f"report-{position}", begin)
        marked = sheet.page.replace(b'id="main-content"', f'id="{place.anchor}"'.encode(), 1)
        reports.append(_laid_out(Sheet(marked, sheet.stylesheet), base, _numbered(begin)))
        places.append(place)
        begin += len(reports[-1].pages)
    documents += [_laid_out(contents(places), base, _numbered(2)), *reports]
    whole = documents[0].copy([page for document in documents for page in document.pages])
    whole.metadata.title = title
    return _written(whole, id)


def _numbered(page: int) -> CSS:
    """Pages from this number on; the number of all of them is not known yet."""
    foot = '@page { @bottom-right { content: "Page " counter(page) } }'
    return CSS(string=f"{foot} @page :first {{ counter-reset: page {page} }}", url_fetcher=Nothing())


def _on_one_page(sheet: Sheet, id: str, base: str, *styles: CSS) -> Document:
    for size in SIZES:
        smaller = _css(b".sv-overview{font-size:%gpt !important}" % size)
        document = _laid_out(sheet, base, smaller, *styles)
        if len(document.pages) == 1:
            return document
    raise DoesNotFit(id)


@cache
def _css(content: bytes) -> CSS:
    """Parsed once: a tenth of a second."""
    return CSS(string=content.decode(), url_fetcher=Nothing())


def _laid_out(sheet: Sheet, base: str, *styles: CSS) -> Document:
    page = HTML(string=sheet.page.decode(), base_url=base, url_fetcher=Nothing())
    return page.render(stylesheets=[_css(sheet.stylesheet), *styles])


def _written(document: Document, id: str) -> bytes:
    content: bytes = document.write_pdf(pdf_identifier=id.encode(), pdf_variant="pdf/ua-1")
    return content
