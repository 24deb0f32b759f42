"""How a department stood on the last day of a period, from its events."""

from datetime import UTC, date, datetime, time
from typing import Any

from services.aggregator import capability
from services.aggregator.facts import Fact
from services.aggregator.subjects import build
from shared.envelope import Event
from shared.events.catalogue import event_type
from shared.periods import Period
from shared.status import Action, Champion, OfficeHolder, Training

Q2 = Period.parse("2026-27-q2")


def facts(*told: tuple[str, date, dict[str, Any]]) -> dict[str, Fact]:
    events = [
        Event(
            source="/dwp/hr",
            id=str(number),
            type=event_type(name).type,
            subject="dwp",
            time=datetime.combine(day, time(12), UTC),
            data=data,
            sender="dwp",
            received=datetime(2026, 11, 1, tzinfo=UTC),
        )
        for number, (name, day, data) in enumerate(told)
    ]
    return dict(build("dwp", events).facts)


def appointed(name: str, day: date) -> tuple[str, date, dict[str, Any]]:
    return ("champion.appointed", day, {"name": name, "post": "Director", "appointed_on": day.isoformat()})


def test_champion_in_post_on_the_last_day_and_throughout() -> None:
    """Appointed before the period and not stood down: in post, and throughout."""
    able = capability.capability(facts(appointed("A", date(2026, 1, 5))), Q2)
    assert able.champion == Champion(name="A", post="Director", since=date(2026, 1, 5))
    assert able.champion_throughout


def test_champion_replaced_on_one_day() -> None:
    """Standing down and appointing on one day leaves no gap in post, but a new champion."""
    day = date(2026, 8, 1)
    told = facts(
        appointed("A", date(2026, 1, 5)),
        ("champion.stood-down", day, {"stood_down_on": day.isoformat()}),
        appointed("B", day),
    )
    able = capability.capability(told, Q2)
    assert able.champion is not None
    assert able.champion.name == "B"
    assert not able.champion_throughout


def test_champion_stood_down() -> None:
    """Nobody in post on the last day."""
    day = date(2026, 8, 1)
    told = facts(appointed("A", date(2026, 1, 5)), ("champion.stood-down", day, {"stood_down_on": day.isoformat()}))
    assert capability.capability(told, Q2).champion is None


def test_what_comes_after_the_period_does_not_count() -> None:
    """An appointment of October is none of the quarter that ends in September."""
    assert capability.capability(facts(appointed("A", date(2026, 10, 1))), Q2).champion is None


def test_a_strategy_lapses_after_24_months() -> None:
    """Current on the day that is 24 months after it, gone a day later."""
    published = {"title": "S", "priorities": ["jobs"], "how_teams_apply": "always"}
    old = facts(("strategy.published", date(2024, 9, 28), {**published, "published_on": "2024-09-28"}))
    current = facts(("strategy.published", date(2024, 10, 1), {**published, "published_on": "2024-10-01"}))
    assert capability.capability(old, Q2).strategy is None
    assert capability.capability(current, Q2).strategy is not None


def test_training_is_added_up_by_programme() -> None:
    """Participants and commercial staff, of the last 24 months."""
    told = facts(
        *(
            (
                "training.completed",
                date(2026, 5, day),
                {
                    "programme": "commissioning-academy",
                    "completed_on": f"2026-05-0{day}",
                    "participants": 10,
                    "commercial_staff": 4,
                },
            )
            for day in (1, 2)
        ),
        ("staff.counted", date(2026, 4, 1), {"counted_on": "2026-04-01", "commercial_staff": 20}),
    )
    able = capability.capability(told, Q2)
    assert able.training == (Training(programme="commissioning-academy", participants=20, commercial_staff=8),)
    assert (able.commercial_staff, able.commercial_staff_trained) == (20, 8)


def test_actions_are_open_until_closed() -> None:
    """An action raised and closed carries how it was closed; another stays open."""
    told = facts(
        ("action.raised", date(2026, 4, 1), {"action": "a1", "text": "Train", "due": "2026-09-01"}),
        ("action.raised", date(2026, 4, 1), {"action": "a2", "text": "Write"}),
        ("action.closed", date(2026, 8, 1), {"action": "a1", "closed_on": "2026-08-01", "done": True}),
    )
    assert capability.capability(told, Q2).actions == (
        Action(
            action="a1",
            text="Train",
            due=date(2026, 9, 1),
            done=True,
            closed_on=date(2026, 8, 1),
            closing_text=None,
        ),
        Action(action="a2", text="Write", due=None, done=None, closed_on=None, closing_text=None),
    )


def test_the_office_holder_is_who_held_it_on_the_day() -> None:
    """The latest appointed not after the day."""
    told = facts(
        *(
            (
                "office-holder.appointed",
                day,
                {"name": name, "office": "Secretary of State", "appointed_on": day.isoformat()},
            )
            for name, day in (("First", date(2024, 7, 5)), ("Second", date(2026, 9, 5)), ("Third", date(2026, 11, 1)))
        )
    )
    assert capability.office_holder(told, Q2.last_day) == OfficeHolder(
        name="Second", office="Secretary of State", since=date(2026, 9, 5)
    )
    assert capability.office_holder(told, date(2024, 1, 1)) is None
