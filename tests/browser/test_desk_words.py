"""Nothing typed at the desk is lost: drafts, a broken line, an ended session, a deadline, two at once."""

from datetime import timedelta
from pathlib import Path

from playwright.async_api import expect
from sqlalchemy import update

from libs.contracts.sidefacts import ClockArmed
from libs.devstack.nats_server import NatsServer
from libs.runtime.clock import SystemClock
from libs.runtime.database import open_engine, writing
from libs.runtime.sidelog import SideLog
from services.desk.people import SESSION
from tests.support.browsers import chromium, listening, needs_chromium, window
from tests.support.bus import connected
from tests.support.desks import COLLEAGUE, OFFICER, OPERATOR
from tests.support.deskweb import facts
from tests.support.deskwindow import sign_in
from tests.support.office import PASSWORD
from tests.support.worktable import NOW, SENT, Worktable, a_worktable, clock_fact

pytestmark = needs_chromium

LONG = "Ngày 12/11 đoàn kiểm tra đã xuống thôn, đo tiếng ồn lúc nửa đêm và lập biên bản với chủ cơ sở."


async def test_a_line_lost_in_the_middle_of_a_long_answer_loses_nothing_and_sends_it_once(
    server: NatsServer, tmp_path: Path
) -> None:
    async with (
        a_worktable(server, tmp_path) as table,
        chromium() as browser,
        window(browser, table.origin) as seen,
    ):
        page = await sign_in(seen, OFFICER)
        await seen.open(table.path("today"))
        await page.keyboard.press("Alt+t")
        await page.keyboard.type(LONG[:40])
        await listening(page)
        await page.context.set_offline(True)
        await expect(page.locator("[data-offline]")).to_be_visible(timeout=8_000)
        await page.keyboard.type(LONG[40:])
        await page.keyboard.press("Control+Enter")
        await expect(page.locator("[data-unsent]")).to_contain_text("Nội dung vẫn còn ở đây")
        assert "answered" not in await facts(table, table.cases["today"])
        await page.context.set_offline(False)
        await page.locator("#answer-answer").press("Control+Enter")
        await expect(page.locator("[data-status=answered]")).to_be_visible()
        told = await facts(table, table.cases["today"])
        assert told.count("answered") == 1
        assert "draft:" not in await page.evaluate("JSON.stringify(localStorage)")


async def test_a_session_that_ends_takes_no_words_with_it(server: NatsServer, tmp_path: Path) -> None:
    async with (
        a_worktable(server, tmp_path) as table,
        chromium() as browser,
        window(browser, table.origin) as seen,
    ):
        page = await sign_in(seen, OFFICER)
        await seen.open(table.path("today"))
        await page.locator("#act-answer > summary").click()
        await page.locator("#answer-answer").press_sequentially(LONG)
        await page.wait_for_timeout(400)
        await page.context.clear_cookies()
        await seen.open(table.path("today"))
        await expect(page.get_by_role("heading", name="Đăng nhập")).to_be_visible()
        await sign_in(seen, OFFICER)
        await seen.open(table.path("today"))
        await expect(page.locator("#answer-answer")).to_have_value(LONG)
        await expect(page.locator("[data-restored]")).to_be_visible()
        await seen.look("desk-draft-restored")
        await page.locator(".me summary").click()
        await page.get_by_role("button", name="Đăng xuất").click()
        await expect(page.get_by_role("heading", name="Đăng nhập")).to_be_visible()
        assert LONG not in await page.evaluate("JSON.stringify(localStorage)")


async def test_without_a_script_an_ended_session_shows_the_form_again_with_everything(
    server: NatsServer, tmp_path: Path
) -> None:
    async with (
        a_worktable(server, tmp_path) as table,
        chromium() as browser,
        window(browser, table.origin, java_script_enabled=False) as seen,
    ):
        page = await sign_in(seen, OFFICER)
        await seen.open(table.path("today"))
        await page.locator("#act-answer > summary").click()
        await page.locator("#answer-answer").fill(LONG)
        end_sessions(table)
        await page.get_by_role("button", name="Gửi trả lời").click()
        await expect(page.get_by_text("chưa được ghi và vẫn còn")).to_be_visible()
        await page.get_by_label("Tên đăng nhập").fill(OFFICER.login)
        await page.get_by_label("Mật khẩu").fill(PASSWORD)
        await page.get_by_role("button", name="Đăng nhập").click()
        await page.get_by_role("button", name="Mở lại biểu mẫu").click()
        await expect(page.locator("#answer-answer")).to_have_value(LONG)
        await page.get_by_role("button", name="Gửi trả lời").click()
        await expect(page.locator("[data-status=answered]")).to_be_visible()


def end_sessions(table: Worktable) -> None:
    """As twelve idle hours would."""
    engine = open_engine(table.office.settings.database_url)
    with writing(engine) as connection:
        connection.execute(update(SESSION).values(ended_at=1))
    engine.dispose()


async def test_of_two_officers_answering_at_once_the_second_sees_both_texts(
    server: NatsServer, tmp_path: Path
) -> None:
    async with a_worktable(server, tmp_path) as table, chromium() as browser:
        async with window(browser, table.origin) as mine, window(browser, table.origin) as theirs:
            mine.expected = {409}
            page, other = await sign_in(mine, OFFICER), await sign_in(theirs, COLLEAGUE)
            await mine.open(table.path("today"))
            await theirs.open(table.path("today"))
            await expect(page.locator("#here")).to_contain_text(COLLEAGUE.name)
            await expect(other.locator("#here")).to_contain_text(OFFICER.name)
            await mine.look("desk-presence")
            for tab, words in ((page, "Câu trả lời của tôi"), (other, "Câu trả lời của đồng nghiệp")):
                await tab.locator("#act-answer > summary").click()
                await tab.locator("#answer-answer").fill(words)
            await other.get_by_role("button", name="Gửi trả lời").click()
            await expect(other.locator("[data-status=answered]")).to_be_visible()
            await expect(page.locator("#answer-answer")).to_have_value("Câu trả lời của tôi")
            await page.get_by_role("button", name="Gửi trả lời").click()
            await expect(page.get_by_text("Câu trả lời của tôi")).to_be_visible()
            await expect(page.get_by_text("Câu trả lời của đồng nghiệp")).to_be_visible()
            await mine.look("desk-conflict-answers")
        assert (await facts(table, table.cases["today"])).count("answered") == 1


async def test_a_deadline_that_passes_on_an_open_page_changes_words_and_colour_and_no_typing(
    server: NatsServer, tmp_path: Path
) -> None:
    async with a_worktable(server, tmp_path) as table, chromium() as browser:
        async with window(browser, table.origin) as seen:
            page = await sign_in(seen, OFFICER)
            ref = await table.put("soon", "Việc sắp hết hạn ngay bây giờ", SENT)
            async with connected(server, "sla") as js:
                due = SystemClock().now() - NOW + timedelta(seconds=15)
                await SideLog(js).write(clock_fact(ClockArmed, ref, due))
            await seen.open("/inbox")
            await seen.open(table.path("soon"))
            await expect(page.locator(".deadline")).to_contain_text("Còn")
            await page.locator("#act-answer > summary").click()
            await page.locator("#answer-answer").press_sequentially("Đang viết dở")
            await expect(page.locator(".deadline.bad")).to_contain_text("Quá hạn", timeout=25_000)
            await expect(page.locator("#answer-answer")).to_have_value("Đang viết dở")
            await expect(page.locator("#answer-answer")).to_be_focused()
            assert not seen.complaints


async def test_a_call_typed_halfway_is_back_after_the_browser_was_closed(
    server: NatsServer, tmp_path: Path
) -> None:
    async with a_worktable(server, tmp_path) as table, chromium() as browser:
        async with window(browser, table.origin) as seen:
            page = await sign_in(seen, OPERATOR)
            await page.locator("#text").press_sequentially("Ngập đường trước cổng trường")
            await page.locator("#phone").fill("0987 654 321")
            await page.locator("#urgent").check()
            sent = await page.locator("[name=command_id]").first.input_value()
            await page.goto("about:blank")
            await seen.open("/calls/new")
            await expect(page.locator("#text")).to_have_value("Ngập đường trước cổng trường")
            await expect(page.locator("#phone")).to_have_value("0987 654 321")
            await expect(page.locator("#urgent")).to_be_checked()
            assert await page.locator("[name=command_id]").first.input_value() == sent


async def test_an_officer_reads_the_very_letter_before_it_goes(server: NatsServer, tmp_path: Path) -> None:
    async with a_worktable(server, tmp_path) as table, chromium() as browser:
        async with window(browser, table.origin) as seen:
            page = await sign_in(seen, OFFICER)
            await seen.open(table.path("today"))
            await page.keyboard.press("Alt+t")
            await page.keyboard.type(LONG)
            await page.locator("#sees-answer summary").click()
            await page.locator("#sees-answer button").click()
            await expect(page.locator("#sees-answer .letter")).to_contain_text(LONG)
            await expect(page.locator("#answer-answer")).to_have_value(LONG)
            await seen.look("desk-preview")
            await page.locator("#act-answer-by-phone > summary").click()
            await expect(page.locator("#act-answer-by-phone")).to_contain_text("Không gửi tin nào")
        async with window(browser, table.origin, java_script_enabled=False) as seen:
            page = await sign_in(seen, OFFICER)
            await seen.open(table.path("today"))
            await page.locator("#act-answer > summary").click()
            await page.locator("#answer-answer").fill(LONG)
            await page.locator("#sees-answer summary").click()
            await page.locator("#sees-answer button").click()
            await expect(page.locator("#sees-answer .letter")).to_contain_text(LONG)
            await expect(page.locator("#answer-answer")).to_have_value(LONG)
