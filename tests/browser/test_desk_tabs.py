"""One stream for all tabs of a browser: each tab shows what happened since its own page was read."""

import asyncio
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

from playwright.async_api import Page, Route, expect

from libs.devstack.nats_server import NatsServer
from tests.support.browsers import chromium, needs_chromium, window
from tests.support.desks import COLLEAGUE, OFFICER, OPERATOR
from tests.support.deskweb import browser, send
from tests.support.deskwindow import sign_in
from tests.support.worktable import SENT, Worktable, a_worktable

pytestmark = needs_chromium


async def receive(table: Worktable, name: str) -> None:
    async with browser(table, COLLEAGUE) as web:
        assert (await send(web, table.path(name), f"{table.path(name)}/receive")).status_code == 303


async def test_a_second_tab_shows_what_came_while_it_was_being_loaded(
    server: NatsServer, tmp_path: Path
) -> None:
    async with a_worktable(server, tmp_path) as table, chromium() as chrome:
        async with window(chrome, table.origin) as seen:
            first, words = await sign_in(seen, OFFICER), "Trạm y tế mở cửa mấy giờ?"
            second, came = await first.context.new_page(), asyncio.Event()

            async def slowly(route: Route) -> None:
                await came.wait()
                await route.continue_()

            await second.route("**/desk*.js", slowly)
            await second.goto(f"{table.origin}/inbox", wait_until="commit")
            await expect(second.get_by_role("heading", name="Hộp việc")).to_be_visible()
            await table.put("new", words, SENT)
            await expect(first.get_by_text(words)).to_be_visible()
            await asyncio.sleep(1)  # and whatever else is told of it
            came.set()
            await expect(second.get_by_text(words)).to_be_visible()


async def test_a_second_tab_takes_no_news_from_the_first(server: NatsServer, tmp_path: Path) -> None:
    """The first one's stream hangs, as on a bad line, until the second one asks for its own case."""
    async with a_worktable(server, tmp_path) as table, chromium() as chrome:
        async with window(chrome, table.origin) as seen:
            first = await sign_in(seen, OFFICER)
            asked: list[Route] = []

            async def hanging_once(route: Route) -> None:
                asked.append(route)
                if len(asked) > 1:
                    await route.continue_()

            await first.route("**/live?*", hanging_once)
            await first.goto(table.origin + table.path("today"))
            await receive(table, "today")
            second = await first.context.new_page()
            await second.goto(table.origin + table.path("asked"))
            await expect(first.locator("[data-status=received]")).to_be_visible()
            await receive(table, "asked")
            await expect(second.locator("[data-status=received]")).to_be_visible()


async def test_a_page_on_which_nothing_happens_is_fetched_once(server: NatsServer, tmp_path: Path) -> None:
    async with a_worktable(server, tmp_path) as table, chromium() as chrome:
        for who, paths in ((OFFICER, ("/inbox", table.path("today"))), (OPERATOR, ("/calls/new", "/triage"))):
            async with window(chrome, table.origin) as seen:
                page = await sign_in(seen, who)
                other = await page.context.new_page()
                await once(other, table.origin + paths[1])
                for path in paths:
                    await once(page, table.origin + path)


async def once(page: Page, address: str) -> None:
    """Open it, and let a tab of its own stream or another's say what it missed: nothing."""
    fetched = Counter[str]()
    page.on("request", lambda request: fetched.update([urlsplit(request.url).path]))
    await page.goto(address)
    await asyncio.sleep(1)
    del fetched["/live"]
    assert not {path: many for path, many in fetched.items() if many > 1}
