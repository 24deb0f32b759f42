"""FastStream's middlewares on a real broker, beside our own parser and with whole batches of raw records."""

from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from prometheus_client import CollectorRegistry

from shared import logging as ours
from shared.consuming import Consuming
from shared.kafka import Connection
from shared.telemetry import Telemetry
from tests.integration.brokers import fresh, make_topic, produce, until
from tests.integration.test_consuming import Handler, never_halts

TRACE = "0af7651916cd43dd8448eb211c80319c"


async def consume(connection: Connection, topic: str, telemetry: Telemetry, count: int) -> None:
    handler = Handler()
    broker = connection.broker(middlewares=telemetry.middlewares)
    consuming = Consuming(broker, topic, group=fresh("group"), handle=handler, halt=never_halts)
    await broker.start()
    try:
        await until(lambda: len(handler.done) == count and consuming.in_hand == 0)
    finally:
        await broker.stop()
        ours.listeners.clear()


async def test_a_counter_rises_with_the_records_of_each_batch(connection: Connection) -> None:
    """Poisonous ones among them: nothing of a record is decoded for it."""
    topic = await make_topic(connection)
    await produce(connection, topic, [b"\xff", None, b"{}"], headers=[("x", b"\xff")])
    telemetry = Telemetry("test", metrics=True, otel=False)
    registry: CollectorRegistry = telemetry.registry
    await consume(connection, topic, telemetry, 3)
    labels = {"app_name": "test", "broker": "kafka", "handler": topic}
    assert registry.get_sample_value("svr_received_messages_total", labels) == 3
    assert registry.get_sample_value("svr_received_messages_in_process", labels) == 0


async def test_a_batch_is_a_span_linked_to_the_traces_of_its_records(connection: Connection) -> None:
    """Each trace once; a header that is no trace is passed over."""
    topic = await make_topic(connection)
    traced = [("traceparent", f"00-{TRACE}-b7ad6b7169203331-01".encode())]
    await produce(connection, topic, [b"1", b"2"], headers=traced)
    await produce(connection, topic, [b"3"], headers=[("traceparent", b"\xff")])
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    telemetry = Telemetry("test", metrics=False, otel=True, tracer_provider=provider)
    await consume(connection, topic, telemetry, 3)
    spans = exporter.get_finished_spans()
    assert {span.name for span in spans} == {f"{topic} create", f"{topic} process"}
    processed = [span.attributes or {} for span in spans if span.name == f"{topic} process"]
    assert sum(int(str(attributes["messaging.batch.message_count"])) for attributes in processed) == 3
    links = [link for span in spans for link in span.links]
    assert [f"{link.context.trace_id:032x}" for link in links] == [TRACE]
