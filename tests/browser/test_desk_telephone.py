"""A telephone rings in a real Chromium: on every page, taken with one key, nothing lost."""

from pathlib import Path

from playwright.async_api import expect

from libs.contracts import calls
from libs.devstack.nats_server import NatsServer
from libs.runtime.clock import SystemClock
from libs.runtime.sidelog import SideLog
from tests.support.browsers import chromium, needs_chromium, window
from tests.support.builders import CITIZEN
from tests.support.bus import connected, has_read
from tests.support.desks import OPERATOR
from tests.support.desktelephone import a_call, missed, rings_and_ends, rung, spoken, telephone
from tests.support.deskwindow import sign_in
from tests.support.waiting import eventually
from tests.support.worktable import a_worktable

pytestmark = needs_chromium


async def ring(server: NatsServer) -> str:
    call = a_call()
    await telephone(server, rung(calls.CallRinging, call, start=SystemClock().now()))
    return call


async def test_one_ring_after_the_other_is_on_the_screen_and_gone_with_its_end(
    server: NatsServer, tmp_path: Path
) -> None:
    """How soon it is there: `python -m benchmarks.ring`."""
    async with a_worktable(server, tmp_path) as table, chromium() as browser:
        async with window(browser, table.origin) as seen, connected(server, "intake") as js:
            page, log = await sign_in(seen, OPERATOR), SideLog(js)
            await seen.open("/triage")
            for _ in range(3):
                await rings_and_ends(page, log)
            assert not seen.complaints


async def test_a_call_is_taken_with_one_key_on_any_page(server: NatsServer, tmp_path: Path) -> None:
    async with a_worktable(server, tmp_path) as table, chromium() as browser:
        async with window(browser, table.origin) as seen:
            page = await sign_in(seen, OPERATOR)
            await seen.open(table.path("triage"))
            call = await ring(server)
            await expect(page.locator("#ring .ring")).to_contain_text(CITIZEN.name)
            await page.keyboard.press("F4")
            await expect(page).to_have_url(f"{table.origin}/calls/new?call={call}")
            await expect(page.locator("#phone")).to_have_value(CITIZEN.phone)
            await page.locator("#text").fill("Xin hỏi giờ làm việc của trạm y tế")
            await page.keyboard.press("Control+Enter")
            await expect(page.get_by_role("status").first).to_contain_text("Đã lưu cuộc gọi")
            await expect(page.locator("#ring")).to_contain_text("Hồ sơ đã lưu")
            await expect(page.locator("#act-transfer-call")).to_contain_text("tự báo kết quả")
            assert not seen.complaints
            assert "draft:" not in await page.evaluate("JSON.stringify(localStorage)")


async def test_a_second_ring_takes_no_focus_and_no_words_of_the_first_call(
    server: NatsServer, tmp_path: Path
) -> None:
    async with a_worktable(server, tmp_path) as table, chromium() as browser:
        async with window(browser, table.origin) as seen:
            page = await sign_in(seen, OPERATOR)
            await page.locator("#phone").fill("0987 654 321")
            await page.locator("#text").press_sequentially("Đang ghi dở")
            call = await ring(server)
            await expect(page.locator("#ring .ring")).to_be_visible()
            await expect(page.locator("#text")).to_be_focused()
            async with page.context.expect_page() as opened:
                await page.keyboard.press("F4")
            second = await opened.value
            await expect(second).to_have_url(f"{table.origin}/calls/new?call={call}")
            await expect(second.locator("#text")).to_have_value("")
            await expect(page.locator("#text")).to_have_value("Đang ghi dở")
            await expect(page.locator("#phone")).to_have_value("0987 654 321")


async def _some_calls(server: NatsServer) -> None:
    now = SystemClock().now()
    await telephone(
        server, *missed(a_call(), -7200, start=now, caller="+84987654321", caller_raw="0987654321")
    )
    await telephone(server, *spoken(a_call(), -9000, start=now))
    await ring(server)
    await eventually(lambda: has_read(server, "desk", "CALLS"))


async def test_without_a_script_a_call_is_found_taken_and_returned(
    server: NatsServer, tmp_path: Path
) -> None:
    async with a_worktable(server, tmp_path) as table, chromium() as browser:
        async with window(browser, table.origin, java_script_enabled=False) as seen:
            page = await sign_in(seen, OPERATOR)
            await _some_calls(server)
            await seen.open("/calls")
            await page.get_by_role("link", name="Nhập cuộc gọi").click()
            await expect(page.locator("#phone")).to_have_value(CITIZEN.phone)
            await seen.open("/calls")
            await page.get_by_role("link", name="Ghi kết quả gọi lại").click()
            await page.get_by_label("Kết quả").select_option("reached")
            await page.get_by_role("button", name="Ghi kết quả").click()
            await expect(page.get_by_text("Không còn ai chờ gọi lại")).to_be_visible()
