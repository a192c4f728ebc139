"""A real server in March, a real mail server, settings that point at both, and bare databases."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from libs.devstack.nats_server import NatsServer
from libs.runtime.database import open_engine
from services.notifier.settings import Settings
from services.notifier.store import LINK
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


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """An empty database with the notifier's tables."""
    engine = open_engine(database_url)
    LINK.metadata.create_all(engine)
    yield engine
    engine.dispose()
