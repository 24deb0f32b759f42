"""Kafka with its security on: what each principal is refused, how users and ACLs are kept, and passwords changed."""

import asyncio
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.errors import (
    ClusterAuthorizationFailedError,
    GroupAuthorizationFailedError,
    KafkaConnectionError,
    TopicAuthorizationFailedError,
)
from pydantic import SecretStr

from deploy.kafka.__main__ import main
from deploy.kafka.acls import OBSERVER, SERVICES, Right, Rule
from deploy.kafka.applying import Changes, _described, apply, rotate
from deploy.kafka.client import client, confluent
from deploy.kafka.passwords import Passwords
from deploy.local.kafka import Kafka
from deploy.local.kafka_config import Tls
from deploy.local.kafka_probe import answers
from deploy.local.services import kafka_environment, services, write_keys
from services.svr.submitting import to_kafka
from shared import topics
from shared.kafka import Connection, Protocol
from tests.integration.brokers import read_all, until
from tests.stream import cloudevent

NOTHING = Changes([], [], [], [])


@dataclass
class Secured:
    """A node whose users and ACLs are those of the register."""

    kafka: Kafka
    passwords: Passwords

    @property
    def admin(self) -> Connection:
        return self.kafka.connection

    def login(self, principal: str) -> Connection:
        return self.admin.login(principal, self.passwords(principal))


@pytest.fixture(scope="module")
def secured(open_folder: Path) -> Iterator[Secured]:
    kafka = Kafka(open_folder / "secured-kafka", secure=True)
    kafka.start()
    try:
        passwords = Passwords(open_folder / "secured-passwords")
        apply(kafka.connection, passwords)
        secured = Secured(kafka, passwords)
        asyncio.run(until(lambda: all(answers(secured.login(name)) for name in (*SERVICES, OBSERVER, "dwp", "moj"))))
        yield secured
    finally:
        kafka.stop()
        shutil.rmtree(kafka.directory)


async def write(connection: Connection, topic: str, value: bytes = b"{}", *, idempotent: bool = True) -> None:
    async with AIOKafkaProducer(**connection.options(), enable_idempotence=idempotent) as producer:
        await producer.send_and_wait(topic, value)


async def read_one(connection: Connection, topic: str) -> None:
    async with AIOKafkaConsumer(topic, auto_offset_reset="earliest", **connection.options()) as reader:
        await reader.getone()


async def read_in_group(connection: Connection, topic: str, group: str) -> None:
    """Joins, reads what is there, and leaves; raises what the broker refuses."""
    async with AIOKafkaConsumer(topic, group_id=group, auto_offset_reset="earliest", **connection.options()) as reader:
        await reader.getmany(timeout_ms=2000)


async def refused_login(connection: Connection, caplog: pytest.LogCaptureFixture) -> None:
    """AssertionError if it is let in, or if it is kept out for another reason than its login."""
    caplog.clear()
    producer = AIOKafkaProducer(**connection.options())
    with pytest.raises(KafkaConnectionError):
        await producer.start()
    await producer.stop()
    assert "SaslAuthenticationFailed" in caplog.text  # the client only logs why it could not connect


async def test_a_department_writes_its_submissions_and_reads_its_rejections(secured: Secured) -> None:
    """Its own password and topics are all that it needs, idempotence and a group included."""
    await write(secured.login("dwp"), "submissions.dwp", b"mine")
    assert (await read_all(secured.admin, "submissions.dwp"))[-1].value == b"mine"
    await write(secured.login("ingest"), "rejections.dwp", b"yours")
    assert (await read_all(secured.login("dwp"), "rejections.dwp"))[-1].value == b"yours"
    await read_in_group(secured.login("dwp"), "rejections.dwp", "dwp.reading")


async def test_the_site_speaks_for_a_department_and_hears_nothing_sent_to_it(secured: Secured) -> None:
    """The reporter writes where departments do; reading there is refused below."""
    await write(secured.login("reporter"), "submissions.dwp", b"signed")
    assert (await read_all(secured.admin, "submissions.dwp"))[-1].value == b"signed"


async def test_a_wrong_password_is_refused(secured: Secured, caplog: pytest.LogCaptureFixture) -> None:
    """A known name is not enough."""
    await refused_login(secured.admin.login("dwp", SecretStr("wrong")), caplog)


async def test_another_department_s_password_is_refused(secured: Secured, caplog: pytest.LogCaptureFixture) -> None:
    """Each has its own."""
    await refused_login(secured.admin.login("dwp", secured.passwords("moj")), caplog)


async def test_anonymous_is_refused(secured: Secured) -> None:
    """There is no way in without a login, neither by the clients' listener nor by the controller's."""
    controller = secured.kafka.directory / "server.properties"
    ports = [line.rpartition(":")[2] for line in controller.read_text().splitlines() if "bootstrap.servers" in line]
    for address in (secured.admin.bootstrap, f"127.0.0.1:{ports[0]}"):
        producer = AIOKafkaProducer(bootstrap_servers=address, request_timeout_ms=3000)
        with pytest.raises(KafkaConnectionError):
            await producer.start()
        await producer.stop()


@pytest.mark.parametrize(
    ("principal", "topic"),
    [
        ("dwp", "submissions.moj"),
        ("dwp", "rejections.dwp"),
        ("dwp", "procurement.events"),
        ("dwp", "reports.published"),
        ("ingest", "submissions.dwp"),
        ("ingest", "implementation.status"),
        ("ingest", "reports.published"),
        ("aggregator", "procurement.events"),
        ("aggregator", "reports.published"),
        ("aggregator", "submissions.dwp"),
        ("reporter", "procurement.events"),
        ("reporter", "implementation.status"),
        ("reporter", "rejections.dwp"),
        ("observer", "submissions.dwp"),
        ("observer", "reports.published"),
    ],
)
async def test_nobody_writes_elsewhere(secured: Secured, principal: str, topic: str) -> None:
    """Refused by name, and nothing is written."""
    before = len(await read_all(secured.admin, topic))
    with pytest.raises(TopicAuthorizationFailedError):
        await write(secured.login(principal), topic, idempotent=False)
    assert len(await read_all(secured.admin, topic)) == before


@pytest.mark.parametrize(
    ("principal", "topic"),
    [
        ("dwp", "rejections.moj"),
        ("dwp", "submissions.moj"),
        ("dwp", "procurement.events"),
        ("dwp", "implementation.status"),
        ("ingest", "implementation.status"),
        ("reporter", "procurement.events"),
        ("reporter", "submissions.dwp"),
    ],
)
async def test_nobody_reads_elsewhere(secured: Secured, principal: str, topic: str) -> None:
    """Not even outside a group, where nothing but the topic itself is asked for."""
    with pytest.raises(TopicAuthorizationFailedError):
        await read_one(secured.login(principal), topic)


async def test_an_idempotent_producer_with_nothing_to_write_is_refused_at_its_start(secured: Secured) -> None:
    """Kafka gives the id that such a producer needs only to those who may write somewhere."""
    with pytest.raises(ClusterAuthorizationFailedError):
        await write(secured.login("observer"), "submissions.dwp")


@pytest.mark.parametrize(
    ("principal", "topic", "group"),
    [
        ("dwp", "rejections.dwp", "ingest"),
        ("dwp", "rejections.dwp", "moj.reading"),
        ("observer", "submissions.dwp", "ingest"),
    ],
)
async def test_nobody_takes_part_in_another_s_group(secured: Secured, principal: str, topic: str, group: str) -> None:
    """It would take partitions away, and could commit what was never read."""
    with pytest.raises(GroupAuthorizationFailedError):
        await read_in_group(secured.login(principal), topic, group)


def test_applied_again_nothing_changes(secured: Secured) -> None:
    """Nor does a user get another password."""
    before = {file.name: file.read_bytes() for file in secured.passwords.folder.iterdir()}
    assert apply(secured.admin, secured.passwords) == NOTHING
    assert {file.name: file.read_bytes() for file in secured.passwords.folder.iterdir()} == before


def test_a_lost_acl_is_restored_and_a_stray_one_removed(secured: Secured) -> None:
    """One for somebody else's topic is left alone."""
    admin = client(secured.admin)
    lost = Rule("moj", Right("TOPIC", "submissions.moj", "LITERAL", "WRITE"))
    strays = [
        Rule("dwp", Right("TOPIC", "submissions.moj", "LITERAL", "WRITE")),
        Rule("mallory", Right("TOPIC", "procurement.events", "LITERAL", "ALL")),
    ]
    others = Rule("monitoring", Right("TOPIC", "other", "LITERAL", "READ"))
    for futures in (
        admin.delete_acls([_described(confluent.AclBindingFilter, lost)]),
        admin.create_acls([_described(confluent.AclBinding, rule) for rule in [*strays, others]]),
    ):
        for future in futures.values():
            future.result(30)
    assert apply(secured.admin, secured.passwords) == Changes([], [], [lost], strays)
    assert apply(secured.admin, secured.passwords) == NOTHING


async def test_a_new_password_takes_the_place_of_the_old(secured: Secured, caplog: pytest.LogCaptureFixture) -> None:
    """From then on the former one is refused, and the file has the one that works."""
    former = secured.login("mod")
    rotate(secured.admin, "mod", secured.passwords)
    assert secured.login("mod") != former
    await until(lambda: answers(secured.login("mod")))  # the controller has agreed, the broker learns a moment later
    await write(secured.login("mod"), "submissions.mod")
    await refused_login(former, caplog)
    assert secured.passwords.file("mod").stat().st_mode & 0o777 == 0o600


def test_only_principals_of_ours_get_a_new_password(secured: Secured) -> None:
    """A mistyped name would make a user that nobody knows of; the admin's stands in the node's own configuration."""
    for name in ("dpw", "admin"):
        with pytest.raises(ValueError, match="is none of"):
            rotate(secured.admin, name, secured.passwords)


def test_the_command_says_what_changed(
    secured: Secured, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """And never a password."""
    for name, value in kafka_environment(secured.admin).items():
        monkeypatch.setenv(name, value)
    folder = str(secured.passwords.folder)
    said: list[str] = []
    for arguments in (["apply"], ["rotate", "defra"]):
        monkeypatch.setattr("sys.argv", ["deploy.kafka", *arguments, "--passwords", folder])
        assert main() == 0
        said.append("".join(capfd.readouterr()))
    assert said == ["nothing has changed\n", f"defra has a new password: {folder}/defra\n"]


def test_the_admin_s_password_is_in_files_of_its_owner_only(secured: Secured) -> None:
    """And in no log."""
    secret = secured.kafka.connection.password
    assert secret is not None
    holding = []
    for file in secured.kafka.directory.rglob("*"):
        with suppress(FileNotFoundError, IsADirectoryError):  # the broker goes on writing, and taking away
            holding += [file] if secret.get_secret_value().encode() in file.read_bytes() else []
    assert {file.name for file in holding} == {"server.properties", "admin"}
    assert {file.stat().st_mode & 0o777 for file in holding} == {0o600}


async def test_an_event_goes_through_ingest_as_ingest(secured: Secured, tmp_path: Path) -> None:
    """Sent by dwp as dwp, accepted by a process that is ingest, whose rights suffice; what is refused comes back."""
    write_keys(tmp_path / "keys.toml", ["dwp"])
    ingest = services(
        tmp_path, kafka=secured.login, database_url="postgresql://nowhere", keys=tmp_path / "keys.toml"
    )["ingest"]  # fmt: skip
    sound = orjson.dumps(cloudevent("dwp", "heartbeat", "dwp", "secured-1", {}))
    others = orjson.dumps(cloudevent("dwp", "heartbeat", "moj", "secured-2", {}))
    before = len(await read_all(secured.admin, "rejections.dwp"))
    ingest.start()
    try:
        await asyncio.to_thread(ingest.wait)
        await to_kafka(secured.login("dwp"), "dwp", [sound, others], progress=lambda _: None)
        async with asyncio.timeout(30):
            while len(rejected := await read_all(secured.login("dwp"), "rejections.dwp")) == before:  # noqa: ASYNC110
                await asyncio.sleep(0.1)
        accepted = await read_all(secured.login("observer"), topics.PROCUREMENT_EVENTS, partitions=8)
    finally:
        ingest.child.stop()
    assert [orjson.loads(record.value)["id"] for record in accepted] == ["secured-1"]
    assert orjson.loads(rejected[-1].value)["data"]["problem"]["type"].endswith("not-yours-to-send")


def openssl(folder: Path, *arguments: str) -> None:
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture(scope="module")
def certificates(open_folder: Path) -> Path:
    """A CA, a node's key and certificate signed by it, and a CA that signed nothing."""
    folder = open_folder / "certificates"
    folder.mkdir()
    for name in ("ca", "other"):
        openssl(folder, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.pem")  # fmt: skip
    openssl(folder, "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=node",
            "-keyout", "node.key", "-out", "node.csr")  # fmt: skip
    (folder / "san").write_text("subjectAltName=IP:127.0.0.1\n")
    openssl(folder, "x509", "-req", "-in", "node.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial",
            "-days", "2", "-extfile", "san", "-out", "node.pem")  # fmt: skip
    (folder / "identity.pem").write_text((folder / "node.key").read_text() + (folder / "node.pem").read_text())
    return folder


async def test_through_tls_with_a_ca_of_ones_own(
    open_folder: Path, certificates: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Both libraries trust the CA that the connection names, and nobody whom another one signed."""
    kafka = Kafka(open_folder / "tls-kafka", tls=Tls(certificates / "identity.pem", certificates / "ca.pem"))
    kafka.start()
    try:
        passwords = Passwords(open_folder / "tls-passwords")
        apply(kafka.connection, passwords)
        dwp = kafka.connection.login("dwp", passwords("dwp"))
        await until(lambda: answers(dwp))
        assert dwp.protocol is Protocol.SASL_SSL
        await to_kafka(dwp, "dwp", [b"{}"], progress=lambda _: None)
        assert [record.value for record in await read_all(kafka.connection, "submissions.dwp")] == [b"{}"]
        broker = dwp.broker()
        await broker.start()
        assert await broker.ping(timeout=10)
        await broker.stop()
        deceived: dict[str, Any] = {"ca": certificates / "other.pem"}
        producer = AIOKafkaProducer(**dwp.model_copy(update=deceived).options())
        with pytest.raises(KafkaConnectionError):
            await producer.start()
        await producer.stop()
        assert "CERTIFICATE_VERIFY_FAILED" in caplog.text
    finally:
        kafka.stop()
        shutil.rmtree(kafka.directory)
