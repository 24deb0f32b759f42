"""Ingest's settings, from the environment."""

from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from shared.settings import Common


class Settings(Common):
    model_config = SettingsConfigDict(env_prefix="SVR_INGEST_", extra="ignore", frozen=True)

    host: str = Field("127.0.0.1", description="address that HTTP listens on")
    port: int = Field(8080, ge=1, le=65535, description="port that HTTP listens on")
    api_keys: Path | None = Field(
        None, description="TOML file, sender = [SHA-256 of a key, …]; two at a time allow rotation. None: HTTP is shut"
    )
    received_from: Literal["clock", "recordedtime"] = Field(
        "clock", description="recordedtime takes the sender's word for when an event came: to play in a history only"
    )
