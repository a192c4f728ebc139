"""What the desk is told by its environment: `HOTLINE_DESK_…`."""

from pathlib import Path

from pydantic import Field, field_validator

from libs.runtime.settings import DatabaseSettings, settings_config


class Settings(DatabaseSettings):
    """Beside the database: where intake and reporting answer, and how cookies are set."""

    model_config = settings_config("desk")

    port: int = Field(8081, ge=0, le=65_535, description="pages and API")
    operations_port: int = Field(9103, ge=0, le=65_535, description="health, readiness, metrics")
    intake_url: str = Field("http://127.0.0.1:8082", description="where typed calls are sent")
    intake_key_file: Path | None = Field(None, description="file holding desk's client key at intake")
    reporting_url: str = Field("http://127.0.0.1:8083", description="where spreadsheets come from")
    reporting_key_file: Path | None = Field(None, description="file holding desk's key at reporting")
    portal_key_file: Path | None = Field(None, description="file holding the portal's key for asking here")
    public_url: str = Field("http://127.0.0.1:8081", description="where people reach it; https for real")
    canary_seconds: float = Field(
        3600, ge=0, le=86_400, description="a test case of our own goes the real way this often; 0: never"
    )
    surge_above: float = Field(
        30, ge=0, description="cases and calls waiting for one operator that switch surge mode on; 0: never"
    )
    retention_file: Path | None = Field(None, description="retention.toml: how long cases are kept")
    oidc_issuer: str = Field("", description="provider of sign-ins, as its documents name it; empty: none")
    oidc_client_id: str = Field("", description="our name at the provider")
    oidc_secret_file: Path | None = Field(
        None, description="file holding our secret there; none: public client"
    )
    oidc_claim: str = Field(
        "preferred_username", description="claim that holds the log-in of the account here"
    )
    oidc_scopes: str = Field("openid profile", description="what is asked for; `email` for the claim email")
    oidc_name: str = Field("tài khoản của tỉnh", description="what the button calls the provider")
    secret_file: Path = Field(description="file with a random secret that signs forms; same in all replicas")

    @field_validator("retention_file", mode="before")
    @classmethod
    def _without(cls, given: object) -> object:
        return given or None  # compose can only leave it empty

    @property
    def session_cookie(self) -> str:
        """`__Host-desk`, or `desk` on plain http, where a browser would refuse the former."""
        return "__Host-desk" if self.public_url.startswith("https") else "desk"


def key_in(file: Path | None) -> str:
    """The key in a file; empty without one."""
    return file.read_text(encoding="utf-8").strip() if file else ""


def bearer(key_file: Path | None) -> dict[str, str]:
    """The header that shows our key to another service; none without a key."""
    key = key_in(key_file)
    return {"authorization": f"Bearer {key}"} if key else {}
