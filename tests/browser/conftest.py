"""The desk that the journeys of a module share."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.support.browsers import chromium
from tests.support.bus import provisioned
from tests.support.desks import COMMUNE
from tests.support.journeys import PATIENCE, House
from tests.support.provinces import with_a_commune
from tests.support.worktable import an_empty_table

expect.set_options(timeout=PATIENCE)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    folder, pack = tmp_path_factory.mktemp("house"), with_a_commune(COMMUNE.agency, supervisor="SYT")
    async with (
        provisioned(folder / "nats") as server,
        an_empty_table(server, folder, pack) as table,
        chromium() as browser,
    ):
        yield House(table, browser)
