"""Why a submission was refused: an RFC 9457 problem that names what is wrong, where, and what to do."""

from dataclasses import dataclass
from typing import Any

TITLES = {
    "not-json": "The body is not JSON that every system reads the same way",
    "too-large": "The event is too large",
    "not-a-cloudevent": "This is not a CloudEvents 1.0 event",
    "unknown-type": "This type of event is not in the catalogue",
    "invalid-data": "The event's data does not have the shape that its type asks for",
    "wrong-subject": "The subject does not fit the type of event",
    "not-yours-to-send": "This sender may not send this event",
    "in-the-future": "The event's time lies in the future",
    "bad-request": "The request cannot be read",
    "unauthorised": "Who is sending?",
    "insufficient-scope": "The token does not allow this",
    "not-found": "There is nothing here",
    "method-not-allowed": "This address does not take that method",
    "too-slow": "The body comes too slowly",
    "body-too-large": "The body is too large",
    "unsupported-media-type": "The body is of a type that is not taken here",
    "too-many-requests": "Too much at once",
    "mostly-refused": "Most of what you send is refused",
    "not-acknowledged": "The broker did not acknowledge",
    "not-ready": "A part of the service does not answer",
    "internal": "A fault of ours",
}
"""Of submissions first, then of requests."""


LONGEST = 1_000


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


@dataclass(frozen=True, slots=True)
class Fault:
    """`pointer` is an RFC 6901 JSON pointer into what was sent; in binary mode, into its structured form (`/id`)."""

    pointer: str
    detail: str

    def __post_init__(self) -> None:
        """What was sent can be quoted in both, and what was sent may be a million characters long."""
        object.__setattr__(self, "pointer", _cut(self.pointer))
        object.__setattr__(self, "detail", _cut(self.detail))


@dataclass(frozen=True, slots=True)
class Problem:
    slug: str
    detail: str
    errors: tuple[Fault, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "detail", _cut(self.detail))

    def under(self, place: str) -> "Problem":
        """The same problem of a part of what was sent."""
        return Problem(self.slug, self.detail, tuple(Fault(f"{place}{e.pointer}", e.detail) for e in self.errors))

    @property
    def title(self) -> str:
        return TITLES[self.slug]

    def to_dict(self) -> dict[str, Any]:
        """The members of `application/problem+json` that do not depend on HTTP."""
        return {
            "type": f"/problems/{self.slug}",
            "title": self.title,
            "detail": self.detail,
            "errors": [{"pointer": e.pointer, "detail": e.detail} for e in self.errors],
        }


def problem(slug: str, pointer: str, detail: str) -> Problem:
    """A problem with one fault."""
    return Problem(slug, detail, (Fault(pointer, detail),))


def escape(part: str | int) -> str:
    """One step of a JSON pointer."""
    return str(part).replace("~", "~0").replace("/", "~1")
