"""Fixtures shared by every room of tests."""

import gc
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from fastapi.dependencies import models as fastapi_models
from hypothesis import HealthCheck, settings

from libs.devstack.nats_server import NatsServer
from tests.support.bus import provisioned
from tests.support.databases import fresh_postgres, postgres_server

# a busy machine is no fault of what is tested; rooms inherit it
settings.register_profile("default", deadline=None, suppress_health_check=[HealthCheck.too_slow])
if settings.get_current_profile_name() == "default":  # else --hypothesis-profile chose
    settings.load_profile("default")


def pytest_collection_finish() -> None:
    """Ten thousand tests stay to the end: the collector need not look at them again and again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def _nothing_of_the_test_before() -> Iterator[None]:
    """FastAPI's caches hold every route they have seen, and with it a whole service with its packs.

    A full collection over forty of them stood still for more than a second, in the middle of some test.
    """
    yield
    for each in vars(fastapi_models).values():
        if clear := getattr(each, "cache_clear", None):
            clear()


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


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """One real PostgreSQL server for the whole run."""
    with postgres_server(durable=False) as address:
        yield address


@pytest.fixture
def postgres_url(postgres: str) -> Iterator[str]:
    """An empty PostgreSQL database for this test alone."""
    with fresh_postgres(postgres) as address:
        yield address


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database; the test runs once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'test.db'}"
    return str(request.getfixturevalue("postgres_url"))
