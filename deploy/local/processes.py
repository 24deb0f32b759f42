"""Child processes: out of reach of a Ctrl-C, found again by their pid file, and gone when we are gone."""

import pwd
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from deploy.local import identity


class Failed(Exception):
    """A child ended, or did not become ready; the message ends with the last lines of its log."""


class Running(Exception):
    """The same child was started by somebody who is still there."""


@dataclass(kw_only=True)
class Child:
    """One child process, with its output in ``log`` and its id in ``pid_file``."""

    name: str
    argv: Sequence[str]
    log: Path
    pid_file: Path
    env: Mapping[str, str] | None = None
    cwd: Path | None = None
    user: str | None = None  # only root may give one
    stop_signal: signal.Signals = signal.SIGTERM
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def start(self) -> None:
        """Starts it, in a session of its own so that a Ctrl-C in the terminal reaches only us."""
        self.clear()
        self.pid_file.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [*dying_with_us(self.stop_signal), *self.argv],
                stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
                env=self.env, cwd=self.cwd, start_new_session=True, **as_user(self.user),
            )  # fmt: skip
        identity.write(self.pid_file, self._process.pid)

    def clear(self) -> None:
        """Ends a child left over from a run that was killed; Running if that run is still there."""
        child, owner = identity.read(self.pid_file) or (None, None)
        if child and owner and child.is_alive():
            if owner.is_alive():
                raise Running(f"{self.name} runs already: process {child.pid}, started by process {owner.pid}")
            identity.end(child, self.stop_signal, timeout=20)
        self.pid_file.unlink(missing_ok=True)

    def wait_until(self, ready: Callable[[], bool], *, timeout: float = 60) -> None:
        """Returns once ``ready()`` is true; Failed if the child ends before that, or after ``timeout`` seconds."""
        deadline = time.monotonic() + timeout
        while not ready():
            if not self.is_alive():
                raise Failed(f"{self.name} ended with code {self.exit_code}. {tail(self.log)}")
            if time.monotonic() > deadline:
                raise Failed(f"{self.name} was not ready after {timeout:.0f} s. {tail(self.log)}")
            time.sleep(0.02)

    def stop(self, *, timeout: float = 20) -> int | None:
        """Asks it to end, waits, and kills it if it does not; its exit code, or None if it does not run."""
        return self._end(self.stop_signal, timeout)

    def kill(self) -> None:
        """Kills it with no warning."""
        self._end(signal.SIGKILL, 20)

    def _end(self, asked: signal.Signals, timeout: float) -> int | None:
        if self._process is None:
            return None
        self._process.send_signal(asked)
        try:
            self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        code = self._process.returncode
        self._process = None
        self.pid_file.unlink(missing_ok=True)
        return code

    def is_alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int | None:
        """Its process id; None if it was not started, or was stopped."""
        return self._process.pid if self._process else None

    @property
    def exit_code(self) -> int | None:
        """What it ended with by itself; None while it runs."""
        return self._process.poll() if self._process else None


def as_user(user: str | None) -> dict[str, Any]:
    """The arguments with which ``subprocess`` runs something as that user and in that user's group only."""
    return {} if user is None else {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []}


def dying_with_us(stop_signal: signal.Signals) -> list[str]:
    """A command to put before another so that it gets the signal if we die, even of a kill -9; Linux only.

    The system counts the death of the *thread* that started the child, so only the main thread can use this.
    """
    if threading.current_thread() is threading.main_thread() and _setpriv_works():
        return ["setpriv", "--pdeathsig", stop_signal.name.removeprefix("SIG"), "--"]
    return []


@cache
def _setpriv_works() -> bool:
    """Whether this is the setpriv of util-linux; BusyBox has one that does less."""
    try:
        ran = subprocess.run(["setpriv", "--pdeathsig", "TERM", "true"], capture_output=True, check=False)
    except OSError:
        return False
    return ran.returncode == 0


def tail(log: Path, lines: int = 15) -> str:
    """The last lines of a log, introduced by where they come from."""
    last = log.read_text(errors="replace").splitlines()[-lines:]
    return f"The last lines of {log}:\n" + "\n".join(last)
