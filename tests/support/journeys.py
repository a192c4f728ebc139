"""What every journey of the desk begins with: a desk, people who sit down at a screen, and their usual steps.

A journey is walked in four forms: a desktop and a phone of 360 px, with scripts and without. Nearly every
role walks its longest one so; the others in two forms, a phone with scripts and a desktop without. Of each
module one desk serves all journeys; a journey puts the cases that it is about on the table itself.

| Role | In all four forms (modules test_journey_*, older ones in brackets) | In two |
|---|---|---|
| operator | own answers (whole call by keys: test_desk_console) | queue, transfer, reject, arbiter, roster |
| officer | receive to publish (lost line: test_desk_words) | return, withhold, ask, part, colleague |
| unit head | | answer, another unit's case |
| commune | contact and report, as the department gave it | |
| coordinator | determine | remind, direct urgently; departments review |
| police | suspicion, sealed packet, result | |
| auditor | the log, its file, no door elsewhere | |
| administrator, people | a new account | signed out, moved and locked, telephone (menu: phone) |
| administrator, rules | (test_calendar, test_questions) | routes, persons, surge, a parked case |
| everybody | | signing in at the province's provider |
| citizen | send, track, add, rate, reopen (offline: test_portal_after) | search, English |
"""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from libs.contracts.codes import with_check_digit
from libs.contracts.events import CaseFact
from libs.contracts.subjects import CaseRef
from libs.devstack.nats_server import NatsServer
from libs.runtime.caselog import CaseLog
from services.desk.domain.people import Account
from tests.support.browsers import DESKTOP, PHONE, Watched, needs_chromium, window
from tests.support.bus import connected
from tests.support.history import happen
from tests.support.waiting import eventually
from tests.support.worktable import Worktable


@dataclass(frozen=True)
class Form:
    """How somebody meets a page."""

    name: str
    size: tuple[int, int]
    script: bool


FORMS = (
    Form("desktop", DESKTOP, script=True),
    Form("phone", PHONE, script=True),
    Form("desktop-plain", DESKTOP, script=False),
    Form("phone-plain", PHONE, script=False),
)
in_every_form = pytest.mark.parametrize("form", FORMS, ids=[form.name for form in FORMS])
in_two_forms = pytest.mark.parametrize("form", FORMS[1:3], ids=[form.name for form in FORMS[1:3]])
"""On a phone with scripts and on a desktop without: what differs is met once each."""
on_a_phone = pytest.mark.parametrize("form", FORMS[1:2], ids=["phone"])

PATIENCE = 20_000
"""Milliseconds for a page to come: a busy machine is no fault of a journey."""

one_desk_for_all = [*needs_chromium, pytest.mark.asyncio(loop_scope="module")]
"""Marks of a module whose journeys share a desk."""


@dataclass(frozen=True)
class Laid:
    """A case on the table: what the citizen said, and their code."""

    words: str
    ref: CaseRef
    code: str


@dataclass
class House:
    """A desk with a browser before it. Who sits down is signed in already, by a session made once."""

    table: Worktable
    browser: Browser
    _tokens: dict[str, str] = field(default_factory=dict)

    async def lay(self, form: Form, words: str, *facts: CaseFact, **more: Any) -> Laid:
        """One more case; its words are no other case's."""
        words = f"{words} ({form.name})"
        code = with_check_digit(20_000 + len(self.table.cases))
        ref = await self.table.put(words, words, *facts, code=code, **more)
        return Laid(words, ref, code)

    @asynccontextmanager
    async def sits(self, account: Account, form: Form, *expected: int) -> AsyncIterator[Watched]:
        """At the first page of their menu; whatever the browser complains about fails the journey."""
        async with self.nobody(form, *expected) as seen:
            await seen.page.context.add_cookies([await self._session(account)])
            await seen.open("/")
            yield seen

    @asynccontextmanager
    async def nobody(self, form: Form, *expected: int) -> AsyncIterator[Watched]:
        """A browser with nobody signed in."""
        origin = self.table.origin
        async with window(self.browser, origin, form.size, java_script_enabled=form.script) as seen:
            seen.expected = set(expected)
            seen.page.context.set_default_timeout(PATIENCE)
            yield seen
            assert not seen.complaints, seen.complaints

    async def _session(self, account: Account) -> Any:
        if account.login not in self._tokens:
            self._tokens[account.login] = await self.table.office.token(account)
        name = self.table.office.settings.session_cookie
        return {"name": name, "value": self._tokens[account.login], "url": self.table.origin}


async def happens(house: House, ref: CaseRef, *facts: CaseFact) -> None:
    """Somebody else's part of the story; the desk has read it then."""
    seq = await goes_on(house.table.server, ref, *facts)
    await eventually(lambda: house.table.office.reached(ref, seq), what="the desk reads what happened")


async def goes_on(server: NatsServer, ref: CaseRef, *facts: CaseFact) -> int:
    """More facts of a case, after whatever happened to it; the sequence of the last one."""
    async with connected(server, "desk") as js:
        before = await CaseLog(js).since(ref, 0)
    return await happen(server, ref, *facts, after=before[-1].seq)


async def go(page: Page, name: str) -> None:
    """By the menu, unfolding it where it is folded."""
    menu = page.get_by_role("navigation", name="Các trang chính")
    link = menu.get_by_role("link", name=re.compile(rf"^{re.escape(name)}"))
    if not await link.count():
        await menu.get_by_text("Thêm", exact=True).click()
    await link.click()
    await expect(page.get_by_role("heading", level=1)).to_be_visible()


async def open_case(page: Page, words: str) -> None:
    """From a list, by the words that the citizen sent."""
    await page.get_by_role("link").filter(has_text=words).first.click()
    await expect(page.get_by_role("heading", name="Nội dung yêu cầu")).to_be_visible()


async def act(page: Page, name: str) -> Locator:
    """Unfolds one of the things that may be done here; gives its form."""
    title = page.locator("summary").filter(has_text=re.compile(rf"^\s*{re.escape(name)}\s*(Alt .|F\d)?\s*$"))
    form = page.get_by_role("region", name="Việc có thể làm").locator("details").filter(has=title).first
    if await form.get_attribute("open") is None:
        await title.click()
    return form


async def told(page: Page, words: str) -> None:
    """The page says so."""
    await expect(page.get_by_role("status").filter(has_text=words).first).to_be_visible()


async def not_offered(page: Page, *names: str) -> None:
    """Nothing of this may be done here."""
    for name in names:
        await expect(page.get_by_text(name, exact=True)).to_have_count(0)
