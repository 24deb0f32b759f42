"""Servers of a test's own, for tests that stop or kill them; and tables."""

import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest

from deploy.local.kafka import Kafka
from deploy.local.postgres import Postgres
from shared.database import connect, migrate


@pytest.fixture(scope="module")
def own_kafka(open_folder: Path, request: pytest.FixtureRequest) -> Iterator[Kafka]:
    """A Kafka node for the tests of one module."""
    kafka = Kafka(open_folder / f"{request.module.__name__}-kafka")
    kafka.start()
    yield kafka
    kafka.stop()
    shutil.rmtree(kafka.directory)


@pytest.fixture(scope="module")
def own_postgres(open_folder: Path, request: pytest.FixtureRequest) -> Iterator[Postgres]:
    """A PostgreSQL server for the tests of one module."""
    postgres = Postgres(open_folder / f"{request.module.__name__}-postgres", fsync=False)
    postgres.start()
    yield postgres
    postgres.stop()
    shutil.rmtree(postgres.directory)


@pytest.fixture
async def pool(database: str) -> AsyncIterator[asyncpg.Pool]:
    """A pool on a database of the test's own that has the aggregator's tables."""
    await migrate(database, schema="aggregator", package="services.aggregator.migrations")
    pool = await connect(database, service="test", schema="aggregator", size=8)
    yield pool
    await pool.close()
