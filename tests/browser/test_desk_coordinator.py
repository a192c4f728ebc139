"""The coordinator in a real Chromium: the queue by key; the board, reminders and reviews without a script."""

from pathlib import Path

import pytest
from playwright.async_api import expect

from libs.devstack.nats_server import NatsServer
from tests.support.atlas_world import KNOWN, furnish
from tests.support.browsers import DESKTOP, PHONE, chromium, needs_chromium, window
from tests.support.desks import ARBITER, OFFICER, OPERATOR
from tests.support.deskwindow import sign_in
from tests.support.worktable import WAITS, Worktable, a_worktable

pytestmark = needs_chromium


async def filled(table: Worktable) -> None:
    await furnish(table, "below", "later")
    await table.put("first", "Khi nào có lịch tiêm mũi hai cho người già?", WAITS, urgent=True, person=KNOWN)


async def test_the_operator_accepts_by_key_and_the_next_case_follows(
    server: NatsServer, tmp_path: Path
) -> None:
    async with a_worktable(server, tmp_path) as table, chromium() as browser:
        await filled(table)
        async with window(browser, table.origin) as seen:
            page = await sign_in(seen, OPERATOR)
            await seen.open("/triage")
            first = table.cases["first"].case_id
            await expect(page.locator(".head")).to_contain_text("Khá chắc")
            await seen.look("coordinator-triage")
            await seen.weight()
            await page.keyboard.press("Alt+KeyA")
            await expect(page.get_by_role("status").first).to_contain_text("Đã chuyển phiếu")
            await expect(page.locator(f".head a[href='/cases/{first}']")).to_have_count(0)
            await expect(page.locator(".head")).to_contain_text("vắc xin cho trẻ em")
            await page.keyboard.press("Alt+KeyA")
            await expect(page.get_by_text("Hết việc cần phân loại")).to_be_visible()
            menu = page.get_by_role("navigation", name="Các trang chính")
            await expect(menu.get_by_role("link", name="Phân loại", exact=True)).to_be_visible()
            await seen.look("coordinator-triage-next")


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
async def test_everything_works_without_scripts(
    server: NatsServer, tmp_path: Path, size: tuple[int, int]
) -> None:
    async with a_worktable(server, tmp_path) as table, chromium() as browser:
        await filled(table)
        async with window(browser, table.origin, size, java_script_enabled=False) as seen:
            page = await sign_in(seen, ARBITER)
            await page.get_by_role("button", name="Xác định").first.click()
            await expect(page.get_by_role("status").first).to_contain_text("Đã gửi ý kiến")
            await seen.open("/overdue")
            await page.get_by_label("Lĩnh vực").select_option("F04")
            await page.get_by_role("button", name="Lọc").click()
            await page.get_by_role("link", name="Đang quá hạn").click()
            await page.locator("[name^='case.']").first.check()
            await page.get_by_role("button", name="Nhắc các hồ sơ đã chọn").click()
            await expect(page.get_by_role("status").first).to_contain_text("Đã nhắc 1 hồ sơ")
        async with window(browser, table.origin, size, java_script_enabled=False) as seen:
            page = await sign_in(seen, OFFICER)
            await seen.open("/reviews")
            await page.get_by_role("button", name="Đồng ý").first.click()
            await expect(page.get_by_role("status").first).to_contain_text("Đã ghi ý kiến")
