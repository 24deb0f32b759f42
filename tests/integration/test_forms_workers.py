"""The processes that make PDF and spreadsheets, apart from what they make."""

import asyncio
import multiprocessing
import time
from concurrent.futures.process import BrokenProcessPool

import pytest

from services.reporter.forms.making import dismiss, workers
from tests.integration.brokers import until


async def test_a_stopping_reporter_does_not_wait_for_forms_in_hand() -> None:
    """A form takes longer than the grace period on a busy machine; the reporter would be killed instead."""
    executor = workers(1)
    making = executor.submit(time.sleep, 3_600)
    await until(making.running)
    async with asyncio.timeout(60):
        await asyncio.to_thread(dismiss, executor)
        with pytest.raises(BrokenProcessPool):
            await asyncio.wrap_future(making)
    await until(lambda: not multiprocessing.active_children())
