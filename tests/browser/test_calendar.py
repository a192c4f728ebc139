"""The calendar pages in a real Chromium: draft, preview and decision, on a phone and on a desk."""

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.support.browsers import DESKTOP, PHONE, chromium, needs_chromium, window
from tests.support.calendardesk import WEDNESDAY, a_calendar, with_clocks
from tests.support.desks import ADMINISTRATOR
from tests.support.office import PASSWORD
from tests.support.serving import serving

pytestmark = needs_chromium


@pytest.mark.parametrize(("size", "script"), [(PHONE, True), (DESKTOP, False)], ids=["phone", "no-script"])
async def test_a_holiday_is_announced_previewed_and_applied_and_the_case_tells_its_deadline(
    tmp_path: Path, size: tuple[int, int], script: bool
) -> None:
    async with a_calendar(tmp_path) as (server, office), serving(office.app) as origin, chromium() as browser:
        (case,) = await with_clocks(server, office, WEDNESDAY - timedelta(minutes=30))
        async with window(browser, origin, size, java_script_enabled=script) as seen:
            seen.expected = {422}

            async def look(name: str) -> None:
                if script:  # axe is a script, too
                    await seen.look(name)

            page = await seen.open("/login?next=/calendar")
            await page.get_by_label("Tên đăng nhập").fill(ADMINISTRATOR.login)
            await page.get_by_label("Mật khẩu").fill(PASSWORD)
            await page.get_by_role("button", name="Đăng nhập").click()
            await look("calendar")
            await page.get_by_role("link", name="Thêm ngày").click()
            await page.get_by_role("button", name="Đưa vào bản soạn").click()
            await expect(page.locator("#name-error")).to_contain_text("Không được để trống")
            await look("calendar-day-wrong")
            await page.get_by_label("Ngày", exact=True).fill("2026-09-17")
            await page.get_by_label("Loại").select_option("holiday")
            await page.get_by_label("Tên", exact=True).fill("Ngày nghỉ bão")
            await page.get_by_role("button", name="Đưa vào bản soạn").click()
            await look("calendar-draft")
            await page.get_by_role("link", name="Xem trước và áp dụng").click()
            await expect(page.locator(".example")).to_have_count(3)
            await expect(page.locator(".cards tbody tr")).to_have_count(1)
            await look("calendar-preview")
            await page.get_by_role("button", name="Áp dụng lịch mới").click()
            await expect(page.locator("#number-error")).to_be_visible()
            await page.get_by_label("Số văn bản").fill("12/CĐ-UBND")
            await page.get_by_label("Ngày ký").fill("2026-09-16")
            await page.get_by_role("button", name="Áp dụng lịch mới").click()
            await expect(page.get_by_role("status")).to_contain_text("Đã áp dụng lịch mới")
            await expect(page.get_by_text("12/CĐ-UBND ngày 16/09/2026").first).to_be_visible()
            await page.goto(f"{origin}/cases/{case.case_id}")
            await page.get_by_text("Vì sao hạn như vậy?").first.click()
            await expect(page.get_by_text("Căn cứ: luật").first).to_be_visible()
            await look("case-deadline-told")
        assert office.runtime.directory.history[-1].recompute == ("province",)
