"""The same matter in a real Chromium: seen while a call is typed, and joined."""

from pathlib import Path

from playwright.async_api import expect

from libs.devstack.nats_server import NatsServer
from tests.support.atlas_lists import RUBBISH
from tests.support.atlas_world import furnish
from tests.support.browsers import chromium, needs_chromium, window
from tests.support.desks import OPERATOR
from tests.support.deskwindow import sign_in
from tests.support.worktable import a_worktable

pytestmark = needs_chromium


async def test_the_same_matter_shows_itself_while_the_call_is_typed(
    server: NatsServer, tmp_path: Path
) -> None:
    async with a_worktable(server, tmp_path) as table, chromium() as browser:
        await furnish(table, "three", "work", "reported", "same")
        async with window(browser, table.origin) as seen:
            page = await sign_in(seen, OPERATOR)
            await page.locator("#text").fill(RUBBISH)
            await page.locator("#phone").fill("0912 345 678")
            await page.locator("#name").focus()
            await expect(page.get_by_role("group", name="Có phải việc này?")).to_be_visible()
            assert await page.evaluate("document.activeElement.id") == "name", "the focus stays"
            await seen.look("hands-console")
            await page.get_by_label("Đúng: lưu và ghép vào hồ sơ này").first.check()
            await page.locator("#name").fill("Lê Thị Khác")
            await page.get_by_role("button", name="Lưu cuộc gọi").click()
            await expect(page.get_by_text("Đã ghép vào hồ sơ cùng việc")).to_be_visible()
            await seen.look("hands-joined")
