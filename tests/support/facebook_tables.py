"""channels.toml with the Pages of the tests, and deliveries to them."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from services.intake.channels.facebook import Facebook
from services.intake.channels.rows import read_channels
from services.intake.channels.shape import Delivery
from tests.support.facebook_events import NOW, OTHER_PAGE, PAGE, SECRET, VERIFY
from tests.support.persistence import Posted

AT = datetime.fromtimestamp(NOW / 1000, UTC) + timedelta(seconds=1)
"""When what happens at NOW comes in."""


def facebook_table(folder: Path, *, secret: str = SECRET, **keys: Any) -> Path:
    """The table `facebook`; further keys of it as they are to be read."""
    (folder / "app.secret").write_text(secret)
    (folder / "verify.secret").write_text(VERIFY)
    usual = {
        "kind": "facebook",
        "pages": [PAGE, OTHER_PAGE],
        "app_secret_file": str(folder / "app.secret"),
        "verify_token_file": str(folder / "verify.secret"),
    }
    file = folder / "channels.toml"
    lines = [f"{name} = {json.dumps(value)}" for name, value in {**usual, **keys}.items()]
    file.write_text("\n".join(["[facebook]", *lines]), encoding="utf-8")
    return file


def facebook_channel(folder: Path, *, secret: str = SECRET, **keys: Any) -> Facebook:
    """The channel of that table."""
    _, channel = read_channels(facebook_table(folder, secret=secret, **keys))["facebook"]
    assert isinstance(channel, Facebook)
    return channel


def delivery(posted: Posted, *, at: datetime = AT, body: bytes | None = None) -> Delivery:
    """What was posted as a channel gets it."""
    headers = {name.lower(): value for name, value in posted.headers.items()}
    return Delivery(posted.body if body is None else body, at, headers=headers)
