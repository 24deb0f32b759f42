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
import secrets
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from deploy.local.token_server import NOT_FOUND, Answer, TokenServer, as_json, basic

CLIENT_ID = "social-value-reports"
CALLBACK = "/sign-in/callback"
LIFETIME = 300
"""Seconds that a code can wait, and that a token is valid."""

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


class LocalProvider(TokenServer):
    """Serves in a thread of its own on loopback, between `start` and `stop`. `site`: the address of the reporter."""

    def __init__(
        self, *, site: str = "", secret: str, accounts: Mapping[str, Mapping[str, str]] = ACCOUNTS, port: int = 0
    ) -> None:
        self.site, self.secret, self.accounts = site, secret, accounts
        self.key = ECKey.generate_key("P-256", auto_kid=True)
        self.codes: dict[str, Code] = {}
        super().__init__(port)

    @property
    def callback(self) -> str:
        return self.site + CALLBACK

    def settings(self) -> dict[str, str]:
        """The reporter's environment, once it is started: with it people sign in here."""
        return {
            "SVR_REPORTER_OIDC_ISSUER": self.url,
            "SVR_REPORTER_OIDC_CLIENT_ID": CLIENT_ID,
            "SVR_REPORTER_OIDC_CLIENT_SECRET": self.secret,
        }

    def get(self, path: str, query: Mapping[str, str]) -> Answer:
        if path == "/.well-known/openid-configuration":
            return as_json(200, self.metadata())
        if path == "/jwks":
            return as_json(200, KeySet([self.key]).as_dict(private=False))
        if path == "/authorize" and (page := self.page(query)):
            return Answer(200, page.encode(), "text/html; charset=utf-8")
        return NOT_FOUND

    def post(self, path: str, form: Mapping[str, str], authorization: str | None) -> Answer:
        if path == "/token":
            return as_json(*self.granted(authorization, form))
        if path == "/authorize" and (address := self.chosen(form)):
            return Answer(303, b"", "text/plain", {"Location": address})
        return NOT_FOUND

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
        client, secret = basic(authorization) or ("", "")
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
