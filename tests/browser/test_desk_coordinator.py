"""The coordinator in a real Chromium: the board, reminders, the queue by key, urgent directions, reviews."""

from pathlib import Path

import pytest
from playwright.async_api import expect

from libs.contracts import events
from libs.contracts.sidefacts import ClockArmed, ClockMissed
from libs.devstack.nats_server import NatsServer
from libs.runtime.sidelog import SideLog
from tests.support.browsers import DESKTOP, PHONE, chromium, needs_chromium, window
from tests.support.builders import make, routed, slip
from tests.support.bus import connected
from tests.support.desks import ARBITER, COMMUNE, OFFICER, OPERATOR
from tests.support.deskwindow import sign_in
from tests.support.worktable import HOUR, NOW, SOME, WAITS, Worktable, a_worktable, clock_fact

pytestmark = needs_chromium

BELOW = (
    routed(SOME, at=NOW - HOUR, slip=slip(1, COMMUNE.agency, field="F04", place="406")),
    make(
        events.CaseAnswered,
        SOME,
        at=NOW - HOUR,
        by=COMMUNE.actor(),
        answer="Trạm y tế xã đã phát thuốc tại nhà sáng nay.",
    ),
)
KNOWN = {"name": "Lê Thị Đủ", "phone": "+84912345678", "address": "Số 1"}


async def filled(table: Worktable) -> None:
    await table.put("below", "Gia đình tôi cần thuốc, đi lại khó khăn", *BELOW)
    await table.put("first", "Khi nào có lịch tiêm mũi hai cho người già?", WAITS, urgent=True, person=KNOWN)
    late = await table.put("later", "Trạm y tế đóng cửa cả tuần", routed(SOME, at=NOW - 28 * HOUR))
    async with connected(table.server, "sla") as js:
        for cls in (ClockArmed, ClockMissed):
            await SideLog(js).write(clock_fact(cls, late, -200 * HOUR))


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
async def test_the_coordinators_pages_are_clean(
    server: NatsServer, tmp_path: Path, size: tuple[int, int]
) -> None:
    async with a_worktable(server, tmp_path) as table, chromium() as browser:
        await filled(table)
        async with window(browser, table.origin, size) as seen:
            seen.expected.add(422)
            page = await sign_in(seen, ARBITER)
            await seen.look("coordinator-queue")
            await seen.open("/overdue")
            await expect(page.get_by_role("table")).to_be_visible()
            await seen.look("coordinator-board")
            await seen.open("/overdue/cases?what=late")
            await expect(page.locator("[name^='case.']")).to_have_count(2)
            await seen.look("coordinator-late")
            for box in await page.locator("[name^='case.']").all():
                await box.check()
            await page.get_by_label("Nội dung nhắc").fill("Đề nghị trả lời trong ngày")
            await page.get_by_role("button", name="Nhắc các hồ sơ đã chọn").click()
            await expect(page.get_by_role("status").first).to_contain_text("Đã nhắc 2 hồ sơ, 1 cơ quan")
            await seen.look("coordinator-reminded")
            await seen.open("/reminders")
            await seen.look("coordinator-history")
            await seen.open("/overdue/cases?what=nobody")
            await seen.look("coordinator-nobody")
            await seen.open(table.path("unclear"))
            await page.locator("#act-instruct > summary").click()
            await seen.look("coordinator-instruct")
            await page.get_by_role("button", name="Gửi chỉ đạo").click()
            await seen.look("coordinator-instruct-refused")
            await page.locator("#instruct-agency").select_option("SCT")
            await page.locator("#instruct-text").fill("Có người bị nạn, chuyển ngay")
            await page.get_by_role("button", name="Gửi chỉ đạo").click()
            await expect(page.get_by_role("status").first).to_contain_text("Đã chỉ đạo")
            await seen.look("coordinator-instructed")
        async with window(browser, table.origin, size) as seen:
            seen.expected.add(422)
            await sign_in(seen, OFFICER)
            await seen.look("coordinator-holder-inbox")
            await seen.open(table.path("late"))
            await seen.look("coordinator-holder-case")
            await seen.open("/reviews")
            await seen.look("coordinator-reviews")
            await seen.page.get_by_role("button", name="Gửi ý kiến").first.click()
            await seen.look("coordinator-reviews-refused")


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
