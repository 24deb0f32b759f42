"""What the monitoring lines say, on the real Kafka and PostgreSQL."""

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import asyncpg
from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete
from structlog.testing import capture_logs

from services.aggregator.silence import Silence
from services.reporter.publishing import Receiving
from shared import outbox, topics, tracing
from shared.departments import load_register
from shared.health import Health
from shared.kafka import Connection
from shared.messages import Message
from tests.integration.brokers import committed, eventually, fresh, make_topic, produce
from tests.integration.tables import counted, raw, recording, records
from tests.integration.test_consuming import Handler, member
from tests.integration.test_recording import considered, notice
from tests.integration.test_reporter import DEPARTMENTS, LATER, of, publishing, receive, reports

__all__ = ["reports"]

TRACE = "0af7651916cd43dd8448eb211c80319c"
PARENT = f"00-{TRACE}-b7ad6b7169203331-01"


async def test_the_age_of_the_oldest_unread_record_is_known(connection: Connection) -> None:
    """Of each partition: what was read before it does not count, nor does what came after."""
    topic, group = await make_topic(connection, partitions=2), fresh("group")
    now = int(time.time() * 1000)
    async with AIOKafkaProducer(**connection.options()) as producer:
        for partition, age in ((0, 7_000), (0, 700), (0, 0), (1, 40)):
            await producer.send_and_wait(topic, b"x", partition=partition, timestamp_ms=now - age * 1000)
    async with member(connection, topic, Handler(), group=group, max_records=1) as consuming:
        await eventually(
            lambda: committed(connection, group), {TopicPartition(topic, 0): 3, TopicPartition(topic, 1): 1}
        )
        assert await consuming.behind() == {}
        assert consuming.subscriber.consumer is not None
        await consuming.subscriber.consumer.commit({TopicPartition(topic, 0): 1, TopicPartition(topic, 1): 0})
        behind = await consuming.behind()
    assert {(p.partition, lag.records, lag.age_seconds) for p, lag in behind.items()} == {(0, 2, 600), (1, 1, 30)}


async def test_records_that_retention_took_unread_are_said(connection: Connection) -> None:
    """The member that is given the partition says which; it reads on where there is something."""
    topic, group = await make_topic(connection), fresh("group")
    partition = TopicPartition(topic, 0)
    await produce(connection, topic, [b"%d" % n for n in range(3)])
    async with member(connection, topic, Handler(), group=group):
        await eventually(lambda: committed(connection, group), {partition: 3})
    await produce(connection, topic, [b"%d" % n for n in range(3, 10)])
    admin = AIOKafkaAdminClient(**connection.options())
    await admin.start()
    await admin.delete_records({partition: RecordsToDelete(before_offset=8)})
    await admin.close()
    handler = Handler()
    with capture_logs() as logs:
        async with member(connection, topic, handler, group=group):
            await eventually(lambda: committed(connection, group), {partition: 10})
    (expired,) = (line for line in logs if line["event"] == "records.expired")
    assert (expired["offset"], expired["begins"], expired["records"]) == (3, 8, 5)
    assert handler.done == [(0, 8), (0, 9)]
    (rebalanced,) = (line for line in logs if line["event"] == "consumer.rebalanced")
    assert (rebalanced["won"], rebalanced["lost"]) == ([f"{topic}/0"], [])


async def test_a_service_one_of_whose_consumers_has_stopped_is_not_live(connection: Connection) -> None:
    """FastStream's loop ends without a word; the other consumer goes on."""
    health = Health(60)
    topic, group = await make_topic(connection), fresh("group")
    async with (
        member(connection, topic, Handler(), group=group) as one,
        member(connection, topic, Handler(), group=fresh("group")) as other,
    ):
        health.watch(one)
        health.watch(other)
        health.running = True
        assert await health.live()
        assert other.subscriber.consumer is not None
        await other.subscriber.consumer.stop()
        await eventually(health.live, False)


async def test_the_outbox_says_how_much_waits_and_for_how_long(pool: asyncpg.Pool) -> None:
    """Over the limit it is a warning."""
    await outbox.report(pool, "aggregator")
    with capture_logs() as logs:
        await outbox.report(pool, "aggregator")
        async with pool.acquire() as connection:
            await outbox.enqueue(connection, "aggregator", [Message("t", "k", b"1"), Message("t", "k", b"2")])
        await pool.execute("UPDATE outbox SET created_at = now() - interval '5 minutes' WHERE value = '1'")
        await outbox.report(pool, "aggregator")
    assert [(line["log_level"], line["rows"], line["age_seconds"] // 60) for line in logs] == [
        ("info", 0, 0),
        ("warning", 2, 5),
    ]


async def test_a_silent_department_is_said_once_a_day(pool: asyncpg.Pool) -> None:
    """However many aggregators look; and nobody is silent before the first event of all."""
    register = load_register()
    silences = [Silence(pool, register, days=30) for _ in range(2)]
    day = datetime(2026, 11, 1, tzinfo=UTC).date()
    with capture_logs() as logs:
        await silences[0].look(day)
        assert logs == []
        await recording(pool).handle(records([considered("2026-10-01T10:00:00Z")]))
        for later in (31, 31, 32):
            for silence in silences:
                await silence.look(day + timedelta(days=later))
    said = [line for line in logs if line["event"] == "department.silent" and line["department"] == "dwp"]
    assert [line["days"] for line in said] == [31, 32]
    others = {line["department"] for line in logs if line["event"] == "department.silent"}
    assert {d.code for d in register.answerable(day)} <= others


async def test_a_trace_goes_from_the_event_to_the_published_report(pool: asyncpg.Pool, reports: asyncpg.Pool) -> None:
    """Through the ledger's line, the status, its record's header, and the line and the message of the publication."""
    events = [notice(), replace(considered("2026-10-01T10:00:00Z"), traceparent=PARENT)]
    with capture_logs() as logs:
        for event in events:
            await recording(pool).handle(records([event]))
        await counted(pool)
    recorded = [line for line in logs if line["event"] == "events.recorded"]
    assert [line.get("trace_id") for line in recorded] == [None, TRACE]
    assert recorded[1]["event_id"] == events[1].id
    (recomputed,) = (line for line in logs if line["event"] == "status.recomputed")
    assert recomputed["traces"] == [TRACE]
    row = await pool.fetchrow(
        "SELECT * FROM outbox WHERE topic = $1 AND key LIKE 'dwp/%' ORDER BY id LIMIT 1", topics.IMPLEMENTATION_STATUS
    )
    headers = [(n, v.encode()) for n, v in zip(row["header_names"], row["header_values"], strict=True)]
    assert tracing.of_headers(headers) == PARENT

    await receive(reports, *(of(code) for code in DEPARTMENTS if code != "dwp"))
    status = replace(raw(b'{"data":%s}' % of("dwp").model_dump_json().encode()), headers=headers)
    with capture_logs() as logs:
        await Receiving(reports).handle([status])
        await publishing(reports).publish_due(LATER + timedelta(days=365))
    assert [line["traces"] for line in logs if line["event"] == "status.received"] == [[TRACE]]
    traces = {line["department"]: line.get("trace_id") for line in logs if line["event"] == "report.published"}
    assert traces == {**dict.fromkeys([*DEPARTMENTS, "overview"]), "dwp": TRACE}
    said = await reports.fetchrow("SELECT header_names, header_values FROM outbox WHERE key LIKE 'dwp/%'")
    assert dict(zip(said["header_names"], said["header_values"], strict=True))["traceparent"] == PARENT


async def test_who_holds_an_office_is_in_no_line(reports: asyncpg.Pool) -> None:
    """A change of the name is a change of the report, and its reason there; the log says only that facts changed."""
    await receive(reports, *(of(code) for code in DEPARTMENTS))
    holder = of("dwp").office_holder
    assert holder is not None
    with capture_logs() as logs:
        await publishing(reports).publish_due(LATER + timedelta(days=365))
        changed = of("dwp", version=2, office_holder=holder.model_copy(update={"name": "Jane Unheardof"}))
        await receive(reports, changed)
        await publishing(reports).publish_due(LATER + timedelta(days=365))
    again = [line for line in logs if line["event"] == "report.published" and line["revision"] == 2]
    assert "dwp" in {line["department"] for line in again}
    reason = "SELECT reason FROM publication WHERE department = 'dwp' AND revision = 2"
    assert "Jane Unheardof" in await reports.fetchval(reason)
    assert "Jane" not in str(logs)
    assert holder.name not in str(logs)
