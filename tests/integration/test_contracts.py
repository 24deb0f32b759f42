"""The contracts against those who read them: AsyncAPI's schema, FastStream's document, requests by the OpenAPI."""

import asyncio
import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import pytest
import schemathesis
from faststream.kafka import KafkaBroker
from faststream.specification import AsyncAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from deploy.kafka import topics as kafka_topics
from deploy.local.kafka import Kafka
from deploy.local.postgres import Postgres
from deploy.local.services import services, write_keys
from services.aggregator import app as aggregator
from services.aggregator.settings import Settings as AggregatorSettings
from services.ingest import app as ingest
from services.ingest.settings import Settings as IngestSettings
from services.reporter import app as reporter
from services.reporter.settings import Settings as ReporterSettings
from shared.contracts.asyncapi import document
from shared.database import migrate
from shared.departments import load_register
from shared.kafka import Connection
from shared.serving import Halt
from tests.integration.brokers import eventually

ROOT = Path(__file__).resolve().parents[2]
SENDERS = [sender.code for sender in load_register().senders()]


@pytest.fixture(scope="module")
def official() -> jsonschema.Draft7Validator:
    """The schema of AsyncAPI 3.0.0 documents, from npm's package of the specification."""
    path = ROOT / "node_modules" / "@asyncapi" / "specs" / "schemas" / "3.0.0-without-$id.json"
    return jsonschema.Draft7Validator(json.loads(path.read_text("utf-8")))


def test_the_document_is_asyncapi(official: jsonschema.Draft7Validator) -> None:
    """By the specification's own schema."""
    assert [fault.message for fault in official.iter_errors(document(SENDERS))] == []


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("channels", "events", "address"), 7),
        (("operations", "ingest.take", "action"), "listen"),
        (("components", "securitySchemes", "scram", "type"), "scram"),
        (("channels", "events", "bindings", "kafka", "partitions"), 0),
    ],
)
def test_what_is_not_asyncapi_is_seen(official: jsonschema.Draft7Validator, place: tuple[str, ...], value: Any) -> None:
    """The control: the schema sees a fault where there is one."""
    wrong = copy.deepcopy(document(SENDERS))
    inner: Any = wrong
    for step in place[:-1]:
        inner = inner[step]
    inner[place[-1]] = value
    assert list(official.iter_errors(wrong))


@pytest.mark.parametrize("name", ["ingest", "aggregator", "reporter"])
async def test_the_services_consume_the_channels_described(
    name: str, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """FastStream's document of each service, as it is wired, against the operations of ours."""
    if name != "ingest":
        await migrate(database, schema=name, package=f"services.{name}.migrations")
    monkeypatch.setenv("SVR_KAFKA_BOOTSTRAP", "127.0.0.1:9")  # nobody is there: wired, but not begun
    monkeypatch.setenv("DATABASE_URL", database)
    brokers: list[KafkaBroker] = []
    made = Connection.broker

    def broker(connection: Connection, **options: Any) -> KafkaBroker:
        brokers.append(made(connection, **options))
        return brokers[-1]

    monkeypatch.setattr(Connection, "broker", broker)
    app = {
        "ingest": lambda: ingest.create_app(IngestSettings(), Halt()),
        "aggregator": lambda: aggregator.create_app(AggregatorSettings(), Halt()),
        "reporter": lambda: reporter.create_app(ReporterSettings(), Halt()),
    }[name]()
    async with app.router.lifespan_context(app):

        async def consumed() -> set[str]:
            return _addresses(brokers[0])

        await eventually(consumed, _received_by(name))


def _addresses(broker: KafkaBroker) -> set[str]:
    described = json.loads(AsyncAPI(broker, schema_version="3.0.0").to_specification().to_json())
    return {channel["address"] for channel in described["channels"].values()}


def _received_by(service: str) -> set[str]:
    ours = document(SENDERS)
    channels = [
        ours["channels"][operation["channel"]["$ref"].rpartition("/")[2]]
        for name, operation in ours["operations"].items()
        if name.startswith(f"{service}.") and operation["action"] == "receive"
    ]
    return {
        channel["address"].replace("{sender}", sender)
        for channel in channels
        for sender in channel.get("parameters", {}).get("sender", {}).get("enum", [""])
    }


@pytest.fixture(scope="module")
def running(
    own_kafka: Kafka, own_postgres: Postgres, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, str]]:
    """The address of an ingest that has an aggregator to ask, and the key of dwp."""
    asyncio.run(migrate(own_postgres.url, schema="aggregator", package="services.aggregator.migrations"))
    kafka_topics.create(own_kafka.connection)
    folder = tmp_path_factory.mktemp("contracts")
    keys = write_keys(folder / "keys.toml", ["dwp"])
    made = services(
        folder, kafka=lambda _: own_kafka.connection, database_url=own_postgres.url, keys=folder / "keys.toml"
    )
    started = [made["aggregator"], made["ingest"]]
    try:
        for service in started:
            service.start()
        for service in started:
            service.wait()
        yield made["ingest"].url, keys["dwp"]
    finally:
        for service in started:
            service.child.stop()


CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


@schemathesis.serializer("application/x-ndjson", "application/jsonl", "application/json-seq")
def lines(_context: schemathesis.SerializationContext, value: Any) -> bytes:
    """What stands for JSON text in the document is sent as it was made."""
    return value if isinstance(value, bytes) else str(value).encode()


@pytest.mark.parametrize("mode", list(schemathesis.GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/v1/events"), ("POST", "/v1/releases"), ("GET", "/v1/receipts/{source}/{id}")],
)
def test_answers_are_as_the_openapi_document_says(
    running: tuple[str, str], method: str, path: str, mode: schemathesis.GenerationMode
) -> None:
    """Requests made from it, good and bad: no fault of ours, no status, media type or body that it does not name."""
    url, key = running
    operation = schemathesis.openapi.from_url(f"{url}/openapi.json")[path][method]
    statuses: set[int] = set()

    @given(operation.as_strategy(generation_mode=mode), st.sampled_from([f"Bearer {key}"] * 9 + ["Bearer wrong"]))
    @settings(max_examples=40, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    def ask(case: schemathesis.Case[Any], authorization: str) -> None:
        response = case.call(headers={"Authorization": authorization})
        statuses.add(response.status_code)
        case.validate_response(response, checks=CHECKS)

    ask()
    assert statuses


def test_every_address_of_the_document_is_asked(running: tuple[str, str]) -> None:
    """An operation of /v1 that is added must be asked too; those of health take nothing that could be wrong."""
    document_ = httpx.get(f"{running[0]}/openapi.json").json()
    assert sorted(document_["paths"]) == ["/health/live", "/health/ready", "/v1/events", "/v1/receipts/{source}/{id}",
                                          "/v1/releases"]  # fmt: skip
