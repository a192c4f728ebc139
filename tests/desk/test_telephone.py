"""The telephone on the desk's pages: who sees which ring, what is filled in, who is called back."""

import time
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from libs.contracts import calls
from libs.devstack.nats_server import NatsServer
from libs.runtime.clock import SystemClock
from tests.support.builders import CITIZEN
from tests.support.desks import ADMINISTRATOR, OFFICER, OPERATOR
from tests.support.desktelephone import a_call, missed, rung, spoken, telephone
from tests.support.deskweb import SAME, browser, send
from tests.support.office import PEOPLE, desk_settings, hire, running_desk
from tests.support.portals import hidden
from tests.support.provinces import in_force, thanh_hoa
from tests.support.serving import serving
from tests.support.waiting import eventually
from tests.support.worktable import Worktable, a_worktable

COLLEAGUE = OPERATOR.model_copy(update={"id": "o2", "login": "truc2", "extension": "102"})


async def ringing(web: httpx.AsyncClient) -> str:
    page = await web.get("/calls/ringing")
    assert page.status_code == 200, page.text
    return page.text


async def shown(web: httpx.AsyncClient, call: str) -> None:
    await eventually(lambda: _has(web, "/calls", call), what="the call on the page")


async def _has(web: httpx.AsyncClient, path: str, words: str) -> bool:
    return words in (await web.get(path)).text


async def give(table: Worktable, login: str, extension: str) -> None:
    async with browser(table, ADMINISTRATOR) as web:
        page = await web.get("/accounts")
        form = {"csrf": hidden(page.text, "csrf"), "login": login, "extension": extension}
        assert (await web.post("/accounts/extension", data=form, headers=SAME)).status_code == 303


async def test_a_ring_shows_who_calls_and_their_open_cases_to_operators_only(
    server: NatsServer, tmp_path: Path
) -> None:
    now = SystemClock().now()
    async with a_worktable(server, tmp_path) as table:
        call = a_call()
        async with browser(table, OPERATOR) as web:
            await telephone(server, rung(calls.CallRinging, call, start=now))
            await eventually(lambda: _has(web, "/calls/ringing", CITIZEN.phone_raw), what="the ring")
            banner = await ringing(web)
            assert CITIZEN.name in banner and banner.count('href="/cases/') == 3 and f"?call={call}" in banner
            await telephone(server, *missed(call, start=now)[1:])
            await eventually(lambda: _has(web, "/calls/ringing", "1 người cần gọi lại"), what="the miss")
            assert f"?call={call}" not in await ringing(web)
        for account in (OFFICER, ADMINISTRATOR):
            async with browser(table, account) as web:
                for path in ("/calls", "/calls/ringing", f"/calls/{call}/returned"):
                    assert (await web.get(path)).status_code == 403, (account.login, path)
                assert "/calls/ringing" not in (await web.get("/")).text


async def test_a_ring_goes_to_its_own_telephone_and_a_queues_to_everybody(
    server: NatsServer, tmp_path: Path
) -> None:
    now = SystemClock().now()
    async with a_worktable(server, tmp_path) as table:
        await hire(table.office.settings.database_url, COLLEAGUE)
        await give(table, OPERATOR.login, "101")
        theirs, queued, nobodys = a_call(), a_call(), a_call()
        async with browser(table, OPERATOR) as one, browser(table, COLLEAGUE) as two:
            await telephone(
                server,
                rung(calls.CallRinging, theirs, start=now, leg="ext-102", extension="102"),
                rung(calls.CallRinging, nobodys, start=now, leg="ext-999", extension="999"),
                rung(calls.CallRinging, queued, start=now, queue="1022"),
            )
            await eventually(lambda: _has(two, "/calls/ringing", queued), what="the rings")
            mine, others = await ringing(one), await ringing(two)
            assert theirs in others and "mine" in others and theirs not in mine and "mine" not in mine
            for page in (mine, others):
                assert queued in page and nobodys in page, "what rings nowhere is everybody's"


async def test_the_form_of_a_call_knows_its_number_and_time_and_the_case_knows_its_call(
    server: NatsServer, tmp_path: Path
) -> None:
    now = SystemClock().now()
    async with a_worktable(server, tmp_path) as table, browser(table, OPERATOR) as web:
        call = a_call()
        await telephone(server, *spoken(call, start=now)[:2])
        await shown(web, call)
        path = f"/calls/new?call={call}"
        page = (await web.get(path)).text
        assert f'name="call" value="{call}"' in page and f'value="{CITIZEN.phone}"' in page
        assert "cùng số điện thoại" in page, "their earlier cases are offered at once"
        told = {"text": "Đèn đường hỏng", "phone": CITIZEN.phone, "channel": "phone", "do": "save"}
        done = await send(web, path, "/calls/new", **told)
        assert done.status_code == 303
        case = done.headers["location"].split("?")[0]
        assert f"call-{call}" in (await web.get(f"{case}?done=taken")).text
        await eventually(lambda: _has(web, "/calls/ringing", f'href="{case}"'), what="the call's own case")


async def test_a_call_that_is_unknown_leaves_an_empty_form(server: NatsServer, tmp_path: Path) -> None:
    async with a_worktable(server, tmp_path) as table, browser(table, OPERATOR) as web:
        for call in ("x", "0" * 32, "../etc", "'--"):
            page = await web.get("/calls/new", params={"call": call})
            assert page.status_code == 200 and 'name="call" value=""' in page.text
        assert (await web.get(f"/calls/{'0' * 32}/returned")).status_code == 404


async def test_a_call_back_is_recorded_once_and_ends_the_debt(server: NatsServer, tmp_path: Path) -> None:
    async with a_worktable(server, tmp_path) as table, browser(table, OPERATOR) as web:
        one, two = a_call(), a_call()
        now = SystemClock().now()
        await telephone(server, *missed(one, -7200, start=now), *missed(two, -3600, start=now))
        await eventually(lambda: _has(web, "/calls", "Gọi nhỡ 2 lần"), what="the missed calls")
        path = f"/calls/{two}/returned"
        refused = await send(web, path, path, result="settled")
        assert refused.status_code == 422 and "Ghi rõ đã giải quyết thế nào" in refused.text
        assert (await send(web, path, path, result="not-reached", note="Máy bận")).status_code == 303
        page = (await web.get("/calls")).text
        assert "gọi lại, không gặp: Máy bận" in page and "Gọi nhỡ 2 lần" in page
        form = {**_form((await web.get(path)).text), "result": "reached"}
        answers = [await web.post(path, data=form, headers=SAME) for _ in range(2)]
        assert [one.status_code for one in answers] == [303, 303], "a double click is one fact"
        late = await send(web, path, path, result="reached")
        assert late.status_code == 409 and "Người khác đã ghi rồi" in late.text
        assert "Không còn ai chờ gọi lại" in (await web.get("/calls")).text
        assert "người cần gọi lại" not in await ringing(web)


def _form(page: str) -> dict[str, str]:
    return {name: hidden(page, name) for name in ("csrf", "command_id")}


@pytest.mark.timeout(60)
async def test_a_ring_is_heard_within_200_ms_also_while_other_news_gather_and_at_another_replica(
    server: NatsServer, tmp_path: Path
) -> None:
    await in_force(server, thanh_hoa())
    url = f"sqlite:///{tmp_path / 'desk.db'}"
    await hire(url, *PEOPLE)
    settings = desk_settings(server, url, tmp_path)
    async with running_desk(settings) as one, running_desk(settings) as two:
        token = await one.token(OPERATOR)
        for office in (one, two):
            async with serving(office.app) as address, httpx.AsyncClient(base_url=address) as web:
                web.cookies.set(settings.session_cookie, token)
                taken = [await _heard_after(server, web) for _ in range(5)]
                assert sorted(taken)[2] < 0.2, taken


async def _heard_after(server: NatsServer, web: httpx.AsyncClient) -> float:
    """Seconds from the fact to the browser's stream; twice in a row, the second while news settle."""
    async with web.stream("GET", "/live") as stream:
        lines = stream.aiter_lines()
        assert (await anext(lines)).startswith("retry")
        longest = 0.0
        for _ in range(2):
            begun = time.monotonic()
            await telephone(server, rung(calls.CallRinging, a_call(), start=SystemClock().now()))
            async for line in lines:
                if line == "data: calls":
                    break
            longest = max(longest, time.monotonic() - begun)
    return longest


async def test_an_extension_is_checked_and_may_stand_in_an_import(server: NatsServer, tmp_path: Path) -> None:
    async with a_worktable(server, tmp_path) as table, browser(table, ADMINISTRATOR) as web:
        await give(table, OPERATOR.login, "101")
        assert 'value="101"' in (await web.get(f"/accounts/{OPERATOR.login}")).text
        form = {"csrf": hidden((await web.get("/accounts")).text, "csrf"), "login": OPERATOR.login}
        bad = await web.post("/accounts/extension", data={**form, "extension": "1 0 1!"}, headers=SAME)
        assert bad.status_code == 422
    async with browser(table, OPERATOR) as web:
        form = {"csrf": "", "login": OPERATOR.login, "extension": str(uuid4())[:4]}
        assert (await web.post("/accounts/extension", data=form, headers=SAME)).status_code == 403
