"""What the methodology page says: indicators, ratings, and the rules of law and policy with their marks. Pure."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from markupsafe import Markup

from services.reporter import methods, tables
from services.reporter.figures import ROUNDING
from services.reporter.tables import Cell, Table, head, html, numeric, text
from services.reporter.words import day, humanised, plural
from shared.departments import Mark, Register
from shared.indicators import CATALOGUE, GROUPS, METHOD
from shared.rules import Rules, Span

COLOURS = {Mark.CONFIRMED: "grey", Mark.SECONDARY: "blue", Mark.UNCONFIRMED: "yellow"}


def view(rules: Rules, register: Register) -> dict[str, Any]:
    return {
        "nav": "methodology",
        "title": "Methodology",
        "indicators": CATALOGUE,
        "groups": GROUPS,
        "method": METHOD,
        "versions": list(methods.versions()),
        "rounding": ROUNDING,
        "rules": [
            thresholds(rules),
            statutes(rules),
            policies(rules),
            others(rules),
            changes(register),
            names(register),
            bodies(register),
        ],
        "words": _bodies_words(register),
    }


def version(number: int) -> dict[str, Any]:
    """One version's definitions and what it changed. Raises KeyError where there never was one."""
    said, before = methods.versions()[number], methods.versions().get(number - 1)
    changed = methods.changes(before, said) if before else []
    rows = [[text(c.what), text(c.part), text(c.old or "–"), text(c.new or "–")] for c in changed]
    columns = [head("Definition"), head("Part"), head("Before"), head("Since")]
    return {
        "nav": "methodology",
        "title": f"Methodology, version {number}",
        "method": number,
        "latest": number == METHOD,
        "rounding": said["rounding"],
        "groups": said["groups"],
        "indicators": said["indicators"],
        "table": Table(f"Changes since version {number - 1}", columns, rows, size="wide"),
    }


def mark(value: Mark) -> Cell:
    return html(tables.tag(value.value.capitalize(), COLOURS[value]))


def _span(span: Span) -> str:
    return f"{day(span.first)} to {day(span.last)}" if span.last else f"From {day(span.first)}"


def _pounds(value: Decimal | None) -> str:
    return "[x]" if value is None else f"£{value:,.0f}"


def thresholds(rules: Rules) -> Table:
    """Central and sub-central figures have marks of their own, as one may be confirmed and the other not."""
    rows = [
        [
            text(_span(t.valid)),
            numeric(_pounds(t.central)),
            mark(t.central_mark),
            numeric(_pounds(t.sub_central)),
            mark(t.sub_central_mark),
            numeric(_pounds(t.light_touch)),
            text(t.vat.value),
            html(tables.foreign(t.source), "sv-title-cell"),
        ]
        for t in rules.thresholds
    ]
    columns = [head("Valid"), head("Central", right=True), head("Mark"), head("Sub-central", right=True), head("Mark")]
    columns += [head("Light touch", right=True), head("VAT"), head("Source")]
    return Table("Thresholds for services, by the day the procurement started", columns, rows, size="wide")


def statutes(rules: Rules) -> Table:
    rows = [[text(_span(s.valid)), text(s.title), *_sourced(s.mark, s.source)] for s in rules.statutes]
    columns = [head("Valid"), head("Statute"), head("Mark"), head("Source")]
    return Table("Procurement statutes that section 1 of the Act leans on", columns, rows, size="wide")


def policies(rules: Rules) -> Table:
    rows = []
    for p in rules.policies:
        weights = [
            f"{band.weight}% from {_pounds(band.start)}" if band.start else f"{band.weight}%" for band in p.bands
        ]
        kpis = p.social_value_kpis
        said = [
            *weights,
            *([f"from {_pounds(kpis.start)} at least {kpis.count} social value indicators"] if kpis else []),
        ]
        when = _span(p.valid) + (f" (may be followed from {day(p.may_from)})" if p.may_from < p.valid.first else "")
        rows.append(
            [
                html(Markup("{}: {}").format(p.code, p.title), "sv-title-cell"),
                text(when),
                text(p.who),
                text("; ".join(said) or "None"),
                *_sourced(p.mark, p.source),
            ]
        )
    columns = [head("Policy"), head("In force"), head("Who"), head("Least weight"), head("Mark"), head("Source")]
    return Table("Policies over the Act", columns, rows, size="wide")


def others(rules: Rules) -> Table:
    kpi, details, health = rules.kpi, rules.details_notice, rules.health
    rows = [
        [
            text("Key performance indicators"),
            text(
                f"At least {kpi.limits.count} in contracts of more than {_pounds(kpi.limits.start)}, assessed at least "
                f"once in {kpi.assessed_within_months} months"
            ),
            *_sourced(kpi.mark, kpi.source),
        ],
        [
            text("Contract details notice"),
            text(f"Due within {details.days} days of the contract, {details.days_light_touch} if light touch"),
            *_sourced(details.mark, details.source),
        ],
        [
            text("Regulated health procurement"),
            text(f"Whether the Act applies: {humanised(health.decision).lower()}"),
            *_sourced(health.mark, health.source),
        ],
    ]
    return Table("Other rules", [head("Rule"), head("What it says"), head("Mark"), head("Source")], rows, size="wide")


def changes(register: Register) -> Table:
    rows = []
    for change in register.changes:
        announced = change.announced
        apart = f" (announced {day(announced)})" if announced and announced != change.effective else ""
        rows.append(
            [
                text(day(change.effective) + apart),
                html(tables.foreign(change.what), "sv-title-cell"),
                *_sourced(change.mark, change.source or "–"),
            ]
        )
    columns = [head("Effective"), head("Change"), head("Mark"), head("Source")]
    return Table("Changes of departments", columns, rows, size="wide")


def names(register: Register) -> Table:
    """Names, titles of heads, addresses on GOV.UK: only those that are not confirmed."""
    rows = []
    for d in register.departments():
        for what, texts in (("Name", d.names), ("Head", d.head_titles), ("Address on GOV.UK", d.slugs)):
            rows += [
                [text(d.short), text(what), html(tables.foreign(t.text), "sv-break"), mark(t.mark)]
                for t in texts
                if t.mark is not Mark.CONFIRMED
            ]
    columns = [head("Department"), head("What"), head("Entry"), head("Mark")]
    return Table("Entries on departments that are not confirmed", columns, rows)


def bodies(register: Register) -> Table:
    found = [b for b in register.bodies() if b.mark is Mark.UNCONFIRMED or any(_open(b.names))]
    rows = [
        [
            text(body.names[-1].text),
            text("; ".join(t.text for t in body.names if t.mark is Mark.UNCONFIRMED) or "The entry as a whole"),
            mark(Mark.UNCONFIRMED),
        ]
        for body in sorted(found, key=lambda b: b.names[-1].text.casefold())
    ]
    columns = [head("Body"), head("What is not confirmed"), head("Mark")]
    return Table("Entries on bodies that are not confirmed", columns, rows)


def _open(texts: Iterable[Any]) -> list[bool]:
    return [t.mark is Mark.UNCONFIRMED for t in texts]


def _bodies_words(register: Register) -> str:
    count = {mark: sum(body.mark is mark for body in register.bodies()) for mark in Mark}
    return (
        f"The register holds {plural(len(register.bodies()), 'body', 'bodies')}: {count[Mark.CONFIRMED]} confirmed, "
        f"{count[Mark.SECONDARY]} from secondary sources, {count[Mark.UNCONFIRMED]} unconfirmed."
    )


def _sourced(value: Mark, source: str) -> list[Cell]:
    return [mark(value), html(tables.foreign(source), "sv-break sv-title-cell")]
