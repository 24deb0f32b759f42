"""Who competes: how each is started, under which consumer group it reads, and for how long it is watched."""

import asyncio
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from deploy import wheel
from deploy.local.ports import free_port
from deploy.local.processes import Child, Failed, tail
from services.aggregator.recomputing import Recomputing
from shared.database import connect
from shared.departments import load_register
from shared.serving import Halt, repeat
from tests.bench.ground import SCHEMA, Ground
from tests.bench.measuring import Watch, all_counted, recorded, recorded_once

ROOT = Path(__file__).resolve().parents[2]
QUIX, SHIPPED = ROOT / ".local/bench/quix", ROOT / ".local/bench/shipped"
LOOK_EVERY = 0.05


@dataclass(frozen=True)
class Contender:
    """`seconds`: it is stopped after so long, and its rate is that of the time watched; None: when all is done.

    `counts`: it counts statuses itself; for one that does not, the same counting runs beside it.
    """

    name: str
    argv: Callable[[Path], Sequence[str]]
    group: str
    processes: int = 1
    seconds: float | None = None
    counts: bool = True


AGGREGATOR = Contender("aggregator", lambda _: [sys.executable, "-m", "services.aggregator"], "aggregator")
TWO = Contender("aggregator, two processes", AGGREGATOR.argv, "aggregator", processes=2)
PLAIN = Contender(
    "plain FastStream handler", lambda _: [sys.executable, "-m", "tests.bench.plain"], "plain", seconds=15
)
QUIX_STREAMS = Contender(
    "Quix Streams",
    lambda folder: [str(QUIX / "bin/python"), "-W", "ignore", "-m", "tests.bench.quix_streams", str(folder)],
    "quix",
    counts=False,
)
CEILINGS = ("getmany", "decoding", "copy")


def environment(ground: Ground) -> Mapping[str, str]:
    return {
        **os.environ,
        "PYTHONPATH": f"{ground.code}{os.pathsep}{ROOT}",
        "SVR_KAFKA_BOOTSTRAP": ground.stack.connection.bootstrap,
        "DATABASE_URL": ground.url,
        "SVR_LOG_FORMAT": "json",
        "SVR_AGGREGATOR_PORT": str(free_port()),
    }


async def run(
    ground: Ground,
    contender: Contender,
    total: int,
    *,
    tell: Callable[[int], None] = lambda _: None,
    going_on: bool = False,
) -> tuple[dict[str, Any], Watch]:
    """One repetition, or, `going_on`, more of the last. `tell` is given the number of events recorded so far.

    Raises Failed when a process ends.
    """
    state = ground.folder / "state"
    shutil.rmtree(state, ignore_errors=True)
    connection = await (ground.connect() if going_on else ground.fresh(contender.group))
    children = [
        Child(
            name=contender.name,
            argv=contender.argv(state),
            env=environment(ground),
            cwd=ground.code,
            log=ground.folder / f"{contender.group}-{number}.log",
            pid_file=ground.folder / f"{contender.group}-{number}.pid",
        )
        for number in range(contender.processes)
    ]
    async with AsyncExitStack() as running:
        running.push_async_callback(connection.close)
        if not contender.counts:
            pool = await connect(ground.url, service="counting", schema=SCHEMA)
            step = Recomputing(pool, load_register()).step
            counting = asyncio.create_task(repeat(step, idle_seconds=0.25, name="recompute", halt=Halt()))
            running.push_async_callback(pool.close)
            running.callback(counting.cancel)
        for child in children:
            child.start()
            running.callback(child.stop)
        pids = [child.pid for child in children if child.pid is not None]
        watch = Watch(ground.servers, pids, before=await recorded(connection))
        while True:
            events = await recorded(connection)
            watch.look(events)
            tell(events)
            if events >= total and await all_counted(connection) and await recorded_once(connection) >= total:
                break
            if contender.seconds is not None and watch.samples and watch.seconds > contender.seconds:
                break
            for child in children:
                if not child.is_alive():
                    raise Failed(f"{contender.name} ended with code {child.exit_code}. {tail(child.log)}")
            await asyncio.sleep(LOOK_EVERY)
        watch.look(await recorded_once(connection))
        watch.end()
    return watch.result, watch


def ceiling(ground: Ground, name: str, total: int) -> dict[str, Any]:
    """One repetition, in a process of its own; the database is fresh."""
    ran = subprocess.run(
        [sys.executable, "-m", "tests.bench.ceilings", name, str(total)],
        env=environment(ground), cwd=ground.code, stdout=subprocess.PIPE, check=True,
    )  # fmt: skip
    found: dict[str, Any] = orjson.loads(ran.stdout)
    return found


def build_shipped() -> Path:
    """Our packages as the image has them, the pure core compiled. Raises Missing where this machine cannot compile."""
    shutil.rmtree(SHIPPED, ignore_errors=True)
    with zipfile.ZipFile(wheel.build(SHIPPED)) as built:
        built.extractall(SHIPPED)
    return SHIPPED


def build_quix() -> None:
    """Its own environment, from its own lock; made anew when the lock changes."""
    lock, done = Path(__file__).with_name("quix.txt"), QUIX / "quix.txt"
    if done.exists() and done.read_bytes() == lock.read_bytes():
        return
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(QUIX)], check=True)
    install = ["-m", "pip", "install", "-q", "--disable-pip-version-check", "--require-hashes", "-r", str(lock)]
    subprocess.run([str(QUIX / "bin/python"), *install], check=True)
    shutil.copyfile(lock, done)
