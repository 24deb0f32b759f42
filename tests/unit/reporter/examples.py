"""Invented statuses of several departments over eight quarters, for the tests and for looking at the pages."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from services.reporter.model import Names
from services.reporter.words import label
from shared.periods import Period, quarters_to
from shared.status import (
    Action,
    Attention,
    Body,
    Capability,
    Champion,
    Data,
    GroupRating,
    Guidance,
    Measure,
    OfficeHolder,
    Rating,
    Round,
    Statement,
    Status,
    Strategy,
    Training,
    Urgency,
    Value,
)

PERIOD = "2026-27-q2"
PUBLISH_AT = datetime(2026, 10, 14, 8, 30, tzinfo=UTC)
RECEIVED = datetime(2026, 10, 13, 16, 5, tzinfo=UTC)

DWP = Names(
    code="dwp",
    name="Department for Work and Pensions",
    short="DWP",
    head_title="Secretary of State for Work and Pensions",
)


def considered(before: int, late: int, none: int, silent: int, *, order: int = 0, urgent: int = 0) -> Measure:
    """Counts → the measure `considered-in-time`, with £20m and £16m gross to every procurement in scope and in time."""
    placed = before + late + none
    population = placed + silent + order + urgent
    return Measure(
        population=population,
        numerator=before,
        denominator=placed,
        unknown=silent + order,
        excluded={"urgency-claimed": urgent} if urgent else {},
        answers={
            "before": before,
            "late": late,
            "declared-none": none,
            "no-record": silent,
            "order-unknown": order,
        },
        value=Value(gross=population * 2_650_000_00, net_only=1_200_000_00 if silent else 0, unvalued=min(silent, 2)),
        value_met=Value(gross=before * 2_700_000_00),
    )


def ratio(numerator: int, denominator: int, unknown: int = 0, **more: Any) -> Measure:
    return Measure(
        population=denominator + unknown, numerator=numerator, denominator=denominator, unknown=unknown, **more
    )


def measures(main: Measure, consultation: tuple[int, int]) -> dict[str, Measure]:
    before = main.numerator or 0
    decided, out_of = consultation
    return {
        "in-scope": Measure(
            population=main.population + 14,
            unknown=3,
            answers={
                "applies": main.population,
                "does-not-apply": 11,
                "cannot-tell": 3,
                "call-off": 9,
                "not-services": 2,
                "value": 3,
            },
        ),
        "considered-in-time": main,
        "complete-consideration": ratio(before * 9 // 10, before, 0),
        "consultation": ratio(decided, out_of, main.population - out_of),
        "urgency": Measure(
            population=main.population,
            numerator=2 if main.population else 0,
            denominator=main.population,
            answers={"s1-3": 1, "s1-7": 2} if main.population else {},
        ),
        "capability": Measure(population=1, answers={"champion": 1, "strategy": 1, "training": 0}),
    }


def strands(before: int) -> dict[str, Measure]:
    return {
        "economic": ratio(before, before),
        "environmental": ratio(before * 8 // 10, before),
        "social": ratio(before * 9 // 10, before),
    }


def round_of(period: Period) -> Round:
    end = period.following.first_day
    return Round(due=date(end.year, end.month, 9), publish_at=datetime(end.year, end.month, 14, 8, 30, tzinfo=UTC))


def status(
    department: str = "dwp",
    period: str = PERIOD,
    *,
    main: Measure | None = None,
    consultation: tuple[int, int] | None = None,
    rating: Rating = Rating.PARTIAL,
    **more: Any,
) -> Status:
    """A status with everything in it; `more` replaces whole parts."""
    main = considered(50, 4, 3, 7, order=1, urgent=2) if main is None else main
    if consultation is None:
        out_of = main.denominator or 0
        consultation = (out_of * 84 // 100, out_of)
    parts: dict[str, Any] = {
        "department": department,
        "period": period,
        "version": 1,
        "method": 1,
        "rating": rating,
        "reason": "Considered in time for 88% of procurements, and consultation decided for 84%.",
        "groups": (
            GroupRating(group="A", rating=rating, reason="Considered in time for 88%, below the 95% rated good."),
            GroupRating(group="D", rating=Rating.PARTIAL, reason="Champion and strategy; fewer than half are trained."),
            GroupRating(group="F", rating=Rating.GOOD, reason="95% of published notices are reported on; 2% late."),
        ),
        "measures": measures(main, consultation),
        "strands": strands(main.numerator or 0),
        "bodies": (
            Body(name="Health and Safety Executive", in_scope=9, considered_before=7, unknown=1),
            Body(name="The Pensions Regulator", in_scope=4, considered_before=4, unknown=0),
            Body(name="Department for Work and Pensions", in_scope=54, considered_before=39, unknown=7),
        ),
        "attention": attention(),
        "attention_total": 14,
        "urgency": (
            Urgency(
                ocid="ocds-h6vhtk-06f2a9",
                title="Emergency cover for assessment centres, north-west",
                subsections=("3", "7"),
                reason="The incumbent gave eleven days' notice of insolvency.",
            ),
            Urgency(ocid="ocds-h6vhtk-06f771", title=None, subsections=("7",), reason=None),
        ),
        "capability": capability(),
        "office_holder": OfficeHolder(
            name="Rowan Ashdown", office=ALL_NAMES[department].head_title, since=date(2025, 9, 5)
        ),
        "statement": Statement(
            statement="We have put social value into the first gate of every sourcing strategy since April.\n\n"
            "Two facilities contracts were started before their consideration was recorded. The records exist on paper "
            "and are being sent. I have asked for a weekly count until they are in.",
            signed_by="Rowan Ashdown",
            office="Secretary of State for Work and Pensions",
            signed_on=date(2026, 10, 12),
            comment="We count 52 in time, as two records reached you after the cut-off.",
            actions=(
                Action(
                    action="records",
                    text="Send the paper records of the two facilities contracts",
                    due=date(2026, 11, 30),
                    done=None,
                    closed_on=None,
                    closing_text=None,
                ),
            ),
        ),
        "round": round_of(Period.parse(period)),
        "data": Data(events=412, last_received=RECEIVED, conflicts=1, withdrawn=2, late=6, notices=67),
    }
    return Status(**parts | more)


def attention() -> tuple[Attention, ...]:
    rows = [
        ("ocds-h6vhtk-06e0b1", "Jobcentre cleaning and security, north", date(2026, 7, 20), 48_200_000_00),
        ("ocds-h6vhtk-06e1c7", "Contact centre overflow services", date(2026, 7, 8), 21_000_000_00),
        ("ocds-h6vhtk-06e2d9", "Assessment centre transport", date(2026, 8, 20), 12_400_000_00),
        ("ocds-h6vhtk-06e3aa", "Total facilities management, lot 2", date(2026, 9, 1), 9_900_000_00),
        ("ocds-b5fd17-0c3e4b1a-8f0e-4a7e-9d0b-6a7c8d9e0f11", None, None, None),
    ]
    return tuple(
        Attention(
            ocid=ocid,
            title=title,
            started_on=started,
            value_pence=value,
            concerns=("No record of consideration",)
            if i
            else ("No record of consideration", "No consultation decided"),
        )
        for i, (ocid, title, started, value) in enumerate(rows)
    )


def capability() -> Capability:
    return Capability(
        champion=Champion(name="Imogen Vale", post="Director General, Commercial", since=date(2026, 2, 2)),
        champion_throughout=True,
        strategy=Strategy(
            title="Social value in work and pensions 2026 to 2028",
            published_on=date(2026, 3, 16),
            priorities=("Work for people furthest from it", "Small suppliers in every lot"),
            how_teams_apply="Each sourcing strategy answers five questions before the first notice.",
            url="https://example.org/strategy",
        ),
        guidance=(
            Guidance(
                title="Five questions", issued_on=date(2026, 5, 4), for_whom="Commissioning teams and bodies", url=None
            ),
        ),
        training=(
            Training(programme="commissioning-academy", participants=46, commercial_staff=31),
            Training(programme="masterclass", participants=18, commercial_staff=18),
        ),
        commercial_staff=310,
        commercial_staff_trained=128,
        barriers={"uncertain-of-law": 3, "value-not-demonstrated": 5},
        actions=(
            Action(
                action="champions",
                text="Name a champion among senior civil servants",
                due=date(2026, 3, 31),
                done=True,
                closed_on=date(2026, 2, 2),
                closing_text="Imogen Vale was appointed",
            ),
            Action(
                action="academy",
                text="Send two thirds of commercial staff through the Commissioning Academy",
                due=date(2026, 12, 31),
                done=None,
                closed_on=None,
                closing_text=None,
            ),
        ),
        events_in_period=9,
    )


def history(department: str = "dwp", rises: Sequence[int] = (58, 57, 61, 61, 68, 75, 82)) -> list[Status]:
    """Seven quarters before `PERIOD`, with 50 procurements placed in each and this percentage of them in time."""
    periods = quarters_to(Period.parse(PERIOD), len(rises) + 1)[:-1]
    return [
        status(
            department,
            str(period),
            main=considered(rise // 2, 50 - rise // 2, 0, 12),
            consultation=(min(30 + position * 2, 50), 50),
            rating=Rating.PARTIAL if rise >= 75 else Rating.POOR,
        )
        for position, (period, rise) in enumerate(zip(periods, rises, strict=True))
    ]


def silent(department: str, period: str = PERIOD) -> Status:
    """Nothing was ever received for the period."""
    nothing = Measure(population=0, numerator=0, denominator=0)
    return status(
        department,
        period,
        main=considered(0, 0, 0, 0),
        rating=Rating.POOR,
        reason="Nothing was received for this quarter.",
        groups=(
            GroupRating(group="A", rating=Rating.NOT_ENOUGH_DATA, reason="No procurement in scope is on record."),
            GroupRating(group="F", rating=Rating.POOR, reason="None of 11 published notices is reported on."),
        ),
        measures={"in-scope": Measure(population=0), "considered-in-time": nothing, "consultation": nothing},
        strands={},
        bodies=(),
        attention=(),
        attention_total=0,
        urgency=(),
        capability=Capability(),
        office_holder=None,
        statement=None,
        data=Data(
            events=0,
            last_received=datetime(2026, 5, 3, 9, 0, tzinfo=UTC) if department != "wales-office" else None,
            conflicts=0,
            withdrawn=0,
            late=0,
            notices=11,
        ),
    )


def names(code: str, name: str, short: str | None = None) -> Names:
    return Names(code=code, name=name, short=short or code.upper(), head_title=f"Secretary of State for {label(name)}")


ALL_NAMES = {
    code: names(code, name)
    for code, name in {
        "ho": "Home Office",
        "moj": "Ministry of Justice",
        "dfe": "Department for Education",
        "mod": "Ministry of Defence",
        "defra": "Department for Environment, Food and Rural Affairs",
        "dft": "Department for Transport",
        "mhclg": "Ministry of Housing, Communities and Local Government",
        "dhsc": "Department of Health and Social Care",
        "hmt": "HM Treasury",
        "bist": "Department for Business, Innovation, Science and Trade",
        "wales-office": "Wales Office",
        "ukef": "UK Export Finance",
    }.items()
} | {"dwp": DWP}


def government() -> tuple[list[Status], dict[str, list[Status]]]:
    """One status for each department of `ALL_NAMES` in `PERIOD`, and their earlier quarters."""
    good, partial, poor, unrated = Rating.GOOD, Rating.PARTIAL, Rating.POOR, Rating.NOT_ENOUGH_DATA
    now = [
        status("ho", main=considered(22, 14, 4, 9), rating=poor, statement=None),
        status("moj", main=considered(31, 15, 4, 12), rating=poor, attention=attention()[1:], attention_total=9),
        status("dfe", main=considered(30, 9, 1, 2), rating=partial),
        status("mod", main=considered(84, 10, 6, 3), rating=partial),
        status("defra", main=considered(24, 3, 1, 0), rating=partial, statement=None),
        status("dft", main=considered(41, 4, 1, 1), rating=partial),
        status("mhclg", main=considered(7, 1, 1, 2), rating=unrated, attention=(), attention_total=0),
        status("dhsc", main=considered(56, 1, 0, 0), rating=good, attention=(), attention_total=0),
        status("hmt", main=considered(11, 0, 0, 0), rating=good, attention=(), attention_total=0),
        status("bist", main=considered(38, 1, 0, 0), rating=good, attention=(), attention_total=0),
        silent("wales-office"),
        silent("ukef"),
        status("dwp"),
    ]
    rises = {
        "ho": (62, 58, 60, 60, 52, 54, 52),
        "moj": (80, 82, 76, 70, 70, 68, 76),
        "dhsc": (88, 88, 92, 92, 96, 96, 98),
    }
    before = {
        s.department: history(s.department, *([rises[s.department]] if s.department in rises else [])) for s in now
    }
    before["mhclg"] = before["mhclg"][4:]
    before["ukef"] = [silent("ukef", s.period) for s in before["ukef"]]
    before["wales-office"] = []
    return now, before
