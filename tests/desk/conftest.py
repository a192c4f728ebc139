"""An open desk for the tests of the service."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from libs.devstack.nats_server import NatsServer
from tests.support.office import PEOPLE, Office, desk_settings, hire, running_desk
from tests.support.provinces import in_force, thanh_hoa


@pytest.fixture
async def office(server: NatsServer, tmp_path: Path) -> AsyncIterator[Office]:
    """A desk on SQLite with the Thanh Hóa pack and one account of each kind."""
    await in_force(server, thanh_hoa())
    url = f"sqlite:///{tmp_path / 'desk.db'}"
    await hire(url, *PEOPLE)
    async with running_desk(desk_settings(server, url, tmp_path)) as running:
        yield running
