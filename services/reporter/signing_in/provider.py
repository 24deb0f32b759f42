"""The OpenID provider: authorization code with PKCE (OpenID Connect Core 1.0, RFC 7636, RFC 9207), by discovery."""

import secrets
import time
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx
from authlib.integrations.base_client.errors import OAuthError
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from services.reporter.signing_in.cookies import Pending
from services.reporter.signing_in.people import Denied

with warnings.catch_warnings():
    warnings.simplefilter(
        "ignore"
    )  # that it would rather have httpx's successor would be each log's first line, no JSON
    from authlib.integrations.httpx_client import AsyncOAuth2Client

ALGORITHMS = ["RS256", "PS256", "ES256"]
"""Asymmetric ones only, from our list and never from the token (RFC 8725)."""
LEEWAY = 30
KEPT_SECONDS = 3_600.0
TIMEOUT = httpx.Timeout(5.0)


class Unreachable(Exception):
    """The provider does not answer, or not as a provider does."""


@dataclass(frozen=True, slots=True)
class Client:
    """This site as the provider knows it. `callback` is the full address to which it sends people back."""

    issuer: str
    id: str
    secret: str
    callback: str


class Provider:
    def __init__(self, client: Client) -> None:
        self.client = client
        self._metadata: Mapping[str, Any] = {}
        self._fetched = float("-inf")

    async def begin(self, next: str, now: datetime) -> tuple[str, Pending]:
        """Where to send the browser, and what to remember until it comes back. Raises Unreachable."""
        metadata = await self._discovered()
        pending = Pending(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(48), next, now)
        async with self._oauth() as oauth:
            address, _ = oauth.create_authorization_url(
                metadata["authorization_endpoint"],
                state=pending.state,
                nonce=pending.nonce,
                code_verifier=pending.verifier,
            )
        return str(address), pending

    async def finish(self, pending: Pending, query: Mapping[str, str], now: datetime) -> Mapping[str, Any]:
        """The claims of the ID token for which the code is exchanged. Raises Denied or Unreachable."""
        if query.get("state") != pending.state:
            raise Denied("the state is not the one that was sent")
        if query.get("iss", self.client.issuer) != self.client.issuer:
            raise Denied("the answer is of another issuer")
        if "code" not in query:
            raise Denied(f"the provider answered {query.get('error', 'without a code')[:80]!r}")
        metadata = await self._discovered()
        try:
            async with self._oauth() as oauth:
                token = await oauth.fetch_token(
                    metadata["token_endpoint"], code=query["code"], code_verifier=pending.verifier
                )
        except OAuthError as fault:
            raise Denied(f"the code was not taken: {fault.error}") from None
        except (httpx.HTTPError, ValueError) as fault:
            raise Unreachable(str(fault) or repr(fault)) from fault
        return await self._proved(str(token.get("id_token", "")), pending.nonce, now)

    async def _proved(self, id_token: str, nonce: str, now: datetime) -> Mapping[str, Any]:
        """OpenID Connect Core 1.0, section 3.1.3.7."""
        document = await self._fetch((await self._discovered())["jwks_uri"])
        registry = jwt.JWTClaimsRegistry(
            now=int(now.timestamp()),
            leeway=LEEWAY,
            iss={"essential": True, "value": self.client.issuer},
            aud={"essential": True, "value": self.client.id},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        try:
            claims = jwt.decode(id_token, KeySet.import_key_set(document), algorithms=ALGORITHMS).claims
            registry.validate(claims)
        except (JoseError, ValueError, TypeError, KeyError) as fault:
            raise Denied(f"the ID token does not hold: {type(fault).__name__} {fault}") from None
        if claims.get("azp", self.client.id) != self.client.id:
            raise Denied("the ID token was made for another client")
        return claims

    def _oauth(self) -> Any:
        return AsyncOAuth2Client(
            client_id=self.client.id,
            client_secret=self.client.secret,
            redirect_uri=self.client.callback,
            scope="openid profile",
            code_challenge_method="S256",
            timeout=TIMEOUT,
        )

    async def _discovered(self) -> Mapping[str, Any]:
        if time.monotonic() - self._fetched > KEPT_SECONDS:
            document = await self._fetch(self.client.issuer.rstrip("/") + "/.well-known/openid-configuration")
            wanted = ("authorization_endpoint", "token_endpoint", "jwks_uri")
            if document.get("issuer") != self.client.issuer or not all(document.get(name) for name in wanted):
                raise Unreachable("its configuration is of another issuer, or not whole")
            self._metadata, self._fetched = document, time.monotonic()
        return self._metadata

    async def _fetch(self, address: str) -> Any:
        try:
            async with httpx.AsyncClient(timeout=TIMEOUT) as http:
                document = (await http.get(address)).raise_for_status().json()
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as fault:
            raise Unreachable(str(fault) or repr(fault)) from fault
        if not isinstance(document, dict):
            raise Unreachable(f"{address} is no JSON object")
        return document
