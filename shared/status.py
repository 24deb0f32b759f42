"""A department's implementation status for one period: what the aggregator says and the reporter reports.

It travels on `implementation.status` as the data of a CloudEvent, keyed `department/period`; a higher `version`
replaces a lower one, so repeats and stale messages are harmless.
"""

from datetime import date, datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

UNATTRIBUTED = "unattributed"
TYPE = "uk.gov.social-value.status.changed.v1"


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Rating(StrEnum):
    """Words of a department's standing. Not enough data is apart from poor: neither red nor good."""

    GOOD = "good"
    PARTIAL = "partial"
    POOR = "poor"
    NOT_ENOUGH_DATA = "not-enough-data"


class Value(Part):
    """Pounds in pence. Gross (with VAT) and net-only values are never added; `unvalued` procurements have neither."""

    gross: int = 0
    net_only: int = 0
    unvalued: int = 0


class Measure(Part):
    """One indicator's count. With a ratio, population = denominator + unknown + all that is excluded; always.

    `numerator` and `denominator` are None for an indicator that only counts; `answers` then holds its counts.
    """

    population: int
    numerator: int | None = None
    denominator: int | None = None
    unknown: int = 0
    excluded: dict[str, int] = {}
    answers: dict[str, int] = {}
    value: Value = Value()
    value_met: Value = Value()


class GroupRating(Part):
    """`group` is A to F; `reason` is a sentence for people."""

    group: str
    rating: Rating
    reason: str


class Attention(Part):
    """A procurement that a reader should look at, and what is amiss with it, in words."""

    ocid: str
    title: str | None
    started_on: date | None
    value_pence: int | None
    concerns: tuple[str, ...]


class Urgency(Part):
    ocid: str
    title: str | None
    subsections: tuple[str, ...]
    reason: str | None


class Body(Part):
    """An arm's-length body's share of its department's figures."""

    name: str
    in_scope: int
    considered_before: int
    unknown: int


class OfficeHolder(Part):
    name: str
    office: str
    since: date


class Champion(Part):
    name: str
    post: str
    since: date


class Strategy(Part):
    title: str
    published_on: date
    priorities: tuple[str, ...]
    how_teams_apply: str | None
    url: str | None


class Training(Part):
    programme: str
    participants: int
    commercial_staff: int


class Guidance(Part):
    title: str
    issued_on: date
    for_whom: str
    url: str | None


class Action(Part):
    """An action for next time; `done` is None while it is open."""

    action: str
    text: str
    due: date | None
    done: bool | None
    closed_on: date | None
    closing_text: str | None


class Capability(Part):
    """The department-level facts as they stood on the period's last day."""

    champion: Champion | None = None
    champion_throughout: bool = False
    strategy: Strategy | None = None
    guidance: tuple[Guidance, ...] = ()
    training: tuple[Training, ...] = ()
    commercial_staff: int | None = None
    commercial_staff_trained: int = 0
    barriers: dict[str, int] = {}
    actions: tuple[Action, ...] = ()
    events_in_period: int = 0


class FigureComment(Part):
    """What the department says, verbatim, of one figure; `indicator` is the measure's id."""

    indicator: str
    text: str


class Statement(Part):
    """`actions`: those named for next time. `comments`: on single figures, at most one each."""

    statement: str
    signed_by: str
    office: str
    signed_on: date
    comment: str | None
    actions: tuple[Action, ...] = ()
    comments: tuple[FigureComment, ...] = ()


class Round(Part):
    due: date
    publish_at: datetime
    closed_on: date | None = None


class Data(Part):
    """How much the figures can be trusted."""

    events: int
    last_received: datetime | None
    conflicts: int
    withdrawn: int
    late: int
    notices: int


class PreviousMethod(Part):
    """What the status would have been under the method before the present one."""

    method: int
    rating: Rating
    reason: str


class Sealed(Part):
    """A place in the aggregator's hash chain: all events up to the end of this block."""

    block: int
    hash: str


class Status(Part):
    """The whole standing of one department in one period. `method` is the version of the rules of rating.

    Procurements whose buyer is not resolved are never dropped: they are counted under the department `UNATTRIBUTED`.
    `previous_actions`: what earlier statements promised and no earlier one has answered for, and what became of it.
    `chain`: the events that it was counted of. It depends on the order in which they came, so it is not content.
    """

    department: str
    period: str
    version: int
    method: int
    rating: Rating
    reason: str
    groups: tuple[GroupRating, ...]
    measures: dict[str, Measure]
    strands: dict[str, Measure]
    bodies: tuple[Body, ...]
    attention: tuple[Attention, ...]
    attention_total: int
    urgency: tuple[Urgency, ...]
    capability: Capability
    office_holder: OfficeHolder | None
    statement: Statement | None
    round: Round | None
    data: Data
    previous_method: PreviousMethod | None = None
    previous_actions: tuple[Action, ...] = ()
    chain: Sealed | None = None
