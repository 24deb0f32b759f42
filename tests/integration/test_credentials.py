"""Tokens of a real issuer over HTTP: keys fetched, kept while it is down, fetched again when it signs with new ones."""

from collections.abc import Iterator

import pytest

from deploy.local.issuer import AUDIENCE, LocalIssuer
from services.ingest.answers import HttpProblem
from services.ingest.credentials import Credentials
from services.ingest.issuer import Issuer
from services.ingest.tokens import READ, WRITE, Expected
from shared.departments import load_register

REGISTER = load_register()


@pytest.fixture
def local() -> Iterator[LocalIssuer]:
    issuer = LocalIssuer({"dwp": "secret"})
    issuer.start()
    yield issuer
    issuer.stop()


def credentials(local: LocalIssuer, *, refetch_seconds: float = 0, jwks_url: str | None = None) -> Credentials:
    issuer = Issuer(local.url, jwks_url=jwks_url, refetch_seconds=refetch_seconds)
    return Credentials(REGISTER, {}, issuer, Expected(local.url, AUDIENCE))


async def code(admitting: Credentials, token: str, *scopes: str) -> str:
    return (await admitting.sender(f"Bearer {token}", scopes=scopes or (WRITE,))).code


async def refused(admitting: Credentials, token: str) -> tuple[int, str]:
    with pytest.raises(HttpProblem) as found:
        await code(admitting, token)
    return found.value.status, found.value.headers.get("WWW-Authenticate", "")


@pytest.mark.parametrize("algorithm", ["RS256", "PS256", "ES256"])
async def test_a_token_names_its_sender(local: LocalIssuer, algorithm: str) -> None:
    """By keys that are discovered, once for many tokens."""
    admitting = credentials(local)
    assert [await code(admitting, local.token("dwp", algorithm=algorithm)) for _ in range(5)] == ["dwp"] * 5
    assert local.fetched == 1


async def test_reading_needs_less_than_writing(local: LocalIssuer) -> None:
    """Either scope allows receipts; only one allows sending."""
    token = local.token("dwp", scope=READ)
    assert await code(credentials(local), token, READ, WRITE) == "dwp"
    assert (await refused(credentials(local), token))[0] == 403


async def test_keys_may_be_given_by_their_address(local: LocalIssuer) -> None:
    """For an issuer without a configuration to discover."""
    assert await code(credentials(local, jwks_url=f"{local.url}/jwks"), local.token("dwp")) == "dwp"


async def test_new_keys_are_fetched_when_a_token_names_them(local: LocalIssuer) -> None:
    """After a rotation the old ones count no more."""
    admitting = credentials(local)
    old = local.token("dwp")
    assert await code(admitting, old) == "dwp"
    local.rotate()
    assert await code(admitting, local.token("dwp")) == "dwp"
    assert (await refused(admitting, old))[0] == 401


async def test_made_up_keys_lead_to_no_more_than_one_fetch_in_a_while(local: LocalIssuer) -> None:
    """Anybody can make up tokens."""
    admitting = credentials(local, refetch_seconds=3_600)
    assert await code(admitting, local.token("dwp")) == "dwp"
    made_up = LocalIssuer({})
    for _ in range(5):
        assert (await refused(admitting, made_up.token("dwp", iss=local.url)))[0] == 401
    assert local.fetched == 1


async def test_while_the_issuer_is_down_its_keys_hold(local: LocalIssuer) -> None:
    """Old tokens are good; one of unknown keys is not; and nobody who never had its keys can say."""
    admitting = credentials(local)
    token = local.token("dwp")
    assert await code(admitting, token) == "dwp"
    local.stop()
    assert await code(admitting, token) == "dwp"
    local.rotate()
    assert (await refused(admitting, local.token("dwp")))[0] == 401
    assert (await refused(credentials(local), token))[0] == 503


async def test_a_configuration_of_another_issuer_is_not_believed(local: LocalIssuer) -> None:
    """OpenID Connect Discovery 4.3: the issuer named in it must be the one asked."""
    issuer = Issuer(f"{local.url}/", refetch_seconds=0)
    admitting = Credentials(REGISTER, {}, issuer, Expected(local.url, AUDIENCE))
    assert (await refused(admitting, local.token("dwp")))[0] == 503


async def test_without_an_issuer_no_token_is_taken(local: LocalIssuer) -> None:
    """And neither is another scheme."""
    status, challenge = await refused(Credentials(REGISTER, {}), local.token("dwp"))
    assert (status, 'error="invalid_token"' in challenge) == (401, True)
    with pytest.raises(HttpProblem) as found:
        await credentials(local).sender("Basic ZHdwOng=", scopes=(WRITE,))
    assert found.value.status == 401
