"""An administrator's journeys with people: hired by a link, moved, signed out, locked, given a telephone."""

import re
from urllib.parse import urlsplit

from playwright.async_api import Page, expect

from services.desk.domain.people import Account
from tests.support.desks import ADMINISTRATOR, OPERATOR
from tests.support.journeys import (
    Form,
    House,
    act,
    go,
    in_every_form,
    in_two_forms,
    on_a_phone,
    one_desk_for_all,
    open_case,
    told,
)
from tests.support.office import PASSWORD, hire
from tests.support.worktable import SENT, WAITS

pytestmark = one_desk_for_all

OWN = "một câu dài chỉ mình tôi biết"
LONG = "Trung tâm y tế đã cử bác sĩ đến tận nhà, đo huyết áp và cấp thuốc một tháng."


async def a_new_colleague(house: House, form: Form, what: str) -> Account:
    """Of the department of health, hired for this journey alone."""
    login = f"{what}.{form.name}"
    made = Account(id=login, login=login, name=f"Cao Thị {what.title()}", role="officer", agency="SYT")
    await hire(house.table.office.settings.database_url, made)
    return made


async def sign_in(page: Page, login: str, password: str = PASSWORD) -> None:
    """On the log-in page that is open."""
    await page.get_by_label("Tên đăng nhập").fill(login)
    await page.get_by_label("Mật khẩu").fill(password)
    await page.get_by_role("button", name="Đăng nhập", exact=True).click()


async def look_up(page: Page, account: Account) -> None:
    await go(page, "Tài khoản")
    await page.get_by_label("Tìm tài khoản").fill(account.login)
    await page.get_by_role("button", name="Tìm", exact=True).click()
    await page.get_by_role("link", name=account.login, exact=True).click()
    await expect(page.get_by_role("heading", level=1, name=account.name)).to_be_visible()


@in_every_form
async def test_somebody_new_gets_an_account_sets_a_password_by_the_link_and_starts_working(
    house: House, form: Form
) -> None:
    login = f"moi.{form.name}"
    async with house.sits(ADMINISTRATOR, form, 422) as seen:
        page = seen.page
        await go(page, "Tài khoản")
        await page.get_by_label("Tên đăng nhập").fill(login)
        await page.get_by_role("button", name="Cấp tài khoản").click()
        await expect(page.get_by_role("alert")).to_be_visible()
        await expect(page.get_by_label("Tên đăng nhập")).to_have_value(login)
        await page.get_by_label("Họ và tên").fill("Đinh Thị Mới")
        await page.get_by_label("Vai trò").select_option("officer")
        await page.get_by_label("Cơ quan").select_option("SYT")
        await page.get_by_role("button", name="Cấp tài khoản").click()
        link = await page.get_by_role("status").get_by_text("/welcome/").inner_text()
    path = urlsplit(link).path
    async with house.nobody(form, 404, 422) as seen:
        page = await seen.open(path)
        await expect(page.get_by_text("Đinh Thị Mới")).to_be_visible()
        for again in ("khác hẳn câu trên", OWN):
            await page.get_by_label("Mật khẩu mới", exact=True).fill(OWN)
            await page.get_by_label("Nhập lại mật khẩu mới").fill(again)
            await page.get_by_role("button", name="Đặt mật khẩu").click()
            if again != OWN:
                await expect(page.get_by_role("alert")).to_contain_text("không giống nhau")
        await told(page, "Đã đặt mật khẩu")
        await sign_in(page, login, OWN)
        await expect(page.get_by_role("heading", level=1, name="Hộp việc")).to_be_visible()
        await seen.open(path)
        await expect(page.get_by_text("đã dùng hoặc hết hạn")).to_be_visible()


@in_two_forms
async def test_whoever_is_signed_out_by_the_administrator_is_out_at_the_next_click_and_loses_no_words(
    house: House, form: Form
) -> None:
    colleague = await a_new_colleague(house, form, "viet")
    case = await house.lay(form, "Mẹ tôi già yếu, xin khám tại nhà", SENT)
    async with house.sits(colleague, form, 401) as theirs:
        page = theirs.page
        await open_case(page, case.words)
        answer = await act(page, "Trả lời")
        await answer.get_by_label("Nội dung trả lời").press_sequentially(LONG)
        async with house.sits(ADMINISTRATOR, form) as seen:
            await look_up(seen.page, colleague)
            await seen.page.get_by_role("button", name="Kết thúc mọi phiên").click()
            await told(seen.page, "Mọi phiên của người này đã kết thúc")
            await expect(seen.page.get_by_text("Không có phiên nào đang mở")).to_be_visible()
        await answer.get_by_role("button", name="Gửi trả lời").click()
        await expect(page.get_by_text("chưa được ghi và vẫn còn")).to_be_visible()
        await sign_in(page, colleague.login)
        await page.get_by_role("button", name="Mở lại biểu mẫu").click()
        answer = await act(page, "Trả lời")
        await expect(answer.get_by_label("Nội dung trả lời")).to_have_value(LONG)
        await answer.get_by_role("button", name="Gửi trả lời").click()
        await told(page, "Đã gửi trả lời")


@in_two_forms
async def test_whoever_gets_another_role_finds_other_work_and_whoever_is_locked_finds_none(
    house: House, form: Form
) -> None:
    colleague = await a_new_colleague(house, form, "doi")
    async with house.sits(colleague, form, 422) as theirs, house.sits(ADMINISTRATOR, form) as seen:
        page, other = seen.page, theirs.page
        await look_up(page, colleague)
        await page.get_by_label("Vai trò").select_option("auditor")
        await page.get_by_label("Cơ quan").select_option("")
        await page.get_by_role("button", name="Đổi", exact=True).click()
        await told(page, "Đã đổi vai trò, cơ quan")
        await other.reload()
        await sign_in(other, colleague.login)
        await expect(other.get_by_role("heading", level=1, name="Nhật ký")).to_be_visible()
        await page.get_by_role("button", name="Khóa tài khoản").click()
        await told(page, "Đã khóa tài khoản")
        await other.reload()
        await sign_in(other, colleague.login)
        await expect(other.get_by_role("alert")).to_contain_text("không đúng")
        await page.get_by_role("button", name="Mở lại tài khoản").click()
        await told(page, "Tài khoản được mở lại")
        await sign_in(other, colleague.login)
        await expect(other.get_by_role("heading", level=1, name="Nhật ký")).to_be_visible()


@in_two_forms
async def test_an_operators_telephone_is_told_and_a_number_that_is_none_is_refused(
    house: House, form: Form
) -> None:
    async with house.sits(ADMINISTRATOR, form, 422) as seen:
        page = seen.page
        await look_up(page, OPERATOR)
        await page.get_by_label("Máy nhánh điện thoại").fill("máy cạnh cửa sổ")
        await page.get_by_role("button", name="Lưu", exact=True).click()
        await expect(page.get_by_role("alert")).to_be_visible()
        await page.get_by_label("Máy nhánh điện thoại").fill("101")
        await page.get_by_role("button", name="Lưu", exact=True).click()
        await told(page, "Đã lưu máy nhánh")
        await page.get_by_role("link", name="Nhật ký của người này").click()
        await expect(page.get_by_role("heading", level=1, name="Nhật ký")).to_be_visible()


@on_a_phone
async def test_an_unfolded_menu_stays_unfolded_when_work_comes_in(house: House, form: Form) -> None:
    async with house.sits(ADMINISTRATOR, form) as seen:
        menu = seen.page.get_by_role("navigation", name="Các trang chính")
        await expect(menu.get_by_role("link", name="Phân loại", exact=True)).to_be_visible()
        await menu.get_by_text("Thêm", exact=True).click()
        await house.lay(form, "Đèn đường tắt", WAITS)
        await expect(menu.get_by_role("link", name=re.compile(r"^Phân loại \d"))).to_be_visible()
        await expect(menu.get_by_role("link", name="Tài khoản")).to_be_visible()
