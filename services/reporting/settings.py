"""What reporting is told by its environment: `HOTLINE_REPORTING_…`."""

from pathlib import Path

from pydantic import Field

from libs.runtime.settings import DatabaseSettings, settings_config


class Settings(DatabaseSettings):
    """Where the counts are kept, who may fetch reports, and how often is counted."""

    model_config = settings_config("reporting")

    port: int = Field(8083, ge=0, le=65_535, description="reports")
    operations_port: int = Field(9106, ge=0, le=65_535, description="health, readiness, metrics")
    key_file: Path = Field(description="file holding the bearer key of the reports, 16 characters or more")
    collector: bool = Field(True, description="false in every replica but one: only readers and reports")
    collect_seconds: float = Field(5, gt=0, le=300, description="real seconds between two counts")
    unowned_seconds: int = Field(
        3600, ge=0, description="a case without a slip, open for longer than this, is owned by nobody"
    )
    disks: dict[str, Path] = Field(
        default={"root": Path("/")}, description="name → folder on the disk whose free space is measured"
    )
