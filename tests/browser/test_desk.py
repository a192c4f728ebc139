"""The desk in a real Chromium: every role's pages, keys, live lists, and nothing lost on a conflict."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from libs.devstack.nats_server import NatsServer
from services.desk.domain.people import Account
from tests.support.browsers import DESKTOP, PHONE, Watched, chromium, needs_chromium, window
from tests.support.desks import ADMINISTRATOR, ARBITER, OFFICER, OPERATOR
from tests.support.office import PASSWORD
from tests.support.worktable import Worktable, a_worktable

pytestmark = needs_chromium


@asynccontextmanager
async def a_desk(server: NatsServer, folder: Path) -> AsyncIterator[tuple[Browser, Worktable]]:
    async with a_worktable(server, folder) as table, chromium() as browser:
        yield browser, table


async def sign_in(seen: Watched, account: Account) -> Page:
    page = await seen.open("/login")
    await page.get_by_label("Tên đăng nhập").fill(account.login)
    await page.get_by_label("Mật khẩu").fill(PASSWORD)
    await page.get_by_role("button", name="Đăng nhập").click()
    await expect(page.get_by_role("heading", level=1)).to_be_visible()
    return page


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
async def test_every_page_of_every_role_is_clean(
    server: NatsServer, tmp_path: Path, size: tuple[int, int]
) -> None:
    async with a_desk(server, tmp_path) as (browser, table):
        async with window(browser, table.origin, size) as seen:
            await seen.open("/login")
            await seen.look("desk-login")
            await sign_in(seen, OPERATOR)
            await seen.look("desk-console")
            await seen.page.get_by_label("Tìm trong bộ hỏi đáp").fill("tiem vac xin")
            await expect(seen.page.locator(".hits li").first).to_be_visible()
            await seen.look("desk-console-hits")
            for path, name in (
                ("/triage", "triage"),
                ("/arbiter", "unclear"),
                ("/inbox?group=publish", "publish-empty"),
                (table.path("triage"), "case-operator"),
                ("/search?q=000", "search-nothing"),
            ):
                await seen.open(path)
                await seen.look(f"desk-{name}")
        async with window(browser, table.origin, size) as seen:
            await sign_in(seen, OFFICER)
            await expect(seen.page.locator(".shelf.bad")).to_be_visible()
            await seen.look("desk-inbox")
            for name in ("late", "today", "asked", "answered"):
                await seen.open(table.path(name))
                await seen.look(f"desk-case-{name}")
            await seen.page.locator("#act-publish summary").click()
            await seen.look("desk-case-publish-open")
        async with window(browser, table.origin, size) as seen:
            await sign_in(seen, ARBITER)
            await seen.look("desk-arbiter")
            await seen.open(table.path("unclear"))
            await seen.page.locator("#act-determine summary").click()
            await seen.look("desk-case-arbiter")
            await seen.open("/reports")
            await seen.look("desk-reports")
        async with window(browser, table.origin, size) as seen:
            await sign_in(seen, ADMINISTRATOR)
            for path in ("/accounts", "/parked", "/password"):
                await seen.open(path)
                await seen.look(f"desk{path.replace('/', '-')}")
