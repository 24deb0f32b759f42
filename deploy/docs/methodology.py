"""docs/methodology.md from the indicators, the ratings and the dated rules, with their sources and marks."""

from decimal import Decimal

from shared.departments import Mark
from shared.indicators import CATALOGUE, GROUPS, LEAST_DENOMINATOR, METHOD
from shared.rules import Rules, load_rules
from shared.rules.model import Span


def markdown() -> str:
    rules = load_rules()
    return f"""# Methodology, version {METHOD}

Generated from `shared/indicators.py` and the rules' TOML files by `make docs`.

A percentage appears only where the denominator is at least {LEAST_DENOMINATOR}. Population = denominator + unknown +
excluded. Unknown is never zero and never "no". Absence of a record is no evidence; it is not a breach.

## Indicators

| # | indicator | population | numerator | denominator | unknown | excluded | source |
|---|---|---|---|---|---|---|---|
{_indicators()}

## Ratings

| group | good | partial | poor | not enough data |
|---|---|---|---|---|
{_groups()}

The overall status is the worse of groups A and F. Without A it is never good or partial.

## Thresholds for services, in pounds

| valid | central | sub-central | light touch | VAT | source |
|---|---:|---:|---:|---|---|
{_thresholds(rules)}

## Statutes that section 1 leans on

| valid | statute | mark | source |
|---|---|---|---|
{_statutes(rules)}

## Policies

| in force | policy | least weight | mark | source |
|---|---|---|---|---|
{_policies(rules)}

Regulated health procurement: *{rules.health.decision}*{_mark(rules.health.mark)}. {rules.health.source}
"""


def _indicators() -> str:
    return "\n".join(
        f"| {i.number} | {i.title} (`{i.id}`) | {i.population} | {i.numerator} | {i.denominator} | {i.unknown} "
        f"| {i.excluded} | {i.source} |"
        for i in CATALOGUE
    )


def _groups() -> str:
    return "\n".join(
        f"| {g.letter}. {g.title} | {g.good} | {g.partial} | {g.poor} | {g.not_enough_data} |" for g in GROUPS
    )


def _mark(mark: Mark) -> str:
    return "" if mark is Mark.CONFIRMED else f" [{mark.value}]"


def _span(span: Span) -> str:
    return f"{span.first} to {span.last or 'further notice'}"


def _pounds(value: Decimal | None) -> str:
    return "–" if value is None else f"{value:,.0f}"


def _thresholds(rules: Rules) -> str:
    return "\n".join(
        f"| {_span(t.valid)} | {_pounds(t.central)}{_mark(t.central_mark)} "
        f"| {_pounds(t.sub_central)}{_mark(t.sub_central_mark)} | {_pounds(t.light_touch)} "
        f"| {t.vat.value} | {t.source} |"
        for t in rules.thresholds
    )


def _statutes(rules: Rules) -> str:
    return "\n".join(f"| {_span(s.valid)} | {s.title} | {s.mark.value} | {s.source} |" for s in rules.statutes)


def _policies(rules: Rules) -> str:
    return "\n".join(
        f"| {_span(p.valid)} | {p.title} (`{p.code}`) | "
        + (", ".join(f"{b.weight}% from £{_pounds(b.start)}" for b in p.bands) or "–")
        + f" | {p.mark.value} | {p.source} |"
        for p in rules.policies
    )
