"""What a service says of itself every half minute."""

from typing import Any

from aiokafka import TopicPartition
from aiokafka.errors import KafkaConnectionError
from structlog.testing import capture_logs

from shared.health import Health
from shared.heartbeat import Heartbeat
from shared.lag import Lag


class FakeConsuming:
    """So far behind as it is told to be."""

    group = "g"
    in_hand = 7

    def __init__(self, behind: dict[TopicPartition, Lag] | Exception) -> None:
        self.found, self.records_done = behind, 100

    async def behind(self) -> dict[TopicPartition, Lag]:
        if isinstance(self.found, Exception):
            raise self.found
        return self.found


def health(*consumers: Any) -> Health:
    found = Health(60)
    for each in consumers:
        found.watch(each)
    return found


async def beats(found: Health, *, times: int = 1) -> list[Any]:
    """The log lines of so many heartbeats, without what differs from machine to machine."""
    heartbeat = Heartbeat(found, lambda: 3)
    with capture_logs() as logs:
        for _ in range(times):
            await heartbeat.beat()
    return [{name: v for name, v in line.items() if name not in ("uptime", "memory_mib")} for line in logs]


BEAT = {"event": "heartbeat", "log_level": "info", "in_flight": 7, "done": 100, "connections": 3}


async def test_a_heartbeat_says_what_is_in_hand_and_what_was_done_since_the_last_one() -> None:
    """Records and requests together."""
    found = health(FakeConsuming({}))
    found.served.in_flight = 2
    found.served.finished(1, 200)
    first, second, _ = await beats(found, times=2)
    assert first == {**BEAT, "in_flight": 9, "done": 101}
    assert second == {**BEAT, "in_flight": 9, "done": 0}


async def test_every_consumer_says_how_far_it_is_behind() -> None:
    """A line for each partition; over the limit it is a warning."""
    a, b = (
        FakeConsuming({TopicPartition("t", 1): Lag(3, 10, 300)}),
        FakeConsuming({TopicPartition("u", 0): Lag(0, 1, 600)}),
    )
    line = {"event": "consumer.lag", "log_level": "info", "group": "g"}
    assert await beats(health(a, b)) == [
        {**BEAT, "in_flight": 14, "done": 200},
        {**line, "topic": "t", "partition": 1, "lag": 7, "committed": 3, "end": 10, "age_seconds": 300},
        {**line, "log_level": "warning", "topic": "u", "partition": 0, "lag": 1, "committed": 0, "end": 1,
         "age_seconds": 600},
    ]  # fmt: skip


async def test_a_heartbeat_outlives_what_cannot_be_asked() -> None:
    """It says so, and goes on: to the next consumer, and to the monitors."""
    asked = []

    async def fails() -> None:
        asked.append("fails")
        raise OSError("gone")

    async def answers() -> None:
        asked.append("answers")

    found = health(FakeConsuming(KafkaConnectionError("gone")))
    found.monitors = {"outbox": fails, "other": answers}
    assert (await beats(found))[1:] == [
        {
            "event": "dependency.unreachable",
            "log_level": "warning",
            "dependency": "Kafka",
            "error": "KafkaConnectionError: gone",
            "error_type": "KafkaConnectionError",
        },
        {
            "event": "monitor.failed",
            "log_level": "warning",
            "monitor": "outbox",
            "error": "gone",
            "error_type": "OSError",
        },
    ]
    assert asked == ["fails", "answers"]


async def test_every_second_heartbeat_sums_up_the_requests() -> None:
    """A minute's, once."""
    found = health()
    for number in range(1, 101):
        found.served.finished(number * 1_000_000, 500 if number == 7 else 200)
    logs = await beats(found, times=4)
    assert [line["event"] for line in logs] == ["heartbeat", "heartbeat", "slo.summary", "heartbeat", "heartbeat"]
    assert logs[2] == {
        "event": "slo.summary",
        "log_level": "info",
        "requests": 100,
        "errors": 1,
        "p50_ms": 50,
        "p95_ms": 95,
        "p99_ms": 99,
    }
