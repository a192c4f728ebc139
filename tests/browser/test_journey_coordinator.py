"""The coordinator's journeys: who is competent, who is late, what cannot wait; departments read answers."""

import re

from playwright.async_api import expect

from libs.contracts import events
from libs.contracts.codes import spoken
from libs.contracts.sidefacts import ClockArmed, ClockMissed
from libs.contracts.subjects import CaseRef
from libs.runtime.sidelog import SideLog
from tests.support.builders import make, routed, slip
from tests.support.bus import connected
from tests.support.desks import ARBITER, COMMUNE, OFFICER, OPERATOR
from tests.support.deskweb import facts
from tests.support.journeys import (
    Form,
    House,
    act,
    go,
    in_every_form,
    in_two_forms,
    one_desk_for_all,
    open_case,
    told,
)
from tests.support.worktable import HOUR, NOW, REFERRED, SENT, SOME, WAITS, clock_fact

pytestmark = one_desk_for_all

BELOW = (
    routed(SOME, at=NOW - HOUR, slip=slip(1, COMMUNE.agency, field="F04", place="406")),
    make(events.CaseAnswered, SOME, at=NOW - HOUR, by=COMMUNE.actor(), answer="Trạm đã phát thuốc tại nhà."),
)


async def runs_late(house: House, ref: CaseRef) -> None:
    async with connected(house.table.server, "sla") as js:
        for cls in (ClockArmed, ClockMissed):
            await SideLog(js).write(clock_fact(cls, ref, -20 * HOUR))


@in_every_form
async def test_who_is_competent_is_said_once_and_the_agency_cannot_send_the_slip_back(
    house: House, form: Form
) -> None:
    case = await house.lay(form, "Trạm phát sóng kêu to cả đêm", WAITS, REFERRED)
    async with house.sits(ARBITER, form, 422) as seen:
        page = seen.page
        await open_case(page, case.words)
        await expect(page.get_by_text("Việc này thuộc Sở nào?").first).to_be_visible()
        opinion = await act(page, "Xác định cơ quan có thẩm quyền")
        await opinion.get_by_role("button", name="Gửi ý kiến").click()
        opinion = await act(page, "Xác định cơ quan có thẩm quyền")
        await expect(opinion.get_by_role("alert")).to_be_visible()
        await opinion.get_by_label("Cơ quan có thẩm quyền").select_option("SYT")
        await opinion.get_by_label("Ý kiến").fill("Tiếng ồn ảnh hưởng sức khỏe.")
        await opinion.get_by_role("button", name="Gửi ý kiến").click()
        await told(page, "Cán bộ Trực sẽ chuyển phiếu")
    async with house.sits(OPERATOR, form) as seen:
        page = seen.page
        await go(page, "Phân loại")
        await open_case(page, case.words)
        await expect(page.get_by_text("Tiếng ồn ảnh hưởng sức khỏe.").first).to_be_visible()
        await page.get_by_role("button", name=re.compile("^Chuyển phiếu .*đến Sở Y tế")).click()
        await told(page, "Đã gửi phiếu chuyển")
    async with house.sits(OFFICER, form) as seen:
        page = seen.page
        await open_case(page, case.words)
        await expect(page.get_by_text("không trả lại được (Điều 10.4)")).to_be_visible()
        await expect(page.get_by_role("button", name="Nhận phiếu")).to_be_visible()
        await expect(page.locator("summary").filter(has_text="Trả lại")).to_have_count(0)


@in_two_forms
async def test_who_is_late_is_found_on_the_board_and_reminded_and_reads_it_with_the_case(
    house: House, form: Form
) -> None:
    case = await house.lay(form, "Trạm y tế đóng cửa cả tuần", SENT)
    await runs_late(house, case.ref)
    async with house.sits(ARBITER, form) as seen:
        page = seen.page
        await go(page, "Quá hạn")
        await page.get_by_role("link", name=re.compile("Đang quá hạn")).click()
        await page.get_by_role("checkbox", name=f"Nhắc hồ sơ {spoken(case.code)}").check()
        await page.get_by_label("Nội dung nhắc").fill("Đề nghị trả lời trong hôm nay")
        await page.get_by_role("button", name="Nhắc các hồ sơ đã chọn").click()
        await told(page, "Đã nhắc 1 hồ sơ")
        await page.get_by_role("link", name="← Bảng quá hạn").click()
        await page.get_by_role("link", name="Lịch sử nhắc").click()
        await expect(page.get_by_role("link", name=spoken(case.code))).to_be_visible()
    async with house.sits(OFFICER, form) as seen:
        page = seen.page
        await expect(page.get_by_role("heading", level=2, name="Quá hạn")).to_be_visible()
        await open_case(page, case.words)
        await expect(page.get_by_label("Lần nhắc gần nhất")).to_contain_text("trong hôm nay")


@in_two_forms
async def test_what_cannot_wait_is_directed_and_the_operator_sends_it_first(house: House, form: Form) -> None:
    case = await house.lay(form, "Cột điện đổ chắn cổng trường", WAITS)
    async with house.sits(ARBITER, form, 422) as seen:
        page = seen.page
        await page.get_by_role("searchbox", name="Tìm hồ sơ theo mã").fill(case.code)
        await page.get_by_role("searchbox", name="Tìm hồ sơ theo mã").press("Enter")
        await expect(page.get_by_text(case.words)).to_be_visible()
        order = await act(page, "Chỉ đạo xử lý gấp")
        await order.get_by_role("button", name="Gửi chỉ đạo").click()
        order = await act(page, "Chỉ đạo xử lý gấp")
        await expect(order.get_by_role("alert")).to_contain_text("Nội dung chỉ đạo")
        await order.get_by_label("Cơ quan").select_option("SCT")
        await order.get_by_label("Nội dung chỉ đạo").fill("Cắt điện và dọn cột ngay")
        await order.get_by_role("button", name="Gửi chỉ đạo").click()
        await told(page, "lên đầu hàng chờ của cán bộ Trực")
    async with house.sits(OPERATOR, form) as seen:
        page = seen.page
        await go(page, "Phân loại")
        await expect(page.get_by_text("Cắt điện và dọn cột ngay").first).to_be_visible()
        await open_case(page, case.words)
        on = await act(page, "Chuyển phiếu đến cơ quan khác")
        await on.get_by_label("Cơ quan chủ trì").select_option("SCT")
        await on.get_by_role("button", name="Chuyển phiếu").click()
        await told(page, "Đã gửi phiếu chuyển")
    assert (await facts(house.table, case.ref))[2:] == ["instructed", "directed"]


@in_two_forms
async def test_a_department_reads_the_answers_given_below_and_who_answered_reads_what_it_thinks(
    house: House, form: Form
) -> None:
    case = await house.lay(form, "Nhà tôi neo người, xin thuốc", *BELOW)
    about = f"về câu trả lời {spoken(case.code)}"
    async with house.sits(OFFICER, form, 422) as seen:
        page = seen.page
        await go(page, "Rà soát")
        await page.get_by_role("button", name=f"Gửi ý kiến {about}").click()
        await expect(page.get_by_role("alert")).to_contain_text("Ý kiến")
        one = page.get_by_role("article").filter(has_text=case.words)
        await one.get_by_label("Ý kiến").fill("Cần ghi rõ đã phát bao nhiêu ngày thuốc.")
        await one.get_by_role("button", name=f"Gửi ý kiến {about}").click()
        await told(page, "Đã ghi ý kiến rà soát")
        await expect(page.get_by_text(case.words)).to_have_count(0)
        await page.get_by_role("link", name="Cả câu trả lời đã rà soát").click()
        await expect(page.get_by_text(case.words)).to_be_visible()
    async with house.sits(COMMUNE, form) as seen:
        await go(seen.page, "Chờ công khai")
        await open_case(seen.page, case.words)
        await expect(seen.page.get_by_text("Cần ghi rõ đã phát bao nhiêu ngày thuốc.").first).to_be_visible()
