"""A real Chromium for tests: pages that must neither complain on the console nor break an axe rule."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, ConsoleMessage, Page, Request, Response, async_playwright

from tests.support.waiting import eventually

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--no-first-run",
]
PHONE, DESKTOP = (360, 740), (1280, 800)
SCREENS = Path(__file__).parents[2] / "artifacts" / "screens"

HEARS = """window.EventSource = class extends EventSource {
  constructor(...asked) { super(...asked); this.addEventListener("open", () => { window.hears = true; }); }
};"""

needs_chromium = [
    pytest.mark.browser,
    pytest.mark.timeout(180),
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="no Chromium: apt-get install chromium"),
]
"""Marks of a module with browser tests."""


@dataclass
class Watched:
    """A page, what its console complained about, and what it had to load."""

    page: Page
    origin: str
    complaints: list[str] = field(default_factory=list)
    answers: list[Response] = field(default_factory=list)
    expected: set[int] = field(default_factory=set)
    going: set[Request] = field(default_factory=set)
    lasting: int = 0
    """Bytes of the last weighing that the browser keeps for ever: an address says what is in it."""

    async def open(self, path: str) -> Page:
        await self.page.goto(self.origin + path)
        return self.page

    def listen(self) -> None:
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        self.page.on("response", lambda answer: self.answers.append(answer))  # noqa: PLW0108  playwright wants a function of Python
        self.page.on("request", lambda request: self.going.add(request))  # noqa: PLW0108
        self.page.on("requestfinished", lambda request: self.going.discard(request))  # noqa: PLW0108
        self.page.on("requestfailed", lambda request: self._broken_off(request))  # noqa: PLW0108

    def _console(self, message: ConsoleMessage) -> None:
        refused = any(f"status of {status}" in message.text for status in self.expected)
        if message.type in {"error", "warning"} and not refused:
            self.complaints.append(f"{message.type}: {message.text}")

    def _broken_off(self, request: Request) -> None:
        self.going.discard(request)
        self.answers[:] = [one for one in self.answers if one.request is not request]

    async def weight(self) -> int:
        """Bytes of everything that came since the last call, with headers, as it went over the line.

        What is still on its way is waited for: Chromium never tells the size of what was broken off. What
        the page before was still fetching when it was left is not counted: htmx says which page asks.
        """
        here = self.page.url

        def ours(request: Request) -> bool:
            page = request.headers.get("hx-current-url", here)
            return request.resource_type != "eventsource" and page == here

        await eventually(lambda: not any(map(ours, self.going)), within=10, what="the page is loaded")
        whole = self.lasting = 0
        for one in self.answers:
            if ours(one.request):
                sizes = await one.request.sizes()
                size = sizes["responseBodySize"] + sizes["responseHeadersSize"]
                whole += size
                self.lasting += size if "immutable" in one.headers.get("cache-control", "") else 0
        self.answers.clear()
        return whole

    async def look(self, name: str) -> None:
        """Check with axe, keep a picture, and complain about everything found so far."""
        SCREENS.mkdir(parents=True, exist_ok=True)
        size = self.page.viewport_size or {"width": 0}
        await self.page.screenshot(path=SCREENS / f"{name}-{size['width']}.png", full_page=True)
        assert not (found := await violations(self.page)), f"{name}: {found}"
        wide = await self.page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
        assert not wide, f"{name}: must be scrolled sideways"
        assert not self.complaints, f"{name}: {self.complaints}"


async def violations(page: Page) -> list[str]:
    """Broken axe rules (WCAG 2.2 AA and best practice), each with the elements.

    The window is made as tall as the page: what is merely scrolled below a bar that stays is no small target.
    """
    before = page.viewport_size or {"width": DESKTOP[0], "height": DESKTOP[1]}
    tall = int(await page.evaluate("document.documentElement.scrollHeight"))
    await page.set_viewport_size({"width": before["width"], "height": max(before["height"], tall)})
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    options: dict[str, Any] = {"runOnly": {"type": "tag", "values": tags}}
    results = await Axe().run(page, options=options)
    await page.set_viewport_size(before)
    return [
        f"{one['id']}: {', '.join(str(node['target']) for node in one['nodes'][:4])}"
        for one in results.response["violations"]
    ]


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """A browser of our own; speaks to this machine only."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        try:
            yield browser
        finally:
            await browser.close()


async def listening(page: Page) -> None:
    """Wait until the stream of the desk's page is open; a browser that is then set offline keeps it."""

    async def hears() -> bool:  # wait_for_function evaluates in the page, which its policy forbids
        return bool(await page.evaluate("window.hears === true"))

    await eventually(hears, within=10, what="the page listens")


@asynccontextmanager
async def window(
    browser: Browser, origin: str, size: tuple[int, int] = DESKTOP, **more: Any
) -> AsyncIterator[Watched]:
    """A fresh, Vietnamese window of this size; its complaints are collected."""
    context = await browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        locale="vi-VN",
        timezone_id="Asia/Ho_Chi_Minh",
        **more,
    )
    context.set_default_timeout(10_000)
    await context.add_init_script(HEARS)
    watched = Watched(await context.new_page(), origin)
    watched.listen()
    try:
        yield watched
    finally:
        # a window that is just leaving its page may never close; it goes with its browser
        with suppress(TimeoutError):
            async with asyncio.timeout(15):
                await context.close()
