"""What a publication says, as data: `Report` of one department, `Overview` of all. These are the JSON forms themselves.

Words that state a finding (headlines, bullets, the decision) are part of it, so that every form says the same.
"""

from datetime import date, datetime
from typing import Literal

from services.reporter.figures import Figure, Model
from shared.status import (
    Action,
    Attention,
    Capability,
    Data,
    GroupRating,
    OfficeHolder,
    PreviousMethod,
    Rating,
    Sealed,
    Statement,
    Urgency,
)


class Names(Model):
    """What the register calls a department on the period's last day; `head_title` is who answers for it."""

    code: str
    name: str
    short: str
    head_title: str


class PeriodWords(Model):
    """`key` is the one spelling in addresses; the others are for people."""

    key: str
    title: str
    months: str
    first_day: date
    last_day: date
    word: Literal["quarter", "year"]


class Key(Model):
    """One of the four numbers of the summary. `shown` is what stands large; money is in pence.

    `number` is None where nothing is known, and `shown` is then `[x]`: never a zero.
    """

    id: str
    shown: str
    label: str
    number: int | None
    of: int | None
    percent: int | None
    change: str
    direction: Literal["up", "down", "same", "none"]
    target: str | None
    unknown: int
    unknown_words: str


class Bullet(Model):
    word: str
    text: str


class Decision(Model):
    """What the Prime Minister's office is asked to decide, who has to act on it, and by when.

    `ocid`: the procurement that the sentence begins with.
    """

    text: str
    owner: str
    due: date | None
    department: str
    ocid: str | None


class Successor(Model):
    """Who took over from a department that is no more. `largest`: whose figures its later ones are."""

    code: str
    name: str
    what: str | None
    largest: bool


class Quarter(Model):
    """One row of the series. Without `figures` nothing is known of the period: a gap, never a zero.

    `mapped`: the figures are those of the departments that this one succeeded, added; never their ratings.
    """

    period: str
    title: str
    rating: Rating | None
    provisional: bool
    revised: bool
    figures: dict[str, Figure]
    mapped: bool = False


class Test(Model):
    """A measure against the section of the Act, the policy or the contract it rests on."""

    __test__ = False

    id: str
    title: str
    kind: Literal["act", "policy", "contract", "return"]
    basis: str
    figure: Figure
    good_from: int | None
    good: bool | None


class Strand(Model):
    id: str
    title: str
    figure: Figure


class BodyRow(Model):
    """`other`: considered later, declared not considered, or excluded for urgency. Always in_scope in all."""

    name: str
    in_scope: int
    considered_before: int
    other: int
    unknown: int


class Change(Model):
    """One value before and after; `text` says it in words. Values are as shown: `7 of 9`, `Poor`, `£1.42bn`."""

    what: str
    old: str
    new: str
    text: str


class Revision(Model):
    """A numbered edition. `reason` is None for the first."""

    revision: int
    published_at: datetime
    reason: str | None
    changes: tuple[Change, ...] = ()


class Publication(Model):
    """What every publication has: its name, its place in the calendar, its revisions (oldest first, itself last).

    `chain`: the place in the ledger's hash chain up to which events count in it; None for one made before the chain.
    """

    id: str
    period: PeriodWords
    revision: int
    published_at: datetime
    provisional: bool
    next_update: datetime
    sample: bool
    method: int
    revisions: tuple[Revision, ...]
    chain: Sealed | None = None


class Report(Publication):
    """One department, one period, one revision."""

    schema_name: Literal["uk.gov.social-value/report/1"] = "uk.gov.social-value/report/1"
    department: Names
    office_holder: OfficeHolder | None
    rating: Rating
    previous_rating: Rating | None
    reason: str
    groups: tuple[GroupRating, ...]
    completeness: str
    keys: tuple[Key, ...]
    bullets: tuple[Bullet, ...]
    decision: Decision | None
    figures: dict[str, Figure]
    series_measures: tuple[str, ...]
    series_headline: str
    series: tuple[Quarter, ...]
    tests_headline: str
    tests: tuple[Test, ...]
    not_measured: tuple[str, ...]
    strands: tuple[Strand, ...]
    bodies: tuple[BodyRow, ...]
    attention: tuple[Attention, ...]
    attention_total: int
    urgency: tuple[Urgency, ...]
    capability: Capability
    statement: Statement | None
    statement_due: date | None
    statement_words: str
    previous_actions: tuple[Action, ...] = ()
    data: Data
    previous_method: PreviousMethod | None = None
    predecessors: tuple[Names, ...] = ()
    unheard: tuple[str, ...] = ()
    dissolved_on: date | None = None
    successors: tuple[Successor, ...] = ()


class Standing(Model):
    """One department's row in the overview."""

    department: Names
    label: str
    rating: Rating
    previous_rating: Rating | None
    change: str
    direction: Literal["up", "down", "same", "none"]
    figures: dict[str, Figure]
    trend: tuple[int | None, ...]
    data: str
    silent: bool
    statement: str
    previous_method: PreviousMethod | None = None


class Comparator(Model):
    """A sector beside central government, by the same definitions. No department: it has no rating and no rank.

    `events`: how many it sent itself; without any, all that is known comes from published notices.
    """

    id: str
    title: str
    figures: dict[str, Figure]
    events: int


class Overview(Publication):
    """All departments that answered for one period, worst first."""

    schema_name: Literal["uk.gov.social-value/overview/1"] = "uk.gov.social-value/overview/1"
    headline: str
    summary: str
    keys: tuple[Key, ...]
    decisions: tuple[Decision, ...]
    movement: str
    figures: dict[str, Figure]
    second_measure: str
    standings: tuple[Standing, ...]
    silent: tuple[str, ...]
    statements_missing: tuple[str, ...]
    unattributed: int
    data: Data
    comparators: tuple[Comparator, ...] = ()
