"""The table of rights: a sender reaches its own two topics, a service what its work needs, and nobody anything else."""

import pytest

from deploy.kafka.acls import Right, Rule, is_ours, principals, rules, table
from shared.departments import load_register

SENDERS = ["dwp", "mod", "moj"]


def rights(principal: str) -> set[str]:
    """Resource, name, pattern and operation in one line each."""
    return {" ".join((r.resource, r.name, r.pattern, r.operation)) for r in table(SENDERS)[principal]}


def test_a_sender_writes_its_submissions_and_reads_its_rejections() -> None:
    """And reads in groups of its own; that is all."""
    assert rights("dwp") == {
        "TOPIC submissions.dwp LITERAL WRITE",
        "TOPIC submissions.dwp LITERAL DESCRIBE",
        "TOPIC rejections.dwp LITERAL READ",
        "TOPIC rejections.dwp LITERAL DESCRIBE",
        "GROUP dwp. PREFIXED READ",
    }


def test_ingest_reads_submissions_and_writes_what_became_of_them() -> None:
    """It reads neither the accepted events nor the rejections."""
    assert rights("ingest") == {
        "TOPIC submissions. PREFIXED READ",
        "TOPIC submissions. PREFIXED DESCRIBE",
        "GROUP ingest LITERAL READ",
        "TOPIC procurement.events LITERAL WRITE",
        "TOPIC procurement.events LITERAL DESCRIBE",
        "TOPIC rejections. PREFIXED WRITE",
        "TOPIC rejections. PREFIXED DESCRIBE",
    }


def test_the_aggregator_cannot_write_what_it_reads_as_accepted() -> None:
    """It tells of conflicts on the rejections topics, and hears there what ingest refused."""
    assert rights("aggregator") == {
        "TOPIC procurement.events LITERAL READ",
        "TOPIC procurement.events LITERAL DESCRIBE",
        "GROUP aggregator LITERAL READ",
        "TOPIC implementation.status LITERAL WRITE",
        "TOPIC implementation.status LITERAL DESCRIBE",
        "TOPIC rejections. PREFIXED READ",
        "TOPIC rejections. PREFIXED WRITE",
        "TOPIC rejections. PREFIXED DESCRIBE",
        "GROUP aggregator.rejections LITERAL READ",
    }


def test_the_reporter_reads_statuses_and_tells_of_reports() -> None:
    """What departments send it does not read; what people do on the site it writes there, as any sender does."""
    assert rights("reporter") == {
        "TOPIC implementation.status LITERAL READ",
        "TOPIC implementation.status LITERAL DESCRIBE",
        "GROUP reporter LITERAL READ",
        "TOPIC reports.published LITERAL WRITE",
        "TOPIC reports.published LITERAL DESCRIBE",
        "TOPIC submissions. PREFIXED WRITE",
        "TOPIC submissions. PREFIXED DESCRIBE",
    }


def test_the_observer_changes_nothing() -> None:
    """It reads, and asks how far the others' groups have come, in which it cannot take part."""
    found = table(SENDERS)["observer"]
    assert {right.operation for right in found} == {"READ", "DESCRIBE"}
    assert [r.name for r in found if r.resource == "GROUP" and r.operation == "READ"] == ["observer."]


def test_only_the_real_register_s_senders_and_ours_are_principals() -> None:
    """The admin is in no ACL, and no name is given twice."""
    senders = [sender.code for sender in load_register().senders()]
    assert set(table(senders)) == {*senders, "ingest", "aggregator", "reporter", "observer"}
    assert len(principals(senders)) == len(set(principals(senders)))


def test_a_sender_cannot_be_called_as_a_service_is() -> None:
    """It would have the service's rights."""
    with pytest.raises(ValueError, match="aggregator"):
        table([*SENDERS, "aggregator"])


def stray(principal: str, resource: str, name: str) -> Rule:
    return Rule(principal, Right(resource, name, "LITERAL", "ALL"), "10.0.0.1")


def test_what_opens_our_topics_or_is_for_our_principals_is_ours() -> None:
    """Whatever else lives on the same Kafka is left alone."""
    assert all(is_ours(rule, SENDERS) for rule in rules(SENDERS))
    assert is_ours(stray("mallory", "TOPIC", "procurement.events"), SENDERS)
    assert is_ours(stray("mallory", "TOPIC", "submissions.closed-department"), SENDERS)
    assert is_ours(stray("dwp", "TOPIC", "other"), SENDERS)
    assert not is_ours(stray("monitoring", "TOPIC", "other"), SENDERS)
    assert not is_ours(stray("monitoring", "GROUP", "ingest"), SENDERS)
