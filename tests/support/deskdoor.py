"""Who stands at the door of the desk, what they ask for, and whether they got in."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import httpx

from services.desk.domain.people import Account
from tests.support.deskmatrix import Entry
from tests.support.deskpages import SAME
from tests.support.office import PASSWORD, Office
from tests.support.portals import hidden

Web = httpx.AsyncClient


@asynccontextmanager
async def at_the_door(office: Office) -> AsyncIterator[Web]:
    """A browser that nobody signed in with."""
    transport = httpx.ASGITransport(office.app, raise_app_exceptions=False)
    headers = {"accept": "text/html"}
    async with Web(transport=transport, base_url=office.settings.public_url, headers=headers) as web:
        yield web


async def signed_in(office: Office, web: Web, account: Account) -> str:
    """Signs the browser in and gives the token its forms have from then on."""
    page = await web.get("/login")
    form = {"csrf": hidden(page.text, "csrf"), "login": account.login, "password": PASSWORD}
    assert (await web.post("/login", data=form, headers=SAME)).status_code == 303
    return hidden((await web.get("/password")).text, "csrf")


def address(path: str, case_id: str, inputs: dict[str, str]) -> str:
    """The path with a case's id, and with whatever else it names."""
    filled = {"call": "0" * 32, "number": "1", "case_id": case_id, **inputs}
    for name, value in filled.items():
        path = path.replace(f"{{{name}}}", value)
    assert "{" not in path, path
    return path


async def asked(
    web: Web, method: str, path: str, entry: Entry, case_id: str, csrf: str = "", bearer: str = ""
) -> httpx.Response:
    """The request as a person of good will would send it: with the token, from our own page."""
    where, words = address(path, case_id, entry.inputs), dict(entry.inputs)
    if path == "/live":  # an open stream has no end to wait for
        where += "?case="
    if path.startswith("/api/"):
        headers = {"authorization": f"Bearer {bearer}"} if bearer else {}
        given: dict[str, Any] = {"command_id": str(uuid4())} | {k: v for k, v in words.items() if k == "text"}
        given = given if "{command}" in path or path.endswith("/calls") else {}
        return await web.request(method, where, headers=headers, json=given if method == "POST" else None)
    if method == "GET":
        return await web.get(where, params=words)
    form = {**words, "csrf": csrf, "command_id": str(uuid4())}
    return await web.post(where, data=form, headers=SAME)


def got_in(answer: httpx.Response) -> bool:
    """Whether somebody was let in, whatever became of what they asked for there."""
    assert answer.status_code not in {500, 502, 405}, (str(answer.request.url), answer.text[:300])
    if answer.status_code == 303 and answer.headers["location"].startswith("/login?"):
        return False
    return answer.status_code not in {401, 403}
