"""Ways in which an event may be wrong. Each breaks one thing, so that one problem is to be expected."""

import re
from collections.abc import Callable, Mapping
from typing import Any

import orjson

Json = dict[str, Any]
Break = Callable[[Json], bytes]

_DAY = re.compile(r"20\d\d-\d\d-\d\d")
_CODE = re.compile(r"[a-z]+")
_ROUND = {
    "type": "uk.gov.social-value.round.opened.v1",
    "subject": "2026-27-q3",
    "data": {"due": "2027-01-14", "publish_at": "2027-01-20T09:30:00+00:00"},
}


def _attributes(**changes: Any) -> Break:
    """None takes the attribute away."""
    return lambda event: orjson.dumps({k: v for k, v in (event | changes).items() if v is not None})


def _time(change: Callable[[str], str]) -> Break:
    return lambda event: orjson.dumps(event | {"time": change(event["time"])})


def _data(change: Callable[[Json], Any]) -> Break:
    return lambda event: orjson.dumps(event | {"data": change(event["data"])})


def _bytes(change: Callable[[bytes], bytes]) -> Break:
    return lambda event: change(orjson.dumps(event))


def _with(member: bytes) -> Break:
    """Another member at the end of the event."""
    return _bytes(lambda raw: raw[:-1] + b"," + member + b"}")


def _first(change: Callable[[str, Any], Json]) -> Break:
    """Changes the first property of the data, which its type requires."""

    def changed(data: Json) -> Json:
        key, value = next(iter(data.items()))
        return {k: v for k, v in data.items() if k != key} | change(key, value)

    return _data(changed)


def _british(data: Json) -> Json:
    """31/12/2025. The data as it is when there is no date in it."""
    key = next((k for k, v in data.items() if isinstance(v, str) and _DAY.match(v)), None)
    return data if key is None else data | {key: "/".join(reversed(data[key][:10].split("-")))}


BREAKS: Mapping[str, tuple[str, Break]] = {
    "a property misspelt": ("invalid-data", _first(lambda key, value: {key[:-1]: value})),
    "a number where text belongs": ("invalid-data", _first(lambda key, _: {key: 17.5})),
    "without id": ("not-a-cloudevent", _attributes(id=None)),
    "another department's subject": ("not-yours-to-send", _attributes()),
    "a type that does not exist": ("unknown-type", _attributes(type="uk.gov.social-value.consideration.made.v1")),
    "not JSON, cut off": ("not-json", _bytes(lambda raw: raw[: len(raw) * 2 // 3])),
    "an attribute in capitals": ("not-a-cloudevent", _attributes(Priority="high")),
    "a time without offset": ("not-a-cloudevent", _time(lambda time: time[:19])),
    "not UTF-8": ("not-json", _with('"note":"Café"'.encode("latin-1"))),
    "a version of CloudEvents long past": ("not-a-cloudevent", _attributes(specversion="0.3")),
    "without specversion": ("not-a-cloudevent", _attributes(specversion=None)),
    "a subject that is none": ("wrong-subject", _attributes(subject="Contract 4711")),
    "a year typed wrong": ("in-the-future", _time(lambda time: "2062" + time[4:])),
    "an attribute twice": ("not-json", _with(b'"id":"again"')),
    "data left empty": ("invalid-data", _data(lambda _: {})),
    "no data": ("invalid-data", _attributes(data=None)),
    "data as text": ("invalid-data", _data(lambda data: orjson.dumps(data).decode())),
    "a source with spaces": ("not-a-cloudevent", _attributes(source="Commercial System of the Department")),
    "not its to send": ("not-yours-to-send", _attributes(**_ROUND)),
    "not JSON, a line of a table": ("not-json", lambda event: f"{event['id']};{event['time']};yes".encode()),
    "a date the British way": ("invalid-data", _data(_british)),
    "a department that is none": ("wrong-subject", _attributes()),
    "data said to be XML": ("not-a-cloudevent", _attributes(datacontenttype="application/xml")),
    "a byte order mark": ("not-json", _bytes(lambda raw: b"\xef\xbb\xbf" + raw)),
    "a required property left out": ("invalid-data", _first(lambda *_: {})),
    "no number": ("not-json", _with(b'"quantity":NaN')),
    "two events in one line": ("invalid-data", _bytes(lambda raw: b"[" + raw + b"," + raw + b"]")),
    "an empty id": ("not-a-cloudevent", _attributes(id=" ")),
    "a character that no database keeps": ("not-json", _with(b'"note":"\\u0000"')),
    "an attribute that is an object": ("not-a-cloudevent", _attributes(system={"name": "Sample"})),
}
"""What is wrong → the problem to expect, and how to make it so."""

SUBJECTS = {"another department's subject": "", "a department that is none": "department-of-examples"}
"""Those that need an event about the department itself, and the subject to put in; empty for another department's."""


def broken(event: Mapping[str, Any], way: str, other: str) -> bytes | None:
    """None where the event cannot be wrong in this way. `other` is the code of another department."""
    changed = dict(event)
    if way in SUBJECTS:
        if not _CODE.fullmatch(changed["subject"]):
            return None
        changed["subject"] = SUBJECTS[way] or other
    body = BREAKS[way][1](changed)
    return None if body == orjson.dumps(dict(event)) else body
