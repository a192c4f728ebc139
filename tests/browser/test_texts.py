"""Standard texts and letter templates in a real Chromium: on a desk, on a phone, without script."""

import re
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from libs.devstack.nats_server import NatsServer
from tests.support.browsers import DESKTOP, PHONE, Watched, chromium, needs_chromium, window
from tests.support.desks import ADMINISTRATOR, HEAD, OFFICER
from tests.support.deskwindow import sign_in
from tests.support.worktable import Worktable, a_worktable

pytestmark = needs_chromium

SIZES = pytest.mark.parametrize(
    ("size", "script"),
    [(DESKTOP, True), (PHONE, True), (DESKTOP, False)],
    ids=["desktop", "phone", "no-script"],
)
TITLE = "Đã kiểm tra tại chỗ"


async def looked(seen: Watched, name: str, *, script: bool) -> None:
    if script:  # axe is a script, too
        await seen.look(name)


async def write(page: Page, table: Worktable, action: str = "answer") -> None:
    await page.goto(f"{table.origin}/standards")
    await page.get_by_label("Dùng cho việc").select_option(action)
    await page.get_by_label("Tên mẫu").fill(TITLE)
    await page.get_by_label("Nội dung").fill("Về {mã hồ sơ}: đã kiểm tra ngày ___. Kết quả: ___.")
    await page.get_by_role("button", name="Thêm mẫu").click()
    await expect(page.get_by_role("status").first).to_contain_text("Đã thêm mẫu")


@SIZES
async def test_a_head_writes_a_text_corrects_it_and_switches_it_off(
    server: NatsServer, tmp_path: Path, size: tuple[int, int], script: bool
) -> None:
    async with a_worktable(server, tmp_path) as table, chromium() as browser:
        async with window(browser, table.origin, size, java_script_enabled=script) as seen:
            seen.expected = {422}
            page = await sign_in(seen, HEAD)
            await page.goto(f"{table.origin}/standards")
            await looked(seen, "standards-empty", script=script)
            await page.get_by_label("Dùng cho việc").select_option("answer")
            await page.get_by_label("Tên mẫu").fill(TITLE)
            await page.get_by_label("Nội dung").fill("Đã chuyển đến {phòng} để xử lý.")
            await page.get_by_role("button", name="Thêm mẫu").click()
            await expect(page.locator("#text-error")).to_contain_text("{phòng}")
            await expect(page.get_by_label("Tên mẫu")).to_have_value(TITLE)
            await looked(seen, "standards-wrong", script=script)
            await write(page, table)
            await looked(seen, "standards", script=script)
            await page.get_by_role("link", name=TITLE).click()
            await page.get_by_label("Đã tắt").check()
            await page.get_by_label("Nội dung").fill("Đã xong ngày ___.")
            await looked(seen, "standard", script=script)
            await page.get_by_role("button", name="Lưu mẫu").click()
            await expect(page.locator(".standard .tag")).to_have_text("đã tắt")


@SIZES
async def test_an_officer_puts_a_text_in_and_fills_its_gaps(
    server: NatsServer, tmp_path: Path, size: tuple[int, int], script: bool
) -> None:
    async with a_worktable(server, tmp_path) as table, chromium() as browser:
        async with window(browser, table.origin, size) as seen:
            await write(await sign_in(seen, HEAD), table)
        async with window(browser, table.origin, size, java_script_enabled=script) as seen:
            seen.expected = {422}
            page = await sign_in(seen, OFFICER)
            await page.goto(table.origin + table.path("late"))
            await page.locator("#act-answer > summary").click()
            area = page.locator("#answer-answer")
            await area.fill("Kính gửi Ông/Bà.")
            await page.locator("#act-answer .standards > summary").click()
            await looked(seen, "case-standards-open", script=script)
            await page.get_by_role("button", name=TITLE).click()
            await expect(area).to_have_value(
                re.compile(r"^Kính gửi Ông/Bà\.\n\nVề [\d ]+: đã kiểm tra ngày ___\. Kết quả: ___\.$")
            )
            await looked(seen, "case-standard-put-in", script=script)
            if script:
                await page.keyboard.type("02/03")
                assert "ngày 02/03. Kết quả: ___" in await area.input_value()
            await page.locator("#act-answer").get_by_role("button", name="Gửi trả lời").click()
            await expect(page.locator("#answer-answer-error")).to_contain_text("chưa điền")
            await area.fill("Đã kiểm tra ngày 02/03. Kết quả: đã khắc phục.")
            await page.locator("#act-answer").get_by_role("button", name="Gửi trả lời").click()
            await expect(page.get_by_text("Đã gửi trả lời").first).to_be_visible()


async def test_a_text_comes_by_keys_alone_and_undo_takes_it_back(server: NatsServer, tmp_path: Path) -> None:
    async with a_worktable(server, tmp_path) as table, chromium() as browser:
        async with window(browser, table.origin) as seen:
            await write(await sign_in(seen, HEAD), table)
        async with window(browser, table.origin) as seen:
            page = await sign_in(seen, OFFICER)
            await page.goto(table.origin + table.path("late"))
            await page.keyboard.press("Alt+KeyT")
            await page.keyboard.type("Xin chào. Hết.")
            for _ in range(len(" Hết.")):
                await page.keyboard.press("ArrowLeft")
            await page.keyboard.press("Alt+KeyM")
            await page.keyboard.press("Enter")
            area = page.locator("#answer-answer")
            await expect(area).to_be_focused()
            text = await area.input_value()
            assert text.startswith("Xin chào.Về ") and text.endswith("Kết quả: ___. Hết.")
            await page.keyboard.press("Control+KeyZ")
            await expect(area).to_have_value("Xin chào. Hết.")
            assert not seen.complaints


@SIZES
async def test_a_letter_is_changed_with_a_preview_and_its_earlier_text_can_come_back(
    server: NatsServer, tmp_path: Path, size: tuple[int, int], script: bool
) -> None:
    async with a_worktable(server, tmp_path) as table, chromium() as browser:
        async with window(browser, table.origin, size, java_script_enabled=script) as seen:
            seen.expected = {422}
            page = await sign_in(seen, ADMINISTRATOR)
            await page.goto(f"{table.origin}/texts")
            await looked(seen, "texts", script=script)
            await page.locator("a[href='/texts/receipt.vi']").click()
            sms = page.get_by_label("Tin nhắn")
            old = await sms.input_value()
            await sms.fill("1022 da nhan {ma}")
            await page.get_by_role("button", name="Xem trước").click()
            await expect(page.locator("#sms-error")).to_contain_text("{ma}: biến không được dùng")
            await looked(seen, "text-wrong", script=script)
            await sms.fill("1022 da nhan {code}. Xem: {link}")
            await page.get_by_role("button", name="Xem trước").click()
            await expect(page.get_by_text("1022 da nhan 123 456 782.")).to_be_visible()
            await looked(seen, "text-preview", script=script)
            await page.get_by_label("Số và ngày của văn bản").fill("QĐ 15/QĐ-UBND ngày 02/03/2026")
            await page.get_by_role("button", name="Áp dụng").click()
            await expect(page.get_by_role("status").first).to_contain_text("Đã áp dụng")
            await looked(seen, "text-done", script=script)
            await page.get_by_role("link", name="Lấy lại câu chữ này").click()
            await expect(sms).to_have_value(old)
