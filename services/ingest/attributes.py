"""The CloudEvents attributes and the data of one event, held against the specification and the catalogue."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from services.ingest.problems import Fault, Problem, escape
from shared import times, tracing
from shared.events.base import Data

_NAME = re.compile(r"[a-z0-9]+")
_JSON = re.compile(r"application/(?:[a-z0-9.+-]+\+)?json(?:\s*;.*)?", re.IGNORECASE)
_URI = re.compile(r"[!#-;=?-\[\]_a-z~]+", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
MAX_TEXT = 300
MAX_FAULTS = 20


class Refused(Exception):
    """Carries the problem and the event's identity as far as known; raised and caught within acceptance only."""

    def __init__(self, found: Problem, source: str | None = None, id: str | None = None) -> None:
        super().__init__(found.detail)
        self.problem, self.source, self.id = found, source, id


@dataclass(frozen=True, slots=True)
class Attributes:
    """`bare` marks the envelope that we gave an OCDS release; what is wrong with its data has no `/data` before it."""

    source: str
    id: str
    type: str
    subject: str
    time: datetime
    recorded: datetime | None = None
    traceparent: str | None = None
    bare: bool = False


def check_attributes(members: Mapping[str, Any]) -> Attributes:
    """CloudEvents 1.0 section 3, and what we ask beyond it: subject and time. Raises Refused, naming every fault."""
    faults = [
        Fault(f"/{escape(name)}", "attribute names are lower-case letters and digits")
        for name in members
        if not _NAME.fullmatch(name)
    ]
    faults += [
        Fault(f"/{escape(name)}", "its header is not UTF-8 (which HTTP wants percent-encoded)")
        if isinstance(value, bytes)
        else Fault(f"/{escape(name)}", "must be a text, an integer or a boolean")
        for name, value in members.items()
        if not isinstance(value, str | int) and value is not None
    ]
    if members.get("specversion") != "1.0":
        faults.append(Fault("/specversion", 'must be "1.0"'))
    texts = {}
    for name in ("id", "source", "type", "subject", "time"):
        value = members.get(name)
        if isinstance(value, bytes):
            continue
        if not isinstance(value, str) or not value.strip():
            faults.append(Fault(f"/{name}", "is missing: it must be a text that is not empty"))
        elif len(value) > MAX_TEXT or _CONTROL.search(value):
            faults.append(Fault(f"/{name}", f"must be at most {MAX_TEXT} characters without control characters"))
        else:
            texts[name] = value
    if "source" in texts and not _URI.fullmatch(texts["source"]):
        faults.append(Fault("/source", "must be a URI reference: no spaces, no characters outside ASCII"))
    content = members.get("datacontenttype")
    if content is not None and not (isinstance(content, str) and _JSON.fullmatch(content)):
        faults.append(Fault("/datacontenttype", "must be application/json: data is JSON"))
    moments = {}
    for name in ("time", "recordedtime"):
        value = members.get(name)
        try:
            if isinstance(value, str) and value.strip():
                moments[name] = times.parse(value)
                if not times.is_plausible(moments[name]):
                    faults.append(Fault(f"/{name}", f"{value!r} lies outside {times.FIRST_YEAR} to {times.LAST_YEAR}"))
        except ValueError:
            faults.append(Fault(f"/{name}", f"{value!r} is no RFC 3339 time with an offset"))
    if faults:
        raise Refused(
            Problem("not-a-cloudevent", _summary(faults), tuple(faults[:MAX_FAULTS])),
            texts.get("source"),
            texts.get("id"),
        )
    return Attributes(
        source=texts["source"],
        id=texts["id"],
        type=texts["type"],
        subject=texts["subject"],
        time=moments["time"],
        recorded=moments.get("recordedtime"),
        traceparent=tracing.valid(members.get("traceparent")),
    )


def check_data(model: type[Data], data: Mapping[str, Any], *, at: str = "/data") -> Problem | None:
    """The data against its type's model, in JSON's own types: no text for a number, no number for a flag."""
    try:
        model.model_validate_json(orjson.dumps(data), strict=True)
    except ValidationError as invalid:
        faults = _faults(invalid.errors(include_url=False, include_context=False), data, at)
        return Problem("invalid-data", _summary(faults), tuple(faults[:MAX_FAULTS]))
    return None


def _faults(errors: list[ErrorDetails], data: Any, at: str) -> list[Fault]:
    found: dict[str, str] = {}
    for error in errors:
        found.setdefault(_pointer(error, data, at), error["msg"].removeprefix("Value error, "))
    return [Fault(pointer, detail) for pointer, detail in found.items()]


def _pointer(error: ErrorDetails, data: Any, at: str) -> str:
    """pydantic's location also names the members of unions, which are no part of the document: leave those out."""
    pointer, place = at, data
    for part in error["loc"]:
        if isinstance(place, dict) and isinstance(part, str) and part in place:
            place = place[part]
        elif isinstance(place, list) and isinstance(part, int) and part < len(place):
            place = place[part]
        elif error["type"] != "missing":
            continue
        pointer += f"/{escape(part)}"
    return pointer


def _summary(faults: list[Fault]) -> str:
    first = f"{faults[0].pointer or 'the event'}: {faults[0].detail}"
    return first if len(faults) == 1 else f"{first} (and {len(faults) - 1} more)"
