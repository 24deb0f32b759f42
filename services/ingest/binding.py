"""The CloudEvents bindings, strictly: what came over Kafka, over HTTP or as a line of a file → a submission.

Written by hand because the SDK is lenient where we must not be: it invents a missing id and time, and takes any `ce_`
header for binary mode.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import unquote_to_bytes


class Mode(StrEnum):
    STRUCTURED = "structured"
    BINARY = "binary"
    RELEASE = "release"
    LINE = "line"
    """A line of a file: a CloudEvent or an OCDS release, told apart by its content."""


@dataclass(frozen=True, slots=True)
class Submission:
    """One event as it came. `attributes` holds the CloudEvents attributes of binary mode, still unchecked.

    An attribute that is not text stays bytes. `twice` names what two headers give.
    """

    mode: Mode
    body: bytes | None
    attributes: Mapping[str, str | bytes]
    twice: tuple[str, ...] = ()


def line(body: bytes) -> Submission:
    return Submission(Mode.LINE, body, {})


def release(body: bytes) -> Submission:
    return Submission(Mode.RELEASE, body, {})


def from_kafka(headers: Iterable[tuple[str, bytes | None]], value: bytes | None) -> Submission:
    """Kafka binding 3.2: a content-type of `application/cloudevents…` is structured mode, `ce_` headers are binary.

    With neither, the value is taken for an OCDS release.
    """
    types: list[str] = []
    attributes: list[tuple[str, str | bytes]] = []
    for name, raw in headers:
        if name.lower() == "content-type":
            types.append((raw or b"").decode("latin-1"))
        elif name.lower().startswith("ce_"):
            # The name keeps its case: attribute names are lower case, and a wrong one is refused, not mended.
            attributes.append((name[3:], _text(raw or b"")))
    return _submission(types, attributes, value)


def from_http(headers: Iterable[tuple[str, str]], body: bytes) -> Submission:
    """HTTP binding 3.1 and 3.2: as on Kafka, with `ce-` headers whose values are quoted or percent-encoded ASCII."""
    types: list[str] = []
    attributes: list[tuple[str, str | bytes]] = []
    for name, raw in headers:
        lowered = name.lower()
        if lowered == "content-type":
            types.append(raw)
        elif lowered.startswith("ce-"):
            attributes.append((lowered[3:], _decoded(raw)))
    return _submission(types, attributes, body)


def _submission(types: list[str], attributes: list[tuple[str, str | bytes]], body: bytes | None) -> Submission:
    content_type = types[0] if types else ""
    twice = ("datacontenttype",) if len(types) > 1 else tuple[str, ...]()
    if content_type.strip().lower().startswith("application/cloudevents"):
        return Submission(Mode.STRUCTURED, body, {"content-type": content_type}, twice)
    if not attributes:
        return Submission(Mode.RELEASE, body, {}, twice)
    twice += tuple(name for name, count in Counter(name for name, _ in attributes).items() if count > 1)
    found = dict(attributes)
    if content_type:
        found["datacontenttype"] = content_type
    return Submission(Mode.BINARY, body, found, twice)


def _decoded(raw: str) -> str | bytes:
    """3.1.3.2: a double-quoted string is unescaped, then percent-encoding is undone, once."""
    if not raw.isascii():
        return raw.encode("latin-1", errors="replace")
    if len(raw) > 1 and raw[0] == raw[-1] == '"':
        raw = re.sub(r"\\(.)", r"\1", raw[1:-1])
    return _text(unquote_to_bytes(raw))


def _text(raw: bytes) -> str | bytes:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw
