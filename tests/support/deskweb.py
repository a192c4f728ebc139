"""Browsers at the desk, without scripts: signed in, sending forms, looking at what became of a case."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from libs.contracts.subjects import CaseRef
from libs.runtime.caselog import CaseLog
from services.desk.domain.people import Account
from tests.support.bus import connected
from tests.support.office import PASSWORD
from tests.support.portals import hidden
from tests.support.worktable import Worktable

SAME = {"sec-fetch-site": "same-origin"}
"""What a browser says of a form of our own page."""


@asynccontextmanager
async def browser(table: Worktable, account: Account | None = None) -> AsyncIterator[httpx.AsyncClient]:
    """A browser without scripts, signed in as this person."""
    transport = httpx.ASGITransport(table.office.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(
        transport=transport,
        base_url=table.office.settings.public_url,
        headers={"accept": "text/html"},
        timeout=20,
    ) as web:
        if account:
            page = await web.get("/login")
            form = {"csrf": hidden(page.text, "csrf"), "login": account.login, "password": PASSWORD}
            assert (await web.post("/login", data=form, headers=SAME)).status_code == 303
        yield web


async def send(web: httpx.AsyncClient, page: str, action: str, **inputs: str) -> httpx.Response:
    """Send one of the forms of a page, with its hidden inputs."""
    text = (await web.get(page)).text
    form = re.search(rf'<form[^>]*action="{re.escape(action)}".*?</form>', text, re.DOTALL)
    assert form, f"no form for {action}"
    kept = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form[0]))
    return await web.post(action, data={**kept, **inputs}, headers=SAME)


async def facts(table: Worktable, ref: CaseRef) -> list[str]:
    async with connected(table.server, "desk") as js:
        return [one.subject.rsplit(".", 1)[-1] for one in await CaseLog(js).since(ref, 0)]
