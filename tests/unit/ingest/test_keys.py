"""API keys: who holds which, two at a time while one replaces the other."""

import hashlib
import re
from pathlib import Path

import pytest

from services.ingest.keys import holder, load_keys
from tests.unit.ingest.examples import REGISTER


def hashed(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def file(folder: Path, text: str) -> Path:
    path = folder / "keys.toml"
    path.write_text(text, "utf-8")
    return path


def test_without_a_file_nobody_holds_a_key() -> None:
    """HTTP is then shut, not open."""
    assert load_keys(None, REGISTER) == {}


def test_a_file_says_who_holds_which_key(tmp_path: Path) -> None:
    """By the hash of each key; the keys themselves stand nowhere."""
    path = file(tmp_path, f'dwp = ["{hashed("one")}"]\npm-office = ["{hashed("two")}"]\n')
    assert load_keys(path, REGISTER) == {hashed("one"): "dwp", hashed("two"): "pm-office"}


def test_two_keys_of_one_sender_both_open(tmp_path: Path) -> None:
    """The new key is given out before the old one is taken away."""
    keys = load_keys(file(tmp_path, f'dwp = ["{hashed("old")}", "{hashed("new")}"]'), REGISTER)
    assert [holder(keys, f"Bearer {key}") for key in ("old", "new", "other")] == ["dwp", "dwp", None]


MALFORMED = {
    "no sender": (f'ministry-of-magic = ["{"a" * 64}"]', "'ministry-of-magic' is no sender of the register"),
    "no list": (f'dwp = "{"a" * 64}"', "dwp needs a list of one or two hashes"),
    "an empty list": ("dwp = []", "dwp needs a list of one or two hashes"),
    "three keys": (f"dwp = {['a' * 64, 'b' * 64, 'c' * 64]}", "dwp needs a list of one or two hashes"),
    "a table": (f'[dwp]\nkey = "{"a" * 64}"', "dwp needs a list of one or two hashes"),
    "a number": ("dwp = [7]", "dwp holds a hash that is not 64 hexadecimal digits in lower case"),
    "a key in plain text": ('dwp = ["secret"]', "dwp holds a hash that is not 64 hexadecimal digits in lower case"),
    "64 letters": (f'dwp = ["{"z" * 64}"]', "dwp holds a hash that is not 64 hexadecimal digits in lower case"),
    "a hash in capitals": (f'dwp = ["{"A" * 64}"]', "dwp holds a hash that is not 64 hexadecimal digits in lower case"),
    "one key for two": (f'dwp = ["{"a" * 64}"]\nmoj = ["{"a" * 64}"]', "moj and dwp hold the same key"),
}


@pytest.mark.parametrize(("text", "message"), MALFORMED.values(), ids=list(MALFORMED))
def test_a_malformed_file_is_refused_by_its_entry(tmp_path: Path, text: str, message: str) -> None:
    """A service with half of its keys would turn senders away without anybody knowing why."""
    path = file(tmp_path, text)
    with pytest.raises(ValueError, match=f"^{re.escape(f'{path}: {message}')}$"):
        load_keys(path, REGISTER)


@pytest.mark.parametrize("text", ["dwp = [", "dwp: []", "dwp = []\ndwp = []"])
def test_what_is_not_toml_is_refused(tmp_path: Path, text: str) -> None:
    """The message names the file."""
    path = file(tmp_path, text)
    with pytest.raises(ValueError, match=f"^{re.escape(str(path))}: "):
        load_keys(path, REGISTER)


def test_what_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    """The message names the file."""
    path = tmp_path / "keys.toml"
    path.write_bytes(b"# \xff")
    with pytest.raises(ValueError, match=f"^{re.escape(str(path))}: 'utf-8' codec"):
        load_keys(path, REGISTER)


KEYS = {hashed("secret"): "dwp", hashed("two words"): "moj"}
HEADERS = {
    "the key": ("Bearer secret", "dwp"),
    "the scheme in any case": ("bearer secret", "dwp"),
    "space about the key": ("Bearer  secret ", "dwp"),
    "a key of two words": ("Bearer two words", "moj"),
    "no header": (None, None),
    "an empty header": ("", None),
    "no key": ("Bearer ", None),
    "no scheme": ("secret", None),
    "another scheme": ("Basic secret", None),
    "another key": ("Bearer Secret", None),
    "the hash itself": (f"Bearer {hashed('secret')}", None),
    "no ASCII": ("Bearer \xff", None),
}


@pytest.mark.parametrize(("header", "code"), HEADERS.values(), ids=list(HEADERS))
def test_a_header_says_who_is_sending(header: str | None, code: str | None) -> None:
    """RFC 6750; whoever does not hold a key is nobody."""
    assert holder(KEYS, header) == code
