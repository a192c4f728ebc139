"""Accounts as administrators keep them, links that set a password once, and the log of all of it."""

import csv
import io
import re
from pathlib import Path

import httpx
import pytest
from sqlalchemy import update

from libs.devstack.nats_server import NatsServer
from libs.runtime.database import open_engine, writing
from services.desk.domain.people import Account
from services.desk.invitations import INVITATION
from tests.support.desks import ADMINISTRATOR, AUDITOR, OFFICER, OPERATOR
from tests.support.deskweb import SAME, browser, send
from tests.support.portals import hidden
from tests.support.worktable import Worktable, a_worktable

pytestmark = pytest.mark.timeout(90)
NEW = {"login": "truc2", "name": "Ngô Văn Ca", "role": "operator", "agency": ""}
WORDS = "một câu dài dễ nhớ"


async def act(web: httpx.AsyncClient, act: str, login: str, **more: str) -> httpx.Response:
    csrf = hidden((await web.get("/accounts")).text, "csrf")
    return await web.post(f"/accounts/{act}", data={"csrf": csrf, "login": login, **more}, headers=SAME)


def link_on(page: str) -> str:
    found = re.search(r"(/welcome/[\w-]+)<", page)
    assert found, "no link on the page"
    return found[1]


async def set_password(table: Worktable, link: str, new: str, again: str = "") -> int:
    async with browser(table) as web:
        page = await web.get(link)
        if page.status_code != 200:
            return page.status_code
        form = {"csrf": hidden(page.text, "csrf"), "new": new, "again": again or new}
        return (await web.post(link, data=form, headers=SAME)).status_code


async def signs_in(table: Worktable, login: str, password: str) -> bool:
    async with browser(table) as web:
        form = {"csrf": hidden((await web.get("/login")).text, "csrf"), "login": login, "password": password}
        return (await web.post("/login", data=form, headers=SAME)).status_code == 303


async def test_a_new_account_gets_its_password_from_its_own_person(
    server: NatsServer, tmp_path: Path
) -> None:
    async with a_worktable(server, tmp_path) as table, browser(table, ADMINISTRATOR) as web:
        assert (await send(web, "/accounts", "/accounts", **{**NEW, "login": "có dấu"})).status_code == 422
        made = await send(web, "/accounts", "/accounts", **NEW)
        assert made.status_code == 201
        link = link_on(made.text)
        assert link not in (await web.get("/accounts/truc2")).text
        assert not await signs_in(table, "truc2", "")
        assert await set_password(table, link, "ngắn") == 422
        assert await set_password(table, link, WORDS, "hai lần khác nhau") == 422
        assert await set_password(table, link, WORDS) == 303
        assert await signs_in(table, "truc2", WORDS)
        assert await set_password(table, link, "lần thứ hai thì không") == 404


async def test_a_link_ends_by_time_by_the_next_link_and_with_the_account(
    server: NatsServer, tmp_path: Path
) -> None:
    async with a_worktable(server, tmp_path) as table, browser(table, ADMINISTRATOR) as web:
        first = link_on((await act(web, "link", OFFICER.login)).text)
        second = link_on((await act(web, "link", OFFICER.login)).text)
        assert await set_password(table, first, WORDS) == 404
        engine = open_engine(table.office.settings.database_url)
        with writing(engine) as connection:
            connection.execute(update(INVITATION).values(ends_at=0))
        engine.dispose()
        assert await set_password(table, second, WORDS) == 404
        third = link_on((await act(web, "link", OFFICER.login)).text)
        assert (await act(web, "end", OFFICER.login)).status_code == 303
        assert await set_password(table, third, WORDS) == 404
        assert (await act(web, "link", OFFICER.login)).status_code == 422
        assert (await act(web, "resume", OFFICER.login)).status_code == 303
        assert await set_password(table, third, WORDS) == 303


async def test_who_is_moved_or_ended_is_out_at_once(server: NatsServer, tmp_path: Path) -> None:
    async with a_worktable(server, tmp_path) as table, browser(table, ADMINISTRATOR) as web:
        for what, more in (("sessions", {}), ("move", {"role": "head", "agency": "SCT"}), ("end", {})):
            async with browser(table, OFFICER) as theirs:
                assert (await theirs.get("/inbox")).status_code == 200
                assert (await act(web, what, OFFICER.login, **more)).status_code == 303
                assert (await theirs.get("/inbox")).headers["location"].startswith("/login")
        assert (await act(web, "move", OFFICER.login, role="officer", agency="")).status_code == 422
        assert (await act(web, "move", OFFICER.login, role="police", agency="SYT")).status_code == 422
        for what in ("end", "move"):
            own = await act(web, what, ADMINISTRATOR.login, role="operator", agency="")
            assert own.status_code == 422, what
        assert (await act(web, "end", "khong.ai")).status_code == 404


async def test_everybody_ends_all_their_own_sessions(server: NatsServer, tmp_path: Path) -> None:
    async with a_worktable(server, tmp_path) as table, browser(table, OFFICER) as one:
        async with browser(table, OFFICER) as two, browser(table, OPERATOR) as other:
            assert (await send(one, "/password", "/sessions/end")).status_code == 303
            for web in (one, two):
                assert (await web.get("/inbox")).headers["location"].startswith("/login")
            assert (await other.get("/triage")).status_code == 200


async def exported(table: Worktable, account: Account, **asked: str) -> list[dict[str, str]]:
    async with browser(table, account) as web:
        answer = await web.get("/audit.csv", params=asked)
        assert answer.status_code == 200
        return list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))


async def test_the_auditor_reads_every_look_and_every_change_and_no_person(
    server: NatsServer, tmp_path: Path
) -> None:
    async with a_worktable(server, tmp_path) as table:
        async with browser(table, OFFICER) as web:
            await web.get(table.path("late"))
        async with browser(table, ADMINISTRATOR) as web:
            await act(web, "extension", OPERATOR.login, extension="101")
            await act(web, "end", "xa1")
        views = await exported(table, AUDITOR, kind="views", person=OFFICER.login)
        assert [(one["login"], one["what"]) for one in views] == [(OFFICER.login, "xem")]
        assert await exported(table, AUDITOR, kind="views", case=views[0]["about"]) == views
        assert not await exported(table, AUDITOR, kind="views", last="2020-01-01")
        changes = await exported(table, AUDITOR, kind="changes")
        told = [(one["login"], one["what"], one["about"]) for one in changes]
        assert told[:3] == [(AUDITOR.login, "xuất nhật ký", "views")] * 3, "each export is in the log itself"
        assert told[3:] == [
            (ADMINISTRATOR.login, "khóa tài khoản", "xa1"),
            (ADMINISTRATOR.login, "đổi máy nhánh", OPERATOR.login),
        ]
        assert (await exported(table, AUDITOR, kind="packs"))[0]["what"] == "đổi gói dữ liệu"
        async with browser(table, AUDITOR) as web:
            page = (await web.get("/audit")).text
            assert OFFICER.name in page and "Nguyễn Văn Mẫu" not in page and "0912" not in page
            assert (await web.get("/audit?first=hôm+qua")).status_code == 422
            assert (await web.get("/audit?kind=all")).status_code == 422
            assert (await web.get("/audit?after=-1&case=%27")).status_code == 200
