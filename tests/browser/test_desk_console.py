"""The operator's whole call with the keyboard alone; nothing that was ticked or typed is dropped silently."""

from pathlib import Path

import pytest
from playwright.async_api import expect

from libs.contracts import calls
from libs.devstack.nats_server import NatsServer
from libs.runtime.clock import SystemClock
from tests.support.browsers import DESKTOP, PHONE, chromium, needs_chromium, window
from tests.support.builders import CITIZEN
from tests.support.desks import ADMINISTRATOR, OPERATOR
from tests.support.desktelephone import a_call, rung, telephone
from tests.support.deskwindow import sign_in
from tests.support.worktable import a_worktable

pytestmark = needs_chromium


async def test_a_whole_call_by_keyboard_from_the_ring_to_the_next_one(
    server: NatsServer, tmp_path: Path
) -> None:
    async with (
        a_worktable(server, tmp_path) as table,
        chromium() as browser,
        window(browser, table.origin) as seen,
    ):
        page = await sign_in(seen, OPERATOR)
        await seen.open("/triage")
        keys, call = page.keyboard, a_call()
        await keys.press("?")
        await expect(page.locator("[data-keys-dialog]")).to_be_visible()
        await keys.press("Escape")
        await telephone(server, rung(calls.CallRinging, call, start=SystemClock().now()))
        await expect(page.locator("#ring .ring")).to_contain_text(CITIZEN.name)
        await keys.press("F4")
        await expect(page.locator("#phone")).to_have_value(CITIZEN.phone)
        await page.wait_for_selector("#text:focus")
        await keys.type("Nước thải chảy ra ruộng, xin hỏi gọi ai?")
        await keys.press("F2")
        for words in ("tiêm vắc", "tiem vac"):
            await keys.press("Control+a")
            await keys.type(words)
            await expect(page.locator(".hits li").first).to_be_visible()
        await page.locator("#name").focus()
        for words in (CITIZEN.name, "Thôn 3"):
            await keys.press("Control+a")
            await keys.type(words)
            await keys.press("Tab")
        await expect(page.locator("#place")).to_be_focused()
        await keys.type("xã Quảng Lưu")
        await page.locator("#field").focus()
        for _ in range(4):
            await keys.press("ArrowDown")
        await expect(page.locator("#field")).to_have_value("F04")
        await keys.press("Control+Enter")
        await expect(page.get_by_role("status").first).to_contain_text("Đã lưu cuộc gọi")
        await keys.press("F8")
        await expect(page.locator("#book-q")).to_be_focused()
        await keys.type("so y te")
        await expect(page.locator("#book li").first).to_contain_text("Sở Y tế")
        await seen.look("desk-transfer-book")
        await keys.press("Alt+1")
        await expect(page.locator("#transfer-call-agency")).to_have_value("SYT")
        await keys.press("Control+Enter")
        await expect(page.locator("[data-status=routed]")).to_be_visible()
        await keys.press("F9")
        await expect(page).to_have_url(f"{table.origin}/calls/new")
        await expect(page.locator("#text")).to_have_value("")
        assert not seen.complaints


async def test_one_key_saves_and_is_ready_for_the_next_call(server: NatsServer, tmp_path: Path) -> None:
    async with (
        a_worktable(server, tmp_path) as table,
        chromium() as browser,
        window(browser, table.origin) as seen,
    ):
        page = await sign_in(seen, OPERATOR)
        await page.locator("#text").fill("Đèn đường hỏng ở ngã ba chợ")
        await page.keyboard.press("F9")
        await expect(page.locator(".note.good")).to_contain_text("Sẵn sàng cho cuộc gọi tiếp theo")
        await expect(page.locator("#text")).to_have_value("")
        assert "draft:" not in await page.evaluate("JSON.stringify(localStorage)")
        await seen.look("desk-console-next")


async def test_an_answer_beside_a_ticked_case_or_unsent_is_told_and_kept(
    server: NatsServer, tmp_path: Path
) -> None:
    async with (
        a_worktable(server, tmp_path) as table,
        chromium() as browser,
        window(browser, table.origin) as seen,
    ):
        seen.expected = {422}
        page = await sign_in(seen, OPERATOR)
        await page.locator("#text").press_sequentially("Xã Quảng Lưu bao giờ tiêm vắc xin cho trẻ em?")
        await page.locator("#phone").fill(CITIZEN.phone)
        await page.locator("#phone").blur()
        await page.locator("#join-1").check()
        await page.locator("#answer").fill("Theo lịch của trạm y tế.")
        await page.get_by_role("button", name="Lưu và trả lời").click()
        await expect(page.locator(".summary")).to_contain_text("không trả lời riêng được")
        await expect(page.locator("#answer")).to_have_value("Theo lịch của trạm y tế.")
        await expect(page.locator("#join-1")).to_be_checked()
        await page.get_by_role("button", name="Lưu cuộc gọi").first.click()
        await expect(page.locator(".summary")).to_contain_text("chưa gửi")
        await seen.look("desk-console-refused")
        await page.locator("#answer").fill("")
        await page.get_by_role("button", name="Lưu cuộc gọi").first.click()
        await expect(page.locator("[data-status=joined]")).to_be_visible()


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
async def test_the_address_book_is_clean(server: NatsServer, tmp_path: Path, size: tuple[int, int]) -> None:
    async with (
        a_worktable(server, tmp_path) as table,
        chromium() as browser,
        window(browser, table.origin, size) as seen,
    ):
        page = await sign_in(seen, OPERATOR)
        await seen.open("/agencies?q=so")
        await expect(page.locator(".book li").first).to_be_visible()
        await seen.look("desk-agencies")


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
async def test_the_roster_is_written_by_the_administrator_and_seen_by_the_operator(
    server: NatsServer, tmp_path: Path, size: tuple[int, int]
) -> None:
    async with a_worktable(server, tmp_path) as table, chromium() as browser:
        async with window(browser, table.origin, size, java_script_enabled=False) as seen:
            page = await sign_in(seen, ADMINISTRATOR)
            await seen.open("/roster")
            await expect(page.get_by_text("Có lúc dưới 2 người trực")).to_be_visible()
            await page.get_by_label("Cán bộ").select_option("o1")
            await page.get_by_label("Từ", exact=True).fill("06:00")
            await page.get_by_label("Đến").fill("22:00")
            await page.get_by_role("button", name="Thêm ca").click()
            await expect(page.locator(".roster")).to_contain_text(OPERATOR.name)
            await page.get_by_label("Cán bộ").select_option("o1")
            await page.get_by_role("button", name="Thêm ca").click()
            await expect(page.locator(".summary")).to_contain_text("đã có ca")
        async with window(browser, table.origin, size) as seen:
            page = await sign_in(seen, OPERATOR)
            await expect(page.get_by_text("Đang trực:")).to_be_visible()
            await seen.open("/roster")
            await expect(page.get_by_role("button", name="Thêm ca")).to_have_count(0)
            await seen.look("desk-roster")
