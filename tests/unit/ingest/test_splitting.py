"""A long JSON text is cut into its parts, wherever the pieces it comes in end."""

import json
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.splitting import MOST, Broken, Document, Lines, Part, releases_of

TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)
SCALARS = (
    st.none() | st.booleans() | st.integers(-99, 99) | st.sampled_from([1.5, -2e300, '"', "\\", "]}", "[{"]) | TEXTS
)
JSON = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner), max_leaves=8)
OBJECTS = st.lists(st.dictionaries(TEXTS, JSON), max_size=5)


def split(raw: bytes, *, size: int = 7, into: Any = Document) -> list[Part]:
    source = into() if callable(into) else into
    found = []
    for start in range(0, len(raw), size):
        found += source.feed(raw[start : start + size])
    return [*found, *source.end()]


def parts(at: str, items: list[Any]) -> list[tuple[str, Any]]:
    return [(f"{at}/{index}", item) for index, item in enumerate(items)]


def read(found: list[Part]) -> list[tuple[str, Any]]:
    return [(part.pointer, json.loads(part.raw)) for part in found]


@given(items=OBJECTS, size=st.integers(1, 50), ascii_only=st.booleans(), indent=st.sampled_from([None, 2]))
def test_an_array_is_its_members(items: list[Any], size: int, ascii_only: bool, indent: int | None) -> None:
    """Whatever they hold, however it is spelt, wherever the pieces end."""
    raw = json.dumps(items, ensure_ascii=ascii_only, indent=indent).encode("utf-8", "surrogatepass")
    assert read(split(raw, size=size)) == parts("", items)


@given(items=OBJECTS, before=JSON, after=JSON, size=st.integers(1, 50), name=st.sampled_from(["releases", "records"]))
def test_a_package_is_what_it_lists(items: list[Any], before: Any, after: Any, size: int, name: str) -> None:
    """What stands around the list, even lists of the same name deeper within, is no part of it."""
    raw = json.dumps({"a": {"releases": [before], "x": before}, name: items, "z": after}).encode()
    assert read(split(raw, size=size)) == parts(f"/{name}", items)


@given(value=st.dictionaries(TEXTS, JSON) | SCALARS)
def test_what_is_no_list_is_one_part(value: Any) -> None:
    """A release by itself."""
    raw = json.dumps(value).encode()
    assert split(raw) == [Part("", raw)]


def test_a_part_is_given_as_it_came() -> None:
    """Byte for byte: what is refused is given back so, and no number is spelt anew."""
    raw = b'{ "releases" : [ {"a" : 1.50, "b":"]}\\"["} ,\n{}] }'
    assert split(raw) == [Part("/releases/0", b'{"a" : 1.50, "b":"]}\\"["}'), Part("/releases/1", b"{}")]


def test_members_that_are_no_objects_are_parts_too() -> None:
    """With their own places; to be refused by them."""
    assert read(split(b'[1,{"a":1},"x",[2],null]')) == [("/1", {"a": 1}), ("/3", [2]), ("/0", 1), ("/2", "x"), ("/4", None)]  # fmt: skip  # noqa: E501


BROKEN = {
    "an end within a part": (b'{"releases":[{"a":1},{"b":', "/releases/1", "byte 21: the body ends within it"),
    "a bracket of another kind": (b'[{"a":[}]', "/0", "byte 7: } closes nothing"),
    "nothing to close": (b"]", "", "byte 0: ] closes nothing"),
    "no comma between parts": (b"[{} {}]", "", "Expecting ',' delimiter at line 1 column 5"),
    "an end without its bracket": (b"[{}", "", "Expecting ',' delimiter at line 1 column 4"),
    "more after the end": (b"[{}] 1", "", "Extra data at line 1 column 6"),
    "the list twice": (b'{"releases":[{}],"releases":[{}]}', "", "stands twice"),
    "two lists": (b'{"releases":[{}],"records":[{}]}', "/records", "stands beside releases"),
    "a deep pit": (b'{"a":' + b"[" * 2_000, "", "byte 1004: nested deeper than 1000 levels"),
    "too much around": (b'{"a":"' + b"x" * MOST, "", "more than 1000000 bytes apart from its parts"),
}


@pytest.mark.parametrize(("raw", "pointer", "detail"), BROKEN.values(), ids=list(BROKEN))
def test_what_is_broken_is_told_by_its_place(raw: bytes, pointer: str, detail: str) -> None:
    """In the document, or by the byte."""
    with pytest.raises(Broken) as broken:
        split(raw, size=1_000)
    assert broken.value.problem.errors[0].pointer == pointer
    assert detail in broken.value.problem.detail


def test_of_a_part_too_large_no_more_is_kept_than_shows_it() -> None:
    """And the next one is read as ever."""
    first, second = split(b'[{"a":"' + b"x" * 3 * MOST + b'"},{"b":1}]', size=65_536)
    assert (len(first.raw), second) == (MOST, Part("/1", b'{"b":1}'))


@given(lines=st.lists(JSON.map(lambda value: json.dumps(value).encode())), size=st.integers(1, 30))
def test_lines_are_parts(lines: list[bytes], size: int) -> None:
    """By their number; blank ones count for nothing."""
    raw = b"\n\n".join(lines)
    assert split(raw, size=size, into=Lines) == [Part(f"/{n}", line) for n, line in enumerate(lines)]


def test_a_sequence_is_its_texts() -> None:
    """RFC 7464: a record separator before, a line feed after each."""
    found = split(b'\x1e{"a":1}\n\x1e{"b":\n2}\n', into=Lines(b"\x1e"))
    assert found == [Part("/0", b'{"a":1}'), Part("/1", b'{"b":\n2}')]


def test_of_a_line_too_large_no_more_is_kept_than_shows_it() -> None:
    """And the next one is read as ever."""
    first, second = split(b"x" * 3 * MOST + b"\n{}", size=65_536, into=Lines)
    assert (len(first.raw), second) == (MOST, Part("/1", b"{}"))


def record(value: Any) -> list[tuple[str, Any, str | None]]:
    found = releases_of(Part("/records/3", orjson.dumps(value)))
    return [(part.pointer, orjson.loads(part.raw), reason.detail if reason else None) for part, reason in found]


def test_the_releases_within_a_record_are_parts() -> None:
    """Where they stand in full; a link is refused by its place."""
    link = {"url": "https://example.org/1", "date": "2026-01-01T00:00:00Z"}
    assert record({"ocid": "o", "releases": [{"ocid": "o", "id": "1"}, link], "compiledRelease": {}}) == [
        ("/records/3/releases/0", {"ocid": "o", "id": "1"}, None),
        ("/records/3/releases/1", link, "a link; embed the release in full"),
    ]


@pytest.mark.parametrize("value", [{"ocid": "o", "compiledRelease": {"ocid": "o"}}, {"releases": []}, [], 7])
def test_a_record_without_releases_is_refused(value: Any) -> None:
    """A compiled release is a summary of events, and no event."""
    ((pointer, raw, reason),) = record(value)
    assert (pointer, raw) == ("/records/3", value)
    assert reason is not None
    assert reason.startswith("embeds no releases")
