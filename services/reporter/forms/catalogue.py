"""Which forms a publication has: their files, suffixes and media types, in the order in which a page lists them."""

from typing import NamedTuple


class Form(NamedTuple):
    """`late`: takes too long to be made while publishing; made afterwards from the files that are out."""

    name: str
    suffix: str
    media_type: str
    file: str
    late: bool = False


FORMS = (
    Form("Page", "html", "text/html; charset=utf-8", "report.html"),
    Form("JSON", "json", "application/json", "report.json"),
    Form("PDF", "pdf", "application/pdf", "report.pdf", late=True),
    Form("CSV", "csv", "text/csv; charset=utf-8; header=present", "report.csv"),
    Form("CSV metadata", "csv-metadata.json", "application/csvm+json", "report.csv-metadata.json"),
    Form(
        "Excel",
        "xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "report.xlsx",
        late=True,
    ),
)
METADATA = next(form for form in FORMS if form.media_type == "application/csvm+json")
PACK = Form("Overview and all departments’ reports in one PDF", "pack.pdf", "application/pdf", "pack.pdf", late=True)
"""Of the overview only. As large as all PDFs together, so it is made when it is first sent or asked for."""
BY_SUFFIX = {form.suffix: form for form in (*FORMS, PACK)}
LATE = tuple(form for form in FORMS if form.late)
DOWNLOADS = tuple(form for form in FORMS if form.suffix != "html")
