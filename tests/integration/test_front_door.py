"""The front door on a real broker and ledger: receipts, tokens, limits and the brake, as a sender sees them."""

import asyncio
import os
import uuid
import zlib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import asyncpg
import httpx
import orjson
import pytest
from aiokafka import TopicPartition

from deploy.kafka import topics as kafka_topics
from deploy.local.issuer import AUDIENCE, LocalIssuer
from deploy.local.kafka import Kafka
from deploy.local.services import Service, services, write_keys
from deploy.local.stack import Stack
from services.ingest.kafka import KafkaIngest
from services.ingest.recent import Recent
from services.ingest.taking import Taking
from services.ingest.traffic import LEAST, Traffic
from shared import messages
from shared.consuming import Consuming, Handle, Records
from shared.database import migrate
from shared.departments import load_register
from shared.kafka import Connection
from tests.integration.brokers import committed, eventually, fresh, make_topic, produce, read_all, until
from tests.stream import cloudevent

EVENT, BATCH = "application/cloudevents+json", "application/cloudevents-batch+json"
HEADERS = [("content-type", EVENT.encode())]
SOURCE = "/dwp/system"


class Door:
    """Ingest and the aggregator as processes, with keys of dwp and moj and an issuer of tokens."""

    def __init__(self, connection: Connection, running: dict[str, Service], keys: dict[str, str], issuer: LocalIssuer):
        self.connection, self.running, self.keys, self.issuer = connection, running, keys, issuer

    async def ask(self, method: str, path: str, *, bearer: str | None = None, **options: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {bearer or self.keys['dwp']}", **options.pop("headers", {})}
        async with httpx.AsyncClient(timeout=30) as client:
            return await client.request(method, f"{self.running['ingest'].url}{path}", headers=headers, **options)

    async def post(self, *events: dict[str, Any], bearer: str | None = None) -> httpx.Response:
        kind = {"Content-Type": BATCH}
        return await self.ask("POST", "/v1/events", bearer=bearer, headers=kind, content=orjson.dumps(list(events)))

    async def status(self, id: str, *, bearer: str | None = None) -> httpx.Response:
        path = f"/v1/receipts/{quote(SOURCE, safe='')}/{quote(id, safe='')}"
        return await self.ask("GET", path, bearer=bearer)

    async def history(self, id: str) -> list[str]:
        answer = await self.status(id)
        return [each["status"] for each in answer.json()["history"]] if answer.status_code == 200 else []


def heartbeat(id: str, **more: Any) -> dict[str, Any]:
    """Received now: this ingest takes the sender's word for when it was, and here it says nothing of it."""
    event = cloudevent("dwp", "heartbeat", "dwp", id, {}) | more
    del event["recordedtime"]
    return event


@pytest.fixture(scope="module")
def door(own_kafka: Kafka, stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """Of the tests in this module, each with ids of its own."""
    kafka_topics.create(own_kafka.connection)
    name = f"door_{uuid.uuid4().hex}"
    database = urlsplit(stack.database_url)._replace(path=f"/{name}").geturl()
    asyncio.run(_prepare(stack.database_url, name, database))
    folder = tmp_path_factory.mktemp("door")
    keys = write_keys(folder / "keys.toml", ["dwp", "moj"])
    issuer = LocalIssuer({"dwp": "of dwp", "moj": "of moj"})
    issuer.start()
    told = {
        "SVR_INGEST_OAUTH_ISSUER": issuer.url,
        "SVR_INGEST_OAUTH_AUDIENCE": AUDIENCE,
        "SVR_INGEST_BODY_SECONDS": "2",
        "SVR_INGEST_CONNECTIONS": "50",
    }
    os.environ |= told
    try:
        running = services(
            folder, kafka=lambda _: own_kafka.connection, database_url=database, keys=folder / "keys.toml"
        )
    finally:
        for name in told:
            del os.environ[name]
    started = [running["aggregator"], running["ingest"]]
    try:
        for service in started:
            service.start()
        for service in started:
            service.wait()
        yield Door(own_kafka.connection, running, keys, issuer)
    finally:
        for service in started:
            service.child.stop()
        issuer.stop()


async def _prepare(url: str, name: str, database: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(f"CREATE DATABASE {name}")
    finally:
        await connection.close()
    await migrate(database, schema="aggregator", package="services.aggregator.migrations")


async def test_a_receipt_follows_an_event_into_the_ledger(door: Door) -> None:
    """Accepted or already recorded at once; then recorded, a repeat when it comes again, a conflict when it differs."""
    taken = await door.post(heartbeat("life/1"))
    url = taken.json()["receipts"][0]["status_url"]
    assert (await door.ask("GET", url)).json()["status"] in ("accepted", "recorded")
    await eventually(lambda: door.history("life/1"), ["recorded"])
    assert (await door.post(heartbeat("life/1"))).json() == taken.json()
    await eventually(lambda: door.history("life/1"), ["recorded", "repeat"])
    other = heartbeat("life/1", data={"nothing_to_report": True})
    assert (await door.post(other)).status_code == 202
    await eventually(lambda: door.history("life/1"), ["recorded", "repeat", "conflict"])
    assert (await door.post(other)).status_code == 202
    await eventually(lambda: door.history("life/1"), ["recorded", "repeat", "conflict", "conflict"])
    assert "the first stands" in (await door.status("life/1")).json()["detail"]


async def test_a_receipt_tells_why_an_event_was_refused_and_that_it_was_mended(door: Door) -> None:
    """Whichever way it came; the whole history stands there, the latest first of all."""
    await produce(door.connection, "submissions.dwp", [orjson.dumps(heartbeat("mend", subject="moj"))], headers=HEADERS)
    await eventually(lambda: door.history("mend"), ["refused"])
    answer = (await door.status("mend")).json()
    assert answer["problem"]["errors"] == [{"pointer": "/subject", "detail": "dwp may not speak for moj"}]
    assert (await door.post(heartbeat("mend"))).status_code == 202
    await eventually(lambda: door.history("mend"), ["refused", "recorded"])
    assert (await door.status("mend")).json()["status"] == "recorded"


async def test_a_receipt_is_for_who_sent_the_event(door: Door) -> None:
    """To anybody else, and of what nobody sent, there is none."""
    await door.post(heartbeat("mine"))
    await eventually(lambda: door.history("mine"), ["recorded"])
    for id, bearer in (("mine", door.keys["moj"]), ("nobody's", door.keys["dwp"])):
        answer = await door.status(id, bearer=bearer)
        assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


async def test_without_the_aggregator_events_are_taken_and_receipts_wait(door: Door) -> None:
    """503 with the time to ask again; afterwards everything is there."""
    door.running["aggregator"].child.stop()
    assert (await door.post(heartbeat("while down"))).status_code == 202
    answer = await door.status("while down")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    door.running["aggregator"].start()
    await asyncio.to_thread(door.running["aggregator"].wait)
    await eventually(lambda: door.history("while down"), ["recorded"])


async def test_a_token_of_the_issuer_opens_the_door(door: Door) -> None:
    """As a department's system gets it: by client credentials, for the scope it asks for."""
    form = {"grant_type": "client_credentials", "client_id": "dwp", "client_secret": "of dwp", "scope": "events:write"}
    async with httpx.AsyncClient() as client:
        token = (await client.post(f"{door.issuer.url}/token", data=form)).json()["access_token"]
        form["client_secret"] = "another"
        assert (await client.post(f"{door.issuer.url}/token", data=form)).status_code == 401
    assert (await door.post(heartbeat("by token"), bearer=token)).status_code == 202


@pytest.mark.parametrize(
    ("claims", "status", "challenge"),
    [
        ({"exp": 1}, 401, 'Bearer error="invalid_token", error_description="it has expired"'),
        ({"aud": "another"}, 401, 'Bearer error="invalid_token", error_description="it is for another audience"'),
        ({"iss": "another"}, 401, 'Bearer error="invalid_token", error_description="it is of another issuer"'),
        ({"scope": "events:read"}, 403, 'Bearer error="insufficient_scope", scope="events:write"'),
    ],
)
async def test_a_token_that_is_not_for_this_is_refused(
    door: Door, claims: dict[str, Any], status: int, challenge: str
) -> None:
    """RFC 6750: what is wrong with it stands in the challenge."""
    answer = await door.post(heartbeat("no"), bearer=door.issuer.token("dwp", **claims))
    assert (answer.status_code, answer.headers["www-authenticate"]) == (status, challenge)


async def test_a_token_for_another_department_says_nothing_of_this_one(door: Door) -> None:
    """Whoever it is, it may speak for itself only."""
    answer = await door.post(heartbeat("x"), bearer=door.issuer.token("moj"))
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/not-yours-to-send")


def memory(door: Door) -> int:
    """Of the ingest process, resident, in MiB."""
    pid = door.running["ingest"].child.pid
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 2**20


def bomb(head: bytes, filling: bytes) -> bytes:
    """A thousand million bytes in about a million."""
    packer = zlib.compressobj(9, wbits=31)
    return packer.compress(head) + b"".join(packer.compress(filling * 10**7) for _ in range(100)) + packer.flush()


KEYS = b"{" + b",".join(b'"k%d":0' % number for number in range(1_000_000)) + b"}"
HEAVY = {
    "a gzip bomb of events": ("/v1/events", BATCH, {"Content-Encoding": "gzip"}, bomb(b'[{"a":"', b"x"), 413),
    "a gzip bomb of releases": (
        "/v1/releases",
        "application/jsonl",
        {"Content-Encoding": "gzip"},
        bomb(b"", b"\n"),
        413,
    ),
    "a gzip bomb of blanks": (
        "/v1/releases",
        "application/json",
        {"Content-Encoding": "gzip"},
        bomb(b"", b" "),
        422,
    ),
    "a million keys": ("/v1/events", EVENT, {}, KEYS, 422),
    "a million keys in a batch": ("/v1/events", BATCH, {}, b"[" + KEYS + b"]", 422),
    "a million keys in a package": ("/v1/releases", "application/json", {}, b'{"releases":[' + KEYS + b"]}", 422),
    "a deep pit": ("/v1/events", EVENT, {}, b"[" * 900_000, 422),
    "a deep pit in a batch": ("/v1/events", BATCH, {}, b"[" * 15_000_000, 422),
    "a deep pit of releases": ("/v1/releases", "application/json", {}, b'{"a":' * 5_000_000, 422),
    "a line without end": ("/v1/releases", "application/jsonl", {}, b"x" * 60_000_000, 422),
    "a million lines": ("/v1/releases", "application/jsonl", {}, b"{}\n" * 1_000_000, 413),
    "a million events": ("/v1/events", BATCH, {}, b"[" + b"{}," * 1_000_000 + b"{}]", 413),
    "too large a body": ("/v1/releases", "application/jsonl", {}, b"\n" * 70_000_000, 413),
}


@pytest.mark.parametrize("case", HEAVY.values(), ids=list(HEAVY))
async def test_what_is_heavy_is_refused_and_memory_stays_flat(door: Door, case: Any) -> None:
    """Each is told as a problem, and nothing of it stands in memory whole."""
    path, kind, headers, body, status = case
    await door.post(heartbeat("warm"))
    before = memory(door)
    # A sender of its own for each: neither its debt nor its brake is another's.
    bearer = door.issuer.token(load_register().senders()[list(HEAVY.values()).index(case)].code)
    headers = {"Content-Type": kind, **headers}
    answer = await door.ask("POST", path, bearer=bearer, headers=headers, content=_coming(body))
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert memory(door) - before < 120


async def _coming(body: bytes) -> AsyncIterator[bytes]:
    """Without a length that would give it away."""
    for start in range(0, len(body), 2**20):
        yield body[start : start + 2**20]


async def test_a_body_that_hardly_comes_is_given_up(door: Door) -> None:
    """408, and the connection is closed."""
    url = urlsplit(door.running["ingest"].url)
    reader, writer = await asyncio.open_connection(url.hostname, url.port)
    head = f"POST /v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {door.keys['dwp']}\r\n"
    writer.write(f"{head}Content-Type: {EVENT}\r\nContent-Length: 1000\r\n\r\n{{".encode())
    answer = await asyncio.wait_for(reader.read(), 30)  # to the end of the connection
    assert answer.startswith(b"HTTP/1.1 408")
    writer.close()


async def test_headers_without_end_are_not_read(door: Door) -> None:
    """400 from the server itself, or the connection is cut; the door stays open for others."""
    url = urlsplit(door.running["ingest"].url)
    reader, writer = await asyncio.open_connection(url.hostname, url.port)
    writer.write(b"POST /v1/events HTTP/1.1\r\nX: " + b"x" * 200_000)
    with suppress(ConnectionResetError):
        assert (await asyncio.wait_for(reader.read(), 30)).startswith(b"HTTP/1.1 400")
    writer.close()
    assert (await door.post(heartbeat("after headers"))).status_code == 202


async def test_too_many_connections_are_answered_503(door: Door) -> None:
    """And once they are gone it takes events again."""
    url = urlsplit(door.running["ingest"].url)
    held = [await asyncio.open_connection(url.hostname, url.port) for _ in range(50)]
    assert (await door.post(heartbeat("crowd"))).status_code == 503
    for _, writer in held:
        writer.close()

    async def status() -> int:
        return (await door.post(heartbeat("crowd"))).status_code

    await eventually(status, 202)


def taking(producer: Any, traffic: Traffic) -> Taking:
    return Taking(producer, load_register(), traffic, Recent(), replay=False)


@asynccontextmanager
async def consuming(connection: Connection, *topics: str, handle: Handle, group: str) -> AsyncIterator[Consuming]:
    """One member of a group; a halt would fail the test."""
    broker = connection.broker()
    member = Consuming(broker, *topics, group=group, handle=handle, halt=_never_halts)
    await broker.start()
    try:
        yield member
    finally:
        await broker.stop()


def _never_halts(fault: BaseException) -> None:
    raise AssertionError("a service of this test halted") from fault


async def test_a_sender_beyond_its_rate_waits_and_the_others_go_on(own_kafka: Kafka) -> None:
    """Of a flood more is taken only when the rate allows it; what another sends meanwhile is not behind it."""
    connection, group, handled = own_kafka.connection, fresh("group"), list[str]()
    kafka_topics.create(connection)
    flood, other = "submissions.moj", "submissions.defra"
    await produce(connection, flood, [orjson.dumps(heartbeat("x"))] * 30, headers=HEADERS)
    producer = messages.producer(connection)
    await producer.start()
    members: list[Consuming] = []
    ingest = KafkaIngest(taking(producer, Traffic(rate=10, burst=1)), lambda p, s: members[0].pause(p, s))

    async def handle(records: Records) -> None:
        handled.extend(record.topic for record in records)
        await ingest.handle(records)

    try:
        async with consuming(connection, flood, other, handle=handle, group=group) as member:
            members.append(member)
            await until(lambda: handled.count(flood) == 30)  # and now owes some three seconds
            await produce(connection, flood, [orjson.dumps(heartbeat("y"))], headers=HEADERS)
            await produce(connection, other, [orjson.dumps(heartbeat("z"))], headers=HEADERS)
            await until(lambda: len(handled) == 32)
            assert handled[30:] == [other, flood]
            assert await member.live(0)
            done = {TopicPartition(flood, 0): 31, TopicPartition(other, 0): 1}
            await eventually(lambda: committed(connection, group), done)
    finally:
        await producer.stop()


async def test_a_paused_partition_outlives_a_rebalance_and_is_resumed(own_kafka: Kafka) -> None:
    """A member joins and leaves: nothing of the paused partition is handed over before its time, and all after."""
    connection, group = own_kafka.connection, fresh("group")
    topic, later = await make_topic(connection), await make_topic(connection)
    first: list[bytes | None] = []
    await produce(connection, topic, [b"0"])

    async def handle(records: Records) -> None:
        first.extend(record.value for record in records)
        if first == [b"0"]:
            members[0].pause(TopicPartition(topic, 0), 60)

    async def nothing(_: Records) -> None: ...

    members: list[Consuming] = []
    async with consuming(connection, topic, later, handle=handle, group=group) as member:
        members.append(member)
        await until(lambda: first == [b"0"])
        consumer = member.subscriber.consumer
        assert consumer is not None
        before = consumer._subscription.subscription.assignment
        async with consuming(connection, later, handle=nothing, group=group):
            await until(lambda: consumer._subscription.subscription.assignment is not before)
        await produce(connection, topic, [b"1"])
        await until(lambda: TopicPartition(later, 0) in consumer.assignment())
        await produce(connection, later, [b"l"])
        await until(lambda: len(first) == 2 and TopicPartition(topic, 0) in consumer.paused())
        member.pause(TopicPartition(topic, 0), 0.1)  # the latest counts
        await until(lambda: len(first) == 3)
        assert first == [b"0", b"l", b"1"]
        done = {TopicPartition(topic, 0): 2, TopicPartition(later, 0): 1}
        await eventually(lambda: committed(connection, group), done)


async def test_the_brake_is_told_once_and_the_refusals_go_on(door: Door) -> None:
    """One message with an example among all the rejections; nothing is lost; its release is told once too."""
    connection, topic, partition = door.connection, "submissions.mod", TopicPartition("submissions.mod", 0)

    async def position() -> int:
        return (await committed(connection, "ingest")).get(partition, 0)

    sound = orjson.dumps(cloudevent("mod", "heartbeat", "mod", "x", {}))
    await produce(connection, topic, [b"{}"] * 3 * LEAST, headers=HEADERS)
    await eventually(position, 3 * LEAST)
    await produce(connection, topic, [sound] * 3 * LEAST, headers=HEADERS)
    await eventually(position, 6 * LEAST)
    found = [orjson.loads(record.value) for record in await read_all(connection, "rejections.mod")]
    told = [each for each in found if ".brake." in each["type"]]
    assert [each["type"].split(".")[-2] for each in told] == ["applied", "released"]
    applied = told[0]["data"]
    assert (applied["refused"], applied["of"]) == (LEAST, LEAST)
    assert applied["most_frequent"]["problem"]["type"] == "/problems/not-a-cloudevent"
    assert len(found) - len(told) == 3 * LEAST
