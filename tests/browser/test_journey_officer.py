"""An officer's journeys: from the slip that comes in to the answer everybody reads, or back it goes."""

from datetime import timedelta

from playwright.async_api import Page, expect

from libs.contracts.contacts import CaseAdded
from libs.contracts.facts import Actor
from libs.runtime.clock import SystemClock
from tests.support.builders import make, routed, slip
from tests.support.desks import COLLEAGUE, HEAD, OFFICER, OPERATOR, STRANGER
from tests.support.deskweb import facts
from tests.support.journeys import (
    Form,
    House,
    act,
    go,
    happens,
    in_every_form,
    in_two_forms,
    one_desk_for_all,
    open_case,
    told,
)
from tests.support.worktable import SENT, SOME

pytestmark = one_desk_for_all

BACK = "Trả lại, không đúng thẩm quyền"
ANSWER = "Ngày mai 7 giờ 30 trạm y tế xã tiêm cho các cháu; gia đình mang theo sổ tiêm."
SOON = f"{SystemClock().now() + timedelta(days=3):09:00 %d/%m/%Y}"


@in_every_form
async def test_a_slip_is_received_verified_promised_answered_and_published(house: House, form: Form) -> None:
    case = await house.lay(form, "Bao giờ xã tôi tiêm cho trẻ em?", SENT)
    async with house.sits(OFFICER, form, 422) as seen:
        page = seen.page
        await open_case(page, case.words)
        await page.get_by_role("button", name="Nhận phiếu").click()
        await told(page, "Đã nhận phiếu")
        await (await act(page, "Cần xác minh")).get_by_role("button", name="Báo người dân chờ").click()
        await told(page, "Đã báo người dân chờ xác minh")
        promise = await act(page, "Báo tiến độ và hẹn trả lời")
        await promise.get_by_label("Đã làm đến đâu").fill("Đang chờ xã báo số trẻ.")
        await promise.get_by_label("Hẹn trả lời vào").fill(SOON)
        await promise.get_by_role("button", name="Gửi tiến độ").click()
        await told(page, "Đã báo tiến độ và hẹn thời gian")
        answer = await act(page, "Trả lời")
        await answer.get_by_label("Nội dung trả lời").fill(ANSWER)
        await answer.get_by_text("Người dân nhận được gì?").click()
        await answer.get_by_role("button", name="Xem đúng thư sẽ gửi").click()
        await expect(answer.get_by_text(ANSWER).last).to_be_visible()
        await answer.get_by_role("button", name="Gửi trả lời").click()
        await told(page, "Đã gửi trả lời")
        await go(page, "Chờ công khai")
        await open_case(page, case.words)
        await published(page)
        await go(page, "Đã xong")
        await expect(page.get_by_role("link").filter(has_text=case.words)).to_be_visible()
    assert (await facts(house.table, case.ref))[2:] == [
        "received", "verifying", "progress-promised", "answered", "published",
    ]  # fmt: skip


async def published(page: Page) -> None:
    """At first with a number that is nobody else's business: it is named, and nothing is published."""
    public = await act(page, "Công khai kết quả")
    await public.get_by_label("Trả lời", exact=True).fill(f"{ANSWER} Hỏi thêm: 0912 345 678.")
    await public.get_by_role("button", name="Công khai").click()
    public = await act(page, "Công khai kết quả")
    await expect(public.get_by_role("alert")).to_contain_text("0912 345 678")
    await public.get_by_label("Trả lời", exact=True).fill(ANSWER)
    await public.get_by_role("button", name="Công khai").click()
    await told(page, "Đã công khai kết quả")


@in_two_forms
async def test_a_slip_that_belongs_elsewhere_goes_back_and_on_to_whom_the_officer_named(
    house: House, form: Form
) -> None:
    case = await house.lay(form, "Cây xăng bán thiếu lít", SENT)
    async with house.sits(OFFICER, form, 422) as seen:
        page = seen.page
        await open_case(page, case.words)
        await (await act(page, BACK)).get_by_role("button", name="Trả lại phiếu").click()
        back = await act(page, BACK)
        await expect(back.get_by_role("alert")).to_contain_text("Lý do")
        await back.get_by_label("Lý do").select_option("wrong-field")
        await back.get_by_label("Đề xuất cơ quan có thẩm quyền").select_option("SCT")
        await back.get_by_label("Giải thích").fill("Đo lường xăng dầu do ngành công thương quản lý.")
        await back.get_by_role("button", name="Trả lại phiếu").click()
        await told(page, "Đã trả lại phiếu")
        await expect(page.get_by_text("Lúc này bạn không có việc phải làm")).to_be_visible()
        await go(page, "Hộp việc")
        await expect(page.get_by_role("link").filter(has_text=case.words)).to_have_count(0)
    async with house.sits(OPERATOR, form) as seen:
        page = seen.page
        await go(page, "Phân loại")
        await open_case(page, case.words)
        await expect(page.get_by_text("Đo lường xăng dầu do ngành công thương quản lý.")).to_be_visible()
        on = await act(page, "Chuyển phiếu đến cơ quan khác")
        await on.get_by_label("Cơ quan chủ trì").select_option("SCT")
        await on.get_by_role("button", name="Chuyển phiếu").click()
        await told(page, "Đã gửi phiếu chuyển")
    async with house.sits(STRANGER, form) as seen:
        await open_case(seen.page, case.words)
        await expect(seen.page.get_by_role("button", name="Nhận phiếu")).to_be_visible()
    assert (await facts(house.table, case.ref))[2:] == ["returned", "directed"]


@in_two_forms
async def test_what_was_told_by_telephone_and_must_stay_private_is_withheld_with_its_ground(
    house: House, form: Form
) -> None:
    case = await house.lay(form, "Kết quả khám của con tôi ra sao?", SENT)
    async with house.sits(OFFICER, form, 422) as seen:
        page = seen.page
        await open_case(page, case.words)
        phone = await act(page, "Đã trả lời qua điện thoại")
        await expect(phone.get_by_text("Không gửi tin nào cho người dân")).to_be_visible()
        await phone.get_by_label("Đã trả lời những gì").fill("Đã báo gia đình đến nhận kết quả.")
        await phone.get_by_role("button", name="Ghi nhận").click()
        await told(page, "Còn một việc: công khai kết quả")
        private = await act(page, "Không công khai")
        await private.get_by_role("button", name="Không công khai").click()
        private = await act(page, "Không công khai")
        await expect(private.get_by_role("alert")).to_contain_text("Lý do")
        await private.get_by_label("Lý do").select_option("child")
        await private.get_by_role("button", name="Không công khai").click()
        await told(page, "Chỉ người gửi xem được kết quả")
        await expect(page.get_by_text("Hồ sơ đã xong, không còn việc phải làm.")).to_be_visible()
    assert (await facts(house.table, case.ref))[2:] == ["answered-by-phone", "withheld"]


@in_two_forms
async def test_the_sender_is_asked_and_what_they_add_is_read_on_the_open_page(
    house: House, form: Form
) -> None:
    case = await house.lay(form, "Xin hỗ trợ thuốc cho người ốm", SENT)
    async with house.sits(OFFICER, form) as seen:
        page = seen.page
        await open_case(page, case.words)
        asking = await act(page, "Hỏi thêm người gửi")
        await asking.get_by_label("Cần hỏi gì").fill("Nhà mình ở thôn nào?")
        await asking.get_by_role("button", name="Gửi câu hỏi").click()
        await told(page, "Đã hỏi thêm người gửi")
        said = {"text": "Thôn 3, cạnh nhà văn hóa", "channel": "portal"}
        await happens(house, case.ref, make(CaseAdded, case.ref, by=Actor(service="intake"), **said))
        if not form.script:
            await page.reload()
        await expect(page.get_by_text("Thôn 3, cạnh nhà văn hóa").first).to_be_visible()


@in_two_forms
async def test_an_officer_sees_that_a_colleague_has_the_case_open(house: House, form: Form) -> None:
    case = await house.lay(form, "Trạm y tế nghỉ trưa", SENT)
    async with house.sits(OFFICER, form) as mine, house.sits(COLLEAGUE, form) as theirs:
        await open_case(mine.page, case.words)
        await open_case(theirs.page, case.words)
        await expect(theirs.page.get_by_text("cũng đang mở hồ sơ này")).to_contain_text(OFFICER.name)
        if not form.script:
            await mine.page.reload()
        await expect(mine.page.get_by_text("cũng đang mở hồ sơ này")).to_contain_text(COLLEAGUE.name)


@in_two_forms
async def test_the_head_of_the_unit_signs_what_an_officer_left_and_nothing_of_another_unit(
    house: House, form: Form
) -> None:
    case = await house.lay(form, "Bệnh viện thu tiền giường sai", SENT)
    other = await house.lay(form, "Việc của Sở Công Thương", routed(SOME, slip=slip(1, "SCT")))
    async with house.sits(HEAD, form, 403) as seen:
        page = seen.page
        await open_case(page, case.words)
        answer = await act(page, "Trả lời")
        await answer.get_by_label("Nội dung trả lời").fill("Bệnh viện đã trả lại tiền cho gia đình.")
        await answer.get_by_role("button", name="Gửi trả lời").click()
        await told(page, "Đã gửi trả lời")
        await go(page, "Chờ công khai")
        await expect(page.get_by_role("link").filter(has_text=case.words)).to_be_visible()
        await seen.open(f"/cases/{other.ref.case_id}")
        await expect(page.get_by_text(other.words)).to_have_count(0)
        await page.get_by_role("link", name="Về trang chủ").click()
        await expect(page.get_by_role("heading", level=1)).to_contain_text("Hộp việc")
    assert (await facts(house.table, case.ref))[2:] == ["answered"]
