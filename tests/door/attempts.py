"""What is tried on the door that must not work, and one that must: each says in a word what came of it."""

import asyncio
import gzip
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

import orjson
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.errors import KafkaError, MessageSizeTooLargeError
from joserfc.jwk import RSAKey
from pydantic import SecretStr

from shared.kafka import Connection
from tests.door.house import BATCH, STRUCTURED, Door, heartbeat
from tests.stream import cloudevent

HEADERS = [("content-type", STRUCTURED.encode())]
MEBIBYTE = 2**20


@dataclass(frozen=True)
class Attempt:
    """`expected` is what `run` must answer."""

    way: str
    name: str
    expected: str
    run: Callable[[Door], Awaitable[str]]


async def write(connection: Connection, topic: str, value: bytes | None = b"{}") -> str:
    """The broker's refusal by its class, or "written"."""
    producer = AIOKafkaProducer(**connection.options(), enable_idempotence=True, max_request_size=8 * MEBIBYTE)
    try:
        await producer.start()
        await producer.send_and_wait(topic, value, key=b"k", headers=HEADERS)
    except KafkaError as refusal:
        return type(refusal).__name__
    finally:
        await producer.stop()
    return "written"


async def read(connection: Connection, topic: str) -> str:
    consumer = AIOKafkaConsumer(topic, auto_offset_reset="earliest", **connection.options())
    try:
        await consumer.start()
        async with asyncio.timeout(10):
            await consumer.getone()
    except KafkaError as refusal:
        return type(refusal).__name__
    finally:
        await consumer.stop()
    return "read"


async def rejected(door: Door, value: bytes | None) -> str:
    """Writes to dwp's own topic, where it may, and reads from its rejections what ingest says of it."""
    login = door.login("dwp")
    async with AIOKafkaConsumer("rejections.dwp", auto_offset_reset="latest", **login.options()) as rejections:
        await rejections.seek_to_end()
        await rejections.position(next(iter(rejections.assignment())))
        if (found := await write(login, "submissions.dwp", value)) != "written":
            return found
        async with asyncio.timeout(15):
            record = await rejections.getone()
    return str(orjson.loads(record.value)["data"]["problem"]["type"]).removeprefix("/problems/")


def answered(status: int, body: bytes) -> str:
    """`422 invalid-data`, or `202`."""
    try:
        slug = orjson.loads(body)["type"].removeprefix("/problems/")
    except (ValueError, KeyError, TypeError):
        return str(status)
    return f"{status} {slug}"


def posting(
    body: Callable[[Door], object],
    *,
    bearer: Callable[[Door], str] | None = None,
    kind: str = STRUCTURED,
    gzipped: bool = False,
) -> Callable[[Door], Awaitable[str]]:
    encoding = {"Content-Encoding": "gzip"} if gzipped else {}

    async def run(door: Door) -> str:
        token = None if bearer is None else bearer(door)
        answer = await door.post(body(door), bearer=token, kind=kind, **encoding)
        return answered(answer.status_code, answer.content)

    return run


async def replayed(door: Door) -> str:
    """The same request, bytes and all: the same answer, and one event in the ledger."""
    event, token = heartbeat("replayed"), door.issuer.token("dwp")
    first = await door.post(event, bearer=token)
    await door.recorded("replayed")
    second = await door.post(event, bearer=token)
    same = "same answer" if (first.status_code, first.content) == (second.status_code, second.content) else "differs"
    for _ in range(100):
        if (history := await door.history("replayed")) == ["recorded", "repeat"]:
            break
        await asyncio.sleep(0.1)
    return f"{second.status_code} {same}, {' then '.join(history)}"


async def slow(door: Door) -> str:
    """A byte every half second, for ever."""
    address = urlsplit(door.ingest.url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    head = (
        f"POST /v1/events HTTP/1.1\r\nHost: door\r\nAuthorization: Bearer {door.issuer.token('dwp')}\r\n"
        f"Content-Type: {STRUCTURED}\r\nContent-Length: 100000\r\n\r\n"
    )
    writer.write(head.encode())

    async def dripping() -> None:
        while True:
            writer.write(b" ")
            await writer.drain()
            await asyncio.sleep(0.5)

    drip = asyncio.create_task(dripping())
    try:
        async with asyncio.timeout(60):
            return (await reader.readline()).decode().split(" ", 2)[1]
    finally:
        drip.cancel()
        await asyncio.gather(drip, return_exceptions=True)
        writer.close()


async def endless() -> AsyncIterator[bytes]:
    """A batch of 30,000 sound events, without saying beforehand how many."""
    yield b"["
    for number in range(30):
        yield b",".join(orjson.dumps(heartbeat(f"endless/{number}/{n}")) for n in range(1_000)) + b","


def bomb(_: Door) -> bytes:
    """A gigabyte of spaces in a megabyte."""
    return gzip.compress(b" " * MEBIBYTE, 9) * 1_000


def keys(count: int) -> bytes:
    """An event whose data has so many properties."""
    many = b",".join(b'"%d":1' % number for number in range(count))
    return orjson.dumps(heartbeat("keys"))[:-1].replace(b'"data":{', b'"data":{' + many + b",") + b"}"


def nested(depth: int) -> bytes:
    return orjson.dumps(heartbeat("deep"))[:-1] + b',"x":' + b"[" * depth + b"]" * depth + b"}"


def foreign_key(door: Door) -> str:
    """Signed by a key that says it is the issuer's."""
    forged = RSAKey.generate_key(2048, {"kid": str(door.issuer.keys.keys[0].kid)})
    return door.issuer.token("dwp", key=forged)


def unsigned(door: Door) -> str:
    """alg none, the oldest trick."""
    _, claims, _ = door.issuer.token("dwp").split(".")
    return f"eyJhbGciOiJub25lIn0.{claims}."


def hours(count: int) -> int:
    return int(time.time()) + 3_600 * count


def plain(door: Door) -> Connection:
    return Connection(bootstrap=door.kafka.connection.bootstrap)


def password(door: Door, text: str) -> Connection:
    return door.kafka.connection.login("dwp", SecretStr(text))


MOJ_EVENT = heartbeat("for moj", subject="moj")
ROUND = cloudevent("dwp", "round.closed", "2026-27-q1", "no round of ours", {"closed_on": "2026-07-20"})

ATTEMPTS = [
    Attempt("Kafka", "wrong password", "KafkaConnectionError",
            lambda d: write(password(d, "wrong"), "submissions.dwp")),
    Attempt("Kafka", "no login at all", "KafkaConnectionError", lambda d: write(plain(d), "submissions.dwp")),
    Attempt("Kafka", "right password, another's submissions", "TopicAuthorizationFailedError",
            lambda d: write(d.login("dwp"), "submissions.moj")),
    Attempt("Kafka", "right password, reading another's rejections", "TopicAuthorizationFailedError",
            lambda d: read(d.login("dwp"), "rejections.moj")),
    Attempt("Kafka", "writing past the door", "TopicAuthorizationFailedError",
            lambda d: write(d.login("dwp"), "procurement.events")),
    Attempt("Kafka", "reading everybody's events", "TopicAuthorizationFailedError",
            lambda d: read(d.login("dwp"), "procurement.events")),
    Attempt("Kafka", "an event of another department", "not-yours-to-send",
            lambda d: rejected(d, orjson.dumps(MOJ_EVENT))),
    Attempt("Kafka", "an event that only the PM's office sends", "not-yours-to-send",
            lambda d: rejected(d, orjson.dumps(ROUND))),
    Attempt("Kafka", "an event without an id", "not-a-cloudevent",
            lambda d: rejected(d, orjson.dumps({k: v for k, v in heartbeat("x").items() if k != "id"}))),
    Attempt("Kafka", "a tombstone", "not-a-cloudevent", lambda d: rejected(d, None)),
    Attempt("Kafka", "no JSON", "not-json", lambda d: rejected(d, b"\xff\xfe{")),
    Attempt("Kafka", "100,000 properties", "invalid-data", lambda d: rejected(d, keys(100_000))),
    Attempt("Kafka", "100,000 levels", "not-json", lambda d: rejected(d, nested(100_000))),
    Attempt("Kafka", "5 MiB in one record", MessageSizeTooLargeError.__name__,
            lambda d: write(d.login("dwp"), "submissions.dwp", b" " * 5 * MEBIBYTE)),
    Attempt("HTTP", "no credential", "401 unauthorised", posting(lambda _: heartbeat("a"), bearer=lambda _: "")),
    Attempt("HTTP", "unknown key", "401 unauthorised", posting(lambda _: heartbeat("a"), bearer=lambda _: "guess")),
    Attempt("HTTP", "expired token", "401 unauthorised",
            posting(lambda _: heartbeat("a"), bearer=lambda d: d.issuer.token("dwp", exp=hours(-1)))),
    Attempt("HTTP", "token of tomorrow", "401 unauthorised",
            posting(lambda _: heartbeat("a"), bearer=lambda d: d.issuer.token("dwp", nbf=hours(1)))),
    Attempt("HTTP", "token signed by another key", "401 unauthorised",
            posting(lambda _: heartbeat("a"), bearer=foreign_key)),
    Attempt("HTTP", "unsigned token", "401 unauthorised", posting(lambda _: heartbeat("a"), bearer=unsigned)),
    Attempt("HTTP", "token for another service", "401 unauthorised",
            posting(lambda _: heartbeat("a"), bearer=lambda d: d.issuer.token("dwp", aud="another"))),
    Attempt("HTTP", "token of another issuer", "401 unauthorised",
            posting(lambda _: heartbeat("a"), bearer=lambda d: d.issuer.token("dwp", iss="https://elsewhere"))),
    Attempt("HTTP", "token for no department of ours", "401 unauthorised",
            posting(lambda _: heartbeat("a"), bearer=lambda d: d.issuer.token("dwp", department="ruritania"))),
    Attempt("HTTP", "token that may only read", "403 insufficient-scope",
            posting(lambda _: heartbeat("a"), bearer=lambda d: d.issuer.token("dwp", scope="events:read"))),
    Attempt("HTTP", "token for another department", "422 not-yours-to-send",
            posting(lambda _: heartbeat("a"), bearer=lambda d: d.issuer.token("moj"))),
    Attempt("HTTP", "an event that only the PM's office sends", "422 not-yours-to-send", posting(lambda _: ROUND)),
    Attempt("HTTP", "one bad event in a batch: none is taken", "422 not-yours-to-send",
            posting(lambda _: [heartbeat("batch/good"), MOJ_EVENT], kind=BATCH)),
    Attempt("HTTP", "17 MB, said beforehand", "413 body-too-large", posting(lambda _: b" " * 17_000_000, kind=BATCH)),
    Attempt("HTTP", "30,000 events, not said beforehand", "413 body-too-large",
            posting(lambda _: endless(), kind=BATCH)),
    Attempt("HTTP", "gzip bomb: 1 GB in 1 MB", "422 too-large",
            posting(bomb, kind=BATCH, gzipped=True)),
    Attempt("HTTP", "gzip bomb of releases", "422 too-large",
            posting(bomb, kind="application/json", gzipped=True)),
    Attempt("HTTP", "a body slower than anybody honest", "408", slow),
    Attempt("HTTP", "a million properties", "422 too-large", posting(lambda _: keys(1_000_000))),
    Attempt("HTTP", "100,000 levels", "422 not-json", posting(lambda _: nested(100_000))),
    Attempt("HTTP", "another content type", "415 unsupported-media-type",
            posting(lambda _: b"<a/>", kind="application/xml")),
    Attempt("HTTP", "the same request again", "202 same answer, recorded then repeat", replayed),
]  # fmt: skip


async def quietly(attempt: Attempt, door: Door) -> str:
    """What came of it; a client's own complaints are no news here."""
    chatty = logging.getLogger("aiokafka")
    level = chatty.level
    chatty.setLevel(logging.CRITICAL)
    try:
        return await attempt.run(door)
    except (OSError, TimeoutError) as fault:
        return type(fault).__name__
    finally:
        chatty.setLevel(level)
