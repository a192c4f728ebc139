"""Settings every service has; each service adds its own under the prefix `HOTLINE_<SERVICE>_`."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

SECRETS = Path("/run/secrets")
"""In a container, a file `hotline_<service>_<name>` here is a setting too: a password stays out of `env`."""


def settings_config(service: str) -> SettingsConfigDict:
    """Environment variables `HOTLINE_<SERVICE>_<NAME>`; unknown ones are left to others."""
    return SettingsConfigDict(
        env_prefix=f"HOTLINE_{service.upper()}_",
        extra="ignore",
        frozen=True,
        secrets_dir=SECRETS if SECRETS.is_dir() else None,
    )


class ServiceSettings(BaseSettings):
    """What every service is told by its environment."""

    nats_url: str = Field("nats://127.0.0.1:4222", description="one server or several, comma-separated")
    nkey_seed_file: Path = Field(description="file holding this service's nkey seed")
    host: str = Field("127.0.0.1", description="address to listen at; 0.0.0.0 in a container")
    port: int = Field(8000, ge=0, le=65_535, description="pages and API, where the service has any")
    operations_port: int = Field(9000, ge=0, le=65_535, description="health, readiness, metrics")
    log_level: str = Field("INFO", description="DEBUG, INFO, WARNING or ERROR")


class DatabaseSettings(ServiceSettings):
    """For services that keep a projection."""

    database_url: str = Field(description="sqlite:///path or postgresql+psycopg://user:password@host/name")
