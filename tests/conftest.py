"""Fixtures shared by every room of tests."""

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from libs.devstack.nats_server import NatsServer
from tests.support.bus import provisioned


@pytest.fixture(autouse=True)
def _no_settings_of_the_developer() -> Iterator[None]:
    kept = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith("HOTLINE_")}
    yield
    os.environ.update(kept)


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[NatsServer]:
    """A real nats-server, provisioned, for this test alone."""
    async with provisioned(tmp_path / "nats") as running:
        yield running
