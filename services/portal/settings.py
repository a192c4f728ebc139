"""What the environment tells the portal."""

from pathlib import Path

from pydantic import Field

from libs.runtime.settings import DatabaseSettings, settings_config


class Settings(DatabaseSettings):
    """`HOTLINE_PORTAL_…`."""

    model_config = settings_config("portal")

    public_url: str = Field("http://127.0.0.1:8080", description="address citizens see, without a last slash")
    intake_url: str = Field("http://127.0.0.1:8082", description="where intake listens")
    intake_key_file: Path = Field(description="file holding this service's key for intake")
    desk_url: str = Field("http://127.0.0.1:8081", description="where the desk listens")
    desk_key_file: Path | None = Field(None, description="file holding this service's key for the desk")
    partners_file: Path | None = Field(None, description="TOML: who may hand in requests by Open311")
    open311_key_file: Path | None = Field(
        None, description="file holding the Open311 client's key for intake"
    )
    jurisdiction_id: str = Field("", description="what Open311 calls this province; empty: any name will do")
    secret_file: Path = Field(
        description="file holding the secret behind code and digits, cookies and form tokens; one for all "
        "replicas, and kept: with another one nobody finds their case until a rebuild"
    )
