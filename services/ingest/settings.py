"""Ingest's settings, from the environment."""

from typing import Literal, Self

from pydantic import Field, FilePath, model_validator
from pydantic_settings import SettingsConfigDict

from shared.settings import Common


class Settings(Common):
    model_config = SettingsConfigDict(env_prefix="SVR_INGEST_", extra="ignore", frozen=True)

    host: str = Field("127.0.0.1", description="address that HTTP listens on")
    port: int = Field(8080, ge=1, le=65535, description="port that HTTP listens on")
    connections: int = Field(500, ge=1, description="HTTP connections at once; more are answered 503")
    api_keys: FilePath | None = Field(
        None, description="TOML file, sender = [SHA-256 of a key, …]; two at a time allow rotation. None: no keys"
    )
    oauth_issuer: str | None = Field(None, description="issuer of bearer tokens, as its `iss`; None: no tokens")
    oauth_audience: str | None = Field(None, description="what the tokens' `aud` must hold; required with an issuer")
    oauth_jwks_url: str | None = Field(None, description="the issuer's keys; None: discovered from its configuration")
    oauth_department_claim: str = Field("department", description="the claim that holds the sender's code")
    rate: float = Field(2000, ge=0, description="events a second of one sender to one process; 0: no limit")
    burst: float = Field(20_000, gt=0, description="events of one sender at once, before the rate counts")
    releases_bytes: int = Field(64 * 2**20, ge=1, description="most bytes of one POST /v1/releases, decompressed")
    body_seconds: float = Field(120, gt=0, description="longest time that a request's body may take to come")
    aggregator_url: str = Field("http://127.0.0.1:8090", description="the aggregator, asked for receipts")
    received_from: Literal["clock", "recordedtime"] = Field(
        "clock", description="recordedtime takes the sender's word for when an event came: to play in a history only"
    )

    @model_validator(mode="after")
    def _audience_with_issuer(self) -> Self:
        if self.oauth_issuer is not None and not self.oauth_audience:
            raise ValueError("SVR_INGEST_OAUTH_AUDIENCE: without it a token for any other service would be taken here")
        return self
