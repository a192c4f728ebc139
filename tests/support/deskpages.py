"""The desk's pages as a browser without scripts sees them: signed in, forms sent with what they hold."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from services.desk.domain.people import Account
from tests.support.office import PASSWORD, Office
from tests.support.portals import hidden

SAME = {"sec-fetch-site": "same-origin"}


@asynccontextmanager
async def browser(office: Office, account: Account) -> AsyncIterator[httpx.AsyncClient]:
    """Signed in as this person."""
    transport = httpx.ASGITransport(office.app, raise_app_exceptions=False)
    origin, accept = office.settings.public_url, {"accept": "text/html"}
    async with httpx.AsyncClient(transport=transport, base_url=origin, headers=accept, timeout=20) as web:
        page = await web.get("/login")
        form = {"csrf": hidden(page.text, "csrf"), "login": account.login, "password": PASSWORD}
        assert (await web.post("/login", data=form, headers=SAME)).status_code == 303
        yield web


def held(text: str, action: str) -> dict[str, str]:
    """The hidden inputs of a page's form."""
    form = re.search(rf'<form[^>]*action="{re.escape(action)}".*?</form>', text, re.DOTALL)
    assert form, f"no form for {action}"
    return dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form[0]))


async def send(web: httpx.AsyncClient, page: str, action: str, **inputs: str) -> httpx.Response:
    """Send the form of a page, with what it holds."""
    kept = held((await web.get(page)).text, action)
    return await web.post(action, data={**kept, **inputs}, headers=SAME)
