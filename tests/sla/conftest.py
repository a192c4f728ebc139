"""What the tests of clocks stand on: a pack of few clocks, their tables, a desk that writes facts, a town."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from libs.packs.model import Pack
from libs.runtime.database import open_engine
from services.sla.tables import SlaTable
from tests.support.clocks import Story, clock_pack
from tests.support.clockstore import Desk
from tests.support.town import Town, a_town


@pytest.fixture(scope="session")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    return clock_pack(tmp_path_factory.mktemp("pack"))


@pytest.fixture
def story(pack: Pack) -> Story:
    return Story(pack)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    made = open_engine(database_url)
    SlaTable.metadata.create_all(made)
    yield made
    made.dispose()


@pytest.fixture
def desk(engine: Engine, pack: Pack) -> Desk:
    return Desk(engine, pack)


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with a_town(tmp_path) as made:
        yield made


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'sla.db'}"
