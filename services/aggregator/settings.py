"""The aggregator's settings, from the environment."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from shared.settings import WithDatabase


class Settings(WithDatabase):
    model_config = SettingsConfigDict(env_prefix="SVR_AGGREGATOR_", extra="ignore", frozen=True)

    host: str = Field("127.0.0.1", description="address that health checks and receipts listen on")
    port: int = Field(8090, ge=1, le=65535, description="port that health checks and receipts listen on")
    silent_days: int = Field(30, ge=1, description="a department that has sent nothing for more days is a warning")
    batch: int = Field(4000, ge=1, le=20_000, description="most records in one batch; there are two batches at a time")
