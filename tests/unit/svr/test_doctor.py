"""svr doctor: each thing is tried for real on the loopback address, and what is not well is named with its cure."""

import asyncio
import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from pydantic import SecretStr

from deploy.kafka.acls import Operation, Pattern, Resource, principals, table
from services.reporter.delivery.smtp import Server
from services.svr import doctor_kafka, doctor_places, doctor_postgres
from services.svr.doctor import settings_in
from services.svr.doctor_kafka import Uses, uses
from services.svr.findings import Finding, State
from shared import topics
from shared.departments import load_register
from shared.kafka import Connection, Protocol

SENDERS = [sender.code for sender in load_register().senders()]
SECRET = "correct-horse"


@asynccontextmanager
async def answering(*answers: bytes) -> AsyncIterator[int]:
    """A port at which each connection is given the next of the answers, and then ended."""
    left = list(answers)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(left.pop(0))
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


@asynccontextmanager
async def closing() -> AsyncIterator[int]:
    """A port that says something and ends every connection at once."""

    def serve(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 no TLS and no Kafka\r\n")
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


@pytest.fixture
def nobody() -> int:
    """A port at which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def http(status: int, body: bytes = b"{}") -> bytes:
    return b"HTTP/1.1 %d X\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s" % (status, len(body), body)


async def kafka(port: int, **more: object) -> list[Finding]:
    connection = Connection.model_validate({"bootstrap": f"127.0.0.1:{port}", **more})
    return [finding async for finding in doctor_kafka.examine(connection)]


async def test_where_nobody_listens_everything_says_so(nobody: int) -> None:
    """With the variable that says where it is sought; and nothing further is tried."""
    url = f"http://127.0.0.1:{nobody}"
    found = [
        *await kafka(nobody),
        *[finding async for finding in doctor_postgres.examine(f"postgresql://svr:{SECRET}@127.0.0.1:{nobody}/svr")],
        await doctor_places.health("Ingest", url, "SVR_INGEST_URL"),
        await doctor_places.issuer("Issuer", url, "SVR_INGEST_OAUTH_ISSUER"),
        await doctor_places.smtp(Server("127.0.0.1", nobody, "off")),
    ]
    assert {each.state for each in found} == {State.FAIL}
    wanted = [
        "SVR_KAFKA_BOOTSTRAP",
        "DATABASE_URL",
        "SVR_INGEST_URL",
        "SVR_INGEST_OAUTH_ISSUER",
        "SVR_REPORTER_SMTP_HOST",
    ]
    assert [word for each, word in zip(found, wanted, strict=True) if word not in each.cure] == []
    assert SECRET not in repr(found)


async def test_a_listener_that_ends_the_connection_is_no_kafka_of_that_kind() -> None:
    """The protocol is what to look at."""
    async with closing() as port:
        (found,) = await kafka(port, protocol=Protocol.SASL_PLAINTEXT, username="dwp", password=SecretStr(SECRET))
    assert (found.state, "SVR_KAFKA_SECURITY" in found.cure) == (State.FAIL, True)


async def test_a_listener_without_tls_is_told_from_one_that_is_not_there() -> None:
    """TLS was asked for, and something else answers."""
    async with closing() as port:
        (found,) = await kafka(port, protocol=Protocol.SSL)
    assert (found.state, "SVR_KAFKA_CA" in found.cure) == (State.FAIL, True)


@pytest.mark.parametrize("bootstrap", ["kafka", "kafka:", ":9092", "kafka:nine"])
async def test_an_address_that_is_none_is_named(bootstrap: str) -> None:
    """Before anything is tried."""
    (found,) = [finding async for finding in doctor_kafka.examine(Connection(bootstrap=bootstrap))]
    assert found == Finding(f"Kafka {bootstrap}", State.FAIL, "is no host:port", "correct SVR_KAFKA_BOOTSTRAP")


@pytest.mark.parametrize(
    ("ready", "live", "state", "words"),
    [
        (200, 200, State.OK, "is ready and live"),
        (503, 200, State.FAIL, "is not ready"),
        (200, 503, State.FAIL, "is not live"),
        (404, 404, State.FAIL, "has no /health"),
    ],
)
async def test_a_service_is_asked_as_a_probe_asks(ready: int, live: int, state: State, words: str) -> None:
    """Ready, live, unwell, or another server altogether."""
    async with answering(http(ready), http(live)) as port:
        found = await doctor_places.health("Ingest", f"http://127.0.0.1:{port}", "SVR_INGEST_URL")
    assert (found.state, words in found.said) == (state, True)


@pytest.mark.parametrize(
    ("keys", "state"), [(b'{"keys": [{"kid": "1"}]}', State.OK), (b'{"keys": []}', State.FAIL), (b"[]", State.FAIL)]
)
async def test_an_issuer_must_have_keys(keys: bytes, state: State) -> None:
    """Without them no token can be proved."""
    async with answering(http(200, keys)) as port:
        url = f"http://127.0.0.1:{port}/jwks"
        found = await doctor_places.issuer("Issuer", "http://issuer", "SVR_INGEST_OAUTH_ISSUER", jwks_url=url)
    assert found.state is state


async def test_the_configuration_must_be_the_issuer_s_own() -> None:
    """Tokens would be refused for their `iss`."""
    async with answering(http(200, b'{"issuer": "http://other", "jwks_uri": "http://other/keys"}')) as port:
        found = await doctor_places.issuer("Issuer", f"http://127.0.0.1:{port}", "SVR_INGEST_OAUTH_ISSUER")
    assert (found.state, "'http://other'" in found.said) == (State.FAIL, True)


def test_disk_that_is_nearly_full_is_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    """And enough is none."""
    assert doctor_places.disk("/").state in (State.OK, State.WARN)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(1, 1, 0))
    assert doctor_places.disk("/").state is State.WARN


def test_what_is_asked_of_kafka_is_what_its_acls_allow() -> None:
    """Principal by principal: nothing that is allowed is left untried, and nothing is missed that nobody may."""
    every = [topic.name for topic in topics.topics(SENDERS)]
    for principal in principals(SENDERS):
        allowed: dict[str, set[str]] = {"READ": set(), "WRITE": set()}
        groups = set()
        for right in table(SENDERS)[principal]:
            if right.resource == Resource.TOPIC and right.operation in allowed:
                prefixed = right.pattern == Pattern.PREFIXED
                allowed[right.operation] |= {
                    name for name in every if name == right.name or (prefixed and name.startswith(right.name))
                }
            elif right.resource == Resource.GROUP and (right.operation, right.pattern) == (
                Operation.READ, Pattern.LITERAL,
            ):  # fmt: skip
                groups.add(right.name)
        found = uses(principal, SENDERS)
        expected = Uses(frozenset(allowed["READ"]), frozenset(allowed["WRITE"]), frozenset(groups))
        assert found == expected, principal


def test_settings_of_a_service_are_looked_at_where_the_environment_has_some(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its faults are named, and what nothing reads; what only svr reads makes no service."""
    monkeypatch.setenv("SVR_REPORTER_MAIL", "smtp")
    environment = {"SVR_REPORTER_MAIL": "smtp", "SVR_REPORTER_PROT": "1", "SVR_INGEST_URL": "http://here"}
    found = list(settings_in(environment))
    assert [(each.what, each.state) for each in found] == [
        ("Settings of reporter", State.FAIL), ("Settings of reporter", State.WARN),
    ]  # fmt: skip
    assert "SVR_REPORTER_CONTACTS" in found[0].said
    assert found[1].cure == "call it SVR_REPORTER_PORT"
