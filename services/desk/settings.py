"""What the desk is told by its environment: `HOTLINE_DESK_…`."""

from pathlib import Path

from pydantic import Field

from libs.runtime.settings import DatabaseSettings, settings_config


class DeskSettings(DatabaseSettings):
    """Beside the database: where intake and reporting answer, and how cookies are set."""

    model_config = settings_config("desk")

    port: int = Field(8081, ge=0, le=65_535, description="pages and API")
    operations_port: int = Field(9103, ge=0, le=65_535, description="health, readiness, metrics")
    intake_url: str = Field("http://127.0.0.1:8082", description="where typed calls are sent")
    intake_key_file: Path | None = Field(None, description="file holding desk's client key at intake")
    reporting_url: str = Field("http://127.0.0.1:8083", description="where spreadsheets come from")
    reporting_key_file: Path | None = Field(None, description="file holding desk's key at reporting")
    secure_cookies: bool = Field(True, description="off only for plain http on a laptop")
