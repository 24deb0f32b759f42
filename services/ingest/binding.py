"""The CloudEvents bindings, strictly: what came over Kafka, over HTTP or as a line of a file → a submission.

Written by hand because the SDK is lenient where we must not be: it invents a missing id and time, and takes any `ce_`
header for binary mode.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import unquote


class Mode(StrEnum):
    STRUCTURED = "structured"
    BINARY = "binary"
    RELEASE = "release"
    LINE = "line"
    """A line of a file: a CloudEvent or an OCDS release, told apart by its content."""


@dataclass(frozen=True, slots=True)
class Submission:
    """One event as it came. `attributes` holds the CloudEvents attributes of binary mode, still unchecked."""

    mode: Mode
    body: bytes | None
    attributes: Mapping[str, str | bytes]


def line(body: bytes) -> Submission:
    return Submission(Mode.LINE, body, {})


def release(body: bytes) -> Submission:
    return Submission(Mode.RELEASE, body, {})


def from_kafka(headers: Iterable[tuple[str, bytes | None]], value: bytes | None) -> Submission:
    """Kafka binding 3.2: a content-type of `application/cloudevents…` is structured mode, `ce_` headers are binary.

    With neither, the value is taken for an OCDS release.
    """
    content_type = b""
    attributes: dict[str, str | bytes] = {}
    for name, raw in headers:
        lowered = name.lower()
        if lowered == "content-type":
            content_type = raw or b""
        elif lowered.startswith("ce_"):
            # The name keeps its case: attribute names are lower case, and a wrong one is refused, not mended.
            attributes[name[3:]] = _text(raw)
    return _submission(content_type.decode("latin-1"), attributes, value)


def from_http(headers: Iterable[tuple[str, str]], body: bytes) -> Submission:
    """HTTP binding 3.1 and 3.2: as on Kafka, with `ce-` headers whose values are percent-encoded."""
    content_type = ""
    attributes: dict[str, str | bytes] = {}
    for name, raw in headers:
        lowered = name.lower()
        if lowered == "content-type":
            content_type = raw
        elif lowered.startswith("ce-"):
            attributes[lowered[3:]] = unquote(raw, errors="strict") if "%" in raw else raw
    return _submission(content_type, attributes, body)


def _submission(content_type: str, attributes: dict[str, str | bytes], body: bytes | None) -> Submission:
    if content_type.strip().lower().startswith("application/cloudevents"):
        return Submission(Mode.STRUCTURED, body, {"content-type": content_type})
    if attributes:
        if content_type:
            attributes["datacontenttype"] = content_type
        return Submission(Mode.BINARY, body, attributes)
    return Submission(Mode.RELEASE, body, {})


def _text(raw: bytes | None) -> str | bytes:
    try:
        return (raw or b"").decode("utf-8")
    except UnicodeDecodeError:
        return raw or b""
