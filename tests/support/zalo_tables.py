"""channels.toml with the official account of the tests, and deliveries to it."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from services.intake.channels.rows import read_channels
from services.intake.channels.shape import Delivery
from services.intake.channels.zalo import Zalo
from tests.support.persistence import Posted
from tests.support.zalo_events import APP, NOW, OA, SECRET

AT = datetime.fromtimestamp(NOW / 1000, UTC) + timedelta(seconds=1)
"""When what happens at NOW comes in."""


def zalo_table(folder: Path, *, secret: str = SECRET, **keys: Any) -> Path:
    """The table `zalo`; further keys of it as they are to be read."""
    (folder / "oa.secret").write_text(secret)
    usual = {"kind": "zalo", "app_id": APP, "oa_id": OA, "oa_secret_file": str(folder / "oa.secret")}
    file = folder / "channels.toml"
    lines = [f"{name} = {json.dumps(value)}" for name, value in {**usual, **keys}.items()]
    file.write_text("\n".join(["[zalo]", *lines]), encoding="utf-8")
    return file


def zalo_channel(folder: Path, *, secret: str = SECRET, **keys: Any) -> Zalo:
    """The channel of that table."""
    _, channel = read_channels(zalo_table(folder, secret=secret, **keys))["zalo"]
    assert isinstance(channel, Zalo)
    return channel


def delivery(posted: Posted, *, at: datetime = AT, body: bytes | None = None) -> Delivery:
    """What was posted as a channel gets it."""
    headers = {name.lower(): value for name, value in posted.headers.items()}
    return Delivery(posted.body if body is None else body, at, headers=headers)
