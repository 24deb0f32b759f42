"""The issuer of bearer tokens: fetches its public keys, keeps them, and fetches again when a token names a new one."""

import asyncio
import time
from collections.abc import Mapping
from typing import Any

import httpx
from joserfc.jwk import KeySet

from services.ingest import tokens
from shared.logging import fault_fields, get_logger

log = get_logger()
REFETCH_SECONDS = 30.0
"""Unknown keys lead to no more than one fetch in so many seconds: anybody can make up tokens."""
OLDEST_SECONDS = 3_600.0
"""Keys are fetched anew after so long, so that one taken back by the issuer ceases to count."""
TIMEOUT = httpx.Timeout(5.0)
DISCOVERY = "/.well-known/openid-configuration"


class Unreachable(Exception):
    """The issuer has never answered: whether a token is valid cannot be said."""


class Issuer:
    """`jwks_url` None: it is discovered (OpenID Connect Discovery 1.0, section 4)."""

    def __init__(self, issuer: str, *, jwks_url: str | None = None, refetch_seconds: float = REFETCH_SECONDS) -> None:
        self.issuer, self.jwks_url, self.refetch_seconds = issuer, jwks_url, refetch_seconds
        self._client = httpx.AsyncClient(timeout=TIMEOUT)
        self._keys: KeySet | None = None
        self._fetched = self._tried = float("-inf")
        self._lock = asyncio.Lock()

    async def claims(self, token: str) -> Mapping[str, Any]:
        """What a token signed by this issuer says. Raises tokens.Denied or Unreachable."""
        kid = tokens.key_id(token)
        if not self._knows(kid) or time.monotonic() - self._fetched > OLDEST_SECONDS:
            await self._refresh(kid)
        if self._keys is None:
            raise Unreachable
        return tokens.signed_claims(token, self._keys)

    async def close(self) -> None:
        await self._client.aclose()

    def _knows(self, kid: str | None) -> bool:
        return self._keys is not None and (kid is None or any(key.kid == kid for key in self._keys))

    async def _refresh(self, kid: str | None) -> None:
        """Keeps the old keys when the issuer does not answer."""
        async with self._lock:
            now = time.monotonic()
            if now - self._tried < self.refetch_seconds or (self._knows(kid) and now - self._fetched < OLDEST_SECONDS):
                return
            self._tried = now
            try:
                self._keys = tokens.key_set(await self._fetch(self.jwks_url or await self._discovered()))
                self._fetched = now
            except (httpx.HTTPError, httpx.InvalidURL, ValueError) as fault:
                log.warning("dependency.unreachable", dependency="token issuer", **fault_fields(fault))

    async def _discovered(self) -> str:
        document = await self._fetch(self.issuer.rstrip("/") + DISCOVERY)
        if not isinstance(document, dict) or document.get("issuer") != self.issuer:
            raise ValueError("its configuration is of another issuer")
        return str(document.get("jwks_uri", ""))

    async def _fetch(self, url: str) -> Any:
        response = await self._client.get(url)
        response.raise_for_status()
        return response.json()
