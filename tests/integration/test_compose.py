"""docker compose without Docker: its jobs, its Kafka node and its services, as processes with exactly its settings."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import httpx
import orjson
import pytest

from deploy import setup_secrets
from deploy.kafka.acls import ADMIN
from deploy.kafka.node import Node
from deploy.kafka.passwords import Passwords
from deploy.local import jars, kafka, tools
from deploy.local.kafka_config import Ports
from deploy.local.kafka_probe import answers
from deploy.local.ports import HOST, free_port
from deploy.local.processes import Child
from deploy.local.services import NAMES, Service
from deploy.local.stack import Stack, engine_answers
from shared.kafka import Connection, Protocol
from tests import compose
from tests.integration.brokers import eventually, until
from tests.stream import cloudevent

DOCKER = ["docker", "compose", "--project-name", "svr-test"]


@dataclass(frozen=True)
class Composed:
    """The folder of the secrets job, and what stands in place of the containers' names, ports and paths."""

    folder: Path
    node: Node
    ports: dict[str, int]

    def environment(self, service: str, database: str) -> dict[str, str]:
        address = urlsplit(database)
        here = {
            "kafka:9092": f"{HOST}:{self.node.ports.client}",
            "postgres:5432/svr": f"{address.hostname}:{address.port}{address.path}",
            "aggregator:8090": f"{HOST}:{self.ports['aggregator']}",
            "0.0.0.0": HOST,  # noqa: S104 - replaced
            "/secrets": str(self.folder / service),
            "/mnt/contacts.toml": str(compose.ROOT / "deploy" / "contacts.toml"),
        }
        own = {f"SVR_{service.upper()}_PORT": str(self.ports[service])} if service in self.ports else {}
        return {"PATH": os.environ["PATH"], **compose.environment(service, here), **own}

    def login(self, principal: str) -> Connection:
        return Connection(
            bootstrap=f"{HOST}:{self.node.ports.client}",
            protocol=Protocol.SASL_SSL,
            username=principal,
            password=Passwords(self.folder / "set-up" / "kafka")(principal),
            ca=self.folder / "set-up" / "ca.pem",
        )


def java(*arguments: str) -> list[str]:
    path = os.pathsep.join(map(str, jars.ensure()))
    return [tools.java(), *kafka.FLAGS, f"-Dlog4j2.configurationFile={kafka.LOGGING.as_uri()}", "-cp", path, *arguments]


@pytest.fixture(scope="module")
def composed(open_folder: Path) -> Iterator[Composed]:
    """What the `secrets` job makes, and the Kafka node started from it as the compose file says, formatted twice."""
    folder = open_folder / "composed"
    secrets = folder / "kafka"
    node = Node(HOST, HOST, Ports(free_port(), free_port()), open_folder / "composed-data", secrets)
    setup_secrets.make(folder, node=node, now=datetime.now(UTC))
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    setup_secrets.make(folder, node=node, now=datetime.now(UTC))
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before
    config = str(secrets / "server.properties")
    for _ in range(2):
        formatting = ["kafka.tools.StorageTool", "format", "--config", config, f"@{secrets / 'format.arguments'}"]
        ran = subprocess.run(java(*formatting), capture_output=True, text=True, check=False)
        assert ran.returncode == 0, ran.stdout + ran.stderr
    child = Child(
        name="Kafka",
        argv=java("kafka.Kafka", config),
        log=open_folder / "composed.log",
        pid_file=open_folder / "composed.pid",
    )
    child.start()
    composed = Composed(folder, node, {name: free_port() for name in NAMES})
    try:
        child.wait_until(lambda: answers(composed.login(ADMIN)))
        yield composed
    finally:
        child.stop()
        shutil.rmtree(node.data)


def set_up(composed: Composed, database: str) -> str:
    """What the `set-up` job says."""
    command = [sys.executable, "-m", "deploy.setup", str(composed.folder / "set-up")]
    assert compose.SERVICES["set-up"]["command"] == ["deploy.setup", "/secrets"]
    environment = composed.environment("set-up", database)
    ran = subprocess.run(command, cwd=compose.ROOT, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


async def test_one_event_through_the_whole_of_it(
    composed: Composed, stack: Stack, database: str, tmp_path: Path
) -> None:
    """Secrets, set-up, and the three services with the compose file's own settings; from HTTP into the ledger."""
    superuser = urlsplit(stack.database_url)
    (composed.folder / "set-up" / "database" / "svr").write_text(superuser.password or "")
    assert "topic created: procurement.events" in set_up(composed, database)
    assert set_up(composed, database) == ""
    await until(lambda: answers(composed.login("ingest")))
    started: list[Service] = []
    try:
        for name in NAMES:
            child = Child(
                name=name,
                argv=[sys.executable, "-m", *compose.SERVICES[name]["command"]],
                env=composed.environment(name, database),
                cwd=compose.ROOT,
                log=tmp_path / f"{name}.log",
                pid_file=tmp_path / f"{name}.pid",
            )
            started.append(Service(name, child, f"http://{HOST}:{composed.ports[name]}"))
            child.start()
        for service in started:
            service.wait()
        key = Passwords(composed.folder / "set-up" / "api-keys")("dwp").get_secret_value()
        async with httpx.AsyncClient(headers={"Authorization": f"Bearer {key}"}) as client:
            answer = await client.post(
                f"{started[0].url}/v1/events",
                content=orjson.dumps(cloudevent("dwp", "heartbeat", "dwp", "composed-1", {}, at=datetime.now(UTC))),
                headers={"Content-Type": "application/cloudevents+json"},
            )
            assert answer.status_code == 202, answer.text
            observer = await asyncpg.connect(database)
            found = "SELECT count(*) FROM aggregator.event WHERE id = 'composed-1'"
            await eventually(lambda: observer.fetchval(found), 1)
            await observer.close()
            pages = await client.get(started[2].url)
        assert "Social Value" in pages.text
    finally:
        for service in started:
            service.child.stop()
    for service in started:
        assert b"setting.unknown" not in (tmp_path / f"{service.name}.log").read_bytes()


def docker(*arguments: str) -> str:
    ran = subprocess.run([*DOCKER, *arguments], cwd=compose.ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def test_docker_compose_up() -> None:
    """Where a Docker engine answers: one command, then one event from HTTP into the ledger, by the file's own ports."""
    if not engine_answers() or subprocess.run([*DOCKER, "version"], capture_output=True, check=False).returncode:
        pytest.skip("no Docker engine with docker compose answers")
    try:
        docker("up", "--build", "--detach", "--wait", "--wait-timeout", "600")
        key = docker("run", "--rm", "--no-deps", "--entrypoint", "cat", "set-up", "/secrets/api-keys/dwp").strip()
        answer = httpx.post(
            "http://127.0.0.1:8080/v1/events",
            content=orjson.dumps(cloudevent("dwp", "heartbeat", "dwp", "docker-1", {}, at=datetime.now(UTC))),
            headers={"Content-Type": "application/cloudevents+json", "Authorization": f"Bearer {key}"},
        )
        assert answer.status_code == 202, answer.text
        query = "SELECT count(*) FROM aggregator.event WHERE id = 'docker-1'"
        count = ["sh", "-c", f'PGPASSWORD=$(cat /secrets/password) psql -h 127.0.0.1 -U svr -Atc "{query}"']
        deadline = time.monotonic() + 60
        while docker("exec", "-T", "postgres", *count).strip() != "1":
            assert time.monotonic() < deadline, "the event did not reach the ledger"
        assert httpx.get("http://127.0.0.1:8000/").status_code == 200
        assert httpx.get("http://127.0.0.1:8025/readyz").status_code == 200
    finally:
        docker("down", "--volumes", "--timeout", "10")
