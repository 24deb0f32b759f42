"""The tables beyond the duty itself: policy on weights, outcomes, commitments, suppliers, plans. Pure: counts as cells.

The Act asks to consider; policy asks for weights; contracts are rated in the words of SI 2024/692, reg. 39(5). They
stand in separate tables, so that none is taken for another.
"""

from collections.abc import Mapping, Sequence

from services.reporter.addresses import evidence
from services.reporter.figures import Figure
from services.reporter.model import Report
from services.reporter.tables import Cell, Table, count, head, html, link, text
from services.reporter.words import humanised, lower_first
from shared.indicators import BY_ID

FRAMEWORKS = {"PPN0620": "PPN 06/20", "PPN002": "PPN 002", "PPN026": "PPN 026", "external": "Another framework"}
KPI_WORDS = ("kpi-good", "kpi-approaching-target", "kpi-requires-improvement", "kpi-inadequate", "kpi-other")
STALE = "older-than-12-months"
BESIDE_SUPPLIERS, BESIDE_COMMITTED = "vcse", "three-kpis"


def weight(report: Report) -> Table | None:
    return _counts(report, "weight", "Policy: weight of social value in tenders", "All tenders covered", "Tenders")


def committed(report: Report) -> Table | None:
    words = "Commitments made in contracts awarded"
    return _counts(report, "committed", words, "All contracts that the policy covers", "Contracts", (BESIDE_COMMITTED,))


def delivered(report: Report) -> Table | None:
    words = "Commitments due by the end of the period"
    return _counts(report, "delivered", words, "All commitments due", "Commitments", (*KPI_WORDS, STALE))


def suppliers(report: Report) -> Table | None:
    words = "Who won the contracts awarded, as the notices state it"
    return _counts(report, "supplier-reach", words, "All contracts awarded", "Contracts", (BESIDE_SUPPLIERS,))


def forward(report: Report) -> Table | None:
    words = "Forward look: procurements planned to start within 24 months"
    return _counts(report, "forward-look", words, "All planned", "Procurements")


def kpis(report: Report) -> Table | None:
    """Ratings of contracts' indicators; their words are never used of a department."""
    figure = report.figures.get("delivered")
    if figure is None or not any(figure.answers.get(key) for key in (*KPI_WORDS, STALE)):
        return None
    labels = BY_ID["delivered"].answers
    rows = [[text(labels[key]), count(figure.answers.get(key, 0))] for key in KPI_WORDS]
    if figure.answers.get(STALE):
        rows.append([text(f"Among them: {lower_first(labels[STALE])}"), count(figure.answers[STALE])])
    columns = [head("Rating of the indicator"), head("Indicators", right=True)]
    return Table("Social value indicators of contracts, by their newest rating", columns, rows, size="narrow")


def outcomes(report: Report) -> Table | None:
    """By framework and outcome; frameworks are never merged, and one contract may have several outcomes."""
    figure = report.figures.get("outcome-mix")
    if figure is None or not figure.population:
        return None
    rows: list[list[Cell]] = []
    for key in sorted(figure.answers, key=lambda answer: (answer == "no-code", answer)):
        framework, colon, code = key.partition(":")
        cells = ("Not given", "No outcome code") if not colon else (FRAMEWORKS.get(framework, framework), code)
        named = html(link(cells[0], _behind(report, "outcome-mix")), "sv-nowrap")
        rows.append([named, text(cells[1]), count(figure.answers[key])])
    columns = [head("Framework"), head("Outcome or code"), head("Times", right=True)]
    return Table("Outcomes asked for or committed to, by framework", columns, rows, size="narrow")


def challenge(report: Report) -> Table | None:
    """Cases and spot checks: counts, never percentages."""
    figure = report.figures.get("challenge")
    if figure is None or not figure.population:
        return None
    rows = [[text(words), count(figure.answers[key])] for key, words in _named(figure, BY_ID["challenge"].answers)]
    columns = [head("What"), head("Number", right=True)]
    return Table("Mystery Shopper cases and spot checks", columns, rows, size="narrow")


def _behind(report: Report, name: str) -> str:
    return evidence(report.department.code, report.period.key, name)


def _counts(
    report: Report, name: str, caption: str, all_words: str, unit: str, beside: Sequence[str] = ()
) -> Table | None:
    """An answer a row, then those that stand beside (a part, not one more), then all. None where there is nothing."""
    figure = report.figures.get(name)
    if figure is None or not figure.population:
        return None
    named = _named(figure, BY_ID[name].answers)
    rows = [[text(words), count(figure.answers[key])] for key, words in named if key not in beside]
    rows.append([html(link(all_words, _behind(report, name))), count(figure.population)])
    shown = [key for key in beside if key in (BESIDE_SUPPLIERS, BESIDE_COMMITTED) and key in figure.answers]
    rows += [
        [text(f"Among them: {lower_first(BY_ID[name].answers[key])}"), count(figure.answers[key])] for key in shown
    ]
    return Table(caption, [head("Answer"), head(unit, right=True)], rows, size="narrow")


def _named(figure: Figure, labels: Mapping[str, str]) -> list[tuple[str, str]]:
    """Its answers with their words, in the catalogue's order."""
    order = {key: position for position, key in enumerate(labels)}
    keys = sorted(figure.answers, key=lambda key: (order.get(key, len(order)), key))
    return [(key, labels.get(key, humanised(key))) for key in keys]
