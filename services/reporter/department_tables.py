"""The tables of a department's report. Pure: the same numbers as in its JSON, as cells."""

from collections.abc import Sequence

from markupsafe import Markup

from services.reporter import grounds, tables
from services.reporter.addresses import evidence
from services.reporter.figures import Figure, no_record, shown
from services.reporter.model import Change, Quarter, Report
from services.reporter.tables import Cell, Table, count, head, html, numeric, text
from services.reporter.words import day, humanised, lower_first, moment, money, plural, sentence
from shared.indicators import BY_ID, GROUPS_BY_LETTER

_KINDS = {"act": "The Act", "policy": "Policy", "contract": "Contracts", "return": "This return"}


def marks(quarter: Quarter) -> str:
    return "".join(
        f" [{mark}]" for mark, on in (("p", quarter.provisional), ("r", quarter.revised), ("m", quarter.mapped)) if on
    )


def rate(figure: Figure | None) -> Cell:
    """`88%`, else `7 of 9`, else `[x]`."""
    return numeric("[x]" if figure is None else shown(figure.numerator, figure.denominator, figure.percent))


def main_measures(report: Report) -> Table:
    main, second = report.series_measures
    rows = []
    for quarter in report.series:
        found = quarter.figures.get(main)
        title = quarter.title + (marks(quarter) if quarter.figures else "")
        rows.append(
            [
                _quarter(report, quarter, title),
                count(found.population if found else None),
                count(found.numerator if found else None),
                count(found.denominator if found else None),
                count(found.unknown if found else None),
                count(no_record(found) if found else None),
                rate(found),
                rate(quarter.figures.get(second)),
            ]
        )
    words = ("In scope", "Considered before start", "Placed in time", "Unknown", "No record", "Considered (%)")
    return Table(
        f"Main measures by {report.period.word}",
        [
            head(report.period.word.capitalize()),
            *(head(w, right=True) for w in words),
            head(f"{_short(second)} (%)", right=True),
        ],
        rows,
        size="wide",
    )


def _quarter(report: Report, quarter: Quarter, title: str) -> Cell:
    """Leads to what is behind the period, where the figures are this department's own."""
    if not quarter.figures or quarter.mapped:
        return text(title, nowrap=True)
    address = evidence(report.department.code, quarter.period, report.series_measures[0])
    return html(tables.link(title, address), "sv-nowrap")


def _short(measure: str) -> str:
    return {"consultation": "Consultation decided", "delivered": "Delivered"}.get(measure, humanised(measure))


def tests(report: Report) -> Table:
    rows = []
    for test in report.tests:
        if test.good is None:
            result = tables.tag("Cannot say", "grey")
        else:
            result = tables.tag("Good", "green") if test.good else tables.tag("Below good", "yellow")
        rows.append(
            [
                html(tables.link(test.title, evidence(report.department.code, report.period.key, test.id))),
                text(f"{_KINDS[test.kind]}: {test.basis}"),
                *_counts(test.figure),
                rate(test.figure),
                numeric(f"{test.good_from}%" if test.good_from is not None else "[z]"),
                html(result),
            ]
        )
    return Table(
        "Tests, with the section of the Act, the policy or the contract they rest on",
        [
            head("Test"),
            head("Basis"),
            *(head(w, right=True) for w in ("Passed", "Out of", "Unknown", "Excluded", "%", "Good from")),
            head("Result"),
        ],
        rows,
        size="wide",
    )


def _counts(figure: Figure) -> list[Cell]:
    """Passed, out of, unknown, excluded. Where there is no population at all, nothing is known: no zeros."""
    counts = (figure.numerator, figure.denominator, figure.unknown, sum(figure.excluded.values()))
    return [count(value if figure.population else None) for value in counts]


def ratings(report: Report) -> Table:
    rows = [
        [
            text(
                f"{g.group}. {GROUPS_BY_LETTER[g.group].title}" if g.group in GROUPS_BY_LETTER else g.group, nowrap=True
            ),
            html(tables.rating_tag(g.rating)),
            html(tables.foreign(sentence(g.reason))),
        ]
        for g in report.groups
    ]
    return Table("Ratings by group, and why", [head("Group"), head("Rating"), head("Reason")], rows)


def scope(report: Report) -> Table:
    """How the procurements of the period were decided: what the Act applies to, and what is unknown."""
    found = report.figures["in-scope"]
    labels = BY_ID["in-scope"].answers
    rows = [
        [text(labels.get(key) or f"Ground or missing fact: {lower_first(grounds.words(key))}"), count(value)]
        for key, value in _in_order(found, labels)
    ]
    if rows:
        address = evidence(report.department.code, report.period.key, "in-scope")
        rows.append([html(tables.link("All procurements started", address)), count(found.population)])
    return Table("Does the Act apply?", [head("Decision"), head("Procurements", right=True)], rows, size="narrow")


def _in_order(figure: Figure, labels: object) -> list[tuple[str, int]]:
    order = list(labels) if isinstance(labels, dict) else []
    return sorted(
        figure.answers.items(), key=lambda item: (order.index(item[0]) if item[0] in order else len(order), item[0])
    )


TABLED = frozenset(
    {
        "in-scope", "capability", "weight", "outcome-mix", "committed", "delivered", "supplier-reach", "challenge",
        "forward-look",
    }
)  # fmt: skip
"""Measures with a table or a section of their own."""


def beside(report: Report) -> list[tuple[Markup, list[tuple[str, int]], dict[str, int]]]:
    """(measure's title as a link, its counts in words, what is excluded in words) for every measure that has them."""
    found = []
    for name, figure in report.figures.items():
        if name in TABLED:
            continue
        labels = BY_ID[name].answers if name in BY_ID else {}
        answers = [(labels.get(key, humanised(key)), value) for key, value in _in_order(figure, labels)]
        excluded = {humanised(key): value for key, value in figure.excluded.items()}
        if answers or excluded:
            title = BY_ID[name].title if name in BY_ID else humanised(name)
            address = evidence(report.department.code, report.period.key, name)
            found.append((tables.link(title, address), answers, excluded))
    return found


def strands(report: Report) -> Table:
    rows = [
        [
            html(tables.link(strand.title, evidence(report.department.code, report.period.key, strand.id))),
            count(strand.figure.numerator),
            count(strand.figure.denominator),
            count(strand.figure.unknown),
            rate(strand.figure),
        ]
        for strand in report.strands
    ]
    return Table(
        "Consideration of each kind of well-being named in s.1(3)(a)",
        [head("Well-being"), *(head(w, right=True) for w in ("Addressed", "Out of", "Unknown", "%"))],
        rows,
        size="narrow",
    )


def bodies(report: Report) -> Table:
    rows = [
        [
            html(tables.foreign(body.name)),
            count(body.in_scope),
            count(body.considered_before),
            count(body.other),
            count(body.unknown),
        ]
        for body in report.bodies
    ]
    words = ("In scope", "Considered before start", "Not, or excluded", "Unknown")
    return Table("The department’s bodies", [head("Body"), *(head(w, right=True) for w in words)], rows)


def attention(report: Report) -> Table:
    rows = [
        [
            html(tables.reference(item.ocid)),
            html(tables.foreign(item.title) if item.title else Markup("[x]"), "sv-title-cell"),
            text(day(item.started_on) if item.started_on else "[x]", nowrap=True),
            numeric(money(item.value_pence) if item.value_pence is not None else "[x]"),
            html(tables.bullet_list(item.concerns)),
        ]
        for item in report.attention
    ]
    shown_of = f"{len(report.attention)} of " if len(report.attention) < report.attention_total else ""
    return Table(
        f"{shown_of}{plural(report.attention_total, 'procurement')} that "
        f"{'needs' if report.attention_total == 1 else 'need'} attention",
        [head("Reference"), head("Title"), head("Started"), head("Value", right=True), head("What needs attention")],
        rows,
        size="wide",
    )


def urgency(report: Report) -> Table:
    rows = [
        [
            html(tables.reference(item.ocid)),
            html(tables.foreign(item.title) if item.title else Markup("[x]"), "sv-title-cell"),
            text(", ".join(f"s.1({section})" for section in item.subsections), nowrap=True),
            html(tables.foreign(item.reason) if item.reason else Markup("No reason given"), "sv-title-cell"),
        ]
        for item in report.urgency
    ]
    return Table(
        f"{plural(len(report.urgency), 'procurement')} for which urgency was claimed",
        [head("Reference"), head("Title"), head("Claimed for"), head("Reason given")],
        rows,
        size="wide",
    )


def revisions(report: Report) -> Table:
    rows = [
        [
            text(f"r{r.revision}"),
            text(moment(r.published_at), nowrap=True),
            html(tables.foreign(r.reason or "First publication")),
        ]
        for r in reversed(report.revisions)
    ]
    return Table("Revisions of this report", [head("Revision"), head("Published"), head("Reason")], rows)


def changes(items: Sequence[Change]) -> Table:
    rows = [[text(c.what), numeric(c.old or "–"), numeric(c.new)] for c in items]
    return Table(
        "What the revision changed", [head("Figure"), head("Before", right=True), head("Now", right=True)], rows
    )
