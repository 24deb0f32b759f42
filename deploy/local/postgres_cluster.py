"""Makes the data directory of a new PostgreSQL server, with one role and one database, both called ``svr``."""

import os
import pwd
import shutil
import subprocess
from pathlib import Path

from deploy.local.postgres_home import Home
from deploy.local.processes import Failed, as_user

NAME = "svr"
# Nothing of ours: PGDATA, PGPORT and the like would change what the programs do.
ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C"}


def make(home: Home, password: str, *, sync: bool) -> None:
    """Makes ``home.data``, complete or not at all. Raises Failed with what the programs said."""
    unfinished = home.folder / "unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    secret = home.folder / "password"
    _write_secret(secret, password, home.user)
    try:
        # The locale is PostgreSQL's own, since not every system has C.UTF-8.
        _run(home, "initdb", "-D", str(unfinished), "-U", NAME, "--auth=scram-sha-256", f"--pwfile={secret}",
             "--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8",
             "--no-instructions", *([] if sync else ["--no-sync"]))  # fmt: skip
    finally:
        secret.unlink()
    _run(home, "postgres", "--single", "-D", str(unfinished), "postgres", typed=f"CREATE DATABASE {NAME}\n")
    unfinished.rename(home.data)


def _write_secret(file: Path, text: str, user: str | None) -> None:
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as fresh:
        fresh.write(text)
    if user:
        os.chown(file, pwd.getpwnam(user).pw_uid, -1)


def _run(home: Home, program: str, *arguments: str, typed: str = "") -> None:
    ran = subprocess.run(
        [str(home.programs / program), *arguments], input=typed, cwd=home.folder, env=ENVIRONMENT,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, **as_user(home.user),
    )  # fmt: skip
    if ran.returncode:
        raise Failed(f"PostgreSQL's {program} ended with code {ran.returncode}:\n{ran.stdout}")
