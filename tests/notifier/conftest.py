"""A real server in March, a real mail server, and settings that point at both."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from libs.devstack.nats_server import NatsServer
from services.notifier.settings import Settings
from tests.support.letters import (
    march_server,
    notifier_settings,
)
from tests.support.mailbox import Mailbox, mailbox


@pytest.fixture
async def march(tmp_path: Path) -> AsyncIterator[NatsServer]:
    async with march_server(tmp_path / "nats") as server:
        yield server


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with mailbox() as running:
        yield running


@pytest.fixture
def settings(march: NatsServer, box: Mailbox, tmp_path: Path) -> Settings:
    return notifier_settings(march, f"sqlite:///{tmp_path / 'notifier.db'}", smtp_port=box.port)
