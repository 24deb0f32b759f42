"""Who may send what: every type of the catalogue, and every role."""

from datetime import datetime

import pytest

from shared.envelope import Event
from shared.events.catalogue import CATALOGUE, Role, event_type
from tests.unit.ingest.examples import EXAMPLES, NOW, OCID, TIME, accepted, event_of, rejected, structured

AS = {
    Role.DEPARTMENT: "dwp",
    Role.PUBLISHER: "find-a-tender",
    Role.REVIEW_TEAM: "review-team",
    Role.PM_OFFICE: "pm-office",
}
OTHERS = [(row.name, role) for row in CATALOGUE.values() for role in Role if role not in row.senders]
ALLOWED = [(row.name, role) for row in CATALOGUE.values() for role in Role if role in row.senders]


def test_every_type_has_an_example() -> None:
    """A type added to the catalogue is added to these tests."""
    assert set(EXAMPLES) == {row.name for row in CATALOGUE.values()}


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_is_accepted_from_its_sender(name: str) -> None:
    """The event stands for what was sent, with who sent it and when it came."""
    sender, subject, data = EXAMPLES[name]
    assert accepted(structured(event_of(name)), sender=sender) == Event(
        source=f"/{sender}/system",
        id="e-1",
        type=event_type(name).type,
        subject=subject,
        time=datetime.fromisoformat(TIME),
        data=data,
        sender=sender,
        received=NOW,
    )


@pytest.mark.parametrize(("name", "role"), ALLOWED)
def test_a_type_is_accepted_from_every_role_that_may_send_it(name: str, role: Role) -> None:
    """The catalogue's `senders` are all let in."""
    assert accepted(structured(event_of(name)), sender=AS[role]).sender == AS[role]


@pytest.mark.parametrize(("name", "role"), OTHERS)
def test_a_type_is_refused_from_every_other_role(name: str, role: Role) -> None:
    """The refusal names the sender, the type, and the roles that may."""
    allowed = " or ".join(sorted(event_type(name).senders))
    assert rejected(structured(event_of(name)), sender=AS[role]) == (
        "not-yours-to-send",
        [("/type", f"{AS[role]} may not send {name}; {allowed} may")],
    )


@pytest.mark.parametrize("name", ["heartbeat", "statement.signed", "champion.appointed"])
def test_a_department_may_not_speak_for_another(name: str) -> None:
    """What a department says of itself, only itself may say."""
    assert rejected(structured(event_of(name)), sender="moj") == (
        "not-yours-to-send",
        [("/subject", "moj may not speak for dwp")],
    )


def test_a_department_may_not_withdraw_from_another_department() -> None:
    """A withdrawal with another department's code as subject is no way round."""
    assert rejected(structured(event_of("event.withdrawn", subject="moj"))) == (
        "not-yours-to-send",
        [("/subject", "dwp may not speak for moj")],
    )


@pytest.mark.parametrize(
    ("sender", "subject"),
    [
        ("dwp", "dwp"),
        ("dwp", "2026-27-q2/dwp"),
        ("find-a-tender", OCID),
        ("review-team", "case/1"),
        ("pm-office", "2026-27"),
    ],
)
def test_a_withdrawal_carries_the_subject_of_what_it_withdraws(sender: str, subject: str) -> None:
    """Whatever the kind of subject, whoever sent the event may take it back."""
    assert accepted(structured(event_of("event.withdrawn", subject=subject)), sender=sender).subject == subject


AN_OCID, A_PERIOD = "an OCID such as ocds-h6vhtk-06e0b1", "a period such as 2026-27-q2"
A_STATEMENT = "a period and a department such as 2026-27-q2/dwp"
A_CASE = "a case reference such as case/PPRS-2026-0012"
WRONG = {
    "a department where a procurement belongs": ("kpi.assessed", "dwp", AN_OCID),
    "a procurement where a department belongs": ("heartbeat", OCID, "a department's code such as dwp"),
    "a round where a statement belongs": ("statement.signed", "2026-27-q2", A_STATEMENT),
    "a bare reference where a case belongs": ("case.closed", "PPRS-2026-0012", A_CASE),
    "a calendar year where a round belongs": ("round.closed", "2026", A_PERIOD),
    "half an OCID": ("kpi.assessed", "ocds-h6vhtk", AN_OCID),
    "an OCID in capitals": ("kpi.assessed", "OCDS-H6VHTK-06E0B1", AN_OCID),
    "an OCID with a space": ("kpi.assessed", "ocds-h6vhtk-06e0b1 x", AN_OCID),
    "another register": ("buyer.attributed", "register/sellers", "register/buyers"),
    "digits that are not ours": ("round.closed", "20२६-२७", A_PERIOD),
    "nothing known, to withdraw from": ("event.withdrawn", "Contract 4711", "the subject of the event withdrawn"),
}


@pytest.mark.parametrize(("name", "subject", "wanted"), WRONG.values(), ids=list(WRONG))
def test_a_subject_of_another_kind_is_refused(name: str, subject: str, wanted: str) -> None:
    """The refusal shows a subject of the right kind."""
    assert rejected(structured(event_of(name, subject=subject)), sender=EXAMPLES[name][0]) == (
        "wrong-subject",
        [("/subject", f"{subject!r} does not fit {name}: give {wanted}")],
    )


@pytest.mark.parametrize(
    ("name", "subject"),
    [("heartbeat", "ministry-of-magic"), ("statement.signed", "2026-27-q2/ministry-of-magic")],
)
def test_a_department_that_is_none_is_refused(name: str, subject: str) -> None:
    """A misspelt code would otherwise be a department of its own."""
    assert rejected(structured(event_of(name, subject=subject))) == (
        "wrong-subject",
        [("/subject", "'ministry-of-magic' is no department of the register")],
    )


@pytest.mark.parametrize(
    ("name", "subject"),
    [("round.closed", "2026-99-q1"), ("round.opened", "2026-28"), ("statement.signed", "2026-26/dwp")],
)
def test_years_that_do_not_follow_each_other_are_no_period(name: str, subject: str) -> None:
    """It has the spelling of a period, but nothing could ever be counted in it."""
    period = subject.partition("/")[0]
    assert rejected(structured(event_of(name, subject=subject)), sender=EXAMPLES[name][0]) == (
        "wrong-subject",
        [("/subject", f"{period!r} is no period: write 2026-27-q2 for a quarter, 2026-27 for a year")],
    )


@pytest.mark.parametrize("type", ["uk.gov.social-value.heartbeat.v2", "heartbeat", "uk.gov.social-value.Heartbeat.v1"])
def test_a_type_that_is_not_in_the_catalogue_is_refused(type: str) -> None:
    """The refusal says where the types are listed."""
    assert rejected(structured(event_of("heartbeat", type=type))) == (
        "unknown-type",
        [("/type", f"{type!r} is not in the catalogue; see docs/events.md")],
    )
