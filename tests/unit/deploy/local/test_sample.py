"""The sample: what it must hold, and that ingest takes and refuses of it what it is meant to."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from deploy.local.sample import PERIODS, Expected, Line, expected, sample, write
from deploy.local.sample.broken import BREAKS
from deploy.local.sample.contracts import SIX
from deploy.local.sample.expecting import RECEIVED
from deploy.local.sample.generating import generate
from deploy.local.sample.mishaps import Made
from deploy.local.sample.model import LATEST, due
from deploy.local.sample.profiles import profile_of
from services.ingest import binding
from services.ingest.acceptance import Accepted, Rejected, accept
from shared import times
from shared.departments import Register, load_register
from shared.envelope import Event
from shared.events.catalogue import CATALOGUE, PREFIX
from shared.events.department import Barrier, Programme
from shared.periods import Period

SEED = 2012


@pytest.fixture(scope="module")
def register() -> Register:
    return load_register()


@pytest.fixture(scope="module")
def made(register: Register) -> list[Made]:
    return generate(register, SEED)


@pytest.fixture(scope="module")
def judged(register: Register, made: list[Made]) -> list[tuple[Made, Accepted | Rejected]]:
    return [(m, judge(register, m.line)) for m in made]


@pytest.fixture(scope="module")
def events(judged: list[tuple[Made, Accepted | Rejected]]) -> list[Event]:
    """Each once."""
    found: dict[tuple[str, str], Event] = {}
    for _, outcome in judged:
        if isinstance(outcome, Accepted):
            found.setdefault(outcome.event.key, outcome.event)
    return list(found.values())


def judge(register: Register, line: Line) -> Accepted | Rejected:
    sender = register.sender(line.sender)
    assert sender is not None
    return accept(binding.line(line.body), sender=sender, register=register, received=RECEIVED, replay=True)


def of_type(events: list[Event], name: str) -> list[Event]:
    return [event for event in events if event.type == f"{PREFIX}{name}.v1"]


def with_mishap(register: Register, mishap: str) -> str:
    found = {d.code for d in register.secretaries(PERIODS[-1].last_day) if profile_of(d).mishap == mishap}
    assert len(found) == 1
    return found.pop()


def day_of(event: Event) -> Any:
    return times.london_day(event.time)


def test_the_same_seed_gives_the_same_bytes(register: Register, made: list[Made]) -> None:
    assert [m.line for m in made] == list(sample(register, seed=SEED))
    assert [m.line for m in made] != list(sample(register, seed=1))


def test_each_line_is_taken_or_refused_as_meant(judged: list[tuple[Made, Accepted | Rejected]]) -> None:
    wrong = [
        (made.line.body, made.intended, outcome)
        for made, outcome in judged
        if made.intended != (outcome.problem.slug if isinstance(outcome, Rejected) else None)
    ]
    assert not wrong


def test_another_seed_is_taken_and_refused_as_meant(register: Register) -> None:
    for made in generate(register, 7):
        outcome = judge(register, made.line)
        assert made.intended == (outcome.problem.slug if isinstance(outcome, Rejected) else None)


def test_about_half_of_one_departments_events_are_refused_in_every_way(register: Register, made: list[Made]) -> None:
    refused = [m for m in made if m.intended is not None]
    sender = with_mishap(register, "refused")
    assert {m.line.sender for m in refused} == {sender}
    assert 0.4 < len(refused) / sum(m.line.sender == sender for m in made) < 0.55
    assert {m.intended for m in refused} == {slug for slug, _ in BREAKS.values()}
    assert len(refused) > len(BREAKS)


def test_some_refused_lines_are_neither_json_nor_utf_8(made: list[Made]) -> None:
    bodies = [m.line.body for m in made if m.intended == "not-json"]
    assert any(b"\xe9" in body for body in bodies)
    assert any(not body.startswith(b"{") for body in bodies)


def test_no_line_holds_a_line_break(made: list[Made]) -> None:
    assert not [m for m in made if b"\n" in m.line.body or b"\r" in m.line.body or not m.line.body.strip()]


def test_the_size_and_the_counts(register: Register, made: list[Made], events: list[Event]) -> None:
    counted = expected(register, SEED)
    assert isinstance(counted, Expected)
    assert 5_000 < counted.submitted < 8_000
    assert counted.submitted == len(made) == counted.accepted + counted.rejected
    assert counted.recorded == len(events)
    assert counted.conflicts == 1
    assert counted.repeats > 20
    assert counted.rejected == sum(m.intended is not None for m in made)


def test_every_type_of_the_catalogue_but_the_rounds_end_occurs(events: list[Event]) -> None:
    assert {row.name for row in CATALOGUE.values()} - {CATALOGUE[e.type].name for e in events} == {"round.closed"}


def test_programmes_barriers_and_limbs(events: list[Event]) -> None:
    assert {e.data["programme"] for e in of_type(events, "training.completed")} == set(Programme)
    assert {e.data["barrier"] for e in of_type(events, "barrier.reported")} == set(Barrier)
    assert {e.data["limb"] for e in of_type(events, "procurement.started")} >= {"a", "c"}
    strategies = of_type(events, "strategy.published")
    assert {"how_teams_apply" in e.data for e in strategies} == {True, False}


def test_considerations_before_late_declared_none_and_missing(events: list[Event]) -> None:
    starts = {e.subject: e.time for e in of_type(events, "procurement.started")}
    records = of_type(events, "consideration.recorded")
    timed = [e for e in records if e.data.get("considered", True) and e.subject in starts]
    assert any(e.time < starts[e.subject] for e in timed)
    assert any(e.time > starts[e.subject] for e in timed)
    assert any(e.data.get("considered") is False for e in records)
    assert any(e.data.get("document_only") for e in records)
    assert len(records) < len(starts)
    assert any(len(e.data.get("strands", {})) == 2 for e in records)
    assert {e.data.get("outcome") for e in records} == {"adopted", "adapted", "not-pursued", None}


def test_notices_of_every_shape(events: list[Event]) -> None:
    types: Counter[str] = Counter()
    bases: Counter[str] = Counter()
    for event in of_type(events, "notice.published"):
        release = event.data
        parts = [release["tender"], *release.get("awards", []), *release.get("contracts", [])]
        types.update(d["noticeType"] for part in parts for d in part.get("documents", []))
        bases[release["tender"].get("legalBasis", {}).get("id")] += 1
        assert event.subject.startswith("ocds-sv0001-")
    assert set(types) == {"UK4", "UK5", "UK6", "UK7", "UK12"}
    assert {"2023/54", "32014L0024", "32014L0023"} <= set(bases)


def test_a_handful_of_notices_is_bare_and_one_comes_both_ways(judged: list[tuple[Made, Accepted | Rejected]]) -> None:
    bare = [
        o.event.key
        for m, o in judged
        if isinstance(o, Accepted) and m.line.sender == "find-a-tender" and b"specversion" not in m.line.body
    ]
    wrapped = {
        o.event.key: o.event.sha256
        for m, o in judged
        if isinstance(o, Accepted) and m.line.sender == "find-a-tender" and b"specversion" in m.line.body
    }
    assert 3 < len(set(bare)) < 10
    assert sum(key in wrapped for key in set(bare)) == 1


def test_every_department_of_its_time_is_there_and_one_is_silent(register: Register, events: list[Event]) -> None:
    silent = with_mishap(register, "silent")
    senders = {e.sender for e in events}
    for period in PERIODS:
        for department in register.secretaries(period.last_day):
            assert (department.code in senders) is (department.code != silent)
    named = [
        register.resolve(ids=[e.data["buyer"]["id"]], name=e.data["buyer"]["name"], on=day_of(e))
        for e in events
        if "buyer" in e.data
    ]
    assert silent in {found.department for found in named if found is not None}
    assert None in named


def test_a_department_buys_only_while_it_exists(register: Register, events: list[Event]) -> None:
    for event in of_type(events, "procurement.started"):
        assert register.department(event.sender).existed(day_of(event)), event.id


def test_statements_are_signed_by_those_who_existed_and_one_department_is_late(
    register: Register, events: list[Event]
) -> None:
    late = set()
    for event in of_type(events, "statement.signed"):
        key, _, code = event.subject.partition("/")
        period = Period.parse(key)
        assert register.department(code).existed(period.last_day)
        assert event.data["signed_by"].startswith("Sample Office-Holder for ")
        if event.data["signed_on"] > str(due(period)):
            late.add(code)
    assert late == {with_mishap(register, "late-statement")}
    assert {e.subject.partition("/")[0] for e in of_type(events, "statement.signed")} == {str(p) for p in PERIODS}


def test_every_department_has_an_office_holder_with_its_own_title(register: Register, events: list[Event]) -> None:
    held = of_type(events, "office-holder.appointed")
    assert {d.code for d in register.answerable(PERIODS[-1].last_day)} <= {e.subject for e in held}
    for event in held:
        assert event.data["office"] == register.department(event.subject).head_title(day_of(event))
        assert event.data["name"].startswith("Sample Office-Holder for ")


def test_the_rounds_come_last_and_have_all_been_published(made: list[Made], events: list[Event]) -> None:
    stages = [m.line.stage for m in made]
    assert stages == sorted(stages)
    opened = of_type(events, "round.opened")
    assert [e.subject for e in opened] == [str(p) for p in PERIODS]
    assert {m.line.sender for m in made if m.line.stage == "rounds"} == {"pm-office"}
    for event, period in zip(opened, PERIODS, strict=True):
        publish = datetime.fromisoformat(event.data["publish_at"]).astimezone(times.LONDON)
        assert (publish.hour, publish.minute) == (9, 30)
        assert 13 <= (due(period) - period.last_day).days <= 17
        assert due(period) < publish.date() < datetime(2026, 11, 24, tzinfo=UTC).date()


def test_records_are_made_after_the_fact_and_some_after_the_round_was_due(events: list[Event]) -> None:
    late = 0
    for event in events:
        if event.recorded is None:
            continue
        assert event.time <= event.recorded <= LATEST
        if event.sender not in ("pm-office", "find-a-tender", "review-team"):
            late += times.london_day(event.recorded) > due(Period.of(day_of(event)))
    assert late > 100


def test_the_withdrawal_names_an_event_of_the_same_sender_and_subject(events: list[Event]) -> None:
    (withdrawal,) = of_type(events, "event.withdrawn")
    (withdrawn,) = [e for e in events if e.key == (withdrawal.data["source"], withdrawal.data["id"])]
    assert (withdrawn.sender, withdrawn.subject) == (withdrawal.sender, withdrawal.subject)
    assert withdrawn.received < withdrawal.received


def test_the_conflict_has_the_key_of_an_event_and_another_content(
    judged: list[tuple[Made, Accepted | Rejected]],
) -> None:
    hashes: dict[tuple[str, str], set[str]] = {}
    for _, outcome in judged:
        if isinstance(outcome, Accepted):
            hashes.setdefault(outcome.event.key, set()).add(outcome.event.sha256)
    assert sum(len(different) > 1 for different in hashes.values()) == 1


@pytest.mark.parametrize("title", [contract.bought.title for contract in SIX])
def test_a_contract_of_the_review_of_2014_has_full_records(title: str, events: list[Event]) -> None:
    (example,) = [e for e in of_type(events, "example.shared") if e.data["title"] == title]
    own = [e for e in events if e.subject == example.data["ocid"]]
    names = {CATALOGUE[e.type].name for e in own}
    assert names >= {
        "notice.published",
        "procurement.started",
        "consideration.recorded",
        "consultation.decided",
        "consultation.held",
        "commitment.made",
        "kpi.assessed",
    }
    (record,) = of_type(own, "consideration.recorded")
    (start,) = of_type(own, "procurement.started")
    assert record.time < start.time - timedelta(days=7)
    assert set(record.data["strands"]) == {"economic", "social", "environmental"}
    assert {"process", "relevance", "proportionality", "evidence"} <= set(record.data)
    assert record.data["outcome"] == "adopted"
    assert start.data["weight"] >= 10


def test_the_six_are_the_six() -> None:
    titles = " ".join(contract.bought.title.lower() for contract in SIX)
    for words in ("housing repairs", "energy efficiency", "river management", "troubled families", "banking", "milk"):
        assert words in titles


def test_files_by_stage_and_sender(register: Register, made: list[Made], tmp_path: Path) -> None:
    paths = write(tmp_path, register, SEED)
    assert tmp_path / "rounds" / "pm-office.jsonl" in paths
    assert tmp_path / "history" / "dwp.jsonl" in paths
    for path in paths:
        bodies = [m.line.body for m in made if (m.line.stage, m.line.sender) == (path.parent.name, path.stem)]
        assert path.read_bytes().split(b"\n")[:-1] == bodies
    assert (
        orjson.loads((tmp_path / "rounds" / "pm-office.jsonl").read_bytes().split(b"\n")[0])["subject"] == "2024-25-q3"
    )
