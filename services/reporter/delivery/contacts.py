"""Whom to write to: `pm-office` and departments' codes, each with its addresses, from a TOML file."""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

from shared.departments import Register

ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})*")
"""As HTML checks an e-mail field; nothing in it can begin another header."""


def load(path: Path | None, register: Register) -> Mapping[str, tuple[str, ...]]:
    """Sender's code → addresses. Raises ValueError or OSError, naming what is wrong."""
    if path is None:
        return {}
    found = {}
    for code, addresses in tomllib.loads(path.read_text("utf-8")).items():
        if not register.known_sender(code):
            raise ValueError(f"{path}: {code!r} is no sender of the register")
        if not isinstance(addresses, list):
            raise ValueError(f"{path}: {code} needs a list of addresses")  # noqa: TRY004 - what it says is wrong
        for address in addresses:
            if not isinstance(address, str) or not ADDRESS.fullmatch(address):
                raise ValueError(f"{path}: {address!r} of {code} is no e-mail address")
        found[code] = tuple(addresses)
    return found
