"""The processes that make PDF and spreadsheets, apart from what they make."""

import asyncio
import multiprocessing
import sys
import time
from concurrent.futures.process import BrokenProcessPool

import pytest

from deploy.local.identity import start_time
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


PROGRAM = """
import multiprocessing, time
from services.reporter.forms.making import workers
executor = workers(2)
for done in [executor.submit(time.sleep, 1) for _ in range(2)]:
    done.result()
print(*(worker.pid for worker in multiprocessing.active_children()), flush=True)
time.sleep(3_600)
"""


async def test_the_workers_of_a_killed_reporter_end_too() -> None:
    """Nobody else is left to end them."""
    reporter = await asyncio.create_subprocess_exec(sys.executable, "-c", PROGRAM, stdout=asyncio.subprocess.PIPE)
    assert reporter.stdout is not None
    workers_of_it = [int(pid) for pid in (await reporter.stdout.readline()).split()]
    assert len(workers_of_it) == 2
    reporter.kill()
    async with asyncio.timeout(60):
        await reporter.wait()  # for the end of its output too, which its workers hold open
    await until(lambda: not any(map(start_time, workers_of_it)))
