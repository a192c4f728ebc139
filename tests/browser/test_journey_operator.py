"""An operator's journeys beside the call by keyboard: queue, transfer, rejection, own answers, roster."""

import re

from playwright.async_api import expect

from tests.support.desks import OFFICER, OPERATOR
from tests.support.deskweb import facts
from tests.support.journeys import (
    Form,
    House,
    Laid,
    act,
    go,
    in_every_form,
    in_two_forms,
    one_desk_for_all,
    open_case,
    told,
)
from tests.support.worktable import WAITS

pytestmark = one_desk_for_all

KNOWN = {"Số điện thoại": "0987 654 321", "Họ và tên": "Trần Thị B", "Địa chỉ liên hệ": "Thôn 3"}


async def a_waiting_case(house: House, form: Form, words: str) -> Laid:
    return await house.lay(form, words, WAITS)


@in_two_forms
async def test_a_case_of_the_queue_goes_to_the_agency_that_was_suggested(house: House, form: Form) -> None:
    case = await a_waiting_case(house, form, "Xã bao giờ tiêm cho trẻ em?")
    async with house.sits(OPERATOR, form) as seen:
        page = seen.page
        await go(page, "Phân loại")
        await open_case(page, case.words)
        await expect(page.get_by_text("Chưa tự chuyển phiếu vì:")).to_be_visible()
        await page.get_by_role("button", name=re.compile("^Chuyển phiếu .*đến Sở Y tế")).click()
        await told(page, "Đã gửi phiếu chuyển")
    async with house.sits(OFFICER, form) as seen:
        await expect(seen.page.get_by_role("link").filter(has_text=case.words)).to_be_visible()


@in_two_forms
async def test_a_call_that_could_not_be_put_through_leaves_a_slip_and_the_next_try_is_noted_too(
    house: House, form: Form
) -> None:
    case = await a_waiting_case(house, form, "Bố tôi sốt cao, cần gặp bác sĩ")
    async with house.sits(OPERATOR, form, 422) as seen:
        page = seen.page
        await go(page, "Phân loại")
        await open_case(page, case.words)
        call = await act(page, "Chuyển cuộc gọi")
        await call.get_by_label("Cơ quan", exact=True).select_option("SYT")
        await call.get_by_label("Không nối được", exact=True).check()
        await call.get_by_role("button", name="Gửi phiếu và ghi kết quả").click()
        call = await act(page, "Chuyển cuộc gọi")
        await expect(call.get_by_role("alert")).to_be_visible()
        await expect(call.get_by_label("Không nối được", exact=True)).to_be_checked()
        await call.get_by_label("Nếu không nối được, vì sao?").select_option("busy")
        await call.get_by_role("button", name="Gửi phiếu và ghi kết quả").click()
        await told(page, "Đã ghi nhận việc chuyển cuộc gọi")
        call = await act(page, "Chuyển cuộc gọi")
        await call.get_by_label("Cơ quan", exact=True).select_option("SYT")
        await call.get_by_label("Đã nối máy").check()
        await call.get_by_role("button", name="Ghi kết quả").click()
        await told(page, "Đã ghi nhận việc chuyển cuộc gọi")
    assert sorted((await facts(house.table, case.ref))[2:]) == [
        "call-transferred", "call-transferred", "directed",
    ]  # fmt: skip


@in_two_forms
async def test_what_is_no_matter_of_the_hotline_is_rejected_with_a_reason_the_sender_reads(
    house: House, form: Form
) -> None:
    case = await a_waiting_case(house, form, "Tôi kiện hàng xóm ra tòa")
    async with house.sits(OPERATOR, form, 422) as seen:
        page = seen.page
        await go(page, "Phân loại")
        await open_case(page, case.words)
        no = await act(page, "Không tiếp nhận")
        await no.get_by_role("button", name="Không tiếp nhận").click()
        no = await act(page, "Không tiếp nhận")
        await expect(no.get_by_role("alert")).to_contain_text("Lý do")
        await no.get_by_label("Lý do").select_option("out-of-scope")
        await no.get_by_label("Nói thêm với người gửi").fill("Xin liên hệ tòa án nơi cư trú.")
        await no.get_by_role("button", name="Không tiếp nhận").click()
        await told(page, "Đã từ chối và báo lý do cho người gửi")
        await page.get_by_role("link", name="Xong, cuộc gọi tiếp theo").click()
        await expect(page.get_by_role("heading", level=1, name="Cuộc gọi mới")).to_be_visible()
    assert (await facts(house.table, case.ref))[2:] == ["rejected"]


@in_every_form
async def test_a_call_answered_at_once_is_published_and_another_one_kept_from_the_public(
    house: House, form: Form
) -> None:
    async with house.sits(OPERATOR, form, 422) as seen:
        page = seen.page
        for private in (False, True):
            await go(page, "Cuộc gọi mới")
            await page.get_by_label("Nội dung").fill(f"Bao giờ tiêm cho trẻ em? {form.name} {private}")
            for label, value in KNOWN.items():
                await page.get_by_role("textbox", name=label).fill(value)
            await page.get_by_label("Tìm trong bộ hỏi đáp").fill("tiem vac xin")
            if not form.script:
                await page.get_by_role("button", name="Tìm", exact=True).click()
            await page.get_by_role("button", name=re.compile("^Chèn")).first.click()
            await expect(page.get_by_label("Câu trả lời của Tổng đài")).not_to_have_value("")
            await page.get_by_role("button", name="Lưu và trả lời tại Tổng đài").click()
            await told(page, "Đã trả lời tại Tổng đài")
            name = "Không công khai" if private else "Công khai kết quả"
            end = await act(page, name)
            if private:
                await end.get_by_label("Lý do").select_option("secrecy-asked")
            await end.get_by_role("button", name=re.compile("ông khai$")).click()
            await told(page, "Chỉ người gửi xem được" if private else "Đã công khai kết quả")


@in_two_forms
async def test_a_matter_of_nobodys_is_put_to_the_arbiter_and_waits_in_view(house: House, form: Form) -> None:
    case = await a_waiting_case(house, form, "Nước giếng có mùi lạ")
    async with house.sits(OPERATOR, form) as seen:
        page = seen.page
        await go(page, "Phân loại")
        await open_case(page, case.words)
        ask = await act(page, "Xin ý kiến về thẩm quyền")
        await ask.get_by_label("Cần hỏi gì").fill("Sở Y tế hay Sở Tài nguyên?")
        await ask.get_by_role("button", name=re.compile("^Gửi Sở")).click()
        await told(page, "Đã gửi xin ý kiến về thẩm quyền")
        await go(page, "Chờ thẩm quyền")
        await expect(page.get_by_role("link").filter(has_text=case.words)).to_be_visible()


@in_two_forms
async def test_the_roster_is_looked_at_and_not_written_by_an_operator(house: House, form: Form) -> None:
    async with house.sits(OPERATOR, form) as seen:
        await go(seen.page, "Lịch trực")
        await expect(seen.page.get_by_text("Có lúc dưới 2 người trực")).to_be_visible()
        await expect(seen.page.get_by_role("button", name="Thêm ca")).to_have_count(0)
