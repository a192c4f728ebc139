"""After the answer, and without a network, in a real Chromium: phone and desktop, with a script or not."""

from pathlib import Path

import pytest
from playwright.async_api import expect

from libs.devstack.nats_server import NatsServer
from tests.portal.test_pages import CODE
from tests.portal.test_voices import answered, both
from tests.support.browsers import DESKTOP, PHONE, Watched, chromium, needs_chromium, window
from tests.support.serving import serving

pytestmark = needs_chromium


async def _track(seen: Watched) -> None:
    page = await seen.open("/track")
    await page.get_by_label("Mã tra cứu").fill(CODE)
    await page.get_by_label("4 số cuối điện thoại của Ông/Bà").fill("5678")
    await page.get_by_role("button", name="Xem kết quả").click()
    await expect(page.locator("[data-status]")).to_be_visible()


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize("script", [True, False], ids=["script", "plain"])
async def test_whoever_was_answered_rates_the_answer_and_has_the_case_opened_again(
    server: NatsServer, tmp_path: Path, size: tuple[int, int], *, script: bool
) -> None:
    async with (
        both(server, tmp_path) as (site, desk),
        serving(site.app) as origin,
        chromium() as browser,
        window(browser, origin, size, java_script_enabled=script) as seen,
    ):
        await answered(server, site, desk)
        seen.expected = {422}
        await _track(seen)
        page = seen.page
        await page.get_by_role("button", name="Gửi đánh giá").click()
        await expect(page.locator("#summary")).to_be_visible()
        if script:
            await seen.look("portal-rating-wrong")
        for legend, words in (
            ("Nội dung", "Hài lòng"),
            ("Thái độ", "Rất hài lòng"),
            ("Thời gian", "Bình thường"),
        ):
            group = page.get_by_role("group", name=legend)
            await group.get_by_role("radio", name=words, exact=True).check()
        await page.get_by_role("button", name="Gửi đánh giá").click()
        await expect(page.get_by_text("Cảm ơn Ông/Bà")).to_be_visible()
        await page.get_by_text("Việc của Ông/Bà chưa được giải quyết?").click()
        await page.get_by_label("Điều gì chưa được giải quyết?").fill("Đến nơi thì hết vắc xin")
        if script:
            await seen.look("portal-reopening")
        await page.get_by_role("button", name="Đề nghị giải quyết tiếp").click()
        await expect(page.locator("[data-status=triage]")).to_be_visible()
        if script:
            await seen.look("portal-reopened")


async def test_without_a_network_the_numbers_are_there_and_what_is_written_waits_in_the_form(
    server: NatsServer, tmp_path: Path
) -> None:
    async with (
        both(server, tmp_path) as (site, _),
        serving(site.app) as origin,
        chromium() as browser,
        window(browser, origin, PHONE) as seen,
    ):
        page = await seen.open("/")
        await page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        await page.reload()
        await page.context.set_offline(True)
        await expect(page.locator("[data-offline]")).to_be_visible()
        await page.goto(f"{origin}/track")
        await expect(page.get_by_role("heading", name="đang không có mạng")).to_be_visible()
        await expect(page.get_by_role("link", name="113")).to_be_visible()
        await page.get_by_label("Nội dung câu hỏi hoặc phản ánh").fill("Cầu gãy, xe không qua được")
        await page.wait_for_timeout(500)
        await page.context.set_offline(False)
        await page.goto(f"{origin}/submit")
        await expect(page.locator("#text")).to_have_value("Cầu gãy, xe không qua được")
        await seen.open("/offline")
        await seen.look("portal-offline")
