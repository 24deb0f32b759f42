"""A whole system of a test's own: Kafka, PostgreSQL, ingest and the aggregator, all of which it may kill."""

import asyncio
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.kafka import topics as kafka_topics
from deploy.local.kafka import Kafka
from deploy.local.postgres import Postgres
from deploy.local.services import services, write_keys
from shared import database
from tests.door.house import Door, door
from tests.e2e.system import System


@pytest.fixture
def system(open_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[System]:
    """Everything runs and is ready; the data of one test are not another's."""
    folder = open_folder / tmp_path.name
    kafka, postgres = Kafka(folder / "kafka"), Postgres(folder / "postgres", fsync=False)
    kafka.launch()
    postgres.start()
    kafka.wait()
    # The shortest that a broker allows: what a killed service held must not be waited for longer than that.
    monkeypatch.setenv("SVR_SESSION_SECONDS", "6")
    keys = write_keys(tmp_path / "keys.toml", ["dwp"])
    found = services(tmp_path, kafka=lambda _: kafka.connection, database_url=postgres.url, keys=tmp_path / "keys.toml")
    system = System(kafka, postgres, found["ingest"], found["aggregator"], keys)
    try:
        kafka_topics.create(kafka.connection)
        asyncio.run(database.migrate(postgres.url, schema="aggregator", package="services.aggregator.migrations"))
        system.ingest.start()
        system.aggregator.start()
        system.ingest.wait()
        system.aggregator.wait()
        yield system
    finally:
        system.aggregator.child.stop()
        system.ingest.child.stop()
        postgres.stop()
        kafka.stop()
        shutil.rmtree(folder)


@pytest.fixture(scope="module")
def house(open_folder: Path, request: pytest.FixtureRequest) -> Iterator[Door]:
    """The front door with its security on; the tests of a module keep their events' ids apart."""
    with door(open_folder / request.module.__name__) as found:
        yield found
