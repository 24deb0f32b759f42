"""Where the gaps are: each measure against the section of the Act, the policy or the contract it rests on. Pure."""

from typing import Literal

from services.reporter.figures import figure, is_good, shown
from services.reporter.model import BodyRow, Strand, Test
from services.reporter.words import plural
from shared.indicators import BY_ID, CATALOGUE
from shared.status import Status

Kind = Literal["act", "policy", "contract", "return"]

BASES: tuple[tuple[str, Kind, str], ...] = (
    ("considered-in-time", "act", "s.1(3): consider before the start"),
    ("complete-consideration", "act", "s.1(3)(a) improve well-being, (b) how to secure it"),
    ("relevance-proportionality", "act", "s.1(6): relevant and proportionate"),
    ("consultation", "act", "s.1(7): consider whether to consult"),
    ("weight", "policy", "PPN 06/20, PPN 002, PPN 026"),
    ("committed", "policy", "PPN 06/20, PPN 002, PPN 026"),
    ("delivered", "contract", "Procurement Act 2023, s.71"),
    ("return-quality", "return", "procurements found in published notices"),
)

STRANDS = ("economic", "social", "environmental")


def tests(status: Status) -> tuple[Test, ...]:
    """One row for each measure with a ratio that the status carries, the Act's first."""
    rows = []
    for name, kind, basis in BASES:
        if name in status.measures:
            found = figure(status.measures[name])
            rows.append(
                Test(
                    id=name,
                    title=BY_ID[name].title,
                    kind=kind,
                    basis=basis,
                    figure=found,
                    good_from=BY_ID[name].good_from,
                    good=is_good(name, found),
                )
            )
    return tuple(rows)


def headline(rows: tuple[Test, ...]) -> str:
    """The finding of figure 2."""
    compared = [row for row in rows if row.good is not None]
    below = [row for row in compared if not row.good]
    if not compared:
        return "No test can be compared with the level rated good"
    if not below:
        return f"All {len(compared)} tests reach the level rated good" if len(compared) > 1 else "The one test is good"
    if len(below) == len(compared) > 1:
        return f"All {len(compared)} tests are below the level rated good"
    if len(below) == 1:
        found = below[0].figure
        value = shown(found.numerator, found.denominator, found.percent)
        return f"{below[0].title}, {value}, is below the level rated good"
    return f"{len(below)} of {plural(len(compared), 'test')} are below the level rated good"


def strands(status: Status) -> tuple[Strand, ...]:
    """The three kinds of well-being of s.1(3)(a), in the Act's order; others after them."""
    names = [*STRANDS, *sorted(set(status.strands) - set(STRANDS))]
    return tuple(
        Strand(id=name, title=name.capitalize(), figure=figure(status.strands[name]))
        for name in names
        if name in status.strands
    )


def bodies(status: Status) -> tuple[BodyRow, ...]:
    """The most procurements in scope first."""
    return tuple(
        BodyRow(
            name=body.name,
            in_scope=body.in_scope,
            considered_before=body.considered_before,
            other=body.in_scope - body.considered_before - body.unknown,
            unknown=body.unknown,
        )
        for body in sorted(status.bodies, key=lambda body: (-body.in_scope, body.name))
    )


def not_measured(status: Status) -> tuple[str, ...]:
    """The titles of the indicators that this status does not carry, in the catalogue's order."""
    carried = {*status.measures, "capability"}
    return tuple(indicator.title for indicator in CATALOGUE if indicator.id not in carried)
