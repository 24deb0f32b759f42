"""Secrets left in files: planted ones are found where they stand, and what only looks like one is not."""

import hashlib
import string
from random import Random

import pytest

from deploy.audit.leaks import Leak, scan

LETTERS = string.ascii_letters + string.digits
RANDOM = "".join(Random(7).choices(LETTERS, k=40))  # made here, so that this file itself holds none
HEX = "".join(Random(7).choices("0123456789abcdef", k=8))
UUID = f"{HEX}-1a2b-3c4d-5e6f-{HEX}{HEX[:4]}"
PLANTED = {
    "private key": "-----BEGIN " + "PRIVATE KEY-----\n" + RANDOM,
    "AWS access key": "AKIA" + RANDOM.upper()[:16],
    "GitHub token": "ghp_" + RANDOM,
    "GitLab token": "glpat-" + RANDOM,
    "Slack token": "xoxb-" + RANDOM,
    "Google API key": "AIza" + RANDOM[:35],
    "JSON web token": f"eyJ{RANDOM}.eyJ{RANDOM}.{RANDOM}",
    "GOV.UK Notify key": f"reports-{UUID}-{UUID}",
    "password in an address": f"postgresql://svr:{RANDOM}@db/svr",
    "random text called a secret": f'"api_key": "{RANDOM}"',
}
HARMLESS = [
    "password=os.environ['SVR_KAFKA_PASSWORD_OF_THE_SERVICE']",
    'secret: SecretStr = Field(SecretStr(""), description="its secret with the issuer")',
    "SVR_KAFKA_PASSWORD=${SVR_KAFKA_PASSWORD:?set it}",
    "postgresql://svr:$PASSWORD@db/svr",
    "https://user@host/path",
    "token_url = 'http://127.0.0.1:8080/token'",
    "password = correct-horse-battery-staple",
    f"sha256 = {hashlib.sha256(b'a lock file').hexdigest()}",
]


@pytest.mark.parametrize("kind", PLANTED)
def test_a_planted_secret_is_found(kind: str) -> None:
    """By its kind and its line; the secret itself is not shown."""
    found = list(scan("a.py", f"first\n\n  {PLANTED[kind]}\nlast\n"))
    assert (kind, 3) in {(leak.kind, leak.line) for leak in found}
    assert not any(RANDOM in repr(leak) for leak in found)


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_none_is_left_alone(text: str) -> None:
    """Names of variables, places to put a secret, words, and hashes that nobody calls a secret."""
    assert list(scan("a.py", text)) == []


def test_what_was_looked_at_is_allowed_by_its_hash() -> None:
    """That one, and no other in the same place."""
    (leak,) = scan("a.py", PLANTED["GitHub token"])
    assert leak == Leak("a.py", 1, "GitHub token", hashlib.sha256(PLANTED["GitHub token"].encode()).hexdigest())
    assert list(scan("a.py", PLANTED["GitHub token"], allowed={leak.sha256})) == []
    assert list(scan("a.py", PLANTED["GitLab token"], allowed={leak.sha256})) != []
