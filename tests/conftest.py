"""Kafka and PostgreSQL for every test that asks for them: one stack per run, started by the first test that does."""

import shutil
import tempfile
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest
import structlog

from deploy.local.stack import Plan, Stack, decide
from deploy.local.stack import stack as start_stack
from shared.kafka import Connection

PLAN = pytest.StashKey[Plan]()


def pytest_configure() -> None:
    """No logger is kept by the module that first used it: structlog's capture_logs would not see what it says."""
    configure = structlog.configure
    structlog.configure = lambda **options: configure(**options | {"cache_logger_on_first_use": False})


def pytest_report_header(config: pytest.Config) -> str:
    """Says which stack this run would take, so that a log shows what a result was had with."""
    config.stash[PLAN] = decide()
    return f"stack: {config.stash[PLAN].kind}"


@pytest.fixture(scope="session")
def open_folder() -> Iterator[Path]:
    """A folder that other users can get to, unlike pytest's own: PostgreSQL refuses to run as root."""
    folder = Path(tempfile.mkdtemp(prefix="svr-tests-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def stack(pytestconfig: pytest.Config, open_folder: Path) -> Iterator[Stack]:
    """The run's Kafka and PostgreSQL."""
    # The data need not outlive a power cut, only killed processes, for which fsync makes no difference.
    with start_stack(open_folder, fsync=False, chosen=pytestconfig.stash.get(PLAN, None)) as running:
        yield running


@pytest.fixture(scope="session")
def connection(stack: Stack) -> Connection:
    """To Kafka. Its topics are shared by the whole run, so a test names its own."""
    return stack.connection


@pytest.fixture
async def database(stack: Stack) -> AsyncIterator[str]:
    """Address of an empty database of the test's own."""
    name = f"test_{uuid.uuid4().hex}"
    await _execute(stack.database_url, f"CREATE DATABASE {name}")
    yield urlsplit(stack.database_url)._replace(path=f"/{name}").geturl()
    # Even under the sessions that a test has left behind.
    await _execute(stack.database_url, f"DROP DATABASE {name} WITH (FORCE)")


async def _execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
