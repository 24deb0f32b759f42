"""The pack: one PDF of all reports."""

import io

from pypdf import PdfReader

from services.reporter import rendering
from services.reporter.delivery.pack import make
from tests.unit.reporter.test_rendering import CSS, report, the_overview


def test_the_overview_comes_first_and_every_report_follows() -> None:
    """Tagged, with a bookmark for each; the same bytes every time."""
    overview = rendering.overview_html(the_overview(), stylesheet=CSS)
    department = rendering.report_html(report(), stylesheet=CSS)
    dressed = [(overview, b"body{font-size:6pt}"), (department, b""), (department, b"")]
    content = make(dressed, "overview/2026-27-q2/r1", "https://reports.test/")
    found = PdfReader(io.BytesIO(content))
    assert found.pages[0].extract_text().count("Departments, worst first") == 1
    titles = [entry.title for entry in found.outline if not isinstance(entry, list)]
    assert titles[0] == the_overview().headline
    assert titles[1:] == ["Department for Work and Pensions"] * 2
    assert "/StructTreeRoot" in found.root_object
    assert make(dressed, "overview/2026-27-q2/r1", "https://reports.test/") == content
