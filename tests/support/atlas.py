"""The atlas of pages: which address is visited by whom, what is done there, and the state it then shows."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

from playwright.async_api import Page

State = Literal[
    "filled", "empty", "refused", "conflict", "forbidden", "missing", "often", "away", "ended", "offline"
]
STATUS: dict[State, int] = {
    "refused": 422, "conflict": 409, "forbidden": 403, "missing": 404, "often": 429, "away": 503,
}  # fmt: skip
"""State → status of the page that shows it; 200 for the others."""

Act = Callable[[Page], Awaitable[None]]


@dataclass(frozen=True)
class Visit:
    """`route`: as the application has it. `path`: `{names}` are filled in by the world.

    `who`: log-in name, or language at the portal. `sends`: the address of the form that is sent.
    `shows`: fragments (routes) that the page must have fetched. `script`: only with, or only without.
    """

    route: str
    path: str = ""
    who: str = ""
    state: State = "filled"
    act: Act | None = None
    sends: str = ""
    shows: tuple[str, ...] = ()
    name: str = ""
    script: bool | None = None
    code: int = 0

    @property
    def address(self) -> str:
        return self.path or self.route

    @property
    def status(self) -> int:
        return self.code or STATUS.get(self.state, 200)

    @property
    def title(self) -> str:
        """Name of its picture."""
        of = re.sub(r"\W+", "-", self.route).strip("-") or "home"
        return "-".join(filter(None, (self.who or "nobody", of, self.state, self.name)))


def is_at(route: str, path: str) -> bool:
    """Whether a route of the application answers at this path."""
    pattern = "".join(
        "[^/]+" if part.startswith("{") else re.escape(part) for part in re.split(r"(\{[^}]+\})", route)
    )
    return re.fullmatch(pattern, path) is not None


def press(selector: str, **typed: str) -> Act:
    """Fill inputs by their id (`__` for `-`), then press the first of these buttons."""

    async def act(page: Page) -> None:
        for name, words in typed.items():
            box = page.locator(f"#{name.replace('__', '-')}").first
            if await box.evaluate("one => one.tagName === 'SELECT'"):
                await box.select_option(words)
            else:
                await box.fill(words)
        async with page.expect_navigation():
            await page.locator(selector).first.click()

    return act


def renewed(part: str) -> Act:
    """The live stream says that something happened to this part of the page."""

    async def act(page: Page) -> None:
        await page.locator(part).dispatch_event("refresh")

    return act


def unfold(command: str) -> Act:
    """Open the form of a command on the page of a case."""

    async def act(page: Page) -> None:
        await page.locator(f"#act-{command} > summary").click()

    return act


def after(*acts: Act) -> Act:
    """One after the other."""

    async def act(page: Page) -> None:
        for one in acts:
            await one(page)

    return act


def holding(selector: str, value: str) -> Act:
    """A hidden input that holds something else, as that of a page which has been open for long."""

    async def act(page: Page) -> None:
        await page.locator(selector).first.evaluate("(one, value) => { one.value = value }", value)

    return act


def waiting(selector: str, act: Act | None = None) -> Act:
    """Do this, and wait until something is to be seen."""

    async def done(page: Page) -> None:
        if act:
            await act(page)
        await page.locator(selector).first.wait_for(state="visible")

    return done
