"""Bytes → JSON, strictly: what two parsers could read differently, or PostgreSQL could not keep, is refused by name."""

import json
import math
from contextlib import suppress
from typing import Any, NoReturn

from services.ingest.problems import Problem, escape, problem

MAX_BYTES = 1_000_000
MAX_DEPTH = 64
UNLIMITED = frozenset({"maximumParticipants", "maximumLotsBidPerSupplier"})
"""Find a Tender publishes "no limit" in these two as 1e9999, which some readers pass on as Infinity: read as null."""
INTEGERS = range(-(2**63), 2**63)


class NotJson(Exception):
    """Carries the problem; raised and caught within acceptance only."""

    def __init__(self, found: Problem) -> None:
        super().__init__(found.detail)
        self.problem = found


def _refuse(pointer: str, detail: str) -> NoReturn:
    raise NotJson(problem("not-json", pointer, detail))


class _Unreadable(ValueError):
    """Something in the value is wrong; a second, slower walk finds where."""


class _Twice(dict[str, Any]):
    """An object in which the property `name` stands twice."""

    name: str


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _Unreadable
    return found


def _marked(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = _Twice()
    for name, value in pairs:
        if name in found:
            found.name = name
            return found
        found[name] = value
    return dict(found)


def _integer(digits: str) -> int:
    """Python reads no more than 4,300 digits: one beyond 64 bits stands for all of them."""
    return int(digits) if len(digits) <= len(str(INTEGERS.start)) else INTEGERS.stop


# NaN and Infinity are let through the parser, so that the walk afterwards can say where they stand. So are, by a second
# and slower parser, names that stand twice and integers of any length.
_DECODER = json.JSONDecoder(object_pairs_hook=_object)
_MARKING = json.JSONDecoder(object_pairs_hook=_marked, parse_int=_integer)


def decode(raw: bytes, *, limit: int = MAX_BYTES) -> Any:
    """Raises NotJson, which names the place, for anything that is not strict JSON within the limits."""
    if len(raw) > limit:
        raise NotJson(problem("too-large", "", f"{len(raw)} bytes; at most {limit} are taken"))
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as fault:
        _refuse("", f"not UTF-8: byte 0x{raw[fault.start]:02x} at position {fault.start}; send UTF-8 without a BOM")
    if text.startswith("\ufeff"):
        _refuse("", "begins with a byte order mark; send UTF-8 without one")
    try:
        value, sound = _parse(text)
    except json.JSONDecodeError as fault:
        _refuse("", f"{fault.msg.removesuffix(' at')} at line {fault.lineno} column {fault.colno}")
    except RecursionError:
        _refuse("", f"nested deeper than {MAX_DEPTH} levels")
    texts = b"\\u0000" in raw or b"\\ud" in raw or b"\\uD" in raw
    with suppress(_Unreadable):
        if sound:
            _check(value, MAX_DEPTH, texts=texts)
            return value
    _locate(value, "", MAX_DEPTH)
    return value


def _parse(text: str) -> tuple[Any, bool]:
    """The value, and False where `_locate` will find a name that stands twice or an integer beyond all limits."""
    try:
        return _DECODER.decode(text), True
    except json.JSONDecodeError:
        raise
    except ValueError:
        return _MARKING.decode(text), False


def _check(value: Any, levels: int, *, texts: bool) -> None:
    """The quick walk over every node of an event: raises _Unreadable without saying where."""
    kind = type(value)
    if kind is dict or kind is list:
        if levels == 0:
            raise _Unreadable
        if texts and kind is dict:
            for key in value:
                _check(key, levels, texts=True)
        for inner in value.values() if kind is dict else value:
            kind_inner = type(inner)
            if kind_inner is dict or kind_inner is list:
                _check(inner, levels - 1, texts=texts)
            elif (kind_inner is str and texts) or kind_inner is float or kind_inner is int:
                _check(inner, levels, texts=texts)
    elif (
        (kind is float and not math.isfinite(value))
        or (kind is int and value not in INTEGERS)
        or (kind is str and texts and _unstorable(value))
    ):
        raise _Unreadable


def _unstorable(text: str) -> str | None:
    if "\x00" in text:
        return "holds the character U+0000, which no database text can"
    if any("\ud800" <= character <= "\udfff" for character in text):
        return "holds half a surrogate pair, which is no character"
    return None


def _locate(value: Any, pointer: str, levels: int) -> None:
    """The same walk with pointers: raises NotJson at the first fault that cannot be read as "no limit"."""
    if isinstance(value, dict):
        if levels == 0:
            _refuse(pointer, f"nested deeper than {MAX_DEPTH} levels")
        if isinstance(value, _Twice) and not _unstorable(value.name):
            _refuse(f"{pointer}/{escape(value.name)}", "stands twice in one object; which counts is not defined")
        for key, inner in value.items():
            if reason := _unstorable(key):
                _refuse(pointer, f"a property's name {reason}")
            if key in UNLIMITED and inner == math.inf:
                value[key] = None
                continue
            _locate(inner, f"{pointer}/{escape(key)}", levels - 1)
    elif isinstance(value, list):
        if levels == 0:
            _refuse(pointer, f"nested deeper than {MAX_DEPTH} levels")
        for index, inner in enumerate(value):
            _locate(inner, f"{pointer}/{index}", levels - 1)
    elif isinstance(value, float) and not math.isfinite(value):
        _refuse(pointer, f"{value} is no JSON number: leave the property out when the value is unknown")
    elif isinstance(value, int) and not isinstance(value, bool) and value not in INTEGERS:
        _refuse(pointer, "an integer beyond 64 bits; send it as text")
    elif isinstance(value, str) and (reason := _unstorable(value)):
        _refuse(pointer, reason)
