"""Going through an atlas: each page is opened once and looked at on a desk, on a phone and in the dark."""

import asyncio
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import Browser, Page, Response

from services.desk.domain.people import Account
from tests.support.atlas import Visit, is_at
from tests.support.browsers import DESKTOP, PHONE, SCREENS, Watched, violations, window
from tests.support.deskwindow import sign_in

FIRST, AFTER = 30_000, 10_000
"""Bytes of the first page of a browser, and of each later one beside what a browser keeps for ever."""

PATIENCE = 30_000
"""Milliseconds for one thing on a page, also on a busy machine."""

AT_ONCE = 2
"""Windows that are open at the same time."""

OFF_LINE = ("ERR_", "Failed to fetch")
"""What a browser says of anything that it was fetching as the line broke."""

STANDS = """() => {
  const name = (one) => one.id || one.name || one.className || one.tagName;
  const faults = [];
  if (document.querySelectorAll("h1").length !== 1) faults.push("not one h1");
  for (const one of document.querySelectorAll("input:not([type=hidden]), select, textarea"))
    if (!one.labels.length && !one.ariaLabel && !one.getAttribute("aria-labelledby"))
      faults.push(`no label: ${name(one)}`);
  for (const form of document.forms)
    if (!form.matches("[role=search], [data-draft=submit]:not([method])")
        && ![...form.elements].some((one) => one.type === "submit"))
      faults.push(`no button: ${form.action}`);
  if (/undefined|\\bNone\\b|\\{\\{|\\[object/.test(document.body.innerText))
    faults.push("words of a program");
  return faults;
}"""

HIDDEN = """() => [...document.querySelectorAll("body *")].filter((one) =>
  getComputedStyle(one).display === "none" && one.textContent.trim()
  && getComputedStyle(one.parentElement).display !== "none"
  && !one.matches("script, style, dialog, datalist, option, template, kbd")
  && !one.matches(".printed, [data-offline], [data-restored]")
).map((one) => one.outerHTML.slice(0, 90))"""

HELPERS = (
    "data-keys-list", "data-print", "data-copy", "data-share", "data-position", "data-drop",
)  # fmt: skip
"""What only a script can do, and nobody needs: hidden without one."""


@dataclass
class Tour:
    """What was found wrong, and under which title each page stands."""

    browser: Browser
    origin: str
    names: Mapping[str, str]
    people: Mapping[str, Account] = field(default_factory=dict)
    pictures: str = ""
    script: bool = True
    faults: list[str] = field(default_factory=list)
    titles: dict[str, set[str]] = field(default_factory=dict)
    slow: dict[str, float] = field(default_factory=dict)

    async def go(self, visits: Iterable[Visit]) -> None:
        """Everybody's pages in a window of their own, in the order of the atlas."""
        rooms: dict[str, list[Visit]] = {}
        for one in visits:
            if one.script in {None, self.script}:
                rooms.setdefault(one.who, []).append(one)
        turn = asyncio.Semaphore(AT_ONCE)
        async with asyncio.TaskGroup() as group:
            for who, room in sorted(rooms.items(), key=lambda each: -len(each[1])):
                group.create_task(self._room(turn, who, room))
        for title, routes in self.titles.items():
            if len(routes) > 1:
                self.faults.append(f"one title for several pages: {title}: {sorted(routes)}")

    async def _room(self, turn: asyncio.Semaphore, who: str, room: list[Visit]) -> None:
        async with turn, window(self.browser, self.origin, java_script_enabled=self.script) as seen:
            seen.page.context.set_default_timeout(PATIENCE)
            if who in self.people:
                await sign_in(seen, self.people[who])
                await seen.page.wait_for_load_state("load")
            elif who == "en":
                await seen.open("/?lang=en")
            first = who not in self.people and who != "en"
            for one in room:
                begun = time.monotonic()
                await self._visit(seen, one, FIRST if first else AFTER)
                self.slow[one.title] = time.monotonic() - begun
                first = False

    async def _visit(self, seen: Watched, one: Visit, most: int) -> None:
        seen.answers.clear()
        seen.complaints.clear()
        refused = one.status != 200 or one.state == "ended"
        seen.expected = {one.status, 401, 404} if refused else set()
        try:
            await seen.open(one.address.format_map(self.names))
            if one.act:
                await one.act(seen.page)
            asked = await self._asked(seen, one)
            if self.script and not one.act:
                weight = await seen.weight()
                over = weight > FIRST or weight - seen.lasting > most
                self._note(one, f"{weight} bytes, {seen.lasting} of them kept" if over else "")
            self._arrived(seen.page, asked, one)
            await self._look(seen, one)
        except Exception as error:
            self._note(one, f"{type(error).__name__}: {str(error)[:400]} at {seen.page.url}")
        if one.state == "offline":
            await seen.page.context.set_offline(False)
        if self.script and not seen.page.url.startswith("chrome"):
            await seen.page.evaluate("localStorage.clear()")

    async def _asked(self, seen: Watched, one: Visit) -> list[Response]:
        """What was fetched, with the fragments that come a little later."""
        for _ in range(60 if self.script else 0):
            paths = [urlsplit(each.url).path for each in seen.answers]
            if all(any(is_at(route, path) for path in paths) for route in one.shows):
                break
            await seen.page.wait_for_timeout(100)
        return list(seen.answers)

    def _note(self, one: Visit, what: str) -> None:
        if what:
            self.faults.append(f"{one.title}: {what}")

    def _arrived(self, page: Page, answers: list[Response], one: Visit) -> None:
        """The page is the one that the atlas says, with everything that it should have fetched."""
        asked = [(each.request.method, urlsplit(each.url).path, each.status) for each in answers]
        pages = [each.status for each in answers if each.request.resource_type == "document"]
        if not pages or pages[-1] != one.status:
            self._note(one, f"status {pages[-1:]} instead of {one.status}")
        if one.sends and not any(
            method == "POST" and is_at(one.sends, path) and status == one.status
            for method, path, status in asked
        ):
            self._note(one, f"nothing sent to {one.sends}")
        here = urlsplit(page.url).path
        if not (
            one.sends
            or one.state == "ended"
            or is_at(one.route, here)
            or here.startswith(("/submit", "/login"))
        ):
            self._note(one, f"is at {here}")
        for route in one.shows if self.script else ():
            if not any(is_at(route, path) and status == 200 for _, path, status in asked):
                self._note(one, f"does not show {route}")

    async def _look(self, seen: Watched, one: Visit) -> None:
        page = seen.page
        if self.script:
            for size in (DESKTOP, PHONE):
                await page.set_viewport_size({"width": size[0], "height": size[1]})
                await self._with_axe(page, one, size[0])
            await page.set_viewport_size({"width": DESKTOP[0], "height": DESKTOP[1]})
        await self._stands(page, one)
        expected = OFF_LINE if one.state == "offline" else ()
        own = [each for each in seen.complaints if not any(word in each for word in expected)]
        self._note(one, "; ".join(own))

    async def _with_axe(self, page: Page, one: Visit, width: int) -> None:
        SCREENS.mkdir(parents=True, exist_ok=True)
        name = SCREENS / f"atlas-{self.pictures}-{one.title}-{width}.png"
        await page.screenshot(path=name, full_page=True)
        self._note(one, "; ".join(await violations(page)))
        if await page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            self._note(one, f"must be scrolled sideways at {width}")

    async def _stands(self, page: Page, one: Visit) -> None:
        self._note(one, "; ".join(await page.evaluate(STANDS)))
        lang, wanted = await page.locator("html").get_attribute("lang"), "en" if one.who == "en" else "vi"
        self._note(one, f"lang {lang}" if lang != wanted else "")
        if not self.script:
            hidden: list[str] = await page.evaluate(HIDDEN)
            await page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
            also: list[str] = await page.evaluate(HIDDEN)
            if await page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
                self._note(one, "must be scrolled sideways at 360")
            await page.set_viewport_size({"width": DESKTOP[0], "height": DESKTOP[1]})
            lost = [each for each in hidden if each in also and not any(h in each for h in HELPERS)]
            self._note(one, f"hidden for ever: {lost}" if lost else "")
        if one.status in {200, 422}:
            title = (await page.title()).removeprefix("Lỗi: ")
            self.titles.setdefault(title, set()).add(one.route)


def told(tour: Tour) -> str:
    """The faults, and where the time went."""
    slowest = sorted(tour.slow.items(), key=lambda each: -each[1])[:8]
    words: list[Any] = [*tour.faults, f"slowest: {slowest}", f"{sum(tour.slow.values()):.0f} s"]
    return "\n".join(map(str, words))
