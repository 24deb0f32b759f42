"""Contender: the aggregator's job as a plain FastStream handler, one message, one transaction, one commit.

    python -m tests.bench.plain        # SVR_KAFKA_BOOTSTRAP and DATABASE_URL say where

The same pure functions and the same statements as the aggregator's, and the same counting beside it.
"""

import asyncio
import logging
import signal

import structlog
import uvloop
from faststream.kafka import KafkaBroker
from faststream.kafka.annotations import KafkaMessage
from faststream.middlewares import AckPolicy

from services.aggregator.recomputing import Recomputing
from services.aggregator.recording import SCHEMA, Recording
from services.aggregator.settings import Settings
from shared import database, topics
from shared.departments import load_register
from shared.rules import load_rules
from shared.serving import Halt, repeat


async def main() -> None:
    settings = Settings()
    register = load_register()
    pool = await database.connect(str(settings.database_url), service="plain", schema=SCHEMA)
    recording = Recording(pool, register, load_rules())
    broker = KafkaBroker(settings.kafka_bootstrap, logger=None)
    subscriber = broker.subscriber(
        topics.PROCUREMENT_EVENTS, group_id="plain", auto_offset_reset="earliest", ack_policy=AckPolicy.NACK_ON_ERROR
    )

    @subscriber
    async def on_event(message: KafkaMessage) -> None:
        await recording.handle([message.raw_message])

    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await broker.start()
    counting = asyncio.create_task(
        repeat(Recomputing(pool, register).step, idle_seconds=0.25, name="recompute", halt=Halt())
    )
    await stop.wait()
    counting.cancel()
    await broker.stop()
    await pool.close()


if __name__ == "__main__":
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    uvloop.run(main())
