"""The desk in a real Chromium: keys, live lists, without a script, and nothing lost on a conflict."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser, expect

from libs.devstack.nats_server import NatsServer
from tests.support.browsers import chromium, listening, needs_chromium, window
from tests.support.desks import COLLEAGUE, OFFICER, OPERATOR
from tests.support.deskwindow import sign_in
from tests.support.worktable import SENT, Worktable, a_worktable

pytestmark = needs_chromium


@asynccontextmanager
async def a_desk(server: NatsServer, folder: Path) -> AsyncIterator[tuple[Browser, Worktable]]:
    async with a_worktable(server, folder) as table, chromium() as browser:
        yield browser, table


async def test_a_call_is_taken_answered_and_wrapped_up_with_the_keyboard_alone(
    server: NatsServer, tmp_path: Path
) -> None:
    async with a_desk(server, tmp_path) as (browser, table), window(browser, table.origin) as seen:
        page = await sign_in(seen, OPERATOR)
        await seen.open("/triage")
        keys = page.keyboard
        await keys.press("F4")
        await expect(page).to_have_url(f"{table.origin}/calls/new")
        await page.locator("#text").focus()
        await keys.type("Bao giờ tiêm vắc xin cho trẻ em?")
        for words in ("0912345678", "Trần Thị B", "Thôn 3"):
            await keys.press("Tab")
            await keys.type(words)
        await keys.press("F2")
        await expect(page.locator("#q")).to_be_focused()
        await keys.type("tiem vac xin cho phu nu mang thai")
        await expect(page.locator(".hits li").first).to_contain_text("mang thai")
        await keys.press("Alt+1")
        await expect(page.locator("#answer")).to_be_focused()
        await expect(page.locator("#answer")).not_to_have_value("")
        await keys.press("Alt+t")
        await expect(page.locator("[data-status=answered_at_desk]")).to_be_visible()
        await expect(page.get_by_role("status").first).to_contain_text("Đã trả lời tại Tổng đài")
        await keys.press("Alt+c")
        await expect(page.locator("#publish-question")).to_be_focused()
        await keys.press("Control+Enter")
        await expect(page.locator("[data-status=published]")).to_be_visible()
        assert not seen.complaints
        assert "draft:" not in await page.evaluate("JSON.stringify(localStorage)")


async def test_enter_in_a_line_never_saves_a_call_by_accident(server: NatsServer, tmp_path: Path) -> None:
    async with a_desk(server, tmp_path) as (browser, table), window(browser, table.origin) as seen:
        page = await sign_in(seen, OPERATOR)
        await page.locator("#text").fill("Đang ghi dở")
        await page.locator("#phone").fill("0912345678")
        await page.locator("#phone").press("Enter")
        await expect(page).to_have_url(f"{table.origin}/calls/new")
        await expect(page.locator("#text")).to_have_value("Đang ghi dở")
        await expect(page.locator("#phone")).to_have_value("0912345678")


async def test_a_new_slip_appears_in_every_open_inbox_through_one_stream(
    server: NatsServer, tmp_path: Path
) -> None:
    async with a_desk(server, tmp_path) as (browser, table), window(browser, table.origin) as seen:
        page = await sign_in(seen, OFFICER)
        second = await page.context.new_page()
        await second.goto(f"{table.origin}/inbox")
        await expect(second.locator(".cases a")).to_have_count(3)
        await table.put("new", "Phiếu mới vừa đến", SENT)
        for tab in (page, second):
            await expect(tab.get_by_text("Phiếu mới vừa đến")).to_be_visible(timeout=5_000)
        assert not seen.complaints


async def test_words_being_typed_survive_news_about_the_case_and_the_loser_of_a_race_sees_both_texts(
    server: NatsServer, tmp_path: Path
) -> None:
    async with a_desk(server, tmp_path) as (browser, table):
        async with (
            window(browser, table.origin) as mine,
            window(browser, table.origin) as theirs,
        ):
            mine.expected = {409}
            page, other = await sign_in(mine, OFFICER), await sign_in(theirs, COLLEAGUE)
            await mine.open(table.path("today"))
            await theirs.open(table.path("today"))
            await page.locator("#act-answer > summary").click()
            await page.locator("#answer-answer").fill("Câu trả lời của tôi")
            await other.locator("#act-return > summary").click()
            await other.locator("#return-ground").select_option("wrong-field")
            await other.locator("#return-proposed_agency").select_option("SCT")
            await other.get_by_role("button", name="Trả lại phiếu").click()
            await expect(other.get_by_role("status").first).to_contain_text("Đã trả lại phiếu")
            await expect(page.locator("[data-status=triage]")).to_be_visible()
            await expect(page.locator("#answer-answer")).to_have_value("Câu trả lời của tôi")
            await page.get_by_role("button", name="Gửi trả lời").click()
            await expect(page.get_by_role("heading", name="Nội dung của bạn")).to_be_visible()
            await expect(page.get_by_text("Câu trả lời của tôi")).to_be_visible()
            await mine.look("desk-conflict")


async def test_a_lost_connection_is_said_and_forms_and_drafts_stay(
    server: NatsServer, tmp_path: Path
) -> None:
    async with a_desk(server, tmp_path) as (browser, table), window(browser, table.origin) as seen:
        page = await sign_in(seen, OFFICER)
        await seen.open(table.path("today"))
        await page.locator("#act-answer > summary").click()
        await page.locator("#answer-answer").press_sequentially("Một câu trả lời dài")
        await page.wait_for_timeout(500)
        await listening(page)
        await page.context.set_offline(True)
        await expect(page.locator("[data-offline]")).to_be_visible(timeout=8_000)
        await page.context.set_offline(False)
        await page.reload()
        await expect(page.locator("[data-offline]")).to_be_hidden()
        await expect(page.locator("#answer-answer")).to_have_value("Một câu trả lời dài")


async def test_a_page_whose_session_ended_says_so_and_keeps_its_parts(
    server: NatsServer, tmp_path: Path
) -> None:
    async with a_desk(server, tmp_path) as (browser, table), window(browser, table.origin) as seen:
        page = await sign_in(seen, OFFICER)
        await seen.open(table.path("today"))
        await page.context.clear_cookies()
        await page.locator("#here").dispatch_event("refresh")
        await expect(page.locator("[data-offline]")).to_contain_text("Phiên làm việc đã hết")
        await expect(page.locator("main")).to_have_count(1)


async def test_the_desk_works_without_a_script(server: NatsServer, tmp_path: Path) -> None:
    async with (
        a_desk(server, tmp_path) as (browser, table),
        window(browser, table.origin, java_script_enabled=False) as seen,
    ):
        page = await sign_in(seen, OPERATOR)
        await page.locator("#text").fill("Bao giờ tiêm vắc xin cho trẻ em?")
        await page.locator("#q").fill("tiem vac xin")
        await page.get_by_role("button", name="Tìm", exact=True).click()
        await page.locator(".hits button").first.click()
        await expect(page.locator("#answer")).not_to_have_value("")
        await page.get_by_role("button", name="Lưu và trả lời tại Tổng đài").click()
        await expect(page.locator("[data-status=answered_at_desk]")).to_be_visible()
        await seen.open(table.path("triage"))
        await page.get_by_role("button", name=re.compile("^Chuyển phiếu .*đến Sở Y tế")).click()
        await expect(page.locator("[data-status=routed]")).to_be_visible()
