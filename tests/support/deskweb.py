"""Browsers at the desk, without scripts: signed in, sending forms, looking at what became of a case."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from libs.contracts.subjects import CaseRef
from libs.runtime.caselog import CaseLog
from services.desk.domain.people import Account
from tests.support.bus import connected
from tests.support.deskpages import SAME, send
from tests.support.office import PASSWORD
from tests.support.portals import hidden
from tests.support.worktable import Worktable

__all__ = ["SAME", "browser", "facts", "send"]


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


async def facts(table: Worktable, ref: CaseRef) -> list[str]:
    async with connected(table.server, "desk") as js:
        return [one.subject.rsplit(".", 1)[-1] for one in await CaseLog(js).since(ref, 0)]
