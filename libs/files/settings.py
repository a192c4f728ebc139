"""What the environment says about files, the same for every service that opens them."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from libs.runtime.settings import SECRETS


class FilesSettings(BaseSettings):
    """`HOTLINE_FILES_…`; in a container also files `hotline_files_<name>` of secrets."""

    model_config = SettingsConfigDict(
        env_prefix="HOTLINE_FILES_",
        extra="ignore",
        frozen=True,
        secrets_dir=SECRETS if SECRETS.is_dir() else None,
    )

    limit: int = Field(10_000_000, ge=1, description="bytes of one file")
    count: int = Field(10, ge=1, description="files of one message")
    seconds: float = Field(20.0, gt=0, description="for cleaning one image")
    clamd: str = Field(
        "",
        pattern=r"^(|tcp://[^/:]+:\d{1,5}|unix:///.+)$",
        description="the virus scanner: tcp://host:3310 or unix:///path; empty for none",
    )
    clamd_seconds: float = Field(30.0, gt=0, description="for scanning one file")
    scan_required: bool = Field(False, description="nothing is shown that the scanner has not seen")
    s3_bucket: str = Field("", description="empty: the JetStream object store FILES")
    s3_endpoint: str = Field("", description="address of the S3 service; empty for the one of the region")
    s3_region: str = Field("us-east-1", description="its region")
    s3_key_id: str = Field("", description="id of our key there")
    s3_secret_file: Path | None = Field(None, description="file holding the secret of that key")
