"""Whose request it is: an API key of the file, or a token of the issuer → the sender, if it may do what it asks."""

from datetime import UTC, datetime

from services.ingest import tokens
from services.ingest.answers import HttpProblem, later
from services.ingest.issuer import Issuer, Unreachable
from services.ingest.keys import Keys, holder
from shared.departments import Register, Sender


class Credentials:
    """`issuer` and `expected` None: tokens are not taken. A key may do everything that its sender may."""

    def __init__(
        self,
        register: Register,
        keys: Keys,
        issuer: Issuer | None = None,
        expected: tokens.Expected | None = None,
    ) -> None:
        self.register, self.keys, self.issuer, self.expected = register, keys, issuer, expected

    async def sender(self, authorization: str | None, *, scopes: tuple[str, ...]) -> Sender:
        """`scopes`: one of them is needed. Raises HttpProblem: 401 or 403 (RFC 6750 section 3), or 503."""
        if authorization is None:
            raise _denied("Send Authorization: Bearer <your token or key>.", "Bearer")
        code = holder(self.keys, authorization)
        known = self.register.sender(code) if code is not None else None
        if known is not None:
            return known
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or self.issuer is None or self.expected is None:
            raise _invalid("the key is not known")
        try:
            claims = await self.issuer.claims(token.strip())
            granted = tokens.grant(claims, expected=self.expected, register=self.register, now=datetime.now(UTC))
        except tokens.Denied as denied:
            raise _invalid(str(denied)) from None
        except Unreachable:
            raise later(503, "not-ready", "The issuer of tokens does not answer. Try again.") from None
        if granted.scopes.isdisjoint(scopes):
            challenge = f'Bearer error="insufficient_scope", scope="{scopes[0]}"'
            detail = f"the token needs the scope {' or '.join(scopes)}"
            raise HttpProblem(403, "insufficient-scope", detail, headers={"WWW-Authenticate": challenge})
        return granted.sender


def _invalid(description: str) -> HttpProblem:
    return _denied(description, f'Bearer error="invalid_token", error_description="{description}"')


def _denied(detail: str, challenge: str) -> HttpProblem:
    return HttpProblem(401, "unauthorised", detail, headers={"WWW-Authenticate": challenge})
