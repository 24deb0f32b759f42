"""An OpenID provider for this machine: ready accounts, no passwords. For the demonstration and the tests only.

    python -m deploy.local.provider --port 8060 --secret-file secret --site http://127.0.0.1:8000

It does what the site asks of any provider (authorization code with PKCE, discovery, a JWKS), on loopback, and lets
everybody be anybody: where it runs, signing in proves nothing.
"""

import argparse
import base64
import hashlib
import hmac
import html
import json
import secrets
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

CLIENT_ID = "social-value-reports"
CALLBACK = "/sign-in/callback"
LIFETIME = 300
"""Seconds that a code can wait, and that a token is valid."""
LONGEST_FORM = 10_000

ACCOUNTS: Mapping[str, Mapping[str, str]] = {
    "dwp": {
        "name": "Robin Marsh",
        "role": "department",
        "department": "dwp",
        "who": "Department for Work and Pensions",
    },
    "pm-office": {"name": "Alex Carey", "role": "pm-office", "who": "Prime Minister’s office"},
    "review-team": {"name": "Sam Lowe", "role": "review-team", "who": "Cabinet Office’s review team"},
}
"""Invented people."""


@dataclass(frozen=True)
class Code:
    account: str
    challenge: str
    nonce: str
    redirect_uri: str
    expires: float


class LocalProvider:
    """Serves in a thread of its own on loopback, between `start` and `stop`. `site`: the address of the reporter."""

    def __init__(
        self, *, site: str = "", secret: str, accounts: Mapping[str, Mapping[str, str]] = ACCOUNTS, port: int = 0
    ) -> None:
        self.site, self.secret, self.accounts = site, secret, accounts
        self.key = ECKey.generate_key("P-256", auto_kid=True)
        self.codes: dict[str, Code] = {}
        self._port = port
        self._server: ThreadingHTTPServer | None = None

    @property
    def callback(self) -> str:
        return self.site + CALLBACK

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def settings(self) -> dict[str, str]:
        """The reporter's environment, once it is started: with it people sign in here."""
        return {
            "SVR_REPORTER_OIDC_ISSUER": self.url,
            "SVR_REPORTER_OIDC_CLIENT_ID": CLIENT_ID,
            "SVR_REPORTER_OIDC_CLIENT_SECRET": self.secret,
        }

    def start(self) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", self._port), _handler(self))
        self._port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def stop(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def metadata(self) -> dict[str, Any]:
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/jwks",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["ES256"],
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": True,
        }

    def page(self, asked: Mapping[str, str]) -> str | None:
        """The choice of an account; None for a request that this site's client did not make."""
        fits = {
            "client_id": CLIENT_ID,
            "redirect_uri": self.callback,
            "response_type": "code",
            "code_challenge_method": "S256",
        }
        if any(asked.get(name) != value for name, value in fits.items()) or not asked.get("code_challenge"):
            return None
        kept = "".join(
            f'<input type="hidden" name="{name}" value="{html.escape(asked.get(name, ""))}">'
            for name in ("state", "nonce", "code_challenge")
        )
        buttons = "".join(
            f'<p><button name="account" value="{html.escape(id)}">{html.escape(account["name"])}, '
            f"{html.escape(account['who'])}</button></p>"
            for id, account in self.accounts.items()
        )
        return PAGE.format(kept=kept, buttons=buttons)

    def chosen(self, form: Mapping[str, str]) -> str | None:
        """Where to send the browser back to, with a code; None for an account that is not there."""
        if form.get("account") not in self.accounts:
            return None
        code = secrets.token_urlsafe(24)
        self.codes[code] = Code(
            form["account"],
            form.get("code_challenge", ""),
            form.get("nonce", ""),
            self.callback,
            time.time() + LIFETIME,
        )
        return f"{self.callback}?{urlencode({'code': code, 'state': form.get('state', ''), 'iss': self.url})}"

    def granted(self, authorization: str | None, form: Mapping[str, str]) -> tuple[int, dict[str, Any]]:
        """RFC 6749 section 4.1.3 and RFC 7636: status and body. A code counts once."""
        client, secret = _basic(authorization) or ("", "")
        if client != CLIENT_ID or not hmac.compare_digest(secret.encode(), self.secret.encode()):
            return 401, {"error": "invalid_client"}
        code = self.codes.pop(form.get("code", ""), None)
        proof = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest()).rstrip(b"=")
        if (
            code is None
            or form.get("grant_type") != "authorization_code"
            or form.get("redirect_uri") != code.redirect_uri
            or code.expires < time.time()
            or not hmac.compare_digest(proof.decode(), code.challenge)
        ):
            return 400, {"error": "invalid_grant"}
        return 200, {
            "access_token": secrets.token_urlsafe(24),
            "token_type": "Bearer",
            "expires_in": LIFETIME,
            "id_token": self.id_token(code.account, code.nonce),
        }

    def id_token(self, account: str, nonce: str, **claims: Any) -> str:
        """`claims` replace what would stand there."""
        now = int(time.time())
        said = {
            "iss": self.url,
            "aud": CLIENT_ID,
            "sub": account,
            "nonce": nonce,
            "iat": now,
            "exp": now + LIFETIME,
            **{name: value for name, value in self.accounts[account].items() if name != "who"},
            **claims,
        }
        return jwt.encode({"alg": "ES256", "kid": self.key.kid}, said, self.key)


PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Choose an account – sign-in for demonstration</title></head>
<body><main><h1>Choose an account</h1>
<p>This sign-in is for demonstration. It asks for no password: whoever reaches it can be anybody.</p>
<form method="post" action="/authorize">{kept}{buttons}</form></main></body></html>"""


def _basic(authorization: str | None) -> tuple[str, str] | None:
    scheme, _, encoded = (authorization or "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        client, _, secret = base64.b64decode(encoded).decode().partition(":")
    except ValueError:
        return None
    return unquote(client), unquote(secret)


def _handler(provider: LocalProvider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            address = urlsplit(self.path)
            if address.path == "/.well-known/openid-configuration":
                self._json(200, provider.metadata())
            elif address.path == "/jwks":
                self._json(200, KeySet([provider.key]).as_dict(private=False))
            elif address.path == "/authorize" and (page := provider.page(dict(parse_qsl(address.query)))):
                self._send(200, page.encode(), "text/html; charset=utf-8")
            else:
                self._json(404, {"error": "not_found"})

        def do_POST(self) -> None:
            length = min(int(self.headers.get("Content-Length") or 0), LONGEST_FORM)
            form = dict(parse_qsl(self.rfile.read(length).decode("latin-1")))
            if self.path == "/token":
                self._json(*provider.granted(self.headers.get("Authorization"), form))
            elif self.path == "/authorize" and (address := provider.chosen(form)):
                self._send(303, b"", "text/plain", {"Location": address})
            else:
                self._json(404, {"error": "not_found"})

        def log_message(self, *_: Any) -> None:
            """Nothing: what is asked here holds codes."""

        def _json(self, status: int, body: Any) -> None:
            self._send(status, json.dumps(body).encode(), "application/json")

        def _send(self, status: int, body: bytes, kind: str, headers: Mapping[str, str] | None = None) -> None:
            self.send_response(status)
            sent = {
                "Content-Type": kind,
                "Content-Length": str(len(body)),
                "Cache-Control": "no-store",
                **(headers or {}),
            }
            for name, value in sent.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

    return Handler


def main() -> None:
    parser = argparse.ArgumentParser(description="An OpenID provider for this machine, without passwords.")
    parser.add_argument("--port", type=int, default=8060)
    parser.add_argument("--site", required=True, help="the address of the reporter")
    parser.add_argument("--secret-file", type=Path, required=True, help="holds the site's secret")
    asked = parser.parse_args()
    provider = LocalProvider(site=asked.site, secret=asked.secret_file.read_text().strip(), port=asked.port)
    provider.start()
    print(f"{provider.url}  client {CLIENT_ID}", flush=True)  # noqa: T201 - whoever starts it wants to know
    threading.Event().wait()


if __name__ == "__main__":
    main()
