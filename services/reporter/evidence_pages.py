"""The pages of evidence. Pure: values in, view out."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from urllib.parse import quote

import orjson
from markupsafe import Markup

from services.reporter import addresses, grounds, item_pages, tables
from services.reporter.department_tables import rate
from services.reporter.evidence import PAGE, Counted, Event, Procurement, Said
from services.reporter.model import Report
from services.reporter.questions import answer_words, title_of
from services.reporter.tables import Table, count, head, html, numeric, text
from services.reporter.words import day, humanised, label, listed, moment, money, plural
from shared.indicators import BY_ID
from shared.periods import Period
from shared.status import UNATTRIBUTED

_SCOPE = {"applies": "The Act applies", "does-not-apply": "The Act does not apply", "cannot-tell": "Cannot tell"}


def counted(
    name: str, period: str, question: str, rows: Sequence[Counted], *, after: str, address: str, back: str
) -> dict[str, Any]:
    """The procurements that an indicator counts for a department or a sector and a period.

    `address`: of this page; `back`: of the report that it is the evidence of.
    """
    words = Period.parse(period)
    cells = [
        [
            html(tables.reference(row.ocid)),
            html(tables.foreign(row.title) if row.title else Markup("[x]"), "sv-title-cell"),
            text("; ".join(answer_words(question, answer) for answer in row.answers)),
            text(day(row.started_on) if row.started_on else "[x]", nowrap=True),
            numeric(_worth(row)),
            count(row.events),
        ]
        for row in rows
    ]
    columns = [head("Reference"), head("Title"), head("Answer"), head("Started")]
    columns += [head("Value", right=True), head("Events behind it", right=True)]
    many = plural(len(rows), "procurement")
    more = f"?after={quote(rows[-1].ocid, safe='')}" if len(rows) == PAGE else None
    return {
        "nav": "departments",
        "title": f"Evidence: {title_of(question)}",
        "caption": f"{name}, {words.title} ({words.months})",
        "back": back,
        "indicator": BY_ID.get(question),
        "table": Table(f"{many}{' from here on' if after else ''}", columns, cells, size="wide"),
        "more": more,
        "csv": f"{address}.csv",
    }


def _worth(row: Counted) -> str:
    """With VAT; what is known only without it says so."""
    if row.value_gross is not None:
        return money(row.value_gross)
    return "[x]" if row.value_net is None else f"{money(row.value_net)} net"


def capability(name: str, period: str, said: Sequence[Said], *, address: str, back: str) -> dict[str, Any]:
    """The events behind what a report says of a department's capability."""
    words = Period.parse(period)
    rows = [
        [
            text(humanised(each.fact.name.partition("/")[0].replace(".", " "))),
            text(each.fact.at[:10], nowrap=True),
            html(tables.foreign(_value(each.fact.value)), "sv-title-cell"),
            html(tables.foreign(f"{each.fact.id} from {each.fact.source}"), "sv-break"),
        ]
        for each in said
    ]
    columns = [head("Event"), head("Speaks of"), head("What it says"), head("Id and source")]
    return {
        "nav": "departments",
        "title": f"Evidence: {title_of('capability')}",
        "caption": f"{name}, up to {day(words.last_day)}",
        "back": back,
        "indicator": BY_ID["capability"],
        "table": Table(plural(len(rows), "event"), columns, rows, size="wide"),
        "more": None,
        "csv": f"{address}.csv",
    }


def across(period: str, question: str, reports: Sequence[Report]) -> dict[str, Any]:
    """A figure of government, department by department as published; each leads to its procurements."""
    words = Period.parse(period)
    rows = []
    for report in sorted(reports, key=lambda report: label(report.department.name)):
        figure = report.figures.get(question)
        counted = (
            (figure.numerator, figure.denominator, figure.unknown) if figure and figure.population else (None,) * 3
        )
        address = addresses.evidence(report.department.code, period, question)
        rows.append(
            [
                html(tables.link(label(report.department.name), address)),
                count(figure.population if figure else None),
                *map(count, counted),
                rate(figure if figure and figure.denominator else None),
            ]
        )
    columns = [head("Department"), *(head(w, right=True) for w in ("Counted", "Passed", "Out of", "Unknown", "%"))]
    return {
        "nav": "overview",
        "title": f"Evidence: {title_of(question)}",
        "caption": f"All departments, {words.title} ({words.months})",
        "back": addresses.publication("overview", period),
        "indicator": BY_ID.get(question),
        "table": Table("The departments’ figures, as their reports say now", columns, rows),
        "csv": f"/data/{period}/measures.csv",
    }


def procurement(p: Procurement, *, published: str | None) -> dict[str, Any]:
    """One procurement: how it was assessed, each fact with its event, every event.

    `published`: the department's name where its report of the period is out.
    """
    anchors = {(event.source, event.id): f"event-{position}" for position, event in enumerate(p.events, 1)}
    return {
        "nav": "departments",
        "title": p.title or p.ocid,
        "ocid": p.ocid,
        "rows": _summary(p, published),
        "answers": _answers(p, anchors),
        "items": item_pages.table(p.items),
        "unheard": listed(p.unheard),
        "facts": _facts(p, anchors),
        "events": _events(p.events, anchors),
    }


def _summary(p: Procurement, published: str | None) -> list[dict[str, Any]]:
    start = "No start is known"
    if p.started_on is not None:
        start = day(p.started_on) if p.start_exact else f"Not later than {day(p.started_on)}"
    if p.value_gross is not None:
        value = f"{money(p.value_gross)} with VAT"
    else:
        value = f"{money(p.value_net)} without VAT" if p.value_net is not None else "No value is known"
    reasons = [grounds.words(reason) for reason in p.scope_reasons]
    missing = [f"Missing: {humanised(what).lower()}" for what in p.missing]
    scope = Markup.escape(_SCOPE.get(p.scope, humanised(p.scope)))
    why = tables.bullet_list([*reasons, *missing]) if reasons or missing else Markup("")
    attributed = Markup.escape(p.department)
    if p.department == UNATTRIBUTED:
        attributed = Markup("No department: the buyer is not resolved")
    elif published is not None and p.period is not None:
        attributed = tables.link(published, addresses.publication(p.department, p.period))
    pairs: list[tuple[str, Markup]] = [
        ("Buyer", tables.foreign(p.buyer_name or "Not named")),
        ("Counted for", attributed + (Markup(" · ") + tables.foreign(p.body) if p.body else Markup(""))),
        ("Period of the start", Markup.escape(Period.parse(p.period).title if p.period else "None yet")),
        ("Start", Markup.escape(start)),
        ("Estimated value", Markup.escape(value)),
        ("Does the Act apply?", scope + Markup("<br>") + why if why else scope),
        ("Needs attention", tables.bullet_list(p.concerns) if p.concerns else Markup.escape("Nothing")),
    ]
    return [{"key": {"text": key}, "value": {"html": value}} for key, value in pairs]


def _link(event: tuple[str, str], anchors: Mapping[tuple[str, str], str]) -> Markup:
    source, id = event
    anchor = anchors.get((source, id))
    said = f"{id} from {source}"
    return tables.link(said, f"#{anchor}") if anchor else tables.foreign(said)


def _answers(p: Procurement, anchors: Mapping[tuple[str, str], str]) -> Table:
    rows = []
    order = {name: indicator.number for name, indicator in BY_ID.items()}
    for question in sorted(p.answers, key=lambda name: (order.get(name, 99), name)):
        behind = [_link((source, id), anchors) for source, id in p.evidence.get(question, ())]
        rows.append(
            [
                text(title_of(question) if question in BY_ID else humanised(question)),
                text("; ".join(answer_words(question, answer) for answer in p.answers[question])),
                html(Markup("<br>").join(behind) if behind else Markup("–"), "sv-break"),
            ]
        )
    return Table("How it was assessed", [head("Question"), head("Answer"), head("Evidence")], rows, size="wide")


def _facts(p: Procurement, anchors: Mapping[tuple[str, str], str]) -> Table:
    senders = {(event.source, event.id): event.sender for event in p.events}
    rows = [
        [
            html(tables.foreign(fact.plain), "sv-break"),
            html(tables.foreign(_value(fact.value)), "sv-title-cell"),
            text(fact.at[:10], nowrap=True),
            html(_said_by(fact.said_by or senders.get((fact.source, fact.id), "–"), p.unheard)),
            html(_link((fact.source, fact.id), anchors), "sv-break"),
        ]
        for fact in p.facts
    ]
    columns = [head("Fact"), head("Value"), head("Speaks of"), head("Said by"), head("Established by")]
    return Table("What is known, and which event said so", columns, rows, size="wide")


def _said_by(sender: str, unheard: Collection[str]) -> Markup:
    """What a department says of another's procurement is shown and does not count."""
    said = tables.foreign(sender)
    return said + Markup("<br>") + tables.tag("Not counted", "grey") if sender in unheard else said


def _value(value: Any) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def _events(events: Sequence[Event], anchors: Mapping[tuple[str, str], str]) -> Table:
    rows = [
        [
            html(
                Markup('<span id="{}">{}</span>').format(anchors[event.source, event.id], moment(event.time)),
                "sv-nowrap",
            ),
            text(event.type.removeprefix("uk.gov.social-value.")),
            html(tables.foreign(event.sender)),
            text(moment(event.received), nowrap=True),
            html(
                Markup('{}<br><span class="sv-hash">{}</span>').format(
                    tables.foreign(f"{event.id} from {event.source}"), event.sha256
                ),
                "sv-break sv-title-cell",
            ),
        ]
        for event in events
    ]
    columns = [head("Happened"), head("Event"), head("Sent by"), head("Received"), head("Id, source and SHA-256")]
    return Table("Every event about it", columns, rows, size="wide")
