"""Signing in at the province's own provider: whom the desk knows gets in, a stranger is told what to do."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import expect

from libs.devstack.nats_server import NatsServer, free_port
from tests.support.browsers import chromium, needs_chromium, window
from tests.support.desks import OFFICER
from tests.support.journeys import Form, in_two_forms
from tests.support.office import PASSWORD, PEOPLE, desk_settings, hire, running_desk
from tests.support.oidc_standin import CLIENT, SECRET, StandIn, provider
from tests.support.provinces import in_force, thanh_hoa
from tests.support.serving import serving

pytestmark = needs_chromium


@asynccontextmanager
async def a_desk_with_a_provider(server: NatsServer, folder: Path) -> AsyncIterator[tuple[StandIn, str]]:
    """The provider sends browsers back to the desk's address, so that is known before."""
    await in_force(server, thanh_hoa())
    url, port = f"sqlite:///{folder / 'desk.db'}", free_port()
    await hire(url, *PEOPLE)
    (folder / "oidc.secret").write_text(SECRET)
    async with provider() as standin:
        told = {
            "oidc_issuer": standin.issuer, "oidc_client_id": CLIENT,
            "oidc_secret_file": folder / "oidc.secret", "public_url": f"http://127.0.0.1:{port}",
        }  # fmt: skip
        async with (
            running_desk(desk_settings(server, url, folder, **told)) as office,
            serving(office.app, port) as origin,
        ):
            yield standin, origin


@in_two_forms
async def test_whom_the_provider_vouches_for_is_in_with_one_click_and_a_stranger_reads_why_not(
    server: NatsServer, tmp_path: Path, form: Form
) -> None:
    async with (
        a_desk_with_a_provider(server, tmp_path) as (standin, origin),
        chromium() as browser,
        window(browser, origin, form.size, java_script_enabled=form.script) as seen,
    ):
        seen.expected = {422, 503}
        standin.login = "nguoi.la"
        page = await seen.open("/inbox?group=closed")
        await page.get_by_role("link", name="Đăng nhập bằng").click()
        await expect(page.get_by_role("alert")).to_contain_text("liên hệ quản trị viên")
        standin.login = OFFICER.login
        await seen.open("/inbox?group=closed")
        await page.get_by_role("link", name="Đăng nhập bằng").click()
        await expect(page.get_by_role("heading", level=1, name="Đã xong")).to_be_visible()
        await page.get_by_text(OFFICER.name, exact=True).click()
        await page.get_by_role("button", name="Đăng xuất").click()
        await expect(page.get_by_role("link", name="Đăng xuất cả")).to_be_visible()
        await page.get_by_label("Tên đăng nhập").fill(OFFICER.login)
        await page.get_by_label("Mật khẩu").fill(PASSWORD)
        await page.get_by_role("button", name="Đăng nhập", exact=True).click()
        await expect(page.get_by_role("heading", level=1, name="Hộp việc")).to_be_visible()
        assert not seen.complaints, seen.complaints
