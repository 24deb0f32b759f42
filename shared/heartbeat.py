"""What a service says of itself every half minute, though nothing happens: silence is an alarm."""

import asyncio
import os
import time
from collections.abc import Callable

from aiokafka.errors import KafkaError

from shared.consuming import Consuming
from shared.health import Health
from shared.lag import LATE_SECONDS
from shared.logging import fault_fields, get_logger

log = get_logger()
PATIENCE_SECONDS = 15.0


class Heartbeat:
    """`connections`: how many HTTP connections are open."""

    def __init__(self, health: Health, connections: Callable[[], int]) -> None:
        self.health, self.connections = health, connections
        self.began, self.beats, self.done = time.monotonic(), 0, 0

    async def beat(self) -> None:
        """Never raises: what cannot be asked is a line."""
        consumers, served = self.health.consumers, self.health.served
        done = served.done + sum(each.records_done for each in consumers)
        log.info(
            "heartbeat",
            uptime=int(time.monotonic() - self.began),
            in_flight=served.in_flight + sum(each.in_hand for each in consumers),
            done=done - self.done,
            memory_mib=memory_mib(),
            connections=self.connections(),
        )
        self.done = done
        self.beats += 1
        if self.beats % 2 == 0:
            served.summarise()
        await asyncio.gather(*(_lag(consuming) for consuming in consumers))
        for name, ask in self.health.monitors.items():
            try:
                async with asyncio.timeout(PATIENCE_SECONDS):
                    await ask()
            except Exception as fault:
                log.warning("monitor.failed", monitor=name, **fault_fields(fault))


async def _lag(consuming: Consuming) -> None:
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            behind = await consuming.behind()
    except (KafkaError, TimeoutError) as fault:
        log.warning("dependency.unreachable", dependency="Kafka", **fault_fields(fault))
        return
    for partition, lag in sorted(behind.items()):
        (log.warning if lag.age_seconds > LATE_SECONDS else log.info)(
            "consumer.lag",
            group=consuming.group,
            topic=partition.topic,
            partition=partition.partition,
            lag=lag.records,
            committed=lag.committed,
            end=lag.end,
            age_seconds=lag.age_seconds,
        )


def memory_mib() -> int:
    """Resident memory of this process, in MiB; 0 where /proc is not to be had."""
    try:
        with open("/proc/self/statm") as statm:  # noqa: PTH123 - a pseudo-file, read every half minute
            return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 2**20
    except OSError:
        return 0
