"""The settings that every service has, read from the environment only."""

from typing import Literal

from pydantic import Field, PostgresDsn
from pydantic_settings import BaseSettings, SettingsConfigDict


class Common(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="SVR_", extra="ignore", frozen=True)

    kafka_bootstrap: str = Field(
        "127.0.0.1:9092",
        validation_alias="SVR_KAFKA_BOOTSTRAP",
        description="Kafka's bootstrap servers, host:port, comma-separated",
    )
    session_seconds: int = Field(
        30,
        ge=6,
        le=300,
        validation_alias="SVR_SESSION_SECONDS",
        description="a consumer unheard of for so long loses its partitions; those of a killed one wait so long",
    )
    log_format: Literal["auto", "json", "console"] = Field(
        "auto",
        validation_alias="SVR_LOG_FORMAT",
        description="JSON lines, or colours for people; auto: colours on a terminal",
    )
    health_seconds: float = Field(
        60,
        gt=0,
        validation_alias="SVR_HEALTH_SECONDS",
        description="a consumer with lag that finished no batch for so long is not live",
    )


class WithDatabase(Common):
    database_url: PostgresDsn = Field(
        PostgresDsn("postgresql://svr@127.0.0.1:5432/svr"),
        validation_alias="DATABASE_URL",
        description="PostgreSQL, as a URL",
    )
