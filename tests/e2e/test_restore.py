"""The restore of docs/operations.md, step by step on the real stack: nothing that was acknowledged is lost."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest

from deploy.local import postgres_home
from tests.e2e.system import System
from tests.e2e.test_whole_way import check
from tests.stream import stream

SEED = 2026


def run(*command: str, **environment: str) -> str:
    """Its output. AssertionError with what it said when it fails."""
    done = subprocess.run(
        command, env={**os.environ, **environment}, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, (command[0], done.stdout, done.stderr)
    return done.stdout


async def destroy(url: str) -> None:
    """The database is gone, whoever uses it, and an empty one is there."""
    name = urlsplit(url).path.lstrip("/")
    connection = await asyncpg.connect(urlsplit(url)._replace(path="/postgres").geturl())
    await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await connection.execute(f"CREATE DATABASE {name}")
    await connection.close()


async def test_a_restore_and_a_second_reading_lose_nothing(system: System, tmp_path: Path) -> None:
    """A dump under load, more load, the database destroyed, restored, caught up: all is there once, and sealed."""
    programs = postgres_home.find(system.postgres.directory).programs
    url, dump = system.postgres.url, str(tmp_path / "svr.dump")
    lines = stream(SEED, procurements=150)
    quarter = len(lines) // 4
    first, during, after = (lines[part * quarter : (part + 1) * quarter] for part in range(3))
    await system.submit(first)
    sending = asyncio.create_task(system.submit(during, pause=0.05))
    await asyncio.sleep(0.5)
    await asyncio.to_thread(
        run, str(programs / "pg_dump"), "--format=custom", "--no-owner", "--no-privileges", f"--file={dump}", url
    )
    await sending
    await system.submit(after)
    await system.idle()
    before = await system.fetch("SELECT count(*) AS n FROM event")

    await destroy(url)
    await asyncio.to_thread(system.aggregator.child.stop)
    await system.submit(lines[3 * quarter :])  # departments go on meanwhile: ingest needs no database
    await asyncio.to_thread(run, str(programs / "pg_restore"), "--no-owner", "--exit-on-error", f"--dbname={url}", dump)
    restored = await system.fetch("SELECT count(*) AS n FROM event")
    assert 0 < restored[0]["n"] < before[0]["n"]
    await asyncio.to_thread(
        run, str(programs / "psql"), url, "-c",
        "UPDATE aggregator.status SET sha256 = ''; INSERT INTO aggregator.status_due DEFAULT VALUES",
    )  # fmt: skip
    for group, to in (("aggregator", "earliest"), ("aggregator.rejections", "earliest"), ("reporter", "latest")):
        said = await asyncio.to_thread(
            run, sys.executable, "-m", "deploy.kafka.offsets", group, to,
            SVR_KAFKA_BOOTSTRAP=system.kafka.connection.bootstrap,
        )  # fmt: skip
        assert said.startswith(f"{group} goes on from the {to}")
    system.aggregator.start()
    await asyncio.to_thread(system.aggregator.wait)
    await system.idle()

    await check(system, lines)
    proved = await asyncio.to_thread(run, sys.executable, "-m", "services.svr", "verify", DATABASE_URL=url)
    assert "entries are as they were sealed; 0 are not sealed yet" in proved
    same = await asyncio.to_thread(run, sys.executable, "-m", "services.svr", "rebuild", "--check", DATABASE_URL=url)
    assert "0 differ" in same


async def test_a_group_that_is_running_is_not_reset(system: System) -> None:
    """The command fails and says why, instead of being overruled by the next commit."""
    with pytest.raises(AssertionError, match="Is every member of the group stopped"):
        run(
            sys.executable, "-m", "deploy.kafka.offsets", "aggregator", "earliest",
            SVR_KAFKA_BOOTSTRAP=system.kafka.connection.bootstrap,
        )  # fmt: skip
