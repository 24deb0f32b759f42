"""The list of departments, and the page of one that is no more: who took over, and the reports that stand. Pure."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from markupsafe import Markup

from services.reporter import addresses, succession, tables
from services.reporter.shelf import Issue
from services.reporter.tables import Cell, Table, head, html, numeric, text
from services.reporter.words import day, moment
from shared.departments import Register
from shared.periods import Period


def departments(register: Register, issues: Sequence[Issue], on: date) -> dict[str, Any]:
    """The latest report of each; those that are no more apart, with their successors."""
    ended = {i.department for i in issues if _ended(register, i.department, on)}
    columns = [head("Department"), head("Status"), head("Period"), head("Published"), head("Revision", right=True)]
    current = [_row(issue) for issue in issues if issue.department not in ended]
    gone = [[*_row(issue)[:3], _heirs(register, issue.department)] for issue in issues if issue.department in ended]
    last = [head("Department"), head("Last status"), head("Last period"), head("Succeeded by")]
    return {
        "nav": "departments",
        "title": "Departments",
        "table": Table("The latest report of each department", columns, current),
        "ended": Table("Departments that are no more", last, gone),
    }


def _ended(register: Register, code: str, on: date) -> bool:
    return register.has_department(code) and succession.dissolved(register, code, on) is not None


def _row(issue: Issue) -> list[Cell]:
    return [
        html(tables.link(issue.title, addresses.department(issue.department)), "sv-department"),
        html(tables.rating_tag(issue.rating) if issue.rating else Markup("")),
        text(Period.parse(issue.period).title, nowrap=True),
        text(moment(issue.published_at), nowrap=True),
        numeric(f"r{issue.revision}"),
    ]


def _heirs(register: Register, code: str) -> Cell:
    names = [tables.link(s.name, addresses.department(s.code)) for s in succession.successors(register, code)]
    return html(Markup("<br>").join(names))


def ended(register: Register, code: str, issues: Sequence[Issue]) -> dict[str, Any]:
    """`issues`: its reports, newest first. Each stays as it was reported then; beside it, where its figures are now."""
    department = register.department(code)
    last = department.exists_to
    heirs = succession.successors(register, code)
    latest: dict[str, Issue] = {}
    for issue in issues:
        latest.setdefault(issue.period, issue)
    rows = [
        [
            html(tables.link(Period.parse(i.period).title, addresses.publication(code, i.period)), "sv-nowrap"),
            html(tables.rating_tag(i.rating) if i.rating else Markup("")),
            text(moment(i.published_at), nowrap=True),
            html(tables.link("As mapped now", addresses.mapped(code, i.period)), "sv-nowrap"),
        ]
        for i in latest.values()
    ]
    columns = [head("As reported then"), head("Status then"), head("Published"), head("Combined figures")]
    return {
        "nav": "departments",
        "title": department.name(last) if last else department.names[-1].text,
        "words": f"Its last day was {day(last)}." if last else "",
        "marked": succession.mark(register, code),
        "items": [
            {"name": s.name, "address": addresses.department(s.code), "what": s.what, "largest": s.largest}
            for s in heirs
        ],
        "table": Table("Reports of this department", columns, rows),
    }
