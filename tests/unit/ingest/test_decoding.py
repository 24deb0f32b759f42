"""Strict JSON: what two parsers could read differently, or no database could keep, is refused by name and place."""

import json
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.ingest.decoding import MAX_BYTES, MAX_DEPTH, NotJson, decode
from services.ingest.problems import Fault, Problem

SURROGATE = "holds half a surrogate pair, which is no character"
NUL = "holds the character U+0000, which no database text can"
BIG = "an integer beyond 64 bits; send it as text"
TWICE = "stands twice in one object; which counts is not defined"
DEEP = "nested deeper than 64 levels"


def number(spelling: str) -> str:
    return f"{spelling} is no JSON number: leave the property out when the value is unknown"


NO_JSON = {
    "nothing": (b"", "line 1 column 1"),
    "white space": (b" \n ", "line 2 column 2"),
    "a word": (b'{"a": yes}', "line 1 column 7"),
    "cut off": (b'{"a": [1,', "line 1 column"),
    "two values": (b"{} {}", "line 1 column 4"),
    "a comma too many": (b'{"a": 1,}', "line 1 column"),
    "single quotes": (b"{'a': 1}", "line 1 column 2"),
    "a comment": (b"{} // no", "line 1 column 4"),
    "a leading zero": (b'{"a": 01}', "line 1 column 8"),
    "a raw NUL": (b'{"a": "\x00"}', "line 1 column 8"),
    "a raw line break": (b'{"a":\n"\n"}', "line 2 column 2"),
    "a tab outside": (b"\x0b{}", "line 1 column 1"),
    "UTF-16 without a BOM": ('{"a"'.encode("utf-16-le"), "line 1 column 2"),
}


@pytest.mark.parametrize(("raw", "place"), NO_JSON.values(), ids=list(NO_JSON))
def test_what_is_not_json_is_refused_with_line_and_column(raw: bytes, place: str) -> None:
    """Where there is no document, a pointer into it can say nothing; the detail says how far it could be read."""
    with pytest.raises(NotJson) as refused:
        decode(raw)
    (fault,) = refused.value.problem.errors
    assert (refused.value.problem.slug, fault.pointer) == ("not-json", "")
    assert f" at {place}" in fault.detail
    assert " at at " not in fault.detail


FAULTY = {
    "Latin-1": ('{"a": "é"}'.encode("latin-1"), "", "not UTF-8: byte 0xe9 at position 7; send UTF-8 without a BOM"),
    "UTF-16": ('{"a": 1}'.encode("utf-16"), "", "not UTF-8: byte 0xff at position 0; send UTF-8 without a BOM"),
    "a BOM": (b"\xef\xbb\xbf{}", "", "begins with a byte order mark; send UTF-8 without one"),
    "a surrogate in UTF-8": (b'"\xed\xa0\x80"', "", "not UTF-8: byte 0xed at position 1; send UTF-8 without a BOM"),
    "an overlong slash": (b'"\xc0\xaf"', "", "not UTF-8: byte 0xc0 at position 1; send UTF-8 without a BOM"),
    "an escaped NUL": (b'{"a": ["", "\\u0000"]}', "/a/1", NUL),
    "an escaped NUL in a name": (b'{"a": {"\\u0000": 1}}', "/a", f"a property's name {NUL}"),
    "NaN": (b'{"a": {"b": NaN}}', "/a/b", number("nan")),
    "Infinity": (b"[1, Infinity]", "/1", number("inf")),
    "minus Infinity": (b'{"a/b": -Infinity}', "/a~1b", number("-inf")),
    "1e9999": (b'{"a": 1e9999}', "/a", number("inf")),
    "-1e9999 as a limit": (b'{"maximumParticipants": -1e9999}', "/maximumParticipants", number("-inf")),
    "2^63": (b'{"a": 9223372036854775808}', "/a", BIG),
    "less than -2^63": (b'{"a": -9223372036854775809}', "/a", BIG),
    "5,000 digits": (b'{"a": [0, ' + b"7" * 5_000 + b"]}", "/a/1", BIG),
    "-5,000 digits": (b'{"a": -' + b"7" * 5_000 + b"}", "/a", BIG),
    "half a pair": (b'{"a": "\\ud800"}', "/a", SURROGATE),
    "the other half": (b'{"a": "x\\uDFFFx"}', "/a", SURROGATE),
    "a pair the wrong way round": (b'{"a": "\\udc00\\ud800"}', "/a", SURROGATE),
    "half a pair in a name": (b'{"\\ud800": 1}', "", f"a property's name {SURROGATE}"),
    "half a pair as a name, twice": (b'{"\\ud800": 1, "\\ud800": 1}', "", f"a property's name {SURROGATE}"),
    "a name twice": (b'{"a": 1, "b": 2, "a": 1}', "/a", TWICE),
    "a name twice, nested": (b'{"a": [{"b": 1}, {"c": 1, "c~": 2, "c~": 3}]}', "/a/1/c~0", TWICE),
    "a name twice, in two spellings": (b'{"a": 1, "\\u0061": 1}', "/a", TWICE),
    "an empty name twice": (b'{"": 1, "": 1}', "/", TWICE),
    "65 levels": (b"[" * 65 + b"]" * 65, "/0" * 64, DEEP),
    "65 levels of objects": (b'{"a":' * 65 + b"1" + b"}" * 65, "/a" * 64, DEEP),
    "100,000 levels": (b"[" * 100_000 + b"]" * 100_000, "", DEEP),
    "100,000 levels, never closed": (b'{"a":' * 100_000, "", DEEP),
    "a name twice, then 100,000 levels": (b'{"a":{"b":1,"b":2},"c":' + b"[" * 100_000, "", DEEP),
}


@pytest.mark.parametrize(("raw", "pointer", "detail"), FAULTY.values(), ids=list(FAULTY))
def test_what_is_not_strict_json_is_refused_with_its_place(raw: bytes, pointer: str, detail: str) -> None:
    """The one fault says what is wrong, and by its JSON pointer where."""
    with pytest.raises(NotJson) as refused:
        decode(raw)
    assert refused.value.problem == Problem("not-json", detail, (Fault(pointer, detail),))


def test_one_byte_too_many_is_refused() -> None:
    """The limit is exact, and its refusal says how many bytes came and how many are taken."""
    with pytest.raises(NotJson) as refused:
        decode(b" " * (MAX_BYTES - 1) + b"{}")
    assert refused.value.problem.errors == (Fault("", "1000001 bytes; at most 1000000 are taken"),)


def test_a_body_of_just_the_limit_is_read() -> None:
    """The last byte within the limit counts."""
    assert decode(b" " * (MAX_BYTES - 2) + b"{}") == {}


SOUND: dict[str, tuple[bytes, Any]] = {
    "64 levels": (b"[" * MAX_DEPTH + b"]" * MAX_DEPTH, json.loads("[" * 64 + "]" * 64)),
    "the largest integers": (b"[9223372036854775807, -9223372036854775808]", [2**63 - 1, -(2**63)]),
    "a whole pair": (b'"\\ud83d\\ude00"', "😀"),
    "a backslash before u0000": (b'"\\\\u0000"', "\\u0000"),
    "a name twice, in two objects": (b'[{"a": 1}, {"a": 1}]', [{"a": 1}, {"a": 1}]),
    "no limit, as Find a Tender writes it": (b'{"maximumParticipants": 1e9999}', {"maximumParticipants": None}),
    "no limit, as some pass it on": (b'{"maximumLotsBidPerSupplier": Infinity}', {"maximumLotsBidPerSupplier": None}),
    "a number below all others": (b"1e-9999", 0.0),
    "a BOM inside": (b'"\xef\xbb\xbf"', "\ufeff"),
}  # fmt: skip


@pytest.mark.parametrize(("raw", "value"), SOUND.values(), ids=list(SOUND))
def test_what_is_strict_json_is_read(raw: bytes, value: Any) -> None:
    """The limits lie where they are said to lie, and what only looks wrong is taken."""
    assert decode(raw) == value


def test_many_names_and_one_twice_are_refused_at_once() -> None:
    """Finding the one of many names that stands twice takes no longer than reading them."""
    names = b",".join(b'"%x":1' % number for number in range(80_000))
    began = time.process_time()
    with pytest.raises(NotJson) as refused:
        decode(b"{" + names + b',"1387f":1}')
    assert refused.value.problem.errors == (Fault("/1387f", TWICE),)
    assert time.process_time() - began < 2


texts = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=20)
numbers = st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)
ordinary = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=20,
)  # fmt: skip


@given(ordinary, st.booleans())
@settings(max_examples=150, deadline=None)
def test_ordinary_json_is_read_as_python_reads_it(value: Any, escaped: bool) -> None:
    """Strictness changes nothing about JSON that has nothing wrong with it."""
    raw = json.dumps(value, ensure_ascii=escaped).encode()
    assert decode(raw) == json.loads(raw) == value


@given(st.binary(max_size=60) | st.text('{}[]",:\\ud80aNI-e+.0719 \n', max_size=60).map(str.encode))
@settings(max_examples=300, deadline=None)
def test_whatever_the_bytes_they_are_read_or_refused(raw: bytes) -> None:
    """Either a value that can be written and stored, or NotJson with a detail and a fault: never another exception."""
    found = read(raw)
    if isinstance(found, Problem):
        assert found.detail
        assert found.errors
    else:
        assert json.dumps(found, ensure_ascii=False, allow_nan=False).encode("utf-8")


def read(raw: bytes) -> Any:
    try:
        return decode(raw)
    except NotJson as refused:
        return refused.problem
