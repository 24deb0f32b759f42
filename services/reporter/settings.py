"""The reporter's settings, from the environment."""

from pydantic import Field, HttpUrl
from pydantic_settings import SettingsConfigDict

from shared.settings import WithDatabase


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
    sample: bool = Field(False, description="every page says that its figures are invented")
    settle_seconds: float = Field(
        2, ge=0, description="a period is published when its statuses have stood still so long: a burst is one revision"
    )
