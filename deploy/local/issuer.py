"""A token issuer for this machine: OAuth 2.0 client credentials, keys of its own, one client a sender.

    python -m deploy.local.issuer --port 8070 --clients clients.toml     # dwp = "its secret"

What ingest asks of any issuer, and no more: discovery, a JWKS, signed tokens. For development and tests only.
"""

import argparse
import base64
import hmac
import json
import threading
import time
import tomllib
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey

AUDIENCE = "social-value-ingest"
LIFETIME = 300
"""Seconds that a token is valid."""
LONGEST_FORM = 10_000


class LocalIssuer:
    """Serves in a thread of its own on loopback, between `start` and `stop`. `clients`: sender → secret."""

    def __init__(self, clients: Mapping[str, str], *, port: int = 0) -> None:
        self.clients = dict(clients)
        self._port = port
        self._server: ThreadingHTTPServer | None = None
        self.fetched = 0
        """How often the keys were asked for."""
        self.rotate()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

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

    def start(self) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", self._port), _handler(self))
        self._port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def stop(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def answer(self, path: str) -> Any:
        """What a GET of the path answers, or None."""
        if path == "/.well-known/openid-configuration":
            return {
                "issuer": self.url,
                "jwks_uri": f"{self.url}/jwks",
                "token_endpoint": self.token_url,
                "grant_types_supported": ["client_credentials"],
                "response_types_supported": [],
            }
        if path == "/jwks":
            self.fetched += 1
            return self.keys.as_dict(private=False)
        return None

    def granted(self, authorization: str | None, form: Mapping[str, list[str]]) -> tuple[int, dict[str, Any]]:
        """RFC 6749 section 4.4: status and body. Client and secret by HTTP Basic or in the form."""
        client, secret = _basic(authorization) or (form.get("client_id", [""])[0], form.get("client_secret", [""])[0])
        if form.get("grant_type") != ["client_credentials"]:
            return 400, {"error": "unsupported_grant_type"}
        if not hmac.compare_digest(self.clients.get(client, "").encode(), secret.encode()) or not secret:
            return 401, {"error": "invalid_client"}
        scope = form.get("scope", ["events:write events:read"])[0]
        token = self.token(client, scope=scope)
        return 200, {"access_token": token, "token_type": "Bearer", "expires_in": LIFETIME, "scope": scope}


def _basic(authorization: str | None) -> tuple[str, str] | None:
    scheme, _, encoded = (authorization or "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        client, _, secret = base64.b64decode(encoded).decode().partition(":")
    except ValueError:
        return None
    return unquote(client), unquote(secret)


def _handler(issuer: LocalIssuer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = issuer.answer(self.path)
            self._send(200 if found is not None else 404, found if found is not None else {"error": "not_found"})

        def do_POST(self) -> None:
            length = min(int(self.headers.get("Content-Length") or 0), LONGEST_FORM)
            form = parse_qs(self.rfile.read(length).decode("latin-1"))
            if self.path != "/token":
                self._send(404, {"error": "not_found"})
            else:
                self._send(*issuer.granted(self.headers.get("Authorization"), form))

        def log_message(self, *_: Any) -> None:
            """Nothing: what is asked here holds secrets."""

        def _send(self, status: int, body: Any) -> None:
            raw = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(raw)))
            self.send_header("Cache-Control", "no-store")
            self.end_headers()
            self.wfile.write(raw)

    return Handler


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
