"""Prometheus metrics and OpenTelemetry spans of the batches, by FastStream's own middlewares. Off by default.

The log lines stay the monitor: what they say in numbers (lag, the outbox, how often what happened) is a metric from
them, so that the two cannot differ. Needs the extra `telemetry`; without it, and off, nothing of it is imported.
"""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from fastapi import FastAPI
from fastapi.responses import Response
from faststream import BaseMiddleware, StreamMessage

from shared import tracing
from shared.log_events import LOG_EVENTS
from shared.logging import listeners

MISSING = "needs the extra telemetry: pip install 'social-value-returns[telemetry]'"
GAUGES = {
    "consumer.lag": (("topic", "partition"), ("lag", "age_seconds")),
    "outbox.depth": ((), ("rows", "age_seconds")),
    "heartbeat": ((), ("in_flight", "memory_mib", "connections")),
}
"""Event → the fields that are labels, and those that are values."""


class Telemetry:
    """`middlewares`: for the broker, before it is started. `tracer_provider`: another than by OTLP."""

    def __init__(self, service: str, *, metrics: bool, otel: bool, tracer_provider: Any = None) -> None:
        self.middlewares: list[Any] = []
        self.registry: Any = None
        self.provider: Any = None
        try:
            if metrics:
                self._measure(service)
            if otel:
                self._trace(service, tracer_provider)
        except ImportError as missing:
            raise SystemExit(f"{service} does not start: SVR_METRICS and SVR_OTEL {MISSING} ({missing.name})") from None

    def _measure(self, service: str) -> None:
        from faststream.kafka.prometheus import KafkaPrometheusMiddleware
        from prometheus_client import CollectorRegistry, GCCollector, PlatformCollector, ProcessCollector

        self.registry = CollectorRegistry()
        for collector in (GCCollector, PlatformCollector, ProcessCollector):
            collector(registry=self.registry)
        self.middlewares.append(
            KafkaPrometheusMiddleware(registry=self.registry, app_name=service, metrics_prefix="svr")
        )
        listeners.append(Measuring(self.registry))

    def _trace(self, service: str, provider: Any) -> None:
        from faststream.kafka.opentelemetry import KafkaTelemetryMiddleware

        if provider is None:
            from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
            from opentelemetry.sdk.resources import Resource
            from opentelemetry.sdk.trace import TracerProvider
            from opentelemetry.sdk.trace.export import BatchSpanProcessor

            provider = TracerProvider(resource=Resource.create({"service.name": service}))
            provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        self.provider = provider
        self.middlewares += [Links, KafkaTelemetryMiddleware(tracer_provider=provider)]

    def install(self, app: FastAPI) -> None:
        """Adds /metrics, where they are on."""
        if self.registry is None:
            return
        from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

        @app.get("/metrics", include_in_schema=False)
        def metrics() -> Response:
            return Response(generate_latest(self.registry), headers={"content-type": CONTENT_TYPE_LATEST})

    def close(self) -> None:
        """Sends the spans that are left."""
        if self.provider is not None:
            self.provider.shutdown()


class Measuring:
    """Hears every line: counts it by its event, and sets the gauges of GAUGES."""

    def __init__(self, registry: Any) -> None:
        from prometheus_client import Counter, Gauge

        self.lines = Counter("svr_log_lines", "Log lines by event and level", ["event", "level"], registry=registry)
        self.gauges = {
            (event, value): Gauge(
                f"svr_{event}_{value}".replace(".", "_"), f"{value} of {event}", labels, registry=registry
            )
            for event, (labels, values) in GAUGES.items()
            for value in values
        }

    def __call__(self, line: MutableMapping[str, Any]) -> None:
        event = line.get("event")
        if event not in LOG_EVENTS:
            return
        self.lines.labels(event, line["level"]).inc()
        if event in GAUGES:
            labels, values = GAUGES[event]
            for value in values:
                gauge = self.gauges[event, value]
                (gauge.labels(*(line[label] for label in labels)) if labels else gauge).set(line[value])


class Links(BaseMiddleware[Any, Any]):
    """Gives FastStream's middleware the traces that it links a batch's span to, each once: our parser leaves the
    headers alone (`shared.consuming`).
    """

    async def consume_scope(self, call_next: Callable[[Any], Awaitable[Any]], msg: StreamMessage[Any]) -> Any:
        found = dict.fromkeys(trace for record in msg.raw_message if (trace := tracing.of_headers(record.headers)))
        msg.batch_headers = [{"correlation_id": trace, tracing.HEADER: trace} for trace in found]
        return await call_next(msg)
