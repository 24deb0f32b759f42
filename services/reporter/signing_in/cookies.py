"""What cookies and forms carry, and how it is proved to be ours: HMAC-SHA256 with a key made from the client's secret.

A session's cookie is an opaque id; who it belongs to stands in the database. The signature keeps made-up ids from
costing a look-up. Pure.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import orjson

PENDING_FOR = timedelta(minutes=10)


class Signer:
    """Each purpose has signatures of its own: one that fits a session never fits a form."""

    def __init__(self, secret: str) -> None:
        self._key = hashlib.sha256(b"social value returns, cookies\0" + secret.encode()).digest()

    def mark(self, purpose: str, value: str) -> str:
        return hmac.new(self._key, f"{purpose}\0{value}".encode(), hashlib.sha256).hexdigest()

    def fits(self, mark: str, purpose: str, value: str) -> bool:
        return hmac.compare_digest(mark.encode(), self.mark(purpose, value).encode())

    def signed(self, purpose: str, value: str) -> str:
        return f"{value}.{self.mark(purpose, value)}"

    def read(self, purpose: str, signed: str | None) -> str | None:
        """The value; None for what we have not signed for this purpose."""
        value, _, mark = (signed or "").rpartition(".")
        return value if value and self.fits(mark, purpose, value) else None


@dataclass(frozen=True, slots=True)
class Pending:
    """A sign-in that has begun: what must come back from the provider, and where to go then."""

    state: str
    nonce: str
    verifier: str
    next: str
    began: datetime

    def to_text(self) -> str:
        text = orjson.dumps([self.state, self.nonce, self.verifier, self.next, self.began.isoformat()])
        return text.hex()

    @classmethod
    def from_text(cls, text: str, *, now: datetime) -> "Pending | None":
        """Of a text that we have signed; None when it is too old."""
        state, nonce, verifier, next, began = orjson.loads(bytes.fromhex(text))
        pending = cls(state, nonce, verifier, next, datetime.fromisoformat(began))
        return pending if now - pending.began <= PENDING_FOR else None


def safe_next(text: str | None) -> str:
    """An address of ours, path and query only; `/` for anything that could lead elsewhere.

    Browsers take a backslash for a slash and drop tabs and line ends, so an address with any of these is none of ours.
    """
    if not text or not text.isascii() or not text.isprintable() or "\\" in text or len(text) > 1_000:
        return "/"
    parts = urlsplit(text)
    ours = text.startswith("/") and not text.startswith("//") and not parts.scheme and not parts.netloc
    return text if ours else "/"
