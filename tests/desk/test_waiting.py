"""How much waits, as the menu says it: of one's own queues only, and red when a deadline is past."""

import re
from pathlib import Path

import pytest

from libs.devstack.nats_server import NatsServer
from services.desk.domain.people import Account
from tests.support.deskpages import browser
from tests.support.desks import ADMINISTRATOR, ARBITER, OFFICER, OPERATOR, STRANGER
from tests.support.worktable import a_worktable

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
