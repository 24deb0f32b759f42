"""The principals' passwords: a file each, so that every process can be given its own and no other."""

import os
import secrets
from pathlib import Path

from pydantic import SecretStr


class Passwords:
    """A folder of files named after their principals, readable by their owner only."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, principal: str) -> SecretStr:
        """The one on file; where there is none yet, a new one, which is then on file."""
        if not self.file(principal).exists():
            self.keep(principal, new())
        return SecretStr(self.file(principal).read_text().strip())

    def file(self, principal: str) -> Path:
        return self.folder / principal

    def keep(self, principal: str, password: SecretStr) -> None:
        """In place of the former one."""
        write(self.file(principal), password.get_secret_value() + "\n")


def write(file: Path, secret: str) -> None:
    """In place of what is there, at once or not at all; only its owner can read it."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = file.with_name(f".{file.name}.new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as opened:
        opened.write(secret)
    fresh.replace(file)


def new() -> SecretStr:
    """192 random bits."""
    return SecretStr(secrets.token_urlsafe(24))
