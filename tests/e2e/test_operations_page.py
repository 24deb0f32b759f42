"""docs/operations.md does what it says: its shell blocks run, as they stand on the page, on a secured system."""

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
import textwrap
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import orjson
import pytest

from deploy.kafka.passwords import Passwords
from deploy.local import postgres_home
from deploy.local.services import ROOT, kafka_environment
from deploy.postgres.roles import MIGRATOR, OBSERVER
from services.aggregator.verifying import verify
from shared.settings import with_login
from tests.door.house import BATCH, STRUCTURED, Door
from tests.stream import cloudevent, release

PAGE = ROOT / "docs" / "operations.md"
NEW = """
[department.dnew]
names = [{ text = "Department for New Things", short = "DNEW" }]
heads = [{ text = "Secretary of State for New Things" }]
secretary_of_state = true
from = 2026-12-01
"""
BUYER, NAME = "Agency for Quiet Lanes", "Ada Example"


def blocks(section: str) -> list[str]:
    """The shell blocks of a section, in their order, without the indentation of a list."""
    text = re.split(rf"^## {re.escape(section)}$", PAGE.read_text("utf-8"), flags=re.MULTILINE)[1]
    text = re.split(r"^## ", text, flags=re.MULTILINE)[0]
    return [textwrap.dedent(block) for block in re.findall(r"^ *```sh\n(.*?)^ *```", text, re.MULTILINE | re.DOTALL)]


class Operator:
    """Somebody at a shell, with what the page says is in the environment."""

    def __init__(self, house: Door, folder: Path) -> None:
        self.house, self.folder = house, folder
        self.url = (house.aggregator.child.env or {})["DATABASE_URL"]
        self.programs = postgres_home.find(house.passwords.folder.parent / "postgres").programs
        self.passwords = folder / "passwords"
        self.passwords.mkdir()
        (self.passwords / "kafka").symlink_to(house.passwords.folder)
        admin = house.kafka.connection
        assert admin.password is not None
        (folder / "admin").write_text(admin.password.get_secret_value())

    @property
    def environment(self) -> dict[str, str]:
        kafka = kafka_environment(self.house.kafka.connection)
        del kafka["SVR_KAFKA_PASSWORD"]
        roles = Passwords(self.passwords / "database")
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("SVR_", "DATABASE_"))}
        return clean | kafka | {
            "SVR_KAFKA_PASSWORD_FILE": str(self.folder / "admin"),
            "PATH": f"{Path(sys.executable).parent}:{self.programs}:{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "PASSWORDS": str(self.passwords),
            "REPLICATION": "1",
            "DATABASE_URL": self.url,
            "MIGRATOR_URL": with_login(self.url, MIGRATOR, roles(MIGRATOR)),
            "OBSERVER_URL": with_login(self.url, OBSERVER, roles(OBSERVER)),
            "XDG_STATE_HOME": str(self.folder / "state"),
            "COLUMNS": "200",
        }  # fmt: skip

    def does(self, section: str, number: int = 0, **more: str) -> str:
        """Runs a block of a section. AssertionError, with what it said, when it fails."""
        done = subprocess.run(
            ["bash", "-c", f"set -euo pipefail\n{blocks(section)[number]}"], cwd=self.folder,
            env=self.environment | more, capture_output=True, text=True, timeout=240, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{section} {number}: {done.stdout}\n{done.stderr}"
        return done.stdout

    async def sends(self, body: Any, *, bearer: str | None = None, kind: str = STRUCTURED) -> None:
        """As dwp, unless another bearer is given. Every test has an event loop, and so a client, of its own."""
        async with httpx.AsyncClient(base_url=self.house.ingest.url, timeout=60) as client:
            answer = await replace(self.house, http=client).post(body, bearer=bearer, kind=kind)
        assert answer.status_code == 202, answer.text

    async def asks(self, query: str, *values: Any) -> list[Any]:
        connection = await asyncpg.connect(self.url, server_settings={"search_path": "aggregator"})
        try:
            rows: list[Any] = await connection.fetch(query, *values)
        finally:
            await connection.close()
        return rows

    async def comes_true(self, query: str, *values: Any) -> None:
        """Returns once the query's first row is true; AssertionError after a minute."""
        deadline = time.monotonic() + 60
        while not (await self.asks(query, *values))[0][0]:
            assert time.monotonic() < deadline, query
            await asyncio.sleep(0.1)


@pytest.fixture(scope="module")
def operator(house: Door, open_folder: Path) -> Operator:
    folder = open_folder / "operator"
    folder.mkdir()
    found = Operator(house, folder)
    found.does("Install")
    return found


def test_install_is_one_command_and_is_seen_to_be_well(operator: Operator) -> None:
    """Run again, as in an upgrade, it changes nothing."""
    assert operator.does("Upgrade") == ""
    said = operator.does("Install", 1)
    assert "0 fail" in said
    assert "Migrations of aggregator" in said


async def test_a_rotated_password_is_the_one_that_works(operator: Operator) -> None:
    """On Kafka, in PostgreSQL, and a new API key with the hash that its file takes."""
    login = Passwords(operator.passwords / "kafka")("moj")
    assert "moj has a new password" in operator.does("Rotate credentials", 0)
    assert Passwords(operator.passwords / "kafka")("moj") != login
    before = operator.environment["OBSERVER_URL"]
    operator.does("Rotate credentials", 1)
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(before)
    await (await asyncpg.connect(operator.environment["OBSERVER_URL"])).close()
    said = dict(line.split() for line in operator.does("Rotate credentials", 2).splitlines())
    assert (len(said["hash"]), len(said["key"])) == (64, 43)


async def test_a_replay_changes_nothing(operator: Operator) -> None:
    """The group stands still, begins at the beginning, and the ledger is what it was."""
    house = operator.house
    events = [cloudevent("dwp", "heartbeat", "dwp", f"replay-{n}", {"nothing_to_report": True}) for n in range(20)]
    await operator.sends(events, kind=BATCH)
    await operator.comes_true("SELECT count(*) = 20 FROM event WHERE id LIKE 'replay-%'")
    before = await operator.asks("SELECT source, id, position, body FROM event ORDER BY position")
    house.aggregator.child.stop()
    assert operator.does("Replay").startswith("aggregator goes on from the earliest record of 8 partitions")
    house.aggregator.start()
    await asyncio.to_thread(house.aggregator.wait)
    more = cloudevent("dwp", "heartbeat", "dwp", "after-replay", {"nothing_to_report": True})
    await operator.sends(more)
    await operator.comes_true("SELECT count(*) = 1 FROM event WHERE id = 'after-replay'")
    after = await operator.asks("SELECT source, id, position, body FROM event WHERE id <> 'after-replay' ORDER BY 3")
    assert after == before
    assert await operator.asks("SELECT FROM duplicate") == []


async def test_an_unresolved_buyer_is_found_and_attributed(operator: Operator) -> None:
    """Its notice, which had come before, counts for the department from then on."""
    house, ocid = operator.house, "ocds-abcdef-quiet-1"
    notice = release(ocid, f"{ocid}-1", at=datetime(2026, 9, 1, tzinfo=UTC), buyer=BUYER)
    await operator.sends({"releases": [notice]}, bearer=house.keys["find-a-tender"], kind="application/json")
    await operator.comes_true("SELECT count(*) = 1 FROM assessment WHERE department = 'unattributed'")
    assert f"1|{BUYER}|" in operator.does("Attribute an unresolved buyer", 0)
    assert "1 sent" in operator.does("Attribute an unresolved buyer", 1)
    await operator.comes_true("SELECT department = 'dft' FROM assessment WHERE ocid = $1", ocid)


async def test_a_corrected_rule_is_compared_and_put_in_place(operator: Operator) -> None:
    """An assessment that the rules of today would not give is named, and is then what they give."""
    answers = await operator.asks("SELECT ocid, scope_reasons FROM assessment")
    assert answers
    await operator.asks("UPDATE assessment SET scope_reasons = '{a-rule-of-yesterday}'")
    said = operator.does("Correct a rule")
    assert said.count(answers[0]["ocid"]) == 2
    assert "the assessments named above will change" in said
    assert await operator.asks("SELECT ocid, scope_reasons FROM assessment") == answers


def test_a_new_department_has_its_topics_and_rights(operator: Operator, tmp_path: Path) -> None:
    """From the register of the next release: its topics, its user, what it may do, and a password."""
    for package in ("shared", "services", "deploy"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__", "assets"))
    register = tmp_path / "shared" / "departments.toml"
    register.write_text(register.read_text("utf-8") + NEW)
    section = "Take in a department, or a change in the machinery of government"
    said = operator.does(section, PYTHONPATH=str(tmp_path)).splitlines()
    assert [line for line in said if "dnew" not in line] == []
    assert {"topic created: submissions.dnew", "topic created: rejections.dnew", "user created: dnew"} <= set(said)
    assert (operator.passwords / "kafka" / "dnew").is_file()
    assert operator.does("Upgrade") != ""  # the register of this release takes the stray rights away again


async def test_a_person_is_exported_and_erased(operator: Operator) -> None:
    """The name is in the export, and then nowhere; the chain is proved and says so."""
    data = {"name": NAME, "post": "Commercial Director", "appointed_on": "2026-09-01"}
    await operator.sends(cloudevent("dwp", "champion.appointed", "dwp", "ada-1", data))
    await operator.comes_true("SELECT count(*) = 1 FROM event WHERE id = 'ada-1'")
    operator.does("Data protection", 0)
    exported = json.loads((operator.folder / "export.json").read_text("utf-8"))
    assert [each["event"]["data"] for each in exported["events"]] == [data]
    said = operator.does("Data protection", 1)
    assert "The name would be taken out of 1 events" in said
    assert "The name was taken out of 1 events" in said
    assert "/dwp/system ada-1: a name was erased on" in said
    body = orjson.loads((await operator.asks("SELECT body FROM event WHERE id = 'ada-1'"))[0]["body"])
    assert body["data"] == data | {"name": "[name erased]"}
    await operator.comes_true("SELECT NOT EXISTS (SELECT FROM status WHERE position('Ada Example' IN body) > 0)")
    connection = await asyncpg.connect(operator.url, server_settings={"search_path": "aggregator", "timezone": "UTC"})
    await operator.comes_true("SELECT count(*) = (SELECT sum(entries) FROM chain) FROM entry")
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        assert (await verify(connection, progress=lambda _: None)).faults == ()
    await connection.close()


def test_every_block_of_the_page_is_run() -> None:
    """A block that is added to the page is added here, or it would not be known to work."""
    text = PAGE.read_text("utf-8")
    sections = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert {section: len(blocks(section)) for section in sections if blocks(section)} == {
        "Install": 2,
        "Upgrade": 1,
        "Rotate credentials": 3,
        "Replay": 1,
        "Attribute an unresolved buyer": 2,
        "Correct a rule": 1,
        "Take in a department, or a change in the machinery of government": 1,
        "Data protection": 2,
    }
