"""The tables of what a department does to be able to apply the Act. Pure."""

from collections.abc import Sequence

from markupsafe import Markup

from services.reporter import tables
from services.reporter.model import Report
from services.reporter.tables import Table, count, head, html, text
from services.reporter.words import day, humanised
from shared.status import Action

PROGRAMMES = {
    "commissioning-academy": "Commissioning Academy",
    "masterclass": "Commercial masterclass",
    "public-service-transformation-network": "Public Service Transformation Network",
    "inspiring-impact": "Inspiring Impact",
    "social-value-training": "Social value training",
}
BARRIERS = {
    "not-inspired": "Not yet inspired",
    "uncertain-of-law": "Uncertain what the law allows",
    "support-fragmented": "Support fragmented and hard to reach",
    "value-not-demonstrated": "Providers cannot demonstrate value",
}


def training(report: Report) -> Table:
    rows = [
        [text(PROGRAMMES.get(t.programme, humanised(t.programme))), count(t.participants), count(t.commercial_staff)]
        for t in report.capability.training
    ]
    words = ("Participants", "Of them in commercial posts")
    return Table("Training completed", [head("Programme"), *(head(w, right=True) for w in words)], rows, size="narrow")


def barriers(report: Report) -> Table:
    rows = [
        [text(BARRIERS.get(key, humanised(key))), count(n)] for key, n in sorted(report.capability.barriers.items())
    ]
    return Table("Barriers reported", [head("Barrier"), head("Reports", right=True)], rows, size="narrow")


def actions(caption: str, items: Sequence[Action]) -> Table:
    states = {None: ("Open", "blue"), True: ("Done", "green"), False: ("Closed, not done", "yellow")}
    rows = []
    for item in items:
        said = [item.text, *([f"{day(item.closed_on)}: {item.closing_text or 'closed'}"] if item.closed_on else [])]
        rows.append(
            [
                html(Markup("<br>").join(tables.foreign(part) for part in said), "sv-title-cell"),
                text(day(item.due) if item.due else "No date", nowrap=True),
                html(tables.tag(*states[item.done])),
            ]
        )
    return Table(caption, [head("Action"), head("Due"), head("State")], rows, row_headers=False)
