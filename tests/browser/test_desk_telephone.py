"""A telephone rings in a real Chromium: on every page, taken with one key, nothing lost."""

from pathlib import Path

import pytest
from playwright.async_api import expect

from libs.contracts import calls
from libs.devstack.nats_server import NatsServer
from libs.runtime.clock import SystemClock
from libs.runtime.sidelog import SideLog
from tests.support.browsers import DESKTOP, PHONE, Watched, chromium, needs_chromium, window
from tests.support.builders import CITIZEN
from tests.support.bus import connected
from tests.support.desks import ADMINISTRATOR, OPERATOR
from tests.support.desktelephone import a_call, missed, rings_and_ends, rung, spoken, telephone
from tests.support.deskwindow import sign_in
from tests.support.worktable import Worktable, a_worktable

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


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
async def test_the_telephones_pages_are_clean(
    server: NatsServer, tmp_path: Path, size: tuple[int, int]
) -> None:
    async with a_worktable(server, tmp_path) as table, chromium() as browser:
        async with window(browser, table.origin, size) as seen:
            page = await sign_in(seen, OPERATOR)
            await _some_calls(server)
            await seen.open("/calls")
            await expect(page.locator("#ring .ring")).to_be_visible()
            await seen.look("desk-calls")
            await page.get_by_role("link", name="Ghi kết quả gọi lại").first.click()
            await page.get_by_label("Kết quả").select_option("settled")
            await page.get_by_role("button", name="Ghi kết quả").click()
            seen.expected = {422}
            await expect(page.locator(".summary")).to_be_visible()
            seen.complaints.clear()
            await seen.look("desk-call-back")
            await seen.open("/surge")
            await page.get_by_label("Lý do").fill("Bão vào, đường dây nghẽn")
            await page.get_by_role("button", name="Bật chế độ quá tải").click()
            await expect(page.locator(".surge")).to_be_visible()
            await seen.look("desk-surge")
        async with window(browser, table.origin, size) as seen:
            await sign_in(seen, ADMINISTRATOR)
            await seen.open("/accounts")
            await seen.look("desk-accounts")
            await seen.open(f"/accounts/{OPERATOR.login}")
            await expect(seen.page.get_by_label("Máy nhánh điện thoại")).to_be_visible()
            await seen.look("desk-account-extension")


async def _some_calls(server: NatsServer) -> None:
    now = SystemClock().now()
    await telephone(
        server, *missed(a_call(), -7200, start=now, caller="+84987654321", caller_raw="0987654321")
    )
    await telephone(server, *spoken(a_call(), -9000, start=now))
    await ring(server)


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


async def test_pages_with_a_ring_stay_light(server: NatsServer, tmp_path: Path) -> None:
    async with a_worktable(server, tmp_path) as table, chromium() as browser:
        async with window(browser, table.origin) as seen:
            await seen.open("/login")
            await seen.page.wait_for_load_state("load")
            first = await seen.weight()
            assert first <= 30_000
            await sign_in(seen, OPERATOR)
            await _some_calls(server)
            weights = await _weights(table, seen)
            assert max(weights.values()) <= 10_000, weights
            (tmp_path / "weights").write_text(f"{first} {weights}")


async def _weights(table: Worktable, seen: Watched) -> dict[str, int]:
    found = {}
    for path in ("/calls", "/calls/new", "/triage", "/surge", table.path("triage")):
        seen.answers.clear()
        await seen.open(path)
        found[path] = await seen.weight()
    return found
