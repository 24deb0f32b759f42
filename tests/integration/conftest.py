"""Servers of a test's own, for tests that stop or kill them; tables; and the database's roles."""

import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest

from deploy.local.kafka import Kafka
from deploy.local.postgres import Postgres
from deploy.postgres.applying import apply
from deploy.postgres.roles import AGGREGATOR, REPORTER
from shared.database import connect, migrate
from tests.integration.roles import password


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


@pytest.fixture
async def urls(database: str) -> dict[str, str]:
    """Role → its login to a database of the test's own that has both services' tables, with the rights of each role."""
    return await apply(database, password)


@pytest.fixture
async def aggregator(urls: dict[str, str]) -> AsyncIterator[asyncpg.Pool]:
    """A pool in the aggregator's role."""
    pool = await connect(urls[AGGREGATOR], service="test", schema="aggregator")
    yield pool
    await pool.close()


@pytest.fixture
async def reporter(urls: dict[str, str]) -> AsyncIterator[asyncpg.Pool]:
    """A pool in the reporter's role."""
    pool = await connect(urls[REPORTER], service="test", schema="reporter")
    yield pool
    await pool.close()
