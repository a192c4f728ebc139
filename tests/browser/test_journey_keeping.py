"""An administrator's journeys with rules and data: routes, a request about a person, surge, the log."""

import json
import re
from pathlib import Path

from playwright.async_api import Page, expect
from sqlalchemy import update

from libs.contracts import events
from libs.contracts.codes import spoken
from libs.runtime.database import open_engine, writing
from services.desk.store import LINK
from tests.support.browsers import Watched
from tests.support.builders import CITIZEN, make
from tests.support.desks import ADMINISTRATOR, AUDITOR, OFFICER, OPERATOR
from tests.support.journeys import FORMS, Form, House, go, in_every_form, in_two_forms, one_desk_for_all, told
from tests.support.worktable import ANSWERED, SENT, SOME

pytestmark = one_desk_for_all

WITHHELD = make(events.CaseWithheld, SOME, by=OFFICER.actor(), ground="secrecy-asked")
LEADS = dict(zip((form.name for form in FORMS), ("SCT", "STTTT", "SCT STTTT", "STTTT SCT"), strict=True))


@in_two_forms
async def test_a_route_is_tried_on_past_cases_before_it_is_put_in_force_by_a_document(
    house: House, form: Form
) -> None:
    async with house.sits(ADMINISTRATOR, form, 422) as seen:
        page = seen.page
        await go(page, "Bảng chuyển phiếu")
        for lead in ("KHONG_CO", LEADS[form.name]):
            await page.get_by_label("Chủ trì của tuyến R04-ANY").fill(lead)
            await page.get_by_role("button", name="Thử với 90 ngày qua").click()
            if lead == "KHONG_CO":
                await expect(page.get_by_role("alert")).to_contain_text("KHONG_CO")
        await told(page, "Chưa có gì được lưu")
        await page.get_by_role("button", name="Lưu và áp dụng").click()
        await expect(page.get_by_role("alert")).to_be_visible()
        await expect(page.get_by_label("Chủ trì của tuyến R04-ANY")).to_have_value(LEADS[form.name])
        await page.get_by_label("Số và ngày của văn bản").fill("QĐ 15/QĐ-UBND ngày 02/03/2026")
        await page.get_by_role("button", name="Lưu và áp dụng").click()
        await told(page, "Đã áp dụng bảng mới")
        await expect(page.get_by_label("Chủ trì của tuyến R04-ANY")).to_have_value(LEADS[form.name])


@in_two_forms
async def test_a_persons_data_is_found_by_their_number_handed_out_held_as_evidence_and_erased(
    house: House, form: Form
) -> None:
    number = f"098711122{FORMS.index(form)}"
    person = CITIZEN.model_copy(
        update={"phone": f"+84{number[1:]}", "phone_raw": number, "name": "Lê Thị Kín"}
    )
    case = await house.lay(form, "Tôi xin được giúp", SENT, ANSWERED, WITHHELD, person=person)
    async with house.sits(ADMINISTRATOR, form, 409, 422) as seen:
        page = seen.page
        await go(page, "Dữ liệu cá nhân")
        own = page.get_by_role("region", name="Dữ liệu của một người")
        await own.get_by_role("button", name="Tìm hồ sơ").click()
        await expect(page.get_by_role("alert")).to_be_visible()
        await own.get_by_label("Số điện thoại").fill(number)
        await own.get_by_label("Số văn bản yêu cầu").fill("12/YC-2026")
        await own.get_by_role("button", name="Tìm hồ sơ").click()
        await told(page, "1 hồ sơ")
        await expect(page.get_by_role("link", name=spoken(case.code))).to_be_visible()
        async with page.expect_download() as download:
            await own.get_by_role("button", name="Tải về").click()
        held = json.loads(Path(await (await download.value).path()).read_text())
        assert [one["code"] for one in held["cases"]] == [case.code]
        await asks(page, "Giữ làm chứng cứ", "Giữ hồ sơ", case.code)
        await told(page, "Đã giữ hồ sơ làm chứng cứ")
        await asks(page, "Xóa dữ liệu của hồ sơ đã xong", "Xóa dữ liệu", case.code)
        await expect(page.get_by_role("alert")).to_contain_text("chứng cứ")
        await asks(page, "Thôi giữ", "Thôi giữ", case.code)
        await told(page, "Đã thôi giữ hồ sơ")
        await asks(page, "Xóa dữ liệu của hồ sơ đã xong", "Xóa dữ liệu", case.code)
        await told(page, "Đã ghi việc xóa")
        await seen.open(f"/cases/{case.ref.case_id}")
        await expect(page.get_by_text("đã được xóa").first).to_be_visible()
        await expect(page.get_by_text(case.words)).to_have_count(0)


async def asks(page: Page, section: str, button: str, code: str) -> None:
    form = page.get_by_role("region", name=section, exact=True)
    await form.get_by_label("Mã tra cứu").fill(code)
    await form.get_by_label("Số văn bản yêu cầu").fill("12/YC-2026")
    await form.get_by_role("button", name=button).click()


@in_two_forms
async def test_surge_mode_is_switched_on_with_a_reason_seen_by_the_operator_and_switched_off(
    house: House, form: Form
) -> None:
    async with house.sits(ADMINISTRATOR, form, 422) as seen:
        page = seen.page
        await go(page, "Chế độ quá tải")
        await page.get_by_role("button", name="Bật chế độ quá tải").click()
        await expect(page.get_by_role("alert")).to_be_visible()
        await page.get_by_label("Lý do").fill("Bão vào, đường dây nghẽn")
        await page.get_by_role("button", name="Bật chế độ quá tải").click()
        await expect(page.get_by_text("Đang bật", exact=True)).to_be_visible()
        async with house.sits(OPERATOR, form) as theirs:
            note = theirs.page.get_by_role("complementary", name="Chế độ quá tải")
            await expect(note).to_contain_text("nhiều việc chờ hơn thường lệ")
        await page.get_by_role("button", name="Tắt chế độ quá tải").click()
        await expect(page.get_by_text("Đang tắt", exact=True)).to_be_visible()
        await go(page, "Nhật ký")
        await page.get_by_label("Nhật ký").select_option("changes")
        await page.get_by_role("button", name="Xem", exact=True).click()
        await expect(page.get_by_text("Bão vào, đường dây nghẽn").first).to_be_visible()


@in_two_forms
async def test_a_parked_case_is_listed_and_its_page_says_that_it_waits(house: House, form: Form) -> None:
    case = await house.lay(form, "Hồ sơ này bị dừng", SENT)
    engine = open_engine(house.table.office.settings.database_url)
    with writing(engine) as connection:
        mine = LINK.c.case_id == case.ref.case_id
        connection.execute(update(LINK).where(mine).values(parked="a fact that nobody knows"))
    engine.dispose()
    async with house.sits(ADMINISTRATOR, form) as seen:
        await go(seen.page, "Hồ sơ tạm dừng")
        row = seen.page.get_by_role("row").filter(has_text=spoken(case.code))
        await row.get_by_role("link").click()
        await expect(seen.page.get_by_text("Hồ sơ tạm dừng vì lỗi kỹ thuật")).to_be_visible()


@in_every_form
async def test_an_auditor_sees_who_looked_at_whom_takes_the_list_along_and_touches_nothing(
    house: House, form: Form
) -> None:
    case = await house.lay(form, "Xin giữ kín giúp tôi", SENT)
    async with house.sits(OPERATOR, form) as seen:
        await opened_and_renewed(seen, case.ref.case_id, form)
        await expect(seen.page.get_by_text("Lần xem này được ghi lại.")).to_be_visible()
    async with house.sits(AUDITOR, form, 403, 422) as seen:
        page = seen.page
        menu = page.get_by_role("navigation", name="Các trang chính").get_by_role("link")
        assert [(await one.inner_text()).strip() for one in await menu.all()] == ["Nhật ký", "Báo cáo"]
        await page.get_by_label("Mã hồ sơ").fill(case.code)
        await page.get_by_role("button", name="Xem", exact=True).click()
        row = page.get_by_role("row").filter(has_text=OPERATOR.name)
        await expect(row).to_contain_text([case.code])
        async with page.expect_download() as download:
            await page.get_by_role("link", name="Tải CSV").click()
        lines = Path(await (await download.value).path()).read_text(encoding="utf-8-sig").splitlines()
        (line,) = lines[1:]
        assert OPERATOR.login in line and case.code in line
        await expect(page.get_by_text(CITIZEN.name)).to_have_count(0)
        await page.get_by_label("Nhật ký").select_option("changes")
        await page.get_by_label("Mã hồ sơ").fill("")
        await page.get_by_label("Tên đăng nhập").fill(AUDITOR.login)
        await page.get_by_role("button", name="Xem", exact=True).click()
        await expect(page.get_by_text("xuất nhật ký").first).to_be_visible()
        await seen.open(f"/cases/{case.ref.case_id}")
        await expect(page.get_by_text(case.words)).to_have_count(0)
        await page.get_by_role("link", name="Về trang chủ").click()
        await expect(page.get_by_role("heading", level=1, name="Nhật ký")).to_be_visible()


async def opened_and_renewed(seen: Watched, case_id: str, form: Form) -> None:
    """With scripts an open page is renewed when something happens; that is no second look."""
    await seen.open(f"/cases/{case_id}")
    if form.script:
        async with seen.page.expect_response(re.compile(rf"/cases/{case_id}\?opening=")):
            await seen.page.locator("#news").dispatch_event("refresh")
