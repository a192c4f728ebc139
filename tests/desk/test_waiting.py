"""How much waits, as the menu says it: of one's own queues only, and red when a deadline is past."""

import asyncio
import re
from pathlib import Path

import pytest

from libs.devstack.nats_server import NatsServer
from libs.runtime.clock import SystemClock
from libs.runtime.database import open_engine
from services.desk.domain.people import Account
from services.desk.waiting import Waiting
from tests.support.deskpages import browser
from tests.support.desks import ADMINISTRATOR, ARBITER, OFFICER, OPERATOR, STRANGER
from tests.support.worktable import SENT, a_worktable

COUNT = re.compile(r'<a href="([^"]+)"[^>]*>[^<]*<span class="due-count[^"]*">(\d+)')

pytestmark = pytest.mark.timeout(60)


async def test_each_menu_counts_the_queues_of_its_own_people(server: NatsServer, tmp_path: Path) -> None:
    async with a_worktable(server, tmp_path) as table:

        async def told(account: Account) -> dict[str, str]:
            async with browser(table.office, account) as web:
                return dict(COUNT.findall((await web.get("/menu")).text))

        assert await told(OFFICER) == {"/inbox": "3", "/inbox?group=publish": "1"}
        assert await told(STRANGER) == {}
        assert await told(OPERATOR) == await told(ADMINISTRATOR) == {"/triage": "1", "/arbiter": "1"}
        assert await told(ARBITER) == {"/arbiter": "1"}


async def test_the_menu_says_how_many_wait_and_how_many_are_late(server: NatsServer, tmp_path: Path) -> None:
    async with a_worktable(server, tmp_path) as table, browser(table.office, OFFICER) as web:
        alone = (await web.get("/menu?here=/inbox", headers={"hx-request": "true"})).text
        page = (await web.get("/inbox")).text
        for text in (alone, page):
            assert 'due-count bad">3<span class="unseen"> hồ sơ, 1 quá hạn' in text
            assert text.count('aria-current="page"') == 1
        assert "<html" not in alone


async def test_what_came_a_moment_after_a_count_is_in_the_next_menu_and_a_hundred_ask_once(
    server: NatsServer, tmp_path: Path
) -> None:
    async with a_worktable(server, tmp_path) as table:
        engine = open_engine(table.office.settings.database_url)
        waiting = Waiting(engine, SystemClock())
        assert (await waiting.of(OFFICER))["/inbox"].number == 3
        await table.put("new", "Trạm y tế mở cửa mấy giờ?", SENT)
        asked = [waiting.renewed(OFFICER) for _ in range(100)]
        menus = await asyncio.gather(*asked)
        assert {menu["/inbox"].number for menu in menus} == {4}
        assert len({id(menu) for menu in menus}) == 1
        engine.dispose()
