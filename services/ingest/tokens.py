"""OAuth 2.0 bearer tokens: a signed token → whose it is and what it allows. Pure: keys, rules and time are arguments.

RFC 7519 (JWT) with the checks of RFC 8725: only asymmetric algorithms, from our list and not from the token; issuer,
audience and times are required to fit.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from shared.departments import Register, Sender

ALGORITHMS = ("RS256", "PS256", "ES256", "ES384")
KEY_TYPES = ("RSA", "EC")
LEEWAY = 30
"""Seconds by which our clock and the issuer's may differ."""
WRITE, READ = "events:write", "events:read"
LONGEST = 8_192
"""Characters of a token."""


class Denied(Exception):
    """The token is not valid; the message says why, in words fit for `error_description` (RFC 6750)."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What a token has to say. `department_claim` names the claim that holds the sender's code."""

    issuer: str
    audience: str
    department_claim: str = "department"


@dataclass(frozen=True, slots=True)
class Grant:
    sender: Sender
    scopes: frozenset[str]


def key_id(token: str) -> str | None:
    """Which of the issuer's keys signed it, as the token says, unproved. Raises Denied for what is no JWT."""
    if len(token) > LONGEST:
        raise Denied("the token is too long")
    try:
        header = jws.extract_compact(token.encode()).headers()
    except (JoseError, ValueError):
        raise Denied("it is no signed JWT") from None
    kid = header.get("kid")
    return kid if isinstance(kid, str) else None


def key_set(document: Any) -> KeySet:
    """A JWKS document → its public keys of the kinds we take. Raises ValueError for one without any."""
    if not isinstance(document, dict) or not isinstance(document.get("keys"), list):
        raise ValueError("it is no JWKS document")  # noqa: TRY004 - what came is wrong, not what called
    given = [key for key in document["keys"] if isinstance(key, dict)]
    try:
        return KeySet.import_key_set({"keys": [k for k in given if k.get("kty") in KEY_TYPES and _signs(k)]})
    except JoseError as fault:
        raise ValueError(f"its keys cannot be read: {fault}") from None


def _signs(key: Mapping[str, Any]) -> bool:
    return bool(key.get("use", "sig") == "sig")


def signed_claims(token: str, keys: KeySet) -> Mapping[str, Any]:
    """The claims, once the signature is proved. Raises Denied."""
    try:
        return jwt.decode(token, keys, algorithms=list(ALGORITHMS)).claims
    except (JoseError, ValueError) as fault:
        raise Denied(f"the signature does not hold: {type(fault).__name__}") from None


def grant(claims: Mapping[str, Any], *, expected: Expected, register: Register, now: datetime) -> Grant:
    """Raises Denied."""
    if claims.get("iss") != expected.issuer:
        raise Denied("it is of another issuer")
    audience = claims.get("aud")
    if expected.audience not in (audience if isinstance(audience, list) else [audience]):
        raise Denied("it is for another audience")
    moment = now.timestamp()
    if not moment < _seconds(claims, "exp") + LEEWAY:
        raise Denied("it has expired")
    if "nbf" in claims and moment + LEEWAY < _seconds(claims, "nbf"):
        raise Denied("it is not valid yet")
    code = claims.get(expected.department_claim)
    sender = register.sender(code) if isinstance(code, str) else None
    if sender is None:
        raise Denied(f"its claim {expected.department_claim} names no sender of the register")
    scope = claims.get("scope")
    return Grant(sender, frozenset(scope.split() if isinstance(scope, str) else ()))


def _seconds(claims: Mapping[str, Any], name: str) -> float:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Denied(f"its claim {name} is no time")
    return float(value)
