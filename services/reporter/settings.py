"""The reporter's settings, from the environment."""

import os
from typing import Literal, Self

from pydantic import Field, FilePath, HttpUrl, SecretStr, model_validator
from pydantic_settings import SettingsConfigDict

from shared.settings import WithDatabase

LOOPBACK = ("127.0.0.1", "::1", "localhost")


class Settings(WithDatabase):
    model_config = SettingsConfigDict(env_prefix="SVR_REPORTER_", extra="ignore", frozen=True)

    host: str = Field("127.0.0.1", description="address of the pages; loopback, as a sign-on proxy stands before them")
    port: int = Field(8000, ge=1, le=65535, description="port of the pages")
    url: HttpUrl = Field(
        HttpUrl("http://127.0.0.1:8000"), description="where readers reach the pages, for links in messages"
    )
    contact: str = Field(
        "", description="whom readers may write to or ring, as the contact page prints it; empty: nobody"
    )
    workers: int = Field(
        default_factory=lambda: os.cpu_count() or 1,
        ge=1,
        le=64,
        description="processes that make PDF and spreadsheets, about 150 MB each; one for each core if left out",
    )
    sample: bool = Field(False, description="every page says that its figures are invented")
    oidc_issuer: str = Field(
        "", description="the OpenID provider, by its issuer; empty: nobody can sign in, and the site is read-only"
    )
    oidc_client_id: str = Field("", description="this site as the provider knows it")
    oidc_client_secret: SecretStr = Field(SecretStr(""), description="the site's secret with the provider")
    oidc_role_claim: str = Field("role", description="claim that holds department, pm-office or review-team")
    oidc_department_claim: str = Field("department", description="claim that holds a department's code")
    session_idle_minutes: float = Field(30, gt=0, description="a session ends when nothing was asked for so long")
    session_hours: float = Field(8, gt=0, description="and in any case after so long")
    calendar: Literal["off", "on"] = Field(
        "off", description="on: rounds for quarters and years are opened by the calendar"
    )
    contacts: FilePath | None = Field(
        None, description="TOML file: pm-office and departments' codes, each with a list of e-mail addresses"
    )
    mail: Literal["off", "smtp", "notify"] = Field("off", description="how letters go out; off: none are written")
    mail_from: str = Field("reports@localhost", description="whom letters by SMTP come from")
    smtp_host: str = Field("127.0.0.1", description="the SMTP server")
    smtp_port: int = Field(587, ge=1, le=65535, description="its port")
    smtp_tls: Literal["tls", "starttls", "off"] = Field(
        "starttls", description="tls: from the first byte; off: on loopback only"
    )
    smtp_ca: FilePath | None = Field(
        None, description="PEM file of the CA that signed its certificate; None: the CAs that this machine trusts"
    )
    smtp_username: str = Field("", description="login at the SMTP server; empty: none")
    smtp_password: SecretStr = Field(SecretStr(""), description="its password")
    notify_key: SecretStr = Field(SecretStr(""), description="GOV.UK Notify's API key")
    notify_template: str = Field("", description="id of a template with ((subject)), ((body)) and ((pack))")
    notify_url: HttpUrl = Field(
        HttpUrl("https://api.notifications.service.gov.uk"), description="GOV.UK Notify's address"
    )
    settle_seconds: float = Field(
        2, ge=0, description="a period is published when its statuses have stood still so long: a burst is one revision"
    )

    @model_validator(mode="after")
    def whole(self) -> Self:
        """What would start and then let nobody in, or write to nobody, does not start."""
        if self.oidc_issuer and not (self.oidc_client_id and self.oidc_client_secret.get_secret_value()):
            raise ValueError("SVR_REPORTER_OIDC_ISSUER needs SVR_REPORTER_OIDC_CLIENT_ID and _CLIENT_SECRET")
        if self.mail == "notify" and not (self.notify_key.get_secret_value() and self.notify_template):
            raise ValueError("SVR_REPORTER_MAIL=notify needs SVR_REPORTER_NOTIFY_KEY and _NOTIFY_TEMPLATE")
        if self.mail == "smtp" and self.smtp_tls == "off" and self.smtp_host not in LOOPBACK:
            raise ValueError("SVR_REPORTER_SMTP_TLS=off is for a server on loopback only")
        if self.mail != "off" and self.contacts is None:
            raise ValueError("SVR_REPORTER_MAIL needs SVR_REPORTER_CONTACTS: whom to write to")
        return self
