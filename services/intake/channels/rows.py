"""`channels.toml`: a table for each channel, read by the kind it names."""

import tomllib
from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from libs.contracts.errors import HotlineError
from services.intake.channels.shape import Channel

_PACKAGE = __name__.rpartition(".")[0]


class BadChannels(HotlineError):
    """channels.toml cannot be used; the message names the table, the key and what is wrong."""


class Row(BaseModel):
    """What every channel is told; a kind adds its own keys. A misspelt key is refused.

    `gather_hours`: a person's words within so many hours after their last ones belong to the same open case.
    `silent_hours`: working hours without a delivery after which somebody is told; 0: never.
    `person_hourly` and `source_hourly`: what one person, and all together, may say in an hour before the rest
    is put aside (kept and listed, never dropped).
    `media_hosts`: where pictures may be fetched from, sub-domains included; `media_loopback`: from this
    machine too and without TLS, which is for tests.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,32}$")] = Field(description="of the table")
    channel: str = Field("", description="channel code of the pack; the table's own name when empty")
    kind: Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,32}$")]
    gather_hours: float = Field(24.0, ge=0)
    silent_hours: float = Field(0.0, ge=0)
    person_hourly: int = Field(60, ge=1)
    source_hourly: int = Field(20_000, ge=1)
    media_hosts: tuple[str, ...] = ()
    media_loopback: bool = False

    @property
    def pack_code(self) -> str:
        """The channel as the pack, the facts and the reports call it."""
        return self.channel or self.code


def read_secret(file: Path) -> str:
    """A secret from its file. Raises BadChannels when there is none."""
    try:
        text = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise BadChannels(f"secret file {file.name}: {type(error).__name__}") from error
    if not text:
        raise BadChannels(f"secret file {file.name} is empty")
    return text


def read_channels(file: Path | None) -> Mapping[str, tuple[Row, Channel]]:
    """Table name → its row and channel. Raises BadChannels; without a file there are no channels."""
    if file is None:
        return {}
    try:
        tables = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadChannels(f"{file.name}: {error}") from error
    return {code: _channel(file.name, code, table) for code, table in tables.items()}


def _channel(file: str, code: str, table: Any) -> tuple[Row, Channel]:
    kind = table.get("kind") if isinstance(table, dict) else None
    if not isinstance(kind, str) or not kind.isidentifier() or find_spec(f"{_PACKAGE}.{kind}") is None:
        raise BadChannels(f"{file} [{code}] kind: no such kind of channel")
    module = import_module(f"{_PACKAGE}.{kind}")
    if not hasattr(module, "channel"):
        raise BadChannels(f"{file} [{code}] kind: no such kind of channel")
    try:
        row: Row = module.ROW.model_validate({**table, "code": code})
        return row, module.channel(row)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise BadChannels(f"{file} [{code}] {where}: {first['msg']}") from None
