"""Development's API keys: who holds a key, by its SHA-256, from a TOML file. A key itself is never stored or logged."""

import hashlib
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

from shared.departments import Register

Keys = Mapping[str, str]
"""SHA-256 of a key → the sender's code."""

_SHA256 = re.compile(r"[0-9a-f]{64}")


def load_keys(path: Path | None, register: Register) -> Keys:
    """Raises ValueError naming an entry that is no sender, no hash, or the hash of another sender's key too."""
    if path is None:
        return {}
    try:
        entries = tomllib.loads(path.read_text("utf-8"))
    except ValueError as fault:  # no TOML, or no UTF-8
        raise ValueError(f"{path}: {fault}") from None
    holders: dict[str, str] = {}
    for code, hashes in entries.items():
        if not register.known_sender(code):
            raise ValueError(f"{path}: {code!r} is no sender of the register")
        if not isinstance(hashes, list) or not 1 <= len(hashes) <= 2:
            raise ValueError(f"{path}: {code} needs a list of one or two hashes")
        for digest in hashes:
            if not (isinstance(digest, str) and _SHA256.fullmatch(digest)):
                raise ValueError(f"{path}: {code} holds a hash that is not 64 hexadecimal digits in lower case")
            if holders.setdefault(digest, code) != code:
                raise ValueError(f"{path}: {code} and {holders[digest]} hold the same key")
    return holders


def holder(keys: Keys, authorization: str | None) -> str | None:
    """`Bearer <key>` → the sender's code. The look-up is by hash, so its timing tells nothing of a key."""
    scheme, _, key = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not key:
        return None
    return keys.get(hashlib.sha256(key.strip().encode()).hexdigest())
