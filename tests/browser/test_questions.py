"""Questions and answers in a real Chromium: a workbook, a proposal, a decision, a notice; phone and desk."""

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import FilePayload, Page, expect

from libs.runtime.clock import SystemClock
from tests.support.browsers import DESKTOP, PHONE, Watched, chromium, needs_chromium, window
from tests.support.bus import provisioned
from tests.support.desks import ADMINISTRATOR, ARBITER, OFFICER, OPERATOR
from tests.support.deskwindow import sign_in
from tests.support.office import PEOPLE, desk_settings, hire, running_desk
from tests.support.provinces import in_force, thanh_hoa
from tests.support.serving import serving
from tests.support.workbooks import HEAD, ROWS, xls

pytestmark = needs_chromium

DOCUMENT = "CV 120/SYT-VP ngày 02/03/2026"
WRONG = [3, "Câu hỏi không có câu trả lời?", "", "F04"]


@pytest.mark.parametrize(("size", "script"), [(PHONE, True), (DESKTOP, False)], ids=["phone", "no-script"])
async def test_a_workbook_and_an_entry_go_from_the_agency_over_the_desk_to_the_console(
    tmp_path: Path, size: tuple[int, int], script: bool
) -> None:
    async with provisioned(tmp_path / "nats") as server:
        await in_force(server, thanh_hoa())
        url = f"sqlite:///{tmp_path / 'desk.db'}"
        await hire(url, *PEOPLE)
        settings = desk_settings(server, url, tmp_path)
        async with running_desk(settings) as office, serving(office.app) as origin, chromium() as browser:
            for account, part in (
                (OFFICER, officer), (ADMINISTRATOR, administrator), (ARBITER, arbiter), (OPERATOR, operator),
            ):  # fmt: skip
                async with window(browser, origin, size, java_script_enabled=script) as seen:
                    seen.expected = {422}
                    page = await sign_in(seen, account)
                    await part(seen, page, script)


async def look(seen: Watched, name: str, script: bool) -> None:
    if script:  # axe is a script, too
        await seen.look(f"questions-{name}")


async def officer(seen: Watched, page: Page, script: bool) -> None:
    await seen.open("/knowledge")
    await look(seen, "shelf", script)
    await page.get_by_role("link", name="Cần kiểm tra lại").click()
    await look(seen, "old", script)
    await page.get_by_role("link", name="Nhập từ Excel").click()
    await page.get_by_role("button", name="Tải lên và xem trước").click()
    await expect(page.locator("#file-error")).to_be_visible()
    await look(seen, "import-nothing", script)
    await bring(page, xls(HEAD, *ROWS, WRONG))
    await expect(page.get_by_text("chưa nhập được dòng nào")).to_be_visible()
    await look(seen, "workbook-wrong", script)
    await seen.open("/knowledge/import")
    await bring(page, xls(HEAD, *ROWS))
    await look(seen, "workbook", script)
    await page.get_by_label("Số và ngày của văn bản").fill(DOCUMENT)
    await page.get_by_role("button", name="Gửi đề nghị").click()
    await expect(page.get_by_role("status")).to_contain_text("Đã gửi")
    await seen.open("/knowledge?q=tiem+vac+xin")
    await page.locator("ul.plain h3 a").first.click()
    await look(seen, "entry-read", script)
    await seen.open("/knowledge/entry")
    await page.get_by_role("button", name="Gửi đề nghị").click()
    await expect(page.locator("#answer-error")).to_be_visible()
    await look(seen, "entry-wrong", script)
    await seen.open("/knowledge/contacts")
    await look(seen, "contacts", script)
    await seen.open("/knowledge/notices")
    await page.get_by_label("Nội dung").fill("Điểm tiêm nghỉ vì mưa bão.")
    await page.get_by_label("Đến hết ngày").fill(f"{SystemClock().now() + timedelta(days=3):%Y-%m-%d}")
    await page.get_by_role("button", name="Đăng thông báo").click()
    await expect(page.get_by_role("status")).to_contain_text("Đã đăng")
    await look(seen, "notices", script)


async def bring(page: Page, content: bytes) -> None:
    file = FilePayload(name="hoi-dap.xls", mimeType="application/vnd.ms-excel", buffer=content)
    await page.locator("#file").set_input_files(file)
    await page.get_by_role("button", name="Tải lên và xem trước").click()
    await expect(page.get_by_role("heading", name="Xem trước: hoi-dap.xls")).to_be_visible()


async def administrator(seen: Watched, page: Page, script: bool) -> None:
    await seen.open("/knowledge/changes")
    await look(seen, "changes", script)
    await page.get_by_role("link", name="Số 1").click()
    await page.get_by_role("button", name="Không nhận").click()
    await expect(page.get_by_text("Ghi lý do từ chối")).to_have_count(2)
    await look(seen, "change", script)
    await page.get_by_role("button", name="Nhận và áp dụng").click()
    await expect(page.get_by_role("status")).to_contain_text("Đã áp dụng")
    await seen.open("/knowledge/entry?id=SYT-0001")
    await page.get_by_label("Câu trả lời").fill("Tại mọi trạm y tế, trong giờ hành chính.")
    await page.get_by_label("Số và ngày của văn bản").fill("CV 121")
    await page.get_by_role("button", name="Lưu và áp dụng").click()
    await expect(page.get_by_role("status")).to_contain_text("Đã áp dụng")
    await look(seen, "change-applied", script)


async def arbiter(seen: Watched, page: Page, script: bool) -> None:
    folded = page.get_by_role("navigation").get_by_text("Thêm", exact=True)
    if await folded.is_visible():  # on a phone
        await folded.click()
    await page.get_by_role("link", name="Thay đổi hỏi đáp").click()
    await expect(page.get_by_text("Chưa đọc")).to_have_count(2)
    await look(seen, "copies", script)
    await page.get_by_role("link", name="Số 2").click()
    await expect(page.get_by_text("Hiện nay")).to_be_visible()


async def operator(seen: Watched, page: Page, script: bool) -> None:
    await seen.open("/calls/new")
    await expect(page.get_by_text("Điểm tiêm nghỉ vì mưa bão.")).to_be_visible()
    await page.locator("#q").fill("tiem mui 3 o dau")
    if not script:
        await page.locator("button[value=find]").last.click()
    await expect(page.locator(".hits li").first).to_contain_text("Tại mọi trạm y tế")
    await expect(page.locator(".hits li").first).to_contain_text("Sở Y tế")
    await look(seen, "console", script)
