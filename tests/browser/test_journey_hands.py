"""Journeys of a case through several hands: a commune on the spot, another department's part, the police."""

from datetime import timedelta

from playwright.async_api import expect

from libs.runtime.clock import SystemClock
from tests.support.builders import routed, slip
from tests.support.desks import COMMUNE, OFFICER, OPERATOR, POLICE, STRANGER
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
from tests.support.worktable import NOW, SENT, SOME

pytestmark = one_desk_for_all

TOMORROW = f"{SystemClock().now() + timedelta(days=1):15:00 %d/%m/%Y}"
BOTH = routed(SOME, at=NOW, slip=slip(1, "SYT", coordinating=("SCT",), note="Xem giá thuốc"))


@in_every_form
async def test_a_commune_speaks_to_the_citizen_and_reports_and_the_department_answers(
    house: House, form: Form
) -> None:
    case = await house.lay(form, "Nhà bên đốt rác bệnh viện", SENT)
    async with house.sits(OFFICER, form, 422) as seen:
        page = seen.page
        await open_case(page, case.words)
        give = await act(page, "Giao xã, phường xử lý")
        await give.get_by_role("button", name="Giao việc").click()
        give = await act(page, "Giao xã, phường xử lý")
        await expect(give.get_by_role("alert")).to_contain_text("Vui lòng")
        await give.get_by_label("Xã, phường").select_option(COMMUNE.agency)
        await give.get_by_label("Việc cần làm").fill("Đến tận nơi, lập biên bản nếu có.")
        await give.get_by_role("button", name="Giao việc").click()
        await told(page, "Đã giao xã xử lý")
        await expect(page.get_by_text("Chưa liên hệ với người gửi.")).to_be_visible()
    async with house.sits(COMMUNE, form, 409) as seen:
        page = seen.page
        await open_case(page, case.words)
        await expect(page.get_by_text("Đến tận nơi, lập biên bản nếu có.").first).to_be_visible()
        contact = await act(page, "Ghi lần liên hệ với người gửi")
        await contact.get_by_label("Cách liên hệ").select_option("visit")
        await contact.get_by_label("Người gửi nói gì").fill("Khói bay sang từ sáng sớm.")
        await contact.get_by_role("button", name="Ghi lại").click()
        await told(page, "Đã ghi lần liên hệ")
        report = await act(page, "Báo cáo kết quả")
        await report.get_by_label("Đã làm gì, kết quả ra sao").fill("Đã lập biên bản, rác đã chở đi.")
        await report.get_by_role("button", name="Gửi báo cáo").click()
        await told(page, "Đã gửi báo cáo")
        await go(page, "Phối hợp, được giao")
        await expect(page.get_by_role("link").filter(has_text=case.words)).to_be_visible()
    async with house.sits(OFFICER, form) as seen:
        page = seen.page
        await open_case(page, case.words)
        await expect(page.get_by_text("Đã lập biên bản, rác đã chở đi.").first).to_be_visible()
        good = await act(page, "Xác nhận kết quả của xã")
        await good.get_by_label("Đã kiểm tra thế nào, thực tế ra sao").fill("Gọi lại cho người gửi: sạch.")
        await good.get_by_role("button", name="Xác nhận").click()
        await told(page, "Còn một việc: trả lời người dân")
        answer = await act(page, "Trả lời")
        await answer.get_by_label("Nội dung trả lời").fill("Rác đã được chở đi, chủ cơ sở bị lập biên bản.")
        await answer.get_by_role("button", name="Gửi trả lời").click()
        await told(page, "Đã gửi trả lời")
    assert (await facts(house.table, case.ref))[2:] == [
        "delegated", "contacted", "reported", "confirmed", "answered",
    ]  # fmt: skip


@in_two_forms
async def test_an_answer_is_signed_in_part_while_another_department_owes_its_own(
    house: House, form: Form
) -> None:
    case = await house.lay(form, "Thuốc ở trạm vừa thiếu vừa đắt", BOTH)
    async with house.sits(OFFICER, form, 422) as seen:
        page = seen.page
        await open_case(page, case.words)
        answer = await act(page, "Trả lời")
        await expect(answer.get_by_text("Còn thiếu phần của:")).to_be_visible()
        await answer.get_by_label("Nội dung trả lời").fill("Thuốc đã về trạm từ hôm nay.")
        await answer.get_by_label("Ký trả lời một phần").check()
        await answer.get_by_role("button", name="Gửi trả lời").click()
        answer = await act(page, "Trả lời")
        await expect(answer.get_by_role("alert")).to_be_visible()
        await expect(answer.get_by_label("Nội dung trả lời")).to_have_value("Thuốc đã về trạm từ hôm nay.")
        await answer.get_by_label("Ký trả lời một phần").check()
        await answer.get_by_label("Hẹn trả lời phần còn lại vào").fill(TOMORROW)
        await answer.get_by_role("button", name="Gửi trả lời").click()
        await told(page, "Đã gửi trả lời")
        await expect(page.get_by_text("Còn thiếu:")).to_be_visible()
    async with house.sits(STRANGER, form) as seen:
        page = seen.page
        await open_case(page, case.words)
        part = await act(page, "Gửi phần của cơ quan mình")
        await expect(part.get_by_text("Xem giá thuốc")).to_be_visible()
        await part.get_by_label("Nội dung").fill("Giá đã niêm yết, đúng quy định.")
        await part.get_by_role("button", name="Gửi Sở Y tế").click()
        await told(page, "Đã gửi phần của bạn cho cơ quan chủ trì")
    async with house.sits(OFFICER, form) as seen:
        page = seen.page
        await open_case(page, case.words)
        await expect(page.get_by_text("Giá đã niêm yết, đúng quy định.").first).to_be_visible()
        answer = await act(page, "Trả lời")
        await answer.get_by_label("Nội dung trả lời").fill("Thuốc đã về trạm; giá đã niêm yết.")
        await answer.get_by_role("button", name="Gửi trả lời").click()
        await told(page, "Còn một việc: công khai kết quả")
    assert (await facts(house.table, case.ref))[2:] == ["answered", "contributed", "answered"]


@in_every_form
async def test_a_doubtful_report_is_sealed_read_by_the_police_alone_and_concluded(
    house: House, form: Form
) -> None:
    case = await house.lay(form, "Có bom ở bến xe", SENT)
    async with house.sits(OPERATOR, form, 403, 422) as seen:
        page = seen.page
        await page.get_by_role("searchbox", name="Tìm hồ sơ theo mã").fill(case.code)
        await page.get_by_role("searchbox", name="Tìm hồ sơ theo mã").press("Enter")
        await expect(page.get_by_text(case.words)).to_be_visible()
        doubt = await act(page, "Nghi tin giả, chuyển công an xác minh")
        await doubt.get_by_role("button", name="Niêm phong và chuyển").click()
        doubt = await act(page, "Nghi tin giả, chuyển công an xác minh")
        await expect(doubt.get_by_role("alert")).to_be_visible()
        await doubt.get_by_label("Căn cứ nghi ngờ").fill("Số máy này đã báo tin giả tuần trước")
        await doubt.get_by_label("Đơn vị xác minh").select_option(POLICE.agency)
        await doubt.get_by_role("button", name="Niêm phong và chuyển").click()
        await told(page, "Đã niêm phong chứng cứ và chuyển công an xác minh")
        await seen.open(f"/cases/{case.ref.case_id}/packet")
        await expect(page.get_by_text("Niêm phong còn nguyên")).to_have_count(0)
    async with house.sits(POLICE, form, 422) as seen:
        page = seen.page
        await expect(page.get_by_role("heading", level=2, name="Chờ kết luận")).to_be_visible()
        await open_case(page, case.words)
        await page.get_by_role("link", name="Mở chứng cứ niêm phong").click()
        await told(page, "Niêm phong còn nguyên")
        await page.get_by_role("link", name="Kết luận").click()
        result = await act(page, "Kết luận xác minh")
        await result.get_by_role("button", name="Gửi kết luận").click()
        result = await act(page, "Kết luận xác minh")
        await expect(result.get_by_role("alert")).to_contain_text("Kết luận")
        await result.get_by_label("Kết luận").select_option("malicious")
        await result.get_by_label("Căn cứ").fill("Camera bến xe cho thấy không có gì.")
        await result.get_by_role("button", name="Gửi kết luận").click()
        await told(page, "Đã gửi kết luận xác minh")
        await go(page, "Tin cần xác minh")
        await expect(page.get_by_role("heading", level=2, name="Đã kết luận")).to_be_visible()
    async with house.sits(OFFICER, form) as seen:
        await open_case(seen.page, case.words)
        await expect(seen.page.get_by_text("Camera bến xe cho thấy không có gì.").first).to_be_visible()
    assert (await facts(house.table, case.ref))[2:] == ["suspected-false", "verified"]
