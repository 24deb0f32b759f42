"""A child is found again by id and start time, and ended even if it was left over from a killed run."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import astuple
from pathlib import Path

import pytest

from deploy.local import identity
from deploy.local.identity import Identity
from deploy.local.processes import Child, Failed, Running

GONE = Identity(pid=1, started="another time")


@pytest.fixture
def child(tmp_path: Path) -> Iterator[Child]:
    """A child that does nothing for a minute."""
    child = Child(name="sleeper", argv=["sleep", "60"], log=tmp_path / "log", pid_file=tmp_path / "pid")
    yield child
    child.kill()


@pytest.fixture
def leftover() -> Iterator[subprocess.Popen[bytes]]:
    """A process whose owner is gone."""
    with subprocess.Popen(["sleep", "60"]) as process:
        yield process
        process.kill()


def note(pid_file: Path, child: Identity, owner: Identity) -> None:
    """Writes a pid file as some earlier run would have."""
    pid_file.write_text(json.dumps([astuple(child), astuple(owner)]))


def known(pid: int) -> Identity:
    """A process that is known to run."""
    found = identity.identify(pid)
    assert found is not None
    return found


def test_a_process_is_known_by_id_and_start_time() -> None:
    """Another start time under the same id is another process."""
    us = known(os.getpid())
    assert us.is_alive()
    assert not Identity(us.pid, "another time").is_alive()


def test_a_process_that_ended_is_gone_even_before_it_is_reaped() -> None:
    """What is left of a process that nobody waited for does not count."""
    process = subprocess.Popen(["true"])
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert identity.identify(process.pid) is None
    process.wait()


def test_a_child_runs_in_a_session_of_its_own(child: Child) -> None:
    """So a Ctrl-C, which goes to the terminal's foreground group, does not reach it."""
    child.start()
    assert child.pid is not None
    assert os.getsid(child.pid) == child.pid != os.getsid(0)


def test_a_stopped_child_leaves_no_pid_file(child: Child) -> None:
    """It ends by the signal that asks it to, and its note goes with it."""
    child.start()
    assert child.pid_file.exists()
    assert child.stop() == -signal.SIGTERM
    assert not child.pid_file.exists()


def test_a_child_that_does_not_listen_is_killed(child: Child, tmp_path: Path) -> None:
    """After the time given for ending by itself."""
    ready = tmp_path / "ready"
    ignoring = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); open(%r, 'w'); time.sleep(60)"
    child.argv = [sys.executable, "-c", ignoring % str(ready)]
    child.start()
    child.wait_until(ready.exists)
    assert child.stop(timeout=0.1) == -signal.SIGKILL


def test_a_leftover_of_a_killed_run_is_ended(child: Child, leftover: subprocess.Popen[bytes]) -> None:
    """Its owner is gone, so nobody else would ever stop it."""
    note(child.pid_file, known(leftover.pid), GONE)
    child.start()
    assert leftover.wait(5) == -signal.SIGTERM
    assert child.is_alive()


def test_a_child_of_a_living_owner_is_left_alone(child: Child, leftover: subprocess.Popen[bytes]) -> None:
    """Two runs on one folder: the second is told who has it."""
    note(child.pid_file, known(leftover.pid), known(os.getpid()))
    with pytest.raises(Running, match=f"process {leftover.pid}, started by process {os.getpid()}"):
        child.start()
    assert leftover.poll() is None


def test_another_process_with_the_noted_id_is_left_alone(child: Child, leftover: subprocess.Popen[bytes]) -> None:
    """The id was given again since: the note is stale."""
    note(child.pid_file, Identity(leftover.pid, "another time"), GONE)
    child.start()
    assert leftover.poll() is None


@pytest.mark.parametrize("text", ["", "[", "17", "[[1, 2], 3]", '{"pid": 1}'])
def test_a_pid_file_that_makes_no_sense_is_passed_over(child: Child, text: str) -> None:
    """A run may have been killed in the middle of anything."""
    child.pid_file.write_text(text)
    child.start()
    assert child.is_alive()


def test_a_child_that_dies_says_why(child: Child) -> None:
    """The message has the exit code and the end of the log."""
    child.argv = ["sh", "-c", "echo no such thing; exit 3"]
    child.start()
    with pytest.raises(Failed, match=r"sleeper ended with code 3\. The last lines of .*log:\nno such thing"):
        child.wait_until(lambda: False)


def test_waiting_has_an_end(child: Child) -> None:
    """A child that lives but never gets ready is given up."""
    child.start()
    with pytest.raises(Failed, match="not ready after 0 s"):
        child.wait_until(lambda: False, timeout=0.05)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent has died")
def test_a_child_dies_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    """Not even a kill -9 of the parent leaves it behind."""
    starting = (
        "import sys, time; from pathlib import Path; from deploy.local.processes import Child; d = Path(sys.argv[1]);"
        "Child(name='c', argv=['sleep', '60'], log=d / 'log', pid_file=d / 'pid').start(); time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", starting, str(tmp_path)], cwd=Path(__file__).parents[4])
    noted = None
    deadline = time.monotonic() + 10
    while not (noted := identity.read(tmp_path / "pid")) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert noted is not None
    parent.kill()
    parent.wait()
    while noted[0].is_alive() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not noted[0].is_alive()
