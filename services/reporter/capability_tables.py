"""The tables of what a department does to be able to apply the Act. Pure."""

from collections.abc import Sequence

from markupsafe import Markup

from services.reporter import tables
from services.reporter.model import Report
from services.reporter.tables import Table, count, head, html, text
from services.reporter.words import day, humanised
from shared.status import Action, Capability

PROGRAMMES = {
    "commissioning-academy": "Commissioning Academy",
    "masterclass": "Commercial masterclass",
    "public-service-transformation-network": "Public Service Transformation Network",
    "inspiring-impact": "Inspiring Impact",
    "social-value-training": "Social value training",
}
BARRIERS = {
    "not-inspired": "Commissioners are not yet inspired to use the Act",
    "uncertain-of-law": "They are uncertain what the law allows",
    "support-fragmented": "Support is fragmented and hard to reach",
    "value-not-demonstrated": "Providers cannot demonstrate the value they add",
}


def training(report: Report) -> Table:
    """Every programme that the reviews named; one that nobody reported is not on record, which is no zero."""
    done = {t.programme: t for t in report.capability.training}
    names = [*PROGRAMMES, *sorted(set(done) - set(PROGRAMMES))] if done else []
    rows = [
        [
            text(PROGRAMMES.get(name, humanised(name))),
            count(done[name].participants if name in done else None),
            count(done[name].commercial_staff if name in done else None),
        ]
        for name in names
    ]
    words = ("Participants", "Of them in commercial posts")
    columns = [head("Programme"), *(head(w, right=True) for w in words)]
    return Table("Training completed in the 24 months to the end of the period", columns, rows, size="narrow")


def barriers(report: Report) -> Table:
    """The four that the review of 2014 found, once any of them has been reported."""
    found = report.capability.barriers
    names = [*BARRIERS, *sorted(set(found) - set(BARRIERS))] if found else []
    rows = [[text(BARRIERS.get(name, humanised(name))), count(found.get(name, 0))] for name in names]
    columns = [head("Barrier"), head("Times reported", right=True)]
    return Table("Barriers that the department has reported so far", columns, rows, size="narrow")


def missing(capability: Capability) -> list[str]:
    """What a strategy lacks to be complete; empty for a complete one and for none."""
    strategy = capability.strategy
    if strategy is None:
        return []
    parts = [("explicit priorities", bool(strategy.priorities)),
             ("how commissioning teams should go about applying them", bool(strategy.how_teams_apply))]  # fmt: skip
    return [words for words, there in parts if not there]


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
