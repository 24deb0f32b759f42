"""Which form of a page is sent, and whether it has to be: Accept, suffixes, ETag, If-None-Match. RFC 9110. Pure."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from email.utils import format_datetime, parsedate_to_datetime

from starlette.responses import Response

from services.reporter.forms.catalogue import BY_SUFFIX, FORMS

HTML, JSON = "text/html", "application/json"
SUFFIXES = sorted({*BY_SUFFIX} - {"html"}, key=len, reverse=True)
""".csv-metadata.json before .json"""
BY_TYPE = {form.media_type.partition(";")[0]: form for form in FORMS}
IMMUTABLE = "private, max-age=31536000, immutable"
REVALIDATED = "private, no-cache"
"""Reports stand behind a sign-on: no shared cache may keep them."""


def split_suffix(name: str) -> tuple[str, str | None]:
    """`2026-27-q2.json` → (`2026-27-q2`, `json`); a suffix that is none of ours stays part of the name."""
    for suffix in SUFFIXES:
        if name.endswith(f".{suffix}"):
            return name.removesuffix(f".{suffix}"), suffix
    return name, None


def preferred(accept: str | None, offered: Sequence[str] = (HTML, JSON)) -> str:
    """The offered media type that the header likes best; the first where it likes none, or several the same."""
    if not accept:
        return offered[0]
    weights = [(_weight(accept, media_type), -position) for position, media_type in enumerate(offered)]
    best, position = max(weights)
    return offered[-position] if best > 0 else offered[0]


def _weight(accept: str, media_type: str) -> float:
    """The q of the most specific range that covers the type."""
    kind = media_type.partition("/")[0]
    found = (-1, 0.0)
    for part in accept.split(","):
        range_, *parameters = (piece.strip().lower() for piece in part.split(";"))
        specific = {media_type: 2, f"{kind}/*": 1, "*/*": 0}.get(range_)
        if specific is not None and specific > found[0]:
            found = (specific, _q(parameters))
    return found[1]


def _q(parameters: Sequence[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                return min(max(float(value), 0.0), 1.0)
            except ValueError:
                return 0.0
    return 1.0


def matches(if_none_match: str | None, etag: str) -> bool:
    """Weak comparison, as If-None-Match asks."""
    if if_none_match is None:
        return False
    tags = [tag.strip().removeprefix("W/") for tag in if_none_match.split(",")]
    return "*" in tags or etag in tags


def unchanged(if_modified_since: str | None, modified: datetime | None) -> bool:
    """Whether it is as the reader has it. To be asked only where there is no If-None-Match, which goes first."""
    if if_modified_since is None or modified is None:
        return False
    try:
        since = parsedate_to_datetime(if_modified_since)
    except ValueError:
        return False
    return since.tzinfo is not None and modified.replace(microsecond=0) <= since


def answer(
    request_headers: Mapping[str, str],
    content: bytes,
    *,
    media_type: str,
    sha256: str,
    immutable: bool = False,
    modified: datetime | None = None,
    headers: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    """200 with the content, or 304 without where the reader has it already."""
    etag = f'"{sha256}"'
    sent = {
        "etag": etag,
        "vary": "Accept",
        "cache-control": IMMUTABLE if immutable else REVALIDATED,
        **({"last-modified": format_datetime(modified, usegmt=True)} if modified else {}),
        **(headers or {}),
    }
    tags = request_headers.get("if-none-match")
    same = unchanged(request_headers.get("if-modified-since"), modified) if tags is None else matches(tags, etag)
    if status == 200 and same:
        return Response(status_code=304, headers=sent)
    return Response(content, status_code=status, media_type=media_type, headers=sent)


def made(request_headers: Mapping[str, str], content: bytes, media_type: str = "text/html; charset=utf-8") -> Response:
    """A page that was made because it was asked for."""
    return answer(request_headers, content, media_type=media_type, sha256=hashlib.sha256(content).hexdigest())
