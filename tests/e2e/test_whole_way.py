"""From submission to status while everything that can die does: nothing is lost, nothing counts twice."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random
from typing import Any

import orjson
import pytest

from services.ingest import binding
from services.ingest.acceptance import Accepted, accept
from shared import topics
from shared.departments import load_register
from shared.periods import Period
from tests import oracle
from tests.e2e.system import System
from tests.integration.brokers import read_all
from tests.stream import Submitted, accepted, stream

SEED = 2012
GRACE_SECONDS = 30.0
"""What an orchestrator gives a container between SIGTERM and SIGKILL."""


async def kill_and_restart(service: Any) -> None:
    service.child.kill()
    service.start()


@asynccontextmanager
async def postgres_down(system: System) -> AsyncIterator[None]:
    system.postgres.stop()
    try:
        yield
    finally:
        system.postgres.start()


@asynccontextmanager
async def kafka_down(system: System) -> AsyncIterator[None]:
    """Killed, not stopped: it has had no time to write anything down."""
    system.kafka.kill()
    try:
        yield
    finally:
        system.kafka.launch()
        await asyncio.to_thread(system.kafka.wait)


async def disasters(system: System, rng: Random) -> None:
    """Everything that is there is killed at least once, at moments that the dice choose."""

    async def wait() -> None:
        await asyncio.sleep(rng.uniform(0.3, 1.5))

    for _ in range(3):
        for service in rng.sample([system.ingest, system.aggregator], 2):
            await wait()
            await kill_and_restart(service)
    system.ingest.wait()
    system.aggregator.wait()
    async with postgres_down(system):
        await asyncio.sleep(2)
        await kill_and_restart(system.aggregator)
        await asyncio.sleep(2)
    await wait()
    async with kafka_down(system):
        await wait()
        await kill_and_restart(system.ingest)
        await wait()
        await kill_and_restart(system.aggregator)
        await asyncio.sleep(1)
    await wait()


async def check(system: System, lines: list[Submitted]) -> None:
    """Every acknowledged line is accounted for; ledger and statuses are those of the accepted events."""
    events = accepted(lines)
    await every_submission_is_accounted_for(system, events)
    ledger = [(row["source"], row["id"]) for row in await system.fetch("SELECT source, id FROM event")]
    assert sorted(ledger) == sorted({event.key for event in events})
    assert await system.fetch("SELECT * FROM unreadable") == []
    expected, found = oracle.state(events), await system.statuses()
    assert oracle.targets(expected) <= found.keys()
    for (department, period), status in sorted(found.items()):
        assert status == expected.status(department, Period.parse(period)), (department, period)


async def every_submission_is_accounted_for(system: System, events: list[Any]) -> None:
    """Of each record on the submissions topics: its event is on procurement.events, or its refusal with its sender."""
    register = load_register()
    taken = {
        (orjson.loads(record.value)["source"], orjson.loads(record.value)["id"])
        for record in await read_all(system.kafka.connection, topics.PROCUREMENT_EVENTS, partitions=8)
    }
    assert taken == {event.key for event in events}
    for sender in register.senders():
        told = [
            orjson.loads(record.value)
            for record in await read_all(system.kafka.connection, topics.rejections(sender.code))
        ]
        places = {message["data"]["place"] for message in told if message["source"] == "/ingest"}
        topic = topics.submissions(sender.code)
        refused = set()
        for record in await read_all(system.kafka.connection, topic):
            outcome = accept(
                binding.from_kafka(record.headers, record.value),
                sender=sender,
                register=register,
                received=events[0].received,
                replay=True,
            )
            if isinstance(outcome, Accepted):
                assert outcome.event.key in taken
            else:
                refused.add(f"{topic}/{record.partition}/{record.offset}")
        assert {place for place in places if place.startswith("submissions.")} == refused


@pytest.fixture
def lines() -> list[Submitted]:
    return stream(SEED, procurements=430)


async def test_nothing_is_lost_and_nothing_counts_twice(system: System, lines: list[Submitted]) -> None:
    """Services and Kafka are killed and PostgreSQL is stopped, under load; then all is as if nothing had been."""
    assert len(lines) > 3_000
    sending = asyncio.create_task(system.submit(lines, pause=0.3))
    await disasters(system, Random(SEED))
    await sending
    await system.idle()
    await check(system, lines)
    assert system.refused_over_http >= sum(line.broken for line in lines if line.sender == "dwp")
    actions = {line.get("event.action") for line in system.said(system.aggregator)}
    assert {"dependency.unreachable", "dependency.reached", "batch.retried"} <= actions
    assert "dependency.unreachable" in {line.get("event.action") for line in system.said(system.ingest)}
    assert "service.halted" not in actions


async def stop_in_time(system: System) -> dict[str, int | None]:
    """SIGTERM to both; their exit codes. One that is still there at the end of the grace period is killed: -9."""
    return {
        service.name: await asyncio.to_thread(service.child.stop, timeout=GRACE_SECONDS)
        for service in (system.ingest, system.aggregator)
    }


async def test_sigterm_under_load_loses_nothing(system: System, lines: list[Submitted]) -> None:
    """Both end with code 0 within their grace period; what they had not committed comes again after the restart."""
    some = lines[:1_500]
    sending = asyncio.create_task(system.submit(some, pause=0.05))
    for _ in range(2):
        await asyncio.sleep(1)
        assert await stop_in_time(system) == {"ingest": 0, "aggregator": 0}
        for service in (system.ingest, system.aggregator):
            service.start()
        for service in (system.ingest, system.aggregator):
            await asyncio.to_thread(service.wait)  # what is asked to stop while it starts ends at once, by the signal
    await sending
    await system.idle()
    await check(system, some)


@pytest.mark.parametrize("down", [postgres_down, kafka_down])
async def test_sigterm_while_a_dependency_is_down_ends_in_time(
    system: System, lines: list[Submitted], down: Any
) -> None:
    """Nobody answers, and both end all the same; nothing that was acknowledged is lost."""
    some = lines[:600]
    sending = asyncio.create_task(system.submit(some, pause=0.1))
    await asyncio.sleep(1)
    async with down(system):
        await asyncio.sleep(2)
        codes = await stop_in_time(system)
    assert codes == {"ingest": 0, "aggregator": 0}
    system.ingest.start()
    system.aggregator.start()
    await sending
    await system.idle()
    await check(system, some)
