"""What the environment tells intake: who may hand in requests, and which channels there are."""

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

from libs.runtime.settings import ServiceSettings, settings_config

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""A digest in lower-case hex."""


class Client(BaseModel):
    """A program that posts requests. Its key is kept as a digest only, so the settings hold no secret.

    `held` is the right of an operator's desk: to open a case that nobody routes yet, and to name the
    operator. Whoever has it may also hand in a phone number that is none: the caller is on the line.
    `hourly` and `person_hourly`: how much the client may hand in within an hour, and how much of it for one
    phone number; an operator's desk hands in for whoever calls, so only the former counts there.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    key_sha256: Sha256
    channels: tuple[str, ...] = Field(min_length=1)
    held: bool = False
    hourly: int = Field(20_000, ge=1)
    person_hourly: int = Field(60, ge=1)


class Settings(ServiceSettings):
    """`HOTLINE_INTAKE_…`; `CLIENTS` is JSON: name → client."""

    model_config = settings_config("intake")

    clients: dict[str, Client] = Field(
        min_length=1, description="JSON: name → key_sha256, channels, held, hourly, person_hourly"
    )
    channels_file: Path | None = Field(None, description="channels.toml: a table for each channel")
    patience: float = Field(
        10.0, gt=0, description="seconds until a sender hears that the outcome is unknown"
    )

    @field_validator("channels_file", mode="before")
    @classmethod
    def _without(cls, given: object) -> object:
        return given or None  # compose can only leave it empty
