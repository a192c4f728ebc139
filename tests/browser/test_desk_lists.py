"""The agencies and communes of a whole province: a browser gets them once, and nobody is without them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Page, Route, expect

from libs.devstack.nats_server import NatsServer
from tests.support.browsers import Watched, chromium, needs_chromium, window
from tests.support.desks import OPERATOR
from tests.support.deskwindow import sign_in
from tests.support.provinces import province
from tests.support.worktable import WAITS, Worktable, an_empty_table

pytestmark = needs_chromium

COMMUNES = 167
"""And the ended district that the cases name."""
CHOOSE = "Chuyển phiếu đến cơ quan khác"


@asynccontextmanager
async def a_desk_of_communes(server: NatsServer, folder: Path) -> AsyncIterator[Worktable]:
    """Two cases wait for an operator in a province without districts."""
    async with an_empty_table(server, folder, province("thanh-hoa")) as table:
        for name in ("one", "two"):
            await table.put(name, "Xin hỏi lịch tiêm chủng của trạm y tế xã", WAITS)
        yield table


@asynccontextmanager
async def an_operator(server: NatsServer, folder: Path) -> AsyncIterator[tuple[Worktable, Watched]]:
    """Who has just signed in there."""
    async with a_desk_of_communes(server, folder) as table, chromium() as browser:
        async with window(browser, table.origin) as seen:
            await sign_in(seen, OPERATOR)
            yield table, seen


async def places(page: Page) -> int:
    return await page.locator("#direct-place option:not([value=''])").count()


async def opened(seen: Watched, table: Worktable, name: str) -> int:
    """The bytes of the page of a case, whose lists are whole."""
    await seen.open(table.path(name))
    assert await places(seen.page) == COMMUNES
    return await seen.weight()


async def test_the_second_case_is_light_in_a_province_of_many_communes(
    server: NatsServer, tmp_path: Path
) -> None:
    async with an_operator(server, tmp_path) as (table, seen):
        await seen.weight()
        first, second = [await opened(seen, table, name) for name in ("one", "two")]
    assert second <= 10_000 < first <= 30_000


async def test_an_agency_chosen_in_a_draft_stands_there_again(server: NatsServer, tmp_path: Path) -> None:
    async with an_operator(server, tmp_path) as (table, seen):
        page = seen.page
        await opened(seen, table, "one")
        await page.get_by_text(CHOOSE).click()
        lead = page.get_by_label("Cơ quan chủ trì")
        await lead.select_option("UBND_14758")
        await opened(seen, table, "two")
        await opened(seen, table, "one")
        await expect(lead).to_have_value("UBND_14758")


async def test_a_form_that_was_refused_keeps_the_agency_that_was_chosen(
    server: NatsServer, tmp_path: Path
) -> None:
    async with an_operator(server, tmp_path) as (table, seen):
        page = seen.page
        await opened(seen, table, "one")
        await page.get_by_text(CHOOSE).click()
        await page.get_by_label("Cơ quan chủ trì").select_option("UBND_14758")
        await page.get_by_label("Cơ quan phối hợp", exact=False).last.select_option("UBND_14758")
        seen.expected = {422}
        await page.get_by_role("button", name="Chuyển phiếu", exact=True).last.click()
        await expect(page.get_by_label("Cơ quan chủ trì")).to_have_value("UBND_14758")
        assert await places(page) == COMMUNES


async def test_nobody_is_without_the_lists_when_their_script_does_not_come(
    server: NatsServer, tmp_path: Path
) -> None:
    async def gone(route: Route) -> None:
        await route.abort()

    async with an_operator(server, tmp_path) as (table, seen):
        page = seen.page
        await page.route("**/lists/*", gone)
        await seen.open(table.path("one"))
        assert await places(page) < COMMUNES
        seen.complaints.clear()
        await opened(seen, table, "one")


async def test_a_browser_whose_script_was_turned_off_later_is_led_to_the_whole_lists(
    server: NatsServer, tmp_path: Path
) -> None:
    async with a_desk_of_communes(server, tmp_path) as table, chromium() as browser:
        async with window(browser, table.origin) as seen:
            await sign_in(seen, OPERATOR)
            kept = await seen.page.context.storage_state()
        async with window(browser, table.origin, java_script_enabled=False, storage_state=kept) as seen:
            page = await seen.open(table.path("one"))
            await page.get_by_role("link", name="mở danh sách cơ quan, địa bàn đầy đủ").click()
            assert await places(page) == COMMUNES
