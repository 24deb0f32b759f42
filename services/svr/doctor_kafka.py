"""What `svr doctor` tries on Kafka: is it there, does it let us in, are the topics there, may we do what we must."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiokafka.conn import create_conn
from aiokafka.errors import KafkaConnectionError as NotConnected
from aiokafka.errors import KafkaError as Refused
from confluent_kafka import KafkaError, KafkaException, TopicCollection, admin

from services.svr.findings import Finding, fail, ok, warn
from shared import topics
from shared.departments import load_register
from shared.kafka import Connection

confluent: Any = admin  # its type information leaves out most of what its documentation names
SECONDS = 10
SHOWN = 3
APPLY = "python -m deploy.kafka apply --passwords FOLDER, as the admin"


@dataclass(frozen=True, slots=True)
class Uses:
    """What a principal must be able to do: topics that it reads and writes, groups that it is a member of."""

    reads: frozenset[str]
    writes: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()


def uses(principal: str, senders: Sequence[str]) -> Uses | None:
    """None: it is no principal of ours (the admin, or nobody in particular). Pure."""
    submissions = {topics.submissions(sender) for sender in senders}
    rejections = {topics.rejections(sender) for sender in senders}
    events, statuses, reports = topics.PROCUREMENT_EVENTS, topics.IMPLEMENTATION_STATUS, topics.REPORTS_PUBLISHED
    found: Mapping[str, Uses] = {
        "ingest": Uses(frozenset(submissions), frozenset({events, *rejections}), frozenset({"ingest"})),
        "aggregator": Uses(
            frozenset({events, *rejections}),
            frozenset({statuses, *rejections}),
            frozenset({"aggregator", "aggregator.rejections"}),
        ),
        "reporter": Uses(frozenset({statuses}), frozenset({reports, *submissions}), frozenset({"reporter"})),
        "observer": Uses(frozenset({events, statuses, reports, *submissions, *rejections})),
    }
    if principal in senders:
        return Uses(frozenset({topics.rejections(principal)}), frozenset({topics.submissions(principal)}))
    return found.get(principal)


async def examine(connection: Connection) -> AsyncIterator[Finding]:
    """Stops where nothing further can be found out."""
    entered = False
    for server in connection.servers:
        found = await _enter(connection, server)
        entered = entered or found.state == "ok"
        yield found
    if not entered:
        return
    try:
        findings = await asyncio.to_thread(lambda: list(_rights(connection)))
    except (KafkaException, TimeoutError) as fault:
        findings = [_unanswered(connection, str(fault))]
    for finding in findings:
        yield finding


async def _enter(connection: Connection, server: str) -> Finding:
    """A connection of our own to one server, since the clients only log why they could not connect."""
    what, options = f"Kafka {server}", connection.options()
    del options["bootstrap_servers"]
    host, _, port = server.rpartition(":")
    as_whom = f" as {connection.username}" if connection.username else ""
    if not (host and port.isdecimal()):
        return fail(what, "is no host:port", "correct SVR_KAFKA_BOOTSTRAP")
    try:
        opened = await create_conn(host, int(port), request_timeout_ms=SECONDS * 1000, **options)
    except ssl.SSLError as fault:
        return fail(
            what,
            f"no TLS with it: {fault.reason or fault}",
            "SVR_KAFKA_CA must be the CA that signed its certificate; or the listener has no TLS: SVR_KAFKA_SECURITY",
        )
    except (OSError, TimeoutError) as fault:
        return fail(what, f"does not answer: {fault}", "start it, or correct SVR_KAFKA_BOOTSTRAP")
    except NotConnected:
        return _unanswered(connection, "it ended the connection", what)
    except Refused as fault:
        said = f"does not let us in{as_whom}: {type(fault).__name__}"
        cure = f"correct SVR_KAFKA_PASSWORD, or: python -m deploy.kafka rotate {connection.username}"
        return fail(what, said, cure)
    opened.close()
    return ok(what, f"answers, and lets us in{as_whom}" if as_whom else "answers")


def _unanswered(connection: Connection, said: str, what: str = "Kafka") -> Finding:
    return fail(what, said, f"SVR_KAFKA_SECURITY={connection.protocol} does not fit the listener at that address")


def _rights(connection: Connection) -> Iterator[Finding]:
    """Raises KafkaException where the broker does not answer."""
    client = confluent.AdminClient(connection.librdkafka())
    cluster = client.describe_cluster(request_timeout=SECONDS).result(SECONDS)
    yield ok("Kafka cluster", f"brokers: {len(cluster.nodes)}; id: {cluster.cluster_id}")
    senders = [sender.code for sender in load_register().senders()]
    mine = uses(connection.username or "", senders)
    declared = {topic.name: topic for topic in topics.topics(senders)}
    names = sorted(mine.reads | mine.writes) if mine else sorted(declared)
    described: dict[str, Any] = {}
    missing: list[str] = []
    hidden: list[str] = []
    lacking: list[str] = []
    asked = client.describe_topics(TopicCollection(names), include_authorized_operations=True, request_timeout=SECONDS)
    for name, future in asked.items():
        try:
            described[name] = future.result(SECONDS)
        except KafkaException as fault:
            code = fault.args[0].code()
            if code not in (KafkaError.UNKNOWN_TOPIC_OR_PART, KafkaError.TOPIC_AUTHORIZATION_FAILED):
                raise
            (missing if code == KafkaError.UNKNOWN_TOPIC_OR_PART else hidden).append(name)
    if missing:
        yield fail("Kafka topics", f"{len(missing)} of {len(names)} are missing: {_some(missing)}", APPLY)
    else:
        yield ok("Kafka topics", f"all {len(names)} are there" if not hidden else f"{len(described)} are there")
    few = [name for name, found in described.items() if len(found.partitions) < declared[name].partitions]
    if few:
        yield warn("Kafka partitions", f"fewer than intended: {_some(few)}", "kafka-topics.sh --alter --partitions")
    if mine is None:
        return
    for name, found in described.items():
        allowed = {operation.name for operation in found.authorized_operations or ()}
        needed = [word for word, names in (("READ", mine.reads), ("WRITE", mine.writes)) if name in names]
        lacking += [f"{word} {name}" for word in needed if word not in allowed]
    lacking += [f"DESCRIBE {name}" for name in hidden]
    groups = client.describe_consumer_groups(sorted(mine.groups), request_timeout=SECONDS) if mine.groups else {}
    for name, future in groups.items():
        try:
            future.result(SECONDS)
        except KafkaException as fault:
            if fault.args[0].code() != KafkaError.GROUP_AUTHORIZATION_FAILED:
                raise
            lacking.append(f"READ group {name}")
    if lacking:
        yield fail("Kafka rights", f"{connection.username} lacks {len(lacking)}: {_some(lacking)}", APPLY)
    else:
        yield ok("Kafka rights", f"{connection.username} may read and write all that it must")


def _some(names: Sequence[str]) -> str:
    rest = len(names) - SHOWN
    return ", ".join(names[:SHOWN]) + (f" and {rest} more" if rest > 0 else "")
