"""A real browser's window at the desk."""

from playwright.async_api import Page, expect

from services.desk.domain.people import Account
from tests.support.browsers import Watched
from tests.support.office import PASSWORD


async def sign_in(seen: Watched, account: Account) -> Page:
    """Sign in as this person; the first page of their menu is open then."""
    page = await seen.open("/login")
    await page.get_by_label("Tên đăng nhập").fill(account.login)
    await page.get_by_label("Mật khẩu").fill(PASSWORD)
    await page.get_by_role("button", name="Đăng nhập").click()
    await expect(page.get_by_role("heading", level=1)).to_be_visible()
    return page
