"""The sixteen indicators in plain English, and how ratings are made of them: what the methodology page says.

The aggregator counts by these definitions and the reporter prints them; the numbers and words of method version 1.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

METHOD = 1
"""The version of the rules of rating that this catalogue describes."""

LEAST_DENOMINATOR = 10
"""A percentage appears only where the denominator is at least this; below it the counts stand instead."""


@dataclass(frozen=True, slots=True)
class Answers:
    """Which answers of a procurement's assessment count as what. Without a `ratio` all are only counted.

    `rest`: in the denominator, but not in the numerator. `excluded`: answer → reason. `also` names further questions
    whose counts stand beside it.
    """

    numerator: frozenset[str] = frozenset()
    rest: frozenset[str] = frozenset()
    unknown: frozenset[str] = frozenset()
    excluded: Mapping[str, str] = field(default_factory=dict)
    ratio: bool = True
    also: tuple[str, ...] = ()


URGENT = {"urgent": "urgency claimed, s.1(8)"}
ORDER = frozenset({"no-record", "order-unknown"})
OF_A_STRAND = Answers(
    numerator=frozenset({"considered", "not-relevant"}),
    rest=frozenset({"unanswered"}),
    unknown=frozenset({"document-only"}),
)
"""Economic, social and environmental well-being each, of a consideration made before the start (s.1(3)(a))."""


@dataclass(frozen=True, slots=True)
class Indicator:
    """`good_from` is the percentage from which it counts as good in its group; None where nothing is compared.

    `answers` names the counts beside the ratio (or instead of one); `excluded` says what is left out of the population.
    """

    id: str
    number: int
    title: str
    source: str
    population: str
    numerator: str
    denominator: str
    unknown: str
    excluded: str
    group: str | None
    measured: bool = False
    good_from: int | None = None
    answers: Mapping[str, str] = field(default_factory=dict)
    counts: Answers | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """A group of ratings. `required`: a department's overall rating is the worse of the groups so marked."""

    letter: str
    title: str
    indicators: str
    good: str
    partial: str
    poor: str
    not_enough_data: str
    required: bool = False


NONE = "None."

CATALOGUE: tuple[Indicator, ...] = (
    Indicator(
        id="in-scope",
        number=1,
        title="Does the Act apply?",
        source="Public Services (Social Value) Act 2012, s.1(1), (11), (15) to (17)",
        population="Procurements of the department and its bodies that started in the period.",
        numerator="No ratio: counted by decision.",
        denominator="No ratio.",
        unknown="Procurements for which a fact is missing that decides whether the Act applies.",
        excluded=NONE,
        group="A",
        measured=True,
        answers={
            "applies": "The Act applies",
            "does-not-apply": "The Act does not apply",
            "cannot-tell": "Cannot tell",
        },
        counts=Answers(unknown=frozenset({"cannot-tell"}), ratio=False, also=("scope-reason", "scope-missing")),
    ),
    Indicator(
        id="considered-in-time",
        number=2,
        title="Considered before the start",
        source="Public Services (Social Value) Act 2012, s.1(1) to (3)",
        population="Procurements to which the Act applies.",
        numerator="Those with a record of consideration dated strictly before the start.",
        denominator="Those with a record: considered before the start, considered later, or declared not considered.",
        unknown="No record of consideration; or a record and a start whose order cannot be told (the same day without "
        "times, or a start known only as “not later than”).",
        excluded="Procurements for which urgency under s.1(8) was claimed for s.1(3) and not rejected on review.",
        group="A",
        measured=True,
        good_from=95,
        answers={
            "before": "Considered before the start",
            "late": "Considered after the start",
            "declared-none": "Declared not considered",
            "no-record": "No record of consideration",
            "order-unknown": "Order of consideration and start not known",
            "urgent": "Urgency claimed",
        },
        counts=Answers(
            numerator=frozenset({"before"}), rest=frozenset({"late", "declared-none"}), unknown=ORDER, excluded=URGENT
        ),
    ),
    Indicator(
        id="complete-consideration",
        number=3,
        title="Complete consideration",
        source="Public Services (Social Value) Act 2012, s.1(3)(a) and (b)",
        population="Procurements considered before the start.",
        numerator="Those that address economic, social and environmental well-being (“not relevant, because …” counts) "
        "and say how the process itself might secure the improvement.",
        denominator="Those answered field by field.",
        unknown="Consideration sent as a document only.",
        excluded=NONE,
        group="A",
        measured=True,
        good_from=90,
        answers={
            "complete": "Complete",
            "incomplete": "Incomplete",
            "document-only": "Sent as a document only",
        },
        counts=Answers(
            numerator=frozenset({"complete"}), rest=frozenset({"incomplete"}), unknown=frozenset({"document-only"})
        ),
    ),
    Indicator(
        id="relevance-proportionality",
        number=4,
        title="Relevant and proportionate",
        source="Public Services (Social Value) Act 2012, s.1(6)",
        population="Procurements considered before the start.",
        numerator="Those that state both why the matters are relevant and how far it is proportionate to take them "
        "into account.",
        denominator="Those answered field by field.",
        unknown="Consideration sent as a document only.",
        excluded="Procurements for which urgency was claimed for s.1(6) and not rejected on review.",
        group="A",
        measured=True,
        answers={
            "both-stated": "Both stated",
            "not-both-stated": "Not both stated",
            "document-only": "Sent as a document only",
            "urgent": "Urgency claimed",
        },
        counts=Answers(
            numerator=frozenset({"both-stated"}),
            rest=frozenset({"not-both-stated"}),
            unknown=frozenset({"document-only"}),
            excluded=URGENT,
        ),
    ),
    Indicator(
        id="consultation",
        number=5,
        title="Consultation decided before the start",
        source="Public Services (Social Value) Act 2012, s.1(7); PPN 003",
        population="Procurements to which the Act applies.",
        numerator="Those with a decision whether to consult dated before the start. Deciding not to consult complies.",
        denominator="Those with a record: decided before the start, decided later, or declared not decided.",
        unknown="No record of a decision; or a decision and a start whose order cannot be told.",
        excluded="Procurements for which urgency was claimed for s.1(7) and not rejected on review.",
        group="A",
        measured=True,
        good_from=90,
        answers={
            "before": "Decided before the start",
            "late": "Decided after the start",
            "no-record": "No record of a decision",
            "order-unknown": "Order of decision and start not known",
            "urgent": "Urgency claimed",
            "held": "Consultation held",
            "not-with-reason": "Not consulted, with a reason",
            "not-without-reason": "Not consulted, without a reason",
        },
        counts=Answers(
            numerator=frozenset({"before"}),
            rest=frozenset({"late"}),
            unknown=ORDER,
            excluded=URGENT,
            also=("consultation-outcome",),
        ),
    ),
    Indicator(
        id="urgency",
        number=6,
        title="Urgency claimed",
        source="Public Services (Social Value) Act 2012, s.1(8) and (9)",
        population="Procurements to which the Act applies.",
        numerator="Those for which an urgent need was claimed.",
        denominator="All of them: no claim is no claim.",
        unknown=NONE,
        excluded=NONE,
        group="A",
        measured=True,
        answers={
            "claimed": "Claimed",
            "none": "Not claimed",
            "s1-3": "Claimed for s.1(3), consideration",
            "s1-6": "Claimed for s.1(6), relevance and proportionality",
            "s1-7": "Claimed for s.1(7), consultation",
            "no-reason": "Claimed without a reason",
        },
        counts=Answers(numerator=frozenset({"claimed"}), rest=frozenset({"none"}), also=("urgency-claim",)),
    ),
    Indicator(
        id="outcome",
        number=7,
        title="What came of the consideration",
        source="Public Services (Social Value) Act 2012, s.1(3) and (6)",
        population="Procurements considered, before the start or later.",
        numerator="No ratio: adopted, adapted, not pursued with a reason, not pursued without one.",
        denominator="No ratio.",
        unknown="The outcome is not stated.",
        excluded=NONE,
        group="A",
        measured=True,
        answers={
            "adopted": "Adopted",
            "adapted": "Adapted",
            "not-pursued-with-reason": "Not pursued, with a reason",
            "not-pursued-without-reason": "Not pursued, without a reason",
            "not-stated": "Not stated",
        },
        counts=Answers(unknown=frozenset({"not-stated"}), ratio=False),
    ),
    Indicator(
        id="weight",
        number=8,
        title="Minimum weight in the evaluation",
        source="PPN 06/20, PPN 002, PPN 026",
        population="Procurements with a tender notice that a policy on minimum weight covers.",
        numerator="Those with a stated weight at or above the minimum in force at the start.",
        denominator="Those with a stated weight.",
        unknown="Weight combined with another criterion, or not stated.",
        excluded="Direct awards, and what the policy itself exempts.",
        group="B",
        measured=True,
        good_from=90,
        answers={
            "at-minimum": "At or above the minimum",
            "below-minimum": "Below the minimum",
            "combined": "Combined with another criterion",
            "not-stated": "Weight not stated",
            "minimum-unknown": "Minimum not known, as the value is not",
            "direct-award": "Direct award",
        },
        counts=Answers(
            numerator=frozenset({"at-minimum"}),
            rest=frozenset({"below-minimum"}),
            unknown=frozenset({"combined", "not-stated", "minimum-unknown"}),
            excluded={"direct-award": "direct award"},
        ),
    ),
    Indicator(
        id="outcome-mix",
        number=9,
        title="Outcomes asked for",
        source="Annexes to PPN 06/20, PPN 002, PPN 026",
        population="Tenders and contracts that a policy on social value covers.",
        numerator="No ratio: counted by framework and outcome, several each; frameworks are never merged.",
        denominator="No ratio.",
        unknown="No outcome code is given.",
        excluded=NONE,
        group="B",
        measured=True,
        answers={"no-code": "No outcome code given"},
        counts=Answers(unknown=frozenset({"no-code"}), ratio=False),
    ),
    Indicator(
        id="committed",
        number=10,
        title="Commitments made",
        source="PPN 06/20, PPN 002, PPN 026; Procurement Act 2023, s.52",
        population="Contracts awarded in the period for which social value was evaluated.",
        numerator="Those with at least one commitment that has a quantity, a unit and a due date.",
        denominator="Those for which commitments are answered.",
        unknown="Neither a commitment nor a measure in the notice.",
        excluded="Frameworks: their call-offs count.",
        group="C",
        measured=True,
        answers={
            "countable": "At least one commitment with quantity, unit and due date",
            "not-countable": "Commitments, but none of that kind",
            "not-answered": "Not answered",
            "framework": "Framework",
            "three-kpis": "Contracts with at least three social value indicators",
        },
        counts=Answers(
            numerator=frozenset({"countable"}),
            rest=frozenset({"not-countable"}),
            unknown=frozenset({"not-answered"}),
            excluded={"framework": "frameworks: their call-offs count"},
            also=("committed-kpis",),
        ),
    ),
    Indicator(
        id="delivered",
        number=11,
        title="Commitments delivered",
        source="Procurement Act 2023, s.71; PPN 06/20, PPN 002, PPN 026",
        population="Contracts in force with a commitment due by the end of the period.",
        numerator="Commitments for which what was reported reaches what was due.",
        denominator="Commitments due and reported on. Unlike units are never added.",
        unknown="Due and not reported.",
        excluded="Contracts terminated before the commitment was due.",
        group="C",
        measured=True,
        good_from=85,
        answers={
            "delivered": "Delivered in full",
            "short": "Less than was due",
            "unreported": "Due and not reported",
            "terminated": "Contract terminated before it was due",
            "kpi-good": "Good",
            "kpi-approaching-target": "Approaching target",
            "kpi-requires-improvement": "Requires improvement",
            "kpi-inadequate": "Inadequate",
            "kpi-other": "Other",
            "older-than-12-months": "Last assessed more than 12 months before",
        },
        counts=Answers(
            numerator=frozenset({"delivered"}),
            rest=frozenset({"short"}),
            unknown=frozenset({"unreported"}),
            excluded={"terminated": "terminated before due"},
            also=("kpi-rating",),
        ),
    ),
    Indicator(
        id="supplier-reach",
        number=12,
        title="Who won the contracts",
        source="PPN 001",
        population="Contracts awarded in the period.",
        numerator="Those won by a small or medium-sized enterprise; by a voluntary, community or social enterprise.",
        denominator="Those for which the supplier’s size is stated.",
        unknown="Not stated. “Suitable for small enterprises” is no award to one.",
        excluded=NONE,
        group=None,
        measured=True,
        answers={
            "sme": "Small or medium-sized enterprise",
            "large": "Larger supplier",
            "not-stated": "Size not stated",
            "vcse": "Voluntary, community or social enterprise",
        },
        counts=Answers(
            numerator=frozenset({"sme"}),
            rest=frozenset({"large"}),
            unknown=frozenset({"not-stated"}),
            also=("supplier-kind",),
        ),
    ),
    Indicator(
        id="challenge",
        number=13,
        title="Cases and spot checks",
        source="Mystery Shopper, now the Public Procurement Review Service",
        population="Cases and spot checks open or closed in the period.",
        numerator="No ratio: counted by outcome, with days against the service standard and recommendations made.",
        denominator="No ratio.",
        unknown="The outcome is not yet known.",
        excluded=NONE,
        group="E",
        measured=True,
        answers={
            "opened": "Cases opened in the period",
            "open": "Cases still open at its end",
            "closed-upheld": "Cases closed: upheld",
            "closed-not-upheld": "Cases closed: not upheld",
            "closed-no-change": "Cases closed: no change",
            "closed-out-of-scope": "Cases closed: out of scope",
            "recommendations-due": "Recommendations due by its end",
            "recommendations-implemented": "Of them implemented",
            "spot-check-passed": "Spot checks passed",
            "spot-check-passed-with-advice": "Spot checks passed with advice",
            "spot-check-not-passed": "Spot checks not passed",
            "spot-check-could-not-be-assessed": "Spot checks that could not be assessed",
        },
    ),
    Indicator(
        id="capability",
        number=14,
        title="Capability",
        source="The reviews of the Act of 2014 and 2015; the undertaking of 2018 to train all 4,000 commercial buyers",
        population="The department.",
        numerator="A champion in post; a current strategy with priorities and how teams apply them; commercial staff "
        "trained in the last 24 months.",
        denominator="Three tests.",
        unknown="Commercial staff were never counted.",
        excluded=NONE,
        group="D",
        measured=True,
        answers={
            "champion": "Champion in post",
            "strategy": "Current strategy with both parts",
            "training": "Half of commercial staff trained",
        },
    ),
    Indicator(
        id="return-quality",
        number=15,
        title="Quality of the return",
        source="Procurement Act 2023, s.53; the design of this return",
        population="Procurements found in published notices.",
        numerator="Those that the department reported on; beside it what was late, in conflict or withdrawn.",
        denominator="All of them.",
        unknown="No notices in the period.",
        excluded=NONE,
        group="F",
        measured=True,
        good_from=90,
        answers={"reported": "Reported on", "silent": "Not reported on"},
        counts=Answers(numerator=frozenset({"reported"}), rest=frozenset({"silent"}), also=("details-notice",)),
    ),
    Indicator(
        id="forward-look",
        number=16,
        title="Forward look",
        source="As in the Scottish and Welsh reports",
        population="Procurements planned to start within 24 months.",
        numerator="Those with a plan for social value, or a consideration already recorded.",
        denominator="All of them.",
        unknown="Value or date missing.",
        excluded=NONE,
        group=None,
        measured=True,
        answers={
            "social-value-planned": "Social value planned, or already considered",
            "not-planned": "No social value planned",
            "not-stated": "Not stated",
        },
        counts=Answers(
            numerator=frozenset({"social-value-planned"}),
            rest=frozenset({"not-planned"}),
            unknown=frozenset({"not-stated"}),
        ),
    ),
)

GROUPS: tuple[Group, ...] = (
    Group(
        letter="A",
        title="Legal duty",
        indicators="1 to 7",
        good="Considered in time at least 95%, complete at least 90% and consultation decided at least 90%",
        partial="Considered in time at least 75%",
        poor="Below",
        not_enough_data="Fewer than 5 in scope, or scope or consideration unknown for more than 25%",
        required=True,
    ),
    Group(
        letter="B",
        title="Policy duty",
        indicators="8 and 9",
        good="At least 90% of tenders that the policy covers are at or above their minimum weight",
        partial="At least 70%",
        poor="Below",
        not_enough_data="Weight not stated for more than 50%",
    ),
    Group(
        letter="C",
        title="Delivery",
        indicators="10 and 11",
        good="At least 85% of what was due is delivered, and no key performance indicator is Inadequate",
        partial="At least 60%",
        poor="Below",
        not_enough_data="Nothing due, or unreported for more than 50%",
    ),
    Group(
        letter="D",
        title="Capability",
        indicators="14",
        good="Champion, current strategy with both parts, and half of commercial staff trained",
        partial="Two of the three",
        poor="Fewer",
        not_enough_data="No department event in the period",
    ),
    Group(
        letter="E",
        title="Challenge",
        indicators="13",
        good="Every case inside its service standard, every recommendation implemented by its date",
        partial="One late",
        poor="An upheld finding without an action, or more than one late",
        not_enough_data="Never: no case is good",
    ),
    Group(
        letter="F",
        title="Data",
        indicators="15",
        good="At least 90% of independent notices reported on, at most 10% late, at most 10% unknown",
        partial="At least 70%, at most 25%, at most 25%",
        poor="Below",
        not_enough_data="No independent notice to compare with",
        required=True,
    ),
)

BY_ID: Mapping[str, Indicator] = {indicator.id: indicator for indicator in CATALOGUE}
GROUPS_BY_LETTER: Mapping[str, Group] = {group.letter: group for group in GROUPS}
