"""Who sends a request, and whether its form was ours: cookies, the token in every form, the Origin header."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import parse_qsl, urlsplit

from fastapi import Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from services.reporter.headers import policy
from services.reporter.signing_in.cookies import Pending, Signer
from services.reporter.signing_in.people import Denied, Person
from services.reporter.signing_in.sessions import Sessions

LARGEST_FORM = 400_000
"""Bytes, percent-encoded: a statement of the longest, in any script, takes half of it."""
MOST_FIELDS = 500


class SignInNeeded(Exception):
    """The page is for people who have signed in; the address is where they go then."""

    def __init__(self, next: str) -> None:
        self.next = next


@dataclass(frozen=True, slots=True)
class Visitor:
    """A person with a session; `token` stands in each of their forms."""

    person: Person
    session: str
    token: str


@dataclass(frozen=True, slots=True)
class Form:
    """Fields as they were sent: the last of each name, with line ends as `\\n` and without control characters."""

    fields: Mapping[str, str] = field(default_factory=dict)

    def text(self, name: str) -> str:
        return self.fields.get(name, "").strip()


class Visits:
    """`url`: where readers reach the site; with https the cookies are sent over nothing else."""

    def __init__(self, sessions: Sessions, signer: Signer, *, url: str, now: Callable[[], datetime]) -> None:
        parts = urlsplit(url)
        self.sessions, self.signer, self.now = sessions, signer, now
        self.origin = f"{parts.scheme}://{parts.netloc}"
        self.secure = parts.scheme == "https"

    def cookie(self, name: str) -> str:
        """`__Host-` lets no other host and no plain connection set it."""
        return f"__Host-{name}" if self.secure else name

    def set_cookie(self, response: Response, name: str, value: str, *, seconds: int | None = None) -> None:
        """Signed; gone with the browser where no `seconds` are given."""
        response.set_cookie(
            self.cookie(name),
            self.signer.signed(name, value),
            max_age=seconds,
            path="/",
            secure=self.secure,
            httponly=True,
            samesite="lax",
        )

    def drop_cookie(self, response: Response, name: str) -> None:
        response.delete_cookie(self.cookie(name), path="/", secure=self.secure, httponly=True, samesite="lax")

    def read_cookie(self, request: Request, name: str) -> str | None:
        return self.signer.read(name, request.cookies.get(self.cookie(name)))

    def pending(self, request: Request) -> Pending:
        """The sign-in that this browser has begun. Raises Denied."""
        kept = self.read_cookie(request, "sign-in")
        pending = Pending.from_text(kept, now=self.now()) if kept else None
        if pending is None:
            raise Denied("no sign-in was begun in this browser, or too long ago")
        return pending

    async def visitor(self, request: Request) -> Visitor | None:
        session = self.read_cookie(request, "session")
        person = await self.sessions.find(session, self.now()) if session else None
        return (
            None if session is None or person is None else Visitor(person, session, self.signer.mark("form", session))
        )

    async def required(self, request: Request) -> Visitor:
        """Raises SignInNeeded; HTTPException(403) for a form, which cannot be sent again after signing in."""
        visitor = await self.visitor(request)
        if visitor is not None:
            return visitor
        if request.method not in ("GET", "HEAD"):
            raise HTTPException(403)
        raise SignInNeeded(request.url.path)

    async def form(self, request: Request) -> tuple[Visitor, Form]:
        """The form of a signed-in person. Raises HTTPException: 403 for one that no page of ours to them sent, 413."""
        visitor = await self.required(request)
        if request.headers.get("origin") != self.origin:
            raise HTTPException(403)
        form = await read(request)
        if not self.signer.fits(form.text("token"), "form", visitor.session):
            raise HTTPException(403)
        return visitor, form


async def read(request: Request) -> Form:
    """`application/x-www-form-urlencoded`, as a form without files is sent. Raises HTTPException: 400, 413, 415."""
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/x-www-form-urlencoded":
        raise HTTPException(415)
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > LARGEST_FORM:
            raise HTTPException(413)
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict")
    except ValueError:
        raise HTTPException(400) from None
    return Form({name: _clean(value) for name, value in pairs})


def _clean(value: str) -> str:
    """Browsers end lines with CR LF; a control character nobody can have typed."""
    lines = value.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in lines if c in "\n\t" or (ord(c) >= 32 and ord(c) != 127))


def private(content: bytes, *, status: int = 200) -> Response:
    """A page for one person, whose forms may be sent to this site only; nothing keeps it.

    Under `no-referrer` browsers send forms with the origin `null`, so these pages say `same-origin`.
    """
    headers = {
        "cache-control": "no-store",
        "content-security-policy": policy("'self'"),
        "referrer-policy": "same-origin",
    }
    return Response(content, status_code=status, media_type="text/html; charset=utf-8", headers=headers)
