"""A published page as PDF: its own bytes and style sheet, laid out for print. Pure: same bytes in, same bytes out.

Made to PDF/UA-1 (tagged, with language, alternative texts and bookmarks); no independent checker has certified it.
Nothing is fetched: the style sheet is given, and every address that a page names is refused. Pango, HarfBuzz and the
fonts are the system's; with other versions of them the same page may give other bytes.
"""

import logging
from collections.abc import Sequence
from functools import cache

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


def department(page: bytes, *, id: str, base: str, stylesheet: bytes) -> bytes:
    """`id` of the publication; `base`: where readers reach the pages, so that links lead there."""
    return _written(_laid_out(page, base, _css(stylesheet)), id)


def overview(page: bytes, *, id: str, base: str, stylesheet: bytes) -> bytes:
    """On one page of A4, in the largest of `SIZES` with which it fits. Raises DoesNotFit."""
    return _written(_on_one_page(page, id, base, stylesheet), id)


def pack(overview: tuple[bytes, bytes], departments: Sequence[tuple[bytes, bytes]], *, id: str, base: str) -> bytes:
    """One file: the overview, then every department's report; each a page with its style sheet. Raises DoesNotFit."""
    first = _on_one_page(overview[0], id, base, overview[1])
    others = [_laid_out(page, base, _css(stylesheet)) for page, stylesheet in departments]
    return _written(first.copy([page for document in (first, *others) for page in document.pages]), id)


def _on_one_page(page: bytes, id: str, base: str, stylesheet: bytes) -> Document:
    for size in SIZES:
        document = _laid_out(page, base, _css(stylesheet), _css(b".sv-overview{font-size:%gpt !important}" % size))
        if len(document.pages) == 1:
            return document
    raise DoesNotFit(id)


@cache
def _css(content: bytes) -> CSS:
    """Parsed once: a tenth of a second."""
    return CSS(string=content.decode(), url_fetcher=Nothing())


def _laid_out(page: bytes, base: str, *styles: CSS) -> Document:
    return HTML(string=page.decode(), base_url=base, url_fetcher=Nothing()).render(stylesheets=styles)


def _written(document: Document, id: str) -> bytes:
    content: bytes = document.write_pdf(pdf_identifier=id.encode(), pdf_variant="pdf/ua-1")
    return content
