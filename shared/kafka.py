"""How to reach Kafka and as whom: every client of ours is made from a Connection."""

import ssl
from enum import StrEnum
from pathlib import Path
from typing import Any, Self

from faststream.kafka import KafkaBroker
from faststream.security import BaseSecurity, SASLScram512
from pydantic import BaseModel, ConfigDict, SecretStr, model_validator

IN_HAND_SECONDS = 5.0
"""How long the batch in hand of each consumer may take once it is stopped; what is cut off comes again."""
MECHANISM = "SCRAM-SHA-512"  # the only one: the broker keeps a salted hash, and no password crosses the wire


class Protocol(StrEnum):
    """Kafka's own names for: with a login or not, through TLS or not."""

    PLAINTEXT = "PLAINTEXT"
    SASL_PLAINTEXT = "SASL_PLAINTEXT"
    SASL_SSL = "SASL_SSL"
    SSL = "SSL"

    @property
    def logs_in(self) -> bool:
        return self.startswith("SASL_")

    @property
    def encrypts(self) -> bool:
        return self.endswith("SSL")


class Connection(BaseModel):
    """An address and, where the protocol asks for them, a login and the CA that signed the broker's certificate.

    Raises pydantic.ValidationError, which says what is expected, for a combination that makes no sense.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    bootstrap: str  # host:port, several with commas between
    protocol: Protocol = Protocol.PLAINTEXT
    username: str | None = None
    password: SecretStr | None = None
    ca: Path | None = None  # PEM; None: the CAs that this machine trusts

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        has_login = bool(self.username), bool(self.password and self.password.get_secret_value())
        if self.protocol.logs_in and not all(has_login):
            raise ValueError(f"{self.protocol} logs in with {MECHANISM}: a username and a password are expected")
        if not self.protocol.logs_in and any(has_login):
            raise ValueError(f"{self.protocol} has no login: expected SASL_PLAINTEXT or SASL_SSL, or no username")
        if self.ca and not self.protocol.encrypts:
            raise ValueError(f"{self.protocol} has no TLS: expected SASL_SSL or SSL, or no CA")
        return self

    def login(self, username: str, password: SecretStr) -> "Connection":
        """The same address as somebody else."""
        return Connection(
            bootstrap=self.bootstrap, protocol=self.protocol, username=username, password=password, ca=self.ca
        )

    @property
    def servers(self) -> list[str]:
        """The bootstrap servers one by one: aiokafka would take a text of several for the name of one host."""
        return [server.strip() for server in self.bootstrap.split(",")]

    def options(self) -> dict[str, Any]:
        """What any of aiokafka's clients is made with; holds the password, so it belongs in no log."""
        options: dict[str, Any] = {"bootstrap_servers": self.servers, "security_protocol": self.protocol.value}
        if self.protocol.encrypts:
            options["ssl_context"] = self._tls
        if self.username and self.password:
            options |= {
                "sasl_mechanism": MECHANISM,
                "sasl_plain_username": self.username,
                "sasl_plain_password": self.password.get_secret_value(),
            }
        return options

    def librdkafka(self) -> dict[str, Any]:
        """What any of confluent-kafka's clients is made with; holds the password, so it belongs in no log."""
        options: dict[str, Any] = {
            "bootstrap.servers": self.bootstrap,
            "security.protocol": self.protocol.value,
            # Its own log lines go to stderr; what matters is raised.
            "log_level": 0,
        }
        if self.username and self.password:
            options |= {
                "sasl.mechanism": MECHANISM,
                "sasl.username": self.username,
                "sasl.password": self.password.get_secret_value(),
            }
        if self.ca:
            options["ssl.ca.location"] = str(self.ca)
        return options

    def broker(self, **options: Any) -> KafkaBroker:
        """FastStream's broker, not started; it logs nothing, as Consuming says what matters."""
        options = {"graceful_timeout": IN_HAND_SECONDS, **options}
        return KafkaBroker(self.servers, security=self._security(), logger=None, **options)

    def _security(self) -> BaseSecurity:
        if self.username and self.password:
            return SASLScram512(self.username, self.password.get_secret_value(), ssl_context=self._tls)
        return BaseSecurity(ssl_context=self._tls)

    @property
    def _tls(self) -> ssl.SSLContext | None:
        """Checks the certificate and that it is for the host asked for."""
        return ssl.create_default_context(cafile=self.ca) if self.protocol.encrypts else None
