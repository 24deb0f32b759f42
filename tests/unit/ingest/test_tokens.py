"""Bearer tokens: what is proved by the signature, and what the claims must say."""

from datetime import UTC, datetime
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey, RSAKey

from services.ingest.tokens import LEEWAY, LONGEST, Denied, Expected, Grant, grant, key_id, key_set, signed_claims
from shared.departments import Sender
from shared.events.catalogue import Role
from tests.unit.ingest.examples import REGISTER

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
AT = int(NOW.timestamp())
EXPECTED = Expected("https://issuer.example", "ingest")
CLAIMS = {
    "iss": "https://issuer.example",
    "aud": "ingest",
    "exp": AT + 300,
    "department": "dwp",
    "scope": "events:read events:write",
}
RSA, EC = RSAKey.generate_key(2048, auto_kid=True), ECKey.generate_key("P-256", auto_kid=True)
PUBLIC = key_set(KeySet([RSA, EC]).as_dict(private=False))


def signed(algorithm: str, key: Any, *, kid: str | None = None) -> str:
    header = {"alg": algorithm, "kid": kid or key.kid}
    return jwt.encode(header, {"a": 1}, key, algorithms=[algorithm])


@pytest.mark.parametrize(("algorithm", "key"), [("RS256", RSA), ("PS256", RSA), ("ES256", EC)])
def test_a_token_signed_by_the_issuer_holds(algorithm: str, key: Any) -> None:
    """By any of the algorithms that we take."""
    assert signed_claims(signed(algorithm, key), PUBLIC) == {"a": 1}


def forged() -> dict[str, str]:
    token = signed("RS256", RSA)
    head, body, signature = token.split(".")
    own = RSAKey.generate_key(2048)
    modulus_as_secret = OctKey.import_key({"kty": "oct", "k": RSA.as_dict(private=False)["n"]})
    return {
        "another's key under the issuer's id": signed("RS256", own, kid=RSA.kid),
        "another's key": signed("RS256", RSAKey.generate_key(2048, auto_kid=True)),
        "other claims": f"{head}.{body[:-2]}AA.{signature}",
        "no signature": f"{head}.{body}.",
        "the public key as a secret": signed("HS256", modulus_as_secret, kid=RSA.kid),
        "no algorithm": "eyJhbGciOiJub25lIn0." + body + ".",
        "an algorithm for another kind of key": signed("ES256", ECKey.generate_key("P-256"), kid=RSA.kid),
        "an algorithm that we do not take": signed("RS512", RSA),
    }


@pytest.mark.parametrize("token", forged().values(), ids=list(forged()))
def test_any_other_is_denied(token: str) -> None:
    """Whatever the token says of its own algorithm and key."""
    with pytest.raises(Denied, match="the signature does not hold"):
        signed_claims(token, PUBLIC)


@pytest.mark.parametrize("token", ["", "x", "a.b", "a.b.c", "…", "e30.e30.e30"])
def test_what_is_no_token_is_denied(token: str) -> None:
    """Before anybody is asked for a key."""
    with pytest.raises(Denied, match="it is no signed JWT"):
        key_id(token)


def test_a_token_without_end_is_denied() -> None:
    """It is not even read."""
    with pytest.raises(Denied, match="too long"):
        key_id("x" * (LONGEST + 1))


def test_the_key_is_named_by_the_token() -> None:
    """So that a new one can be fetched."""
    assert key_id(signed("RS256", RSA)) == RSA.kid


@pytest.mark.parametrize("document", [None, [], {}, {"keys": 1}, {"keys": []}, {"keys": [{"kty": "oct", "k": "AA"}]}])
def test_a_document_without_public_keys_is_none(document: Any) -> None:
    """A shared secret in it would let anybody who reads it sign."""
    with pytest.raises(ValueError, match=r"JWKS|keys"):
        key_set(document)


def test_keys_for_encryption_do_not_count() -> None:
    """Only those for signatures."""
    document = KeySet([RSA]).as_dict(private=False, use="enc")
    with pytest.raises(ValueError, match="keys"):
        key_set(document)


def granted(**changes: Any) -> Grant:
    claims = {name: value for name, value in {**CLAIMS, **changes}.items() if value is not None}
    return grant(claims, expected=EXPECTED, register=REGISTER, now=NOW)


DWP = Sender("dwp", Role.DEPARTMENT)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"aud": ["x", "ingest"]},
        {"exp": AT - LEEWAY + 1},
        {"exp": AT + 0.5},
        {"nbf": AT},
        {"nbf": AT + LEEWAY},
    ],
)
def test_claims_that_fit_are_granted(changes: dict[str, Any]) -> None:
    """One of several audiences is enough, and clocks may differ a little."""
    assert granted(**changes) == Grant(DWP, frozenset({"events:read", "events:write"}))


@pytest.mark.parametrize("scope", [None, "", 7, ["events:write"]])
def test_without_a_scope_nothing_is_allowed(scope: Any) -> None:
    """It is still known whose it is."""
    assert granted(scope=scope) == Grant(DWP, frozenset())


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"iss": "https://issuer.example/"}, "it is of another issuer"),
        ({"iss": None}, "it is of another issuer"),
        ({"aud": "ingest2"}, "it is for another audience"),
        ({"aud": None}, "it is for another audience"),
        ({"aud": []}, "it is for another audience"),
        ({"exp": AT - LEEWAY}, "it has expired"),
        ({"exp": None}, "its claim exp is no time"),
        ({"exp": "tomorrow"}, "its claim exp is no time"),
        ({"exp": True}, "its claim exp is no time"),
        ({"nbf": AT + LEEWAY + 1}, "it is not valid yet"),
        ({"nbf": "x"}, "its claim nbf is no time"),
        ({"department": None}, "its claim department names no sender of the register"),
        ({"department": "magic"}, "its claim department names no sender of the register"),
        ({"department": ["dwp"]}, "its claim department names no sender of the register"),
    ],
)
def test_claims_that_do_not_fit_are_denied(changes: dict[str, Any], reason: str) -> None:
    """With the reason, which holds nothing of the token."""
    with pytest.raises(Denied, match=f"^{reason}$"):
        granted(**changes)


def test_the_department_may_stand_in_another_claim() -> None:
    """Issuers differ."""
    expected = Expected("https://issuer.example", "ingest", "org")
    assert grant({**CLAIMS, "org": "moj"}, expected=expected, register=REGISTER, now=NOW).sender.code == "moj"
