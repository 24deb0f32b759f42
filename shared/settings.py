"""The settings that every service has, read from the environment only, and how what is wrong with them is told."""

import hashlib
import os
import sys
from typing import Literal, Self, TypeVar
from urllib.parse import quote, urlsplit

from pydantic import Field, FilePath, PostgresDsn, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.kafka import Connection, Protocol
from shared.logging import configure, get_logger
from shared.variables import faults, unknown

log = get_logger()


class KafkaSettings(BaseSettings):
    # An error quotes its input by default, and the password is among it.
    model_config = SettingsConfigDict(env_prefix="SVR_", extra="ignore", frozen=True, hide_input_in_errors=True)

    kafka_bootstrap: str = Field(
        "127.0.0.1:9092",
        validation_alias="SVR_KAFKA_BOOTSTRAP",
        description="Kafka's bootstrap servers, host:port, comma-separated",
    )
    kafka_security: Protocol = Field(
        Protocol.PLAINTEXT,
        validation_alias="SVR_KAFKA_SECURITY",
        description="PLAINTEXT, SASL_PLAINTEXT, SASL_SSL or SSL; SASL is SCRAM-SHA-512",
    )
    kafka_username: str | None = Field(
        None, validation_alias="SVR_KAFKA_USERNAME", description="the principal that logs in; SASL only"
    )
    kafka_password: SecretStr | None = Field(
        None, validation_alias="SVR_KAFKA_PASSWORD", description="its password; SASL only"
    )
    kafka_password_file: FilePath | None = Field(
        None, validation_alias="SVR_KAFKA_PASSWORD_FILE", description="a file that holds the password instead"
    )
    kafka_ca: FilePath | None = Field(
        None,
        validation_alias="SVR_KAFKA_CA",
        description="PEM file of the CA that signed the brokers' certificates; SASL_SSL and SSL only",
    )

    @property
    def kafka(self) -> Connection:
        """Raises pydantic.ValidationError for a combination that makes no sense."""
        file = self.kafka_password_file
        return Connection(
            bootstrap=self.kafka_bootstrap,
            protocol=self.kafka_security,
            username=self.kafka_username,
            password=SecretStr(file.read_text().strip()) if file else self.kafka_password,
            ca=self.kafka_ca,
        )

    @model_validator(mode="after")
    def _kafka_makes_sense(self) -> Self:
        """So that a service says at its start what is missing, not when it first asks the broker."""
        if self.kafka_password and self.kafka_password_file:
            raise ValueError("expected SVR_KAFKA_PASSWORD or SVR_KAFKA_PASSWORD_FILE, not both")
        try:
            _ = self.kafka
        except ValidationError as fault:
            raise ValueError(f"SVR_KAFKA_…: {fault.errors()[0]['ctx']['error']}") from None
        return self


class Common(KafkaSettings):
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
    log_level: Literal["debug", "info", "warning"] = Field(
        "info",
        validation_alias="SVR_LOG_LEVEL",
        description="the least that is written; debug: a line for every event too",
    )
    metrics: Literal["off", "on"] = Field(
        "off",
        validation_alias="SVR_METRICS",
        description="on: Prometheus metrics at /metrics; needs the telemetry extra",
    )
    otel: Literal["off", "on"] = Field(
        "off",
        validation_alias="SVR_OTEL",
        description="on: spans of the batches by OTLP, to OTEL_EXPORTER_OTLP_ENDPOINT; needs the telemetry extra",
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
    database_password_file: FilePath | None = Field(
        None,
        validation_alias="DATABASE_PASSWORD_FILE",
        description="a file that holds the password, which the URL then leaves out",
    )

    @property
    def database(self) -> str:
        """The URL with its password, so it belongs in no log."""
        url, file = str(self.database_url), self.database_password_file
        return with_password(url, SecretStr(file.read_text().strip())) if file else url

    @model_validator(mode="after")
    def _one_password(self) -> Self:
        parts = urlsplit(str(self.database_url))
        if self.database_password_file and (parts.password is not None or not parts.username):
            raise ValueError("DATABASE_PASSWORD_FILE: expected a DATABASE_URL with a user and without a password")
        return self


def with_login(url: str, username: str, password: SecretStr) -> str:
    """The same database, as this user. `username` is quoted already, where it has to be."""
    parts = urlsplit(url)
    address = parts.netloc.rpartition("@")[2]
    return parts._replace(netloc=f"{username}:{quote(password.get_secret_value(), safe='')}@{address}").geturl()


def with_password(url: str, password: SecretStr) -> str:
    """The same database, as the same user."""
    return with_login(url, urlsplit(url).username or "", password)


def fingerprint(settings: Common) -> str:
    """The beginning of a SHA-256: two processes with the same settings have the same. No secret is part of it."""
    shown = settings.model_dump(mode="json")  # a SecretStr is asterisks in it
    if isinstance(settings, WithDatabase):
        shown["database_url"] = with_password(str(settings.database_url), SecretStr(""))
    lines = "\n".join(f"{name}={shown[name]}" for name in sorted(shown))
    return hashlib.sha256(lines.encode()).hexdigest()[:12]


K = TypeVar("K", bound=Common)


def load(kind: type[K], service: str) -> K:
    """A service's settings, its log configured by them. What is wrong is named on stderr, with exit code 2.

    Variables that nothing reads are named in the log: they are typing errors.
    """
    try:
        settings = kind()
    except ValidationError as fault:
        sys.stderr.write(f"{service} does not start, as its environment is not in order:\n")
        sys.stderr.writelines(f"  {line}\n" for line in faults(kind, fault))
        raise SystemExit(2) from None
    configure(service, settings.log_format, level=settings.log_level)
    for name, meant in unknown(kind, os.environ):
        log.warning("setting.unknown", variable=name, meant=meant)
    return settings
