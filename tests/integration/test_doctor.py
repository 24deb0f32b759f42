"""svr doctor on the real Kafka and PostgreSQL: all is well, and each thing that is not is named with its cure."""

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import asyncpg
import orjson
import pytest
from pydantic import SecretStr

from deploy.kafka.acls import Right, Rule
from deploy.kafka.applying import _described
from deploy.kafka.applying import apply as apply_kafka
from deploy.kafka.client import client, confluent
from deploy.kafka.passwords import Passwords
from deploy.local.kafka import Kafka
from deploy.local.kafka_probe import answers
from deploy.local.services import kafka_environment
from deploy.postgres.roles import AGGREGATOR, MIGRATOR, OBSERVER, REPORTER
from shared import database as databases
from shared.kafka import Connection
from tests.integration.brokers import until
from tests.integration.roles import password

ROLES = (AGGREGATOR, REPORTER, OBSERVER, MIGRATOR)


@pytest.fixture(scope="module")
def kafka(open_folder: Path) -> Iterator[tuple[Kafka, Passwords]]:
    """A secured node with the users, topics and rights of the register."""
    kafka = Kafka(open_folder / "doctor-kafka", secure=True)
    kafka.start()
    try:
        passwords = Passwords(open_folder / "doctor-passwords")
        apply_kafka(kafka.connection, passwords)
        for name in ("ingest", "reporter", "dwp"):
            login = kafka.connection.login(name, passwords(name))
            asyncio.run(until(lambda login=login: answers(login)))  # type: ignore[misc]
        yield kafka, passwords
    finally:
        kafka.stop()
        shutil.rmtree(kafka.directory)


def doctor(**environment: str) -> dict[str, tuple[str, str, str]]:
    """What it says: what it tried → state, finding, cure. Its exit code is 1 exactly if something failed."""
    others = {name: value for name, value in os.environ.items() if not name.startswith(("SVR_", "DATABASE_"))}
    done = subprocess.run(
        [sys.executable, "-m", "services.svr", "doctor", "--json"],
        env={**others, **environment}, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    found = [orjson.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == int(any(each["state"] == "fail" for each in found)), (done.stdout, done.stderr)
    return {each["what"]: (each["state"], each["said"], each["cure"]) for each in found}


def login(kafka: tuple[Kafka, Passwords], principal: str) -> Connection:
    node, passwords = kafka
    return node.connection.login(principal, passwords(principal))


@pytest.mark.parametrize("principal", ["ingest", "reporter", "dwp", "observer"])
def test_on_kafka_all_is_well(kafka: tuple[Kafka, Passwords], principal: str) -> None:
    """As each of its principals, with nobody's cure."""
    found = doctor(**kafka_environment(login(kafka, principal)))
    mine = {what: said for what, said in found.items() if what.startswith("Kafka")}
    assert {said[0] for said in mine.values()} == {"ok"}, mine
    assert {"Kafka cluster", "Kafka topics", "Kafka rights"} <= set(mine)


def test_a_wrong_password_is_named(kafka: tuple[Kafka, Passwords]) -> None:
    """As what it is, and as nothing else; no password is shown."""
    wrong = kafka[0].connection.login("ingest", SecretStr("correct-horse"))
    found = doctor(**kafka_environment(wrong))
    ((state, said, cure),) = [words for what, words in found.items() if what.startswith("Kafka")]
    assert (state, cure) == ("fail", "correct SVR_KAFKA_PASSWORD, or: python -m deploy.kafka rotate ingest")
    assert "does not let us in as ingest" in said
    assert "correct-horse" not in repr(found)


def test_a_missing_topic_is_named(kafka: tuple[Kafka, Passwords]) -> None:
    """And made again by the cure."""
    node, passwords = kafka
    admin = client(node.connection)
    for future in admin.delete_topics(["reports.published"]).values():
        future.result(30)
    state, said, cure = doctor(**kafka_environment(login(kafka, "reporter")))["Kafka topics"]
    assert (state, "missing: reports.published" in said) == ("fail", True)
    assert cure.startswith("python -m deploy.kafka apply")
    apply_kafka(node.connection, passwords)
    assert doctor(**kafka_environment(login(kafka, "reporter")))["Kafka topics"][0] == "ok"


def test_a_missing_right_is_named(kafka: tuple[Kafka, Passwords]) -> None:
    """A user who was made by hand and may do nothing."""
    node, passwords = kafka
    lost = Rule("dwp", Right("TOPIC", "submissions.dwp", "LITERAL", "WRITE"))
    admin = client(node.connection)
    for future in admin.delete_acls([_described(confluent.AclBindingFilter, lost)]).values():
        future.result(30)
    state, said, _ = doctor(**kafka_environment(login(kafka, "dwp")))["Kafka rights"]
    assert (state, said) == ("fail", "dwp lacks 1: WRITE submissions.dwp")
    apply_kafka(node.connection, passwords)
    assert doctor(**kafka_environment(login(kafka, "dwp")))["Kafka rights"][0] == "ok"


def test_another_protocol_than_the_listener_s_is_named(kafka: tuple[Kafka, Passwords]) -> None:
    """Nobody logs in where a login is asked for."""
    found = doctor(SVR_KAFKA_BOOTSTRAP=kafka[0].connection.bootstrap)
    failed = [cure for what, (state, _, cure) in found.items() if what.startswith("Kafka") and state == "fail"]
    assert failed == ["SVR_KAFKA_SECURITY=PLAINTEXT does not fit the listener at that address"]


@pytest.mark.parametrize("role", ROLES)
def test_on_postgresql_all_is_well(urls: dict[str, str], role: str) -> None:
    """As each of its roles."""
    found = doctor(DATABASE_URL=urls[role])
    mine = {what: said for what, said in found.items() if what.startswith(("PostgreSQL", "Migrations"))}
    assert {said[0] for said in mine.values()} == {"ok"}, mine


def test_a_wrong_password_of_the_database_is_named(urls: dict[str, str]) -> None:
    """And not shown."""
    right = quote(password(AGGREGATOR).get_secret_value(), safe="")
    assert right in urls[AGGREGATOR]
    found = doctor(DATABASE_URL=urls[AGGREGATOR].replace(right, "correct-horse"))
    state, _, cure = found["PostgreSQL"]
    assert (state, cure) == ("fail", "correct the user and the password in DATABASE_URL")
    assert "correct-horse" not in repr(found)


async def test_a_database_that_is_not_there_is_named(urls: dict[str, str], database: str) -> None:
    """By its name."""
    state, _, cure = doctor(DATABASE_URL=database + "_x")["PostgreSQL"]
    assert (state, "create the database" in cure) == ("fail", True)


def test_a_database_without_tables_is_named(database: str) -> None:
    """With the command that makes them."""
    found = doctor(DATABASE_URL=database)
    for schema in ("aggregator", "reporter"):
        state, said, cure = found[f"Migrations of {schema}"]
        assert (state, said) == ("fail", "none has been applied")
        assert "python -m deploy.postgres apply" in cure


async def test_a_migration_that_is_missing_is_named(urls: dict[str, str], database: str) -> None:
    """And one that this program does not know."""
    owner = await asyncpg.connect(database)
    await owner.execute("DELETE FROM aggregator.migration WHERE name LIKE '0005%'")
    await owner.execute("INSERT INTO reporter.migration (name) VALUES ('9999_later.sql')")
    await owner.close()
    found = doctor(DATABASE_URL=urls[OBSERVER])
    state, said, _ = found["Migrations of aggregator"]
    assert (state, said) == ("fail", "1 are not applied: 0005_erasure.sql")
    state, said, _ = doctor(DATABASE_URL=urls[REPORTER])["Migrations of reporter"]
    assert (state, "9999_later.sql" in said) == ("warn", True)


async def test_rights_that_a_role_lacks_or_has_too_many_of_are_named(urls: dict[str, str], database: str) -> None:
    """Tables of a migration after which nobody granted; and a ledger that could be changed."""
    owner = await asyncpg.connect(database)
    await owner.execute("REVOKE INSERT ON aggregator.status FROM svr_aggregator")
    assert doctor(DATABASE_URL=urls[AGGREGATOR])["PostgreSQL rights"][:2] == (
        "fail", "svr_aggregator may not read and add to: status",
    )  # fmt: skip
    await owner.execute("GRANT INSERT, UPDATE ON aggregator.status, aggregator.event TO svr_aggregator")
    assert doctor(DATABASE_URL=urls[AGGREGATOR])["PostgreSQL rights"][:2] == (
        "fail", "svr_aggregator could change the record: event",
    )  # fmt: skip
    await owner.close()


async def test_a_superuser_is_a_warning(database: str) -> None:
    """It works, and is more than a service needs."""
    for schema in ("aggregator", "reporter"):
        await databases.migrate(database, schema=schema, package=f"services.{schema}.migrations")
    assert doctor(DATABASE_URL=database)["PostgreSQL rights"][0] == "warn"
