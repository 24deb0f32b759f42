"""A token issuer for this machine: OAuth 2.0 client credentials, keys of its own, one client a sender.

    python -m deploy.local.issuer --port 8070 --clients clients.toml     # dwp = "its secret"

What ingest asks of any issuer, and no more: discovery, a JWKS, signed tokens. For development and tests only.
"""

import argparse
import hmac
import threading
import time
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey

from deploy.local.token_server import NOT_FOUND, Answer, TokenServer, as_json, basic

AUDIENCE = "social-value-ingest"
LIFETIME = 300
"""Seconds that a token is valid."""


class LocalIssuer(TokenServer):
    """Serves in a thread of its own on loopback, between `start` and `stop`. `clients`: sender → secret."""

    def __init__(self, clients: Mapping[str, str], *, port: int = 0) -> None:
        self.clients = dict(clients)
        super().__init__(port)
        self.fetched = 0
        """How often the keys were asked for."""
        self.rotate()

    @property
    def token_url(self) -> str:
        return f"{self.url}/token"

    def rotate(self) -> None:
        """New keys in place of the old: an RSA and an elliptic one."""
        self.keys = KeySet([RSAKey.generate_key(2048, auto_kid=True), ECKey.generate_key("P-256", auto_kid=True)])

    def token(self, sender: str, *, algorithm: str = "RS256", key: Any = None, **claims: Any) -> str:
        """A token for `sender`; claims given as None are left out."""
        now = int(time.time())
        said = {
            "iss": self.url,
            "aud": AUDIENCE,
            "sub": sender,
            "department": sender,
            "scope": "events:write events:read",
            "iat": now,
            "nbf": now,
            "exp": now + LIFETIME,
            **claims,
        }
        rsa, elliptic = self.keys.keys
        signing = key or (elliptic if algorithm.startswith("ES") else rsa)
        header = {"alg": algorithm, "kid": signing.kid}
        told = {name: value for name, value in said.items() if value is not None}
        return jwt.encode(header, told, signing, algorithms=[algorithm])

    def get(self, path: str, query: Mapping[str, str]) -> Answer:
        if path == "/.well-known/openid-configuration":
            return as_json(
                200,
                {
                    "issuer": self.url,
                    "jwks_uri": f"{self.url}/jwks",
                    "token_endpoint": self.token_url,
                    "grant_types_supported": ["client_credentials"],
                    "response_types_supported": [],
                },
            )
        if path == "/jwks":
            self.fetched += 1
            return as_json(200, self.keys.as_dict(private=False))
        return NOT_FOUND

    def post(self, path: str, form: Mapping[str, str], authorization: str | None) -> Answer:
        return as_json(*self.granted(authorization, form)) if path == "/token" else NOT_FOUND

    def granted(self, authorization: str | None, form: Mapping[str, str]) -> tuple[int, dict[str, Any]]:
        """RFC 6749 section 4.4: status and body. Client and secret by HTTP Basic or in the form."""
        client, secret = basic(authorization) or (form.get("client_id", ""), form.get("client_secret", ""))
        if form.get("grant_type") != "client_credentials":
            return 400, {"error": "unsupported_grant_type"}
        if not hmac.compare_digest(self.clients.get(client, "").encode(), secret.encode()) or not secret:
            return 401, {"error": "invalid_client"}
        scope = form.get("scope", "events:write events:read")
        token = self.token(client, scope=scope)
        return 200, {"access_token": token, "token_type": "Bearer", "expires_in": LIFETIME, "scope": scope}


def main() -> None:
    parser = argparse.ArgumentParser(description="A token issuer for this machine.")
    parser.add_argument("--port", type=int, default=8070)
    parser.add_argument("--clients", type=Path, required=True, help='TOML: sender = "secret"')
    asked = parser.parse_args()
    issuer = LocalIssuer(tomllib.loads(asked.clients.read_text("utf-8")), port=asked.port)
    issuer.start()
    print(f"{issuer.url}  audience {AUDIENCE}", flush=True)  # noqa: T201 - whoever starts it wants to know
    threading.Event().wait()


if __name__ == "__main__":
    main()
